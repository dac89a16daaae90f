package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
)

// sessionAnswer is all that a page needs to show a session, but for its pictures and its track.
type sessionAnswer struct {
	Session store.Session `json:"session"`
	// Result is session.json, Rules what gauges are drawn by; null where there is none.
	Result *results.Session `json:"result"`
	Rules  *exerciseForPage `json:"rules"`
	Events []archive.Event  `json:"events"`
	Notes  []store.Note     `json:"notes"`
	Marks  []store.Mark     `json:"marks"`
	// CueTexts are the words of the cues by their codes, in the language asked for.
	CueTexts map[string]string `json:"cue_texts"`
}

// sessionOf is the session that a request is about.
func (s *Server) sessionOf(r *http.Request) (store.Session, error) {
	return s.o.Library.Get(r.Context(), r.PathValue("id"))
}

// showSession tells all about a session.
func (s *Server) showSession(w http.ResponseWriter, r *http.Request) {
	a, err := s.sessionAnswer(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, a)
}

func (s *Server) sessionAnswer(r *http.Request) (a sessionAnswer, err error) {
	if a.Session, err = s.sessionOf(r); err != nil {
		return a, err
	}
	if a.Notes, err = s.o.Library.Notes(r.Context(), a.Session.ID); err != nil {
		return a, err
	}
	if a.Marks, err = s.o.Library.Marks(r.Context(), a.Session.ID); err != nil {
		return a, err
	}
	a.Events, a.CueTexts = []archive.Event{}, map[string]string{}
	dir, err := s.o.Library.Dir(a.Session.ID)
	if err != nil {
		return a, err
	}
	kept, err := archive.Open(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist): // not analysed yet
	case err != nil:
		return a, err
	default:
		a.Result = &kept.Session
		if a.Events, err = kept.Events(); err != nil {
			return a, err
		}
		for i := range kept.Session.Cues {
			a.CueTexts[kept.Session.Cues[i].Code] = kept.Session.Cues[i].Text
		}
	}
	language := languageOf(r.URL.Query().Get("language"), r)
	if ex := s.exercise(a.Session.Exercise); ex != nil {
		rules := forPage(ex, language)
		a.Rules = &rules
		for i := range ex.Checks {
			a.CueTexts[ex.Checks[i].Code] = ex.Checks[i].WordsIn(language).Text
		}
	}
	return a, nil
}

// optional is a member that may be left out, or null.
type optional[T any] struct {
	given bool
	value *T
}

// UnmarshalJSON notes that there is one.
func (o *optional[T]) UnmarshalJSON(text []byte) error {
	o.given = true
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	o.value = new(T)
	return json.Unmarshal(text, o.value)
}

// sessionChange is what a page may change of a session.
type sessionChange struct {
	Title     *string             `json:"title"`
	Tags      *[]string           `json:"tags"`
	Keep      *store.Keep         `json:"keep"`
	KeepUntil optional[time.Time] `json:"keep_until"`
}

// changeSession renames a session, gives it tags, or changes what is kept of it.
func (s *Server) changeSession(w http.ResponseWriter, r *http.Request) {
	var c sessionChange
	if err := s.readJSON(r, &c); err != nil {
		s.fail(w, r, err)
		return
	}
	n, err := s.o.Library.Update(r.Context(), r.PathValue("id"), c.apply)
	// Of one that is being worked on it goes at the end of that.
	if err == nil && n.Keep == store.KeepObservations && (c.Keep != nil || n.Video != nil && n.State == store.Ready) {
		if err = s.o.Library.DropVideo(r.Context(), n.ID); err == nil {
			n, err = s.o.Library.Get(r.Context(), n.ID)
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, n)
}

func (c *sessionChange) apply(n *store.Session) error {
	if c.Title != nil {
		n.Title = *c.Title
	}
	if c.Tags != nil {
		n.Tags = *c.Tags
	}
	if c.KeepUntil.given {
		n.KeepUntil = c.KeepUntil.value
	}
	if c.Keep == nil {
		return nil
	}
	switch {
	case *c.Keep == store.KeepNothing:
		return fmt.Errorf("%w: to keep nothing of a session, delete it", store.ErrInvalid)
	case *c.Keep == store.KeepVideo && n.Keep != store.KeepVideo && n.Video == nil && n.State == store.Ready:
		return fmt.Errorf("%w: there is no video of this session any more", store.ErrInvalid)
	}
	n.Keep = *c.Keep
	return nil
}

// deleteSession puts a session into the trash, or with ?now=1 removes it for good.
func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	until, err := s.o.Library.Delete(r.Context(), id)
	if err == nil {
		err = s.cancelWork(r.Context(), id)
	}
	if err == nil && r.URL.Query().Get("now") == "1" {
		err = s.o.Library.Purge(r.Context(), id)
		until = time.Now()
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"undo_until": until.UTC().Format(time.RFC3339)})
}

// cancelWork ends what goes on with a session, so that nobody writes into its folder any more.
func (s *Server) cancelWork(ctx context.Context, id string) error {
	return s.o.Jobs.CancelSession(ctx, id)
}

// undeleteSession takes a session out of the trash.
func (s *Server) undeleteSession(w http.ResponseWriter, r *http.Request) {
	n, err := s.o.Library.Undelete(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.o.Jobs.Wake()
	writeJSON(w, http.StatusOK, n)
}

// analyseRequest asks for another analysis.
type analyseRequest struct {
	Exercise *string  `json:"exercise"`
	Roller   *string  `json:"roller"`
	Height   *float64 `json:"height_cm"`
}

// rollerForm is how a person says where the roller is: x, y and radius in pixels of the video, at a time in seconds.
var rollerForm = regexp.MustCompile(`^(\d{1,5}(\.\d{1,3})?,){2}\d{1,5}(\.\d{1,3})?@\d{1,6}(\.\d{1,3})?$`)

// analyseAgain queues another analysis of a session.
func (s *Server) analyseAgain(w http.ResponseWriter, r *http.Request) {
	j, err := s.queueAnalysis(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusAccepted, j)
}

func (s *Server) queueAnalysis(r *http.Request) (j store.Job, err error) {
	var q analyseRequest
	if err := s.readJSON(r, &q); err != nil {
		return j, err
	}
	o, err := s.analyseOptions(q.Exercise, q.Roller, q.Height)
	if err != nil {
		return j, err
	}
	n, err := s.sessionOf(r)
	if err != nil {
		return j, err
	}
	dir, err := s.o.Library.Dir(n.ID)
	if err != nil {
		return j, err
	}
	switch {
	case n.Kind == store.Live:
		return j, errLiveStays
	case store.VideoFile(dir) == "" && !observed(dir):
		return j, errNoVideoKept
	}
	return s.o.Jobs.Add(r.Context(), n.ID, store.JobAnalyse, o)
}

// observed tells whether a session can be judged by what was seen, without its video.
func observed(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, archive.ObservationsFile))
	return err == nil
}

// analyseOptions checks what somebody told for an analysis.
func (s *Server) analyseOptions(ex, roller *string, height *float64) (o store.AnalyseOptions, err error) {
	if ex != nil {
		if s.exercise(*ex) == nil {
			return o, badRequest("there is no such exercise; GET /api/exercises lists them")
		}
		o.Exercise = *ex
	}
	if roller != nil && *roller != "" {
		if !rollerForm.MatchString(*roller) {
			return o, badRequest("roller is X,Y,RADIUS@TIME, in pixels and seconds")
		}
		o.Roller = *roller
	}
	if height != nil {
		if !(*height >= 100 && *height <= 250) {
			return o, badRequest("a person's height_cm is between 100 and 250")
		}
		o.HeightCM = *height
	}
	return o, nil
}

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
)

// shelf is a server with a library, and a queue whose analyses wait until a test lets them go.
type shelf struct {
	*stand
	library *store.Store
	gate    chan error
}

const bookToken = "a-token-of-a-library"

func newShelf(t *testing.T, token string, more ...func(o *Options)) *shelf {
	t.Helper()
	library, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{library: library, gate: make(chan error)}
	q := queue.New(queue.Options{Store: library, Workers: 1, Handlers: map[store.JobKind]queue.Handler{
		store.JobAnalyse: func(ctx context.Context, _ store.Job, p *queue.Progress) (func(n *store.Session) error, error) {
			p.Set(0.5)
			select {
			case err := <-s.gate:
				return func(n *store.Session) error { n.State = store.Ready; return nil }, err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); q.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
		if err := library.Close(); err != nil {
			t.Error(err)
		}
	})
	s.stand = newStand(t, setUp{options: func(o *Options) {
		o.Library, o.Jobs, o.AccessToken = library, q, token
		for _, change := range more {
			change(o)
		}
	}})
	return s
}

// result is what the session of a test came to.
func result() results.Session {
	return results.Session{
		Schema: results.Schema, Exercise: results.Exercise{ID: "thoracic-roll", Version: 1}, Source: results.Source{Name: "a.mp4", Width: 640, Height: 360},
		Cues: []coach.Finding{{Code: "roller_too_low", Severity: exercise.Safety, StartS: 1, EndS: 2, Text: "Bring the roller up", Spoken: true}},
	}
}

// add puts a session with files on the shelf.
func (s *shelf) add(n store.Session) store.Session {
	s.t.Helper()
	n.Kind, n.Exercise = store.Upload, "thoracic-roll"
	if n.State == "" {
		n.State = store.Ready
	}
	n.Video, n.Thumb = &store.Video{File: "video.mp4", Type: "video/mp4", Width: 640, Height: 360}, true
	n, err := s.library.Create(s.t.Context(), n)
	if err != nil {
		s.t.Fatal(err)
	}
	dir, err := s.library.Dir(n.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := json.Marshal(result())
	if err != nil {
		s.t.Fatal(err)
	}
	for name, body := range map[string][]byte{
		"video.mp4": []byte("0123456789"), archive.ThumbFile: []byte("jpeg"), archive.TrackFile: []byte(strings.Repeat("track", 1000)), archive.SessionFile: text,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	return n
}

// fetch calls and reads JSON.
func fetch[T any](s *shelf, status int, method, path, sent string, headers ...string) (v T) {
	s.t.Helper()
	if sent != "" {
		headers = append(headers, "Content-Type", jsonType)
	}
	a := s.call(method, path, sent, headers...)
	if a.status != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, a.status, a.body, status)
	}
	if len(a.body) > 0 {
		if err := json.Unmarshal(a.body, &v); err != nil {
			s.t.Fatal(err)
		}
	}
	return v
}

const sessionsPath = "/api/library/sessions"

func TestLibraryLists(t *testing.T) {
	s := newShelf(t, "")
	one := s.add(store.Session{Title: "Anna, first week", Tags: []string{"Anna"}})
	two := s.add(store.Session{Title: "Bernd", Created: time.Now().Add(-time.Hour)})
	a := fetch[listAnswer](s, 200, "GET", sessionsPath, "", "Accept-Language", "de")
	if a.Total != 2 || a.Sessions[0].ID != one.ID || a.UndoDays != 7 || a.Usage.Budget != store.DefaultBudget {
		t.Errorf("%+v", a)
	}
	if !slices.Equal(a.Tags, []tagCount{{"Anna", 1}}) || len(a.Exercises) != 1 || a.Exercises[0].ID != "thoracic-roll" || a.Exercises[0].Title == "thoracic-roll" || a.Exercises[0].Count != 2 {
		t.Errorf("%+v", a)
	}
	if a := fetch[listAnswer](s, 200, "GET", sessionsPath+"?q=bern&sort=title&order=asc&limit=1", ""); a.Total != 1 || a.Sessions[0].ID != two.ID {
		t.Errorf("%+v", a)
	}
	if a := fetch[listAnswer](s, 200, "GET", sessionsPath+"?trash=1", ""); a.Total != 0 || a.Sessions == nil {
		t.Errorf("%+v", a)
	}
	for _, q := range []string{"sort=colour", "order=up", "limit=0", "limit=501", "limit=x", "offset=-1", "trash=2", "q=" + strings.Repeat("x", 201)} {
		if a := s.call("GET", sessionsPath+"?"+q, ""); a.status != 400 || a.code() != "bad_request" {
			t.Errorf("%s: %d %s", q, a.status, a.body)
		}
	}
}

func TestLibraryShowsASession(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	a := fetch[sessionAnswer](s, 200, "GET", sessionsPath+"/"+n.ID+"?language=de", "")
	if a.Session.ID != n.ID || a.Result == nil || len(a.Result.Cues) != 1 || a.Rules == nil || a.Rules.ID != "thoracic-roll" || len(a.Events) == 0 {
		t.Errorf("%+v", a)
	}
	if text := a.CueTexts["roller_too_low"]; text == "" || text == "Bring the roller up" {
		t.Errorf("the cue in German: %q", text)
	}
	bare, err := s.library.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Queued})
	if err != nil {
		t.Fatal(err)
	}
	raw := s.call("GET", sessionsPath+"/"+bare.ID, "")
	for _, member := range []string{`"result":null`, `"rules":null`, `"events":[]`, `"notes":[]`, `"marks":[]`, `"cue_texts":{}`, `"tags":[]`} {
		if !bytes.Contains(raw.body, []byte(member)) {
			t.Errorf("no %s in %s", member, raw.body)
		}
	}
}

func TestLibraryChangesASession(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	at := sessionsPath + "/" + n.ID
	got := fetch[store.Session](s, 200, "PATCH", at, `{"title":" New \u0000 title ","tags":["b","a"],"keep_until":"2031-01-02T03:04:05Z"}`)
	if got.Title != "New title" || !slices.Equal(got.Tags, []string{"b", "a"}) || got.KeepUntil == nil || got.KeepUntil.Year() != 2031 {
		t.Errorf("%+v", got)
	}
	if got := fetch[store.Session](s, 200, "PATCH", at, `{"keep_until":null}`); got.KeepUntil != nil || got.Title != "New title" {
		t.Errorf("%+v", got)
	}
	for _, body := range []string{`{"state":"failed"}`, `{"title":7}`, `{"keep":"nothing"}`, `{"keep":"all"}`, `{"keep_until":"tomorrow"}`, `[]`, `{"title":"` + strings.Repeat("x", 300) + `"}`, `{}{}`} {
		if a := s.call("PATCH", at, body, "Content-Type", jsonType); a.status != 400 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	got = fetch[store.Session](s, 200, "PATCH", at, `{"keep":"observations"}`)
	if dir, _ := s.library.Dir(n.ID); got.Video != nil || got.Thumb || fileThere(dir, "video.mp4") || !fileThere(dir, archive.SessionFile) {
		t.Errorf("%+v", got)
	}
	if a := s.call("GET", at+"/video", ""); a.status != http.StatusGone || a.code() != "no_video_kept" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.call("PATCH", at, `{"keep":"video"}`, "Content-Type", jsonType); a.status != 400 {
		t.Errorf("a video comes back: %d %s", a.status, a.body)
	}
}

// To keep no pictures of a clip that could not be analysed removes them, too.
func TestLibraryKeepsNoPicturesOfWhatFailed(t *testing.T) {
	s := newShelf(t, "")
	n, err := s.library.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Failed})
	if err != nil {
		t.Fatal(err)
	}
	dir, _ := s.library.Dir(n.ID)
	if err := os.WriteFile(filepath.Join(dir, "video.mp4"), []byte("pictures"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := fetch[store.Session](s, 200, "PATCH", sessionsPath+"/"+n.ID, `{"keep":"observations"}`)
	if got.Keep != store.KeepObservations || fileThere(dir, "video.mp4") {
		t.Errorf("%+v", got)
	}
}

func fileThere(parts ...string) bool { _, err := os.Stat(filepath.Join(parts...)); return err == nil }

func TestLibraryDeletes(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	at := sessionsPath + "/" + n.ID
	until := fetch[map[string]string](s, 200, "DELETE", at, "")["undo_until"]
	if day, err := time.Parse(time.RFC3339, until); err != nil || time.Until(day) < 6*24*time.Hour {
		t.Errorf("until %q", until)
	}
	if a := fetch[listAnswer](s, 200, "GET", sessionsPath+"?trash=1", ""); a.Total != 1 {
		t.Errorf("%+v", a)
	}
	if got := fetch[store.Session](s, 200, "POST", at+"/undelete", ""); got.Deleted != nil {
		t.Errorf("%+v", got)
	}
	fetch[map[string]string](s, 200, "DELETE", at+"?now=1", "")
	if dir, _ := s.library.Dir(n.ID); fileThere(dir) {
		t.Error("the folder is there")
	}
	if a := s.call("POST", at+"/undelete", ""); a.status != 404 || a.code() != "not_in_library" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

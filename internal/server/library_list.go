package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/store"
)

// listAnswer is a part of the library.
type listAnswer struct {
	Sessions  []store.Session `json:"sessions"`
	Total     int             `json:"total"`
	Tags      []tagCount      `json:"tags"`
	Exercises []exerciseCount `json:"exercises"`
	Usage     store.Usage     `json:"usage"`
	UndoDays  int             `json:"undo_days"`
}

type tagCount struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}

type exerciseCount struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Count int    `json:"count"`
}

// listSessions lists what was recorded and uploaded.
func (s *Server) listSessions(w http.ResponseWriter, r *http.Request) {
	q, err := queryOf(r.URL.Query())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	page, err := s.o.Library.List(r.Context(), q)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	usage, err := s.o.Library.Usage(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	a := listAnswer{
		Sessions: page.Sessions, Total: page.Total, Tags: []tagCount{}, Exercises: []exerciseCount{}, Usage: usage,
		UndoDays: s.o.Library.UndoDays(),
	}
	if a.Sessions == nil {
		a.Sessions = []store.Session{}
	}
	for _, t := range page.Tags {
		a.Tags = append(a.Tags, tagCount{t.Name, t.Count})
	}
	language := languageOf(r.URL.Query().Get("language"), r)
	for _, e := range page.Exercises {
		title := e.Name
		if ex := s.exercise(e.Name); ex != nil {
			title = ex.Title.In(language)
		}
		a.Exercises = append(a.Exercises, exerciseCount{e.Name, title, e.Count})
	}
	writeJSON(w, http.StatusOK, a)
}

// exercise finds an exercise by its id; nil if there is none.
func (s *Server) exercise(id string) *exercise.Exercise {
	i := slices.IndexFunc(s.o.Exercises, func(ex *exercise.Exercise) bool { return ex.ID == id })
	if i < 0 {
		return nil
	}
	return s.o.Exercises[i]
}

// maxQuery is the most bytes of a text to search for.
const maxQuery = 200

// queryOf reads a query strictly.
func queryOf(v url.Values) (q store.Query, err error) {
	q = store.Query{
		Text: v.Get("q"), Exercise: v.Get("exercise"), Tag: v.Get("tag"), Kind: store.Kind(v.Get("kind")), State: store.State(v.Get("state")),
		Sort: store.Sort(v.Get("sort")), Limit: 60,
	}
	if len(q.Text) > maxQuery || len(q.Tag) > maxQuery || len(q.Exercise) > maxQuery {
		return q, badRequest(fmt.Sprintf("a text to search for has at most %d bytes", maxQuery))
	}
	if q.Sort != "" && !store.ValidSort(q.Sort) {
		return q, badRequest("sort is one of created, title, duration, score, worst and exercise")
	}
	switch v.Get("order") {
	case "", "desc":
	case "asc":
		q.Ascending = true
	default:
		return q, badRequest("order is asc or desc")
	}
	switch v.Get("trash") {
	case "", "0":
	case "1":
		q.Trash = true
	default:
		return q, badRequest("trash is 0 or 1")
	}
	for name, to := range map[string]*int{"limit": &q.Limit, "offset": &q.Offset} {
		if !v.Has(name) {
			continue
		}
		n, err := strconv.Atoi(v.Get(name))
		if err != nil || n < 0 || name == "limit" && (n < 1 || n > 500) {
			return q, badRequest(name + " is a number, and limit at most 500")
		}
		*to = n
	}
	return q, nil
}

// trend tells what the sessions of an exercise, or with a tag, came to.
func (s *Server) trend(w http.ResponseWriter, r *http.Request) {
	points, err := s.o.Library.Trend(r.Context(), r.URL.Query().Get("exercise"), r.URL.Query().Get("tag"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"points": points})
}

// listJobs tells what waits and runs.
func (s *Server) listJobs(w http.ResponseWriter, r *http.Request) {
	jobs, err := s.o.Jobs.List(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"jobs": jobs})
}

// cancelJob ends a job.
func (s *Server) cancelJob(w http.ResponseWriter, r *http.Request) {
	if err := s.o.Jobs.Cancel(r.Context(), r.PathValue("job")); err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

package server

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/store"
)

func TestNotesAndMarksOverHTTP(t *testing.T) {
	s := newShelf(t, "")
	at := sessionsPath + "/" + s.add(store.Session{}).ID
	n := fetch[store.Note](s, 201, "POST", at+"/notes", `{"t":1.5,"end_t":2,"text":"look","shapes":[{"type":"line","points":[[1,2],[3,4]]}]}`)
	got := fetch[store.Note](s, 200, "PATCH", at+"/notes/"+n.ID, `{"text":"here","end_t":null}`)
	if got.T != 1.5 || got.EndT != nil || got.Text != "here" || string(got.Shapes) != `[{"type":"line","points":[[1,2],[3,4]]}]` {
		t.Errorf("%+v", got)
	}
	m := fetch[store.Mark](s, 201, "POST", at+"/marks", `{"kind":"false","code":"roller_too_low","cue":0,"start_s":1,"end_s":2,"note":""}`)
	if a := fetch[sessionAnswer](s, 200, "GET", at, ""); len(a.Notes) != 1 || len(a.Marks) != 1 || *a.Marks[0].Cue != 0 {
		t.Errorf("%+v", a)
	}
	for path, body := range map[string]string{
		"/notes": `{"text":"when?"}`, "/notes/" + n.ID: `{"t":1e99}`, "/marks": `{"kind":"wrong","code":"x","start_s":0,"end_s":0}`,
	} {
		method := "POST"
		if strings.HasSuffix(path, n.ID) {
			method = "PATCH"
		}
		if a := s.call(method, at+path, body, "Content-Type", jsonType); a.status != 400 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := s.call("POST", at+"/notes", `{"t":1,"text":"`+strings.Repeat("x", maxNoteBody)+`"}`, "Content-Type", jsonType); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", a.status)
	}
	for _, path := range []string{"/notes/" + n.ID, "/marks/" + m.ID} {
		if a := s.call("DELETE", at+path, ""); a.status != 204 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := s.call("DELETE", at+path, ""); a.status != 404 {
			t.Errorf("again: %d %s", a.status, a.body)
		}
	}
}

type jobsAnswer struct{ Jobs []store.Job }

func TestJobsOverHTTP(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	at := sessionsPath + "/" + n.ID
	for _, body := range []string{`{"exercise":"none"}`, `{"height_cm":20}`, `{"roller":"everywhere"}`, `{"roller":"1,2,3@-4"}`} {
		if a := s.call("POST", at+"/analyse", body, "Content-Type", jsonType); a.status != 400 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	job := fetch[store.Job](s, 202, "POST", at+"/analyse", `{"exercise":"thoracic-roll","roller":"312,241.5,18@0","height_cm":180}`)
	if a := s.call("POST", at+"/analyse", `{}`, "Content-Type", jsonType); a.status != http.StatusConflict || a.code() != "session_busy" {
		t.Errorf("twice: %d %s", a.status, a.body)
	}
	waitFor(t, "the job to run", func() bool {
		j := fetch[jobsAnswer](s, 200, "GET", "/api/library/jobs", "").Jobs[0]
		return j.State == store.JobRunning && j.Progress == 0.5 && j.LeftS != nil
	})
	if a := s.call("DELETE", "/api/library/jobs/"+job.ID, ""); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if j := fetch[jobsAnswer](s, 200, "GET", "/api/library/jobs", "").Jobs[0]; j.State != store.JobCancelled {
		t.Errorf("%+v", j)
	}
	// What it came to before counts on.
	if got, err := s.library.Get(t.Context(), n.ID); err != nil || got.State != store.Ready {
		t.Errorf("%v: %+v", err, got)
	}
	fetch[store.Job](s, 202, "POST", at+"/analyse", `{}`)
	s.gate <- errors.New("the clip has broken off")
	waitFor(t, "the failure", func() bool {
		got, err := s.library.Get(t.Context(), n.ID)
		return err == nil && got.State == store.Ready && got.Error == "The clip has broken off."
	})
	// One that is deleted does not go on, until that is undone.
	fetch[store.Job](s, 202, "POST", at+"/analyse", `{}`)
	fetch[map[string]string](s, 200, "DELETE", at, "")
	if got, _ := s.library.Get(t.Context(), n.ID); got.State != store.Queued {
		t.Errorf("%+v", got)
	}
	fetch[store.Session](s, 200, "POST", at+"/undelete", "")
	s.gate <- nil
	waitFor(t, "the end", func() bool {
		got, err := s.library.Get(t.Context(), n.ID)
		return err == nil && got.State == store.Ready && got.Error == ""
	})
}

func TestTrendOverHTTP(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	got := fetch[struct{ Points []store.Point }](s, 200, "GET", "/api/library/trend?exercise=thoracic-roll", "")
	if len(got.Points) != 1 || got.Points[0].ID != n.ID {
		t.Errorf("%+v", got)
	}
	if a := s.call("GET", "/api/library/trend?exercise=none", ""); string(bytes.TrimSpace(a.body)) != `{"points":[]}` {
		t.Errorf("%s", a.body)
	}
}

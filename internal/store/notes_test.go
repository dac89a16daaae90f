package store

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/archive"
)

func TestNotesAndMarks(t *testing.T) {
	s, c := open(t, Options{})
	n, other := create(t, s, Session{}), create(t, s, Session{})
	note, err := s.AddNote(t.Context(), n.ID, Note{T: 3, EndT: p(4.0), Text: "a", Shapes: json.RawMessage(`[{"type":"line"}]`)})
	if err != nil {
		t.Fatal(err)
	}
	c.now = noon.Add(time.Minute)
	if _, err := s.ChangeNote(t.Context(), other.ID, note.ID, func(*Note) error { return nil }); !errors.Is(err, ErrNotFound) {
		t.Errorf("through another session: %v", err)
	}
	changed, err := s.ChangeNote(t.Context(), n.ID, note.ID, func(n *Note) error { n.Text, n.EndT = "b", nil; return nil })
	want := note
	want.Text, want.EndT, want.Updated = "b", nil, c.now
	if diff := cmp.Diff(want, changed); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for name, bad := range map[string]Note{
		"ends before": {T: 3, EndT: p(1.0)}, "far off": {T: 1e9}, "shapes no list": {Shapes: json.RawMessage(`{}`)},
		"large shapes": {Shapes: json.RawMessage(`["` + strings.Repeat("x", maxShapes) + `"]`)}, "long": {Text: strings.Repeat("x", maxNote+1)},
		"no text": {Text: "\xff"}, "of another age": {Created: beyond}, "changed in another age": {Created: noon, Updated: beyond},
	} {
		if _, err := s.AddNote(t.Context(), n.ID, bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.RemoveNote(t.Context(), other.ID, note.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("through another session: %v", err)
	}
	if err := s.RemoveNote(t.Context(), n.ID, note.ID); err != nil {
		t.Error(err)
	}

	mark, err := s.AddMark(t.Context(), n.ID, Mark{Kind: MarkFalse, Code: "hips_not_lifted", Cue: p(2), StartS: 1, EndS: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddMark(t.Context(), n.ID, Mark{Kind: MarkMissed, Code: "hips_not_lifted", Created: beyond}); !errors.Is(err, ErrInvalid) {
		t.Errorf("of another age: %v", err)
	}
	again, err := s.AddMark(t.Context(), n.ID, Mark{Kind: MarkFalse, Code: "hips_not_lifted", Cue: p(2), StartS: 1, EndS: 2, Note: "sure"})
	if err != nil {
		t.Fatal(err)
	}
	if all, err := s.Marks(t.Context(), n.ID); err != nil || len(all) != 1 || cmp.Diff(again, all[0]) != "" || all[0].ID == mark.ID {
		t.Errorf("%v: %+v", err, all)
	}
	for name, bad := range map[string]Mark{
		"no kind": {Code: "x"}, "missed with a place": {Kind: MarkMissed, Code: "x", Cue: p(1)}, "false without": {Kind: MarkFalse, Code: "x"},
		"no code": {Kind: MarkMissed, Code: "<script>"}, "backwards": {Kind: MarkMissed, Code: "x", StartS: 2, EndS: 1},
	} {
		if _, err := s.AddMark(t.Context(), n.ID, bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.AddMark(t.Context(), NewID(), Mark{Kind: MarkMissed, Code: "x"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("to nobody: %v", err)
	}
	if err := s.RemoveMark(t.Context(), n.ID, again.ID); err != nil {
		t.Error(err)
	}
	if err := s.RemoveMark(t.Context(), n.ID, again.ID); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

// A job that ends the program whenever it runs ends it a few times only. What is laid aside in good order may go on for
// ever, and what was analysed before counts on.
func TestJobsThatEndTheProgram(t *testing.T) {
	s, _ := open(t, Options{})
	first, again := create(t, s, Session{State: Uploading}), create(t, s, Session{})
	put(t, s, again.ID, archive.SessionFile, "{}")
	for _, n := range []Session{first, again} {
		put(t, s, n.ID, "video.mp4", "x")
		if _, err := s.Enqueue(t.Context(), n.ID, JobAnalyse, nil); err != nil {
			t.Fatal(err)
		}
	}
	take := func() {
		t.Helper()
		for range 2 {
			if _, ok, err := s.Take(t.Context()); err != nil || !ok {
				t.Fatalf("%t, %v", ok, err)
			}
		}
	}
	for range 2 * maxAttempts { // in good order
		take()
		all, _ := s.Jobs(t.Context())
		for _, j := range all {
			if err := s.EndJob(t.Context(), j.ID, JobQueued, "", func(n *Session) error { n.State = Queued; return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range maxAttempts { // cut off
		take()
		if _, ok, _ := s.TakeFresh(t.Context()); ok {
			t.Error("one that was cut off is fresh")
		}
		if _, err := s.Recover(t.Context(), closed); err != nil {
			t.Fatal(err)
		}
		if n, _ := s.Get(t.Context(), first.ID); (n.State == Queued) != (i < maxAttempts-1) {
			t.Errorf("%s after %d times", n.State, i+1)
		}
	}
	if n, _ := s.Get(t.Context(), first.ID); n.State != Failed || !strings.Contains(n.Error, "another form") {
		t.Errorf("%+v", n)
	}
	if n, _ := s.Get(t.Context(), again.ID); n.State != Ready || !strings.Contains(n.Error, "another form") {
		t.Errorf("%+v", n)
	}
	if _, ok, _ := s.Take(t.Context()); ok {
		t.Error("it is taken again")
	}
	if _, err := s.Enqueue(t.Context(), first.ID, JobAnalyse, nil); err != nil {
		t.Errorf("nobody can ask for another try: %v", err)
	}
	if _, ok, err := s.Take(t.Context()); err != nil || !ok {
		t.Errorf("another try is not taken: %v", err)
	}
}

func TestJobs(t *testing.T) {
	s, c := open(t, Options{})
	a, b := create(t, s, Session{State: Uploading, Reserved: 10}), create(t, s, Session{})
	first, err := s.Enqueue(t.Context(), a.ID, JobAnalyse, map[string]int{"height_cm": 180})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Enqueue(t.Context(), a.ID, JobAnalyse, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("twice: %v", err)
	}
	c.now = noon.Add(time.Second)
	if _, err := s.Enqueue(t.Context(), b.ID, JobFilm, nil); err != nil {
		t.Fatal(err)
	}
	if n, _ := s.Get(t.Context(), a.ID); n.State != Queued || n.Reserved != 0 {
		t.Errorf("%+v", n)
	}
	if n, _ := s.Get(t.Context(), b.ID); n.State != Ready {
		t.Errorf("a film makes a session wait: %+v", n)
	}
	if _, err := s.Delete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	film, ok, err := s.Take(t.Context())
	if err != nil || !ok || film.Session != b.ID {
		t.Fatalf("the job of a deleted session was taken: %+v, %v", film, err)
	}
	if _, ok, _ := s.Take(t.Context()); ok {
		t.Error("a job of a deleted session was taken")
	}
	if _, err := s.Undelete(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	j, ok, err := s.Take(t.Context())
	if err != nil || !ok || j.ID != first.ID || j.State != JobRunning || string(j.Options) != `{"height_cm":180}` {
		t.Fatalf("%+v, %t, %v", j, ok, err)
	}
	if n, _ := s.Get(t.Context(), a.ID); n.State != Analysing {
		t.Errorf("%+v", n)
	}
	err = s.EndJob(t.Context(), j.ID, JobFailed, "no", func(n *Session) error { n.State, n.Error = Failed, "no"; return nil })
	if n, _ := s.Get(t.Context(), a.ID); err != nil || n.State != Failed || n.Error != "no" {
		t.Errorf("%v: %+v", err, n)
	}
	if all, err := s.Jobs(t.Context()); err != nil || len(all) != 2 || all[0].ID != film.ID {
		t.Errorf("%v: %+v", err, all)
	}
	c.now = c.now.Add(jobsRemembered + time.Second)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, _ := s.Jobs(t.Context()); len(all) != 1 {
		t.Errorf("an old job is remembered: %+v", all)
	}
}

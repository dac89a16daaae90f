package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/results"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that a test sets.
type clock struct{ now time.Time }

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// open makes a library in a folder of its own.
func open(t testing.TB, o Options) (*Store, *clock) {
	t.Helper()
	c := &clock{noon}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.MinFree, o.Now = 1, func() time.Time { return c.now }
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, c
}

func create(t testing.TB, s *Store, n Session) Session {
	t.Helper()
	if n.Kind == "" {
		n.Kind = Upload
	}
	if n.State == "" {
		n.State = Ready
	}
	n, err := s.Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// put writes a file into a session's folder.
func put(t testing.TB, s *Store, id, name, text string) {
	t.Helper()
	dir, err := s.Dir(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func ids(all []Session) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = all[i].ID
	}
	return out
}

func p[T any](v T) *T { return &v }

func TestSessionComesBackAsItWasKept(t *testing.T) {
	s, _ := open(t, Options{})
	want := Session{
		ID: NewID(), Kind: Live, State: Ready, Title: "Tuesday", SourceName: "clip.mp4", Created: noon, Exercise: "thoracic-roll",
		ExerciseVersion: 3, Hash: "abc", Language: "de", DurationS: p(12.5), Frames: 300, Score: p(87.5),
		Worst: &Worst{1, 2, "roller_too_low", "safety"}, Cues: 2, Tags: []string{"z", "a"}, Keep: KeepVideo, KeepUntil: p(noon.Add(time.Hour)),
		Video: &Video{"video.mp4", "video/mp4", 640, 360, -0.5}, Thumb: true, Bytes: 7, Error: "cut off",
		Outcome: &Outcome{coach.ZoneTimes{Thoracic: 5}, 1.5}, Reserved: 9,
	}
	if _, err := s.Create(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), want.ID)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v\n%s", err, diff)
	}
	dir, err := s.Dir(want.ID)
	if info, at := os.Stat(dir); err != nil || at != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", err, at)
	}
	bare := create(t, s, Session{})
	if bare.DurationS != nil || bare.Score != nil || bare.Worst != nil || bare.KeepUntil != nil || bare.Video != nil || len(bare.Tags) != 0 || bare.Tags == nil {
		t.Errorf("what is not known is there: %+v", bare)
	}
	if _, err := s.Get(t.Context(), NewID()); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

func TestIDsNeverReachTheFileSystemUnchecked(t *testing.T) {
	s, _ := open(t, Options{})
	for _, id := range []string{"", ".", "../../etc", strings.Repeat("A", 25), strings.Repeat("A", 27), strings.Repeat("a", 26), strings.Repeat("1", 26), "A\x00" + strings.Repeat("A", 24), strings.Repeat("A", 26) + "\n"} {
		if _, err := s.Dir(id); !errors.Is(err, ErrID) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := s.Exports(id); !errors.Is(err, ErrID) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := s.Create(t.Context(), Session{ID: id, Kind: Upload, State: Ready}); id != "" && !errors.Is(err, ErrID) {
			t.Errorf("%q was created: %v", id, err)
		}
	}
}

func TestList(t *testing.T) {
	s, c := open(t, Options{})
	var all []Session
	for i, n := range []Session{
		{Title: "Übung am Morgen", Exercise: "thoracic-roll", Tags: []string{"Anna", "week 1"}, DurationS: p(60.0), Score: p(50.0), Worst: &Worst{0, 1, "x", "pace"}},
		{Title: "evening", SourceName: "IMG_100%.MOV", Exercise: "lats", Tags: []string{"anna"}, DurationS: p(30.0), Worst: &Worst{0, 9, "x", "pace"}},
		{Title: "胸椎", Kind: Live, Exercise: "thoracic-roll", Score: p(90.0), Worst: &Worst{0, 1, "x", "safety"}},
		{Title: "Deleted", Exercise: "lats", Tags: []string{"gone"}},
	} {
		n.Created = noon.Add(time.Duration(i) * time.Minute)
		all = append(all, create(t, s, n))
	}
	if _, err := s.Delete(t.Context(), all[3].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddNote(t.Context(), all[0].ID, Note{T: 1, Text: "Elbows\nhigher!"}); err != nil {
		t.Fatal(err)
	}
	c.now = noon.Add(time.Hour)
	for name, tt := range map[string]struct {
		q    Query
		want []int
	}{
		"everything, newest first":  {Query{}, []int{2, 1, 0}},
		"oldest first":              {Query{Ascending: true}, []int{0, 1, 2}},
		"trash":                     {Query{Trash: true}, []int{3}},
		"title without accents":     {Query{Text: "UBUNG"}, []int{0}},
		"all words":                 {Query{Text: "morgen anna"}, []int{0}},
		"no wildcards":              {Query{Text: "100%"}, []int{1}},
		"no wildcard matches":       {Query{Text: "img%mov"}, nil},
		"notes":                     {Query{Text: "elbows higher"}, []int{0}},
		"Chinese":                   {Query{Text: "椎"}, []int{2}},
		"tag":                       {Query{Tag: "anna"}, []int{1}},
		"exercise":                  {Query{Exercise: "thoracic-roll"}, []int{2, 0}},
		"kind":                      {Query{Kind: Live}, []int{2}},
		"title sorted":              {Query{Sort: SortTitle, Ascending: true}, []int{1, 0, 2}},
		"score, unknown last":       {Query{Sort: SortScore}, []int{2, 0, 1}},
		"score up, unknown last":    {Query{Sort: SortScore, Ascending: true}, []int{0, 2, 1}},
		"duration":                  {Query{Sort: SortDuration}, []int{0, 1, 2}},
		"worst: grave, then long":   {Query{Sort: SortWorst}, []int{2, 1, 0}},
		"a part":                    {Query{Limit: 1, Offset: 1}, []int{1}},
		"text that would be syntax": {Query{Text: `' OR 1=1 -- "`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.List(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, i := range tt.want {
				want = append(want, all[i].ID)
			}
			if !slices.Equal(ids(got.Sessions), want) {
				t.Errorf("got %v, want %v", ids(got.Sessions), want)
			}
			if total := got.Total; tt.q.Limit == 0 && total != len(want) || tt.q.Limit > 0 && total != 3 {
				t.Errorf("total %d", total)
			}
			if diff := cmp.Diff([]Count{{"thoracic-roll", 2}, {"lats", 1}}, got.Exercises); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]Count{{"Anna", 1}, {"anna", 1}, {"week 1", 1}}, got.Tags); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	s, _ := open(t, Options{})
	n := create(t, s, Session{Title: "old"})
	got, err := s.Update(t.Context(), n.ID, func(n *Session) error {
		n.ID, n.Created = NewID(), noon.Add(time.Hour) // which it may not
		n.Title, n.Tags = " new\r\n\u202etitle ", []string{" a ", "A", "", "b"}
		return nil
	})
	if err != nil || got.ID != n.ID || !got.Created.Equal(n.Created) || got.Title != "new title" || !slices.Equal(got.Tags, []string{"a", "b"}) {
		t.Errorf("%v: %+v", err, got)
	}
	for name, change := range map[string]func(n *Session){
		"a long title": func(n *Session) { n.Title = strings.Repeat("x", maxTitle+1) },
		"a long tag":   func(n *Session) { n.Tags = []string{strings.Repeat("x", maxTag+1)} },
		"many tags": func(n *Session) {
			n.Tags = nil
			for i := range maxTags + 1 {
				n.Tags = append(n.Tags, fmt.Sprint(i))
			}
		},
		"nothing to keep": func(n *Session) { n.Keep = "all" },
	} {
		_, err := s.Update(t.Context(), n.ID, func(n *Session) error { change(n); return nil })
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, _ := s.Get(t.Context(), n.ID); after.Title != "new title" {
		t.Errorf("a refused change was kept: %+v", after)
	}
	// Found by what it is called now, and not by what it was.
	if l, _ := s.List(t.Context(), Query{Text: "old"}); l.Total != 0 {
		t.Error("found by its old title")
	}
}

func TestTrash(t *testing.T) {
	s, c := open(t, Options{UndoDays: 3})
	n := create(t, s, Session{})
	put(t, s, n.ID, "video.mp4", "pictures")
	until, err := s.Delete(t.Context(), n.ID)
	if err != nil || !until.Equal(noon.AddDate(0, 0, 3)) {
		t.Fatalf("until %v, %v", until, err)
	}
	c.now = noon.AddDate(0, 0, 1)
	if again, err := s.Delete(t.Context(), n.ID); err != nil || !again.Equal(until) {
		t.Errorf("deleting again prolongs: %v, %v", again, err)
	}
	if back, err := s.Undelete(t.Context(), n.ID); err != nil || back.Deleted != nil {
		t.Fatalf("%v: %+v", err, back)
	}
	if _, err := s.Delete(t.Context(), n.ID); err != nil {
		t.Fatal(err)
	}
	dir, _ := s.Dir(n.ID)
	for _, day := range []int{2, 3} {
		c.now = noon.AddDate(0, 0, day)
		if err := s.Sweep(t.Context()); err != nil || !exists(dir) {
			t.Fatalf("day %d: %v, gone %t", day, err, !exists(dir))
		}
	}
	c.now = noon.AddDate(0, 0, 4)
	if err := s.Sweep(t.Context()); err != nil || exists(dir) {
		t.Fatalf("%v, still there %t", err, exists(dir))
	}
	if _, err := s.Undelete(t.Context(), n.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("back from nowhere: %v", err)
	}
	live := create(t, s, Session{State: Recording})
	if _, err := s.Delete(t.Context(), live.ID); !errors.Is(err, ErrBusy) {
		t.Errorf("a recording was deleted: %v", err)
	}
}

func TestRetention(t *testing.T) {
	s, c := open(t, Options{})
	n := create(t, s, Session{KeepUntil: p(noon.Add(time.Hour)), Video: &Video{File: "play.mp4", Type: "video/mp4"}, Thumb: true})
	stays := create(t, s, Session{Video: &Video{File: "video.mp4", Type: "video/mp4"}})
	for _, name := range []string{"video.bin", "play.mp4", "thumb.jpg", archive.ObservationsFile, archive.SessionFile} {
		put(t, s, n.ID, name, "12345")
	}
	put(t, s, stays.ID, "video.mp4", "x")
	dir, _ := s.Dir(n.ID)
	if err := s.Sweep(t.Context()); err != nil || !exists(dir, "play.mp4") {
		t.Fatalf("too early: %v", err)
	}
	c.now = noon.Add(2 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, _ := s.Get(t.Context(), n.ID)
	if got.Video != nil || got.Thumb || got.Keep != KeepObservations || got.Bytes != 10 {
		t.Errorf("%+v", got)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 2 || !exists(dir, archive.ObservationsFile) || !exists(dir, archive.SessionFile) {
		t.Errorf("left: %v", left)
	}
	if other, _ := s.Dir(stays.ID); !exists(other, "video.mp4") {
		t.Error("a video without an end has gone")
	}
}

func TestBudget(t *testing.T) {
	s, _ := open(t, Options{Budget: 1000})
	n := create(t, s, Session{})
	put(t, s, n.ID, "video.mp4", strings.Repeat("x", 300))
	if err := s.Measure(t.Context(), n.ID); err != nil {
		t.Fatal(err)
	}
	create(t, s, Session{State: Uploading, Reserved: 500})
	if u, err := s.Usage(t.Context()); err != nil || u != (Usage{Bytes: 800, Budget: 1000, Free: 200}) {
		t.Errorf("%+v, %v", u, err)
	}
	if err := s.Room(t.Context(), 200); err != nil {
		t.Error(err)
	}
	var full *FullError
	if err := s.Room(t.Context(), 201); !errors.Is(err, ErrFull) || !errors.As(err, &full) || full.Free != 200 || full.Disk {
		t.Errorf("%v", err)
	}
	// A disk that is full counts, whatever the budget says.
	s.o.Budget, s.o.MinFree = 1<<60, 1<<60
	if err := s.Room(t.Context(), 1); !errors.As(err, &full) || !full.Disk {
		t.Errorf("%v", err)
	}
}

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
		"no text": {Text: "\xff"},
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

// broken is what closing a recording says that cannot be closed.
func broken(string) (archive.Digest, error) { return archive.Digest{}, errors.New("nothing to read") }

func closed(string) (archive.Digest, error) {
	return archive.Digest{DurationS: 5, Score: 80, Session: results.Session{Frames: results.Frame{Analysed: 50}, Source: results.Source{Width: 640, Height: 360}}}, nil
}

func TestRecover(t *testing.T) {
	s, _ := open(t, Options{})
	recording, empty := create(t, s, Session{Kind: Live, State: Recording}), create(t, s, Session{Kind: Live, State: Recording})
	put(t, s, recording.ID, archive.ObservationsFile, "lines")
	put(t, s, recording.ID, "video.webm", "pictures")
	analysing := create(t, s, Session{State: Uploading})
	put(t, s, analysing.ID, "video.mp4", "x")
	put(t, s, analysing.ID, "readings.jsonl.zst.part", "half")
	if _, err := s.Enqueue(t.Context(), analysing.ID, JobAnalyse, nil); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Take(t.Context()); err != nil || !ok {
		t.Fatal(err)
	}
	// A purge that was cut off after its first step, one after the last rename, and one before the files went.
	purged := create(t, s, Session{})
	if _, err := s.Delete(t.Context(), purged.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.dismiss(purged.ID); err != nil {
		t.Fatal(err)
	}
	lost := create(t, s, Session{})
	lostDir, _ := s.Dir(lost.ID)
	if err := os.Remove(lostDir); err != nil {
		t.Fatal(err)
	}
	stranger, bare := NewID(), NewID()
	put(t, s, stranger, archive.SessionFile, "{}")
	put(t, s, bare, "video.mp4.part", "half")
	orphan, _ := s.Exports(NewID())
	if err := os.Mkdir(orphan, 0o700); err != nil {
		t.Fatal(err)
	}
	closing := func(dir string) (archive.Digest, error) {
		if base := filepath.Base(dir); base == empty.ID || base == bare {
			return archive.Digest{}, archive.ErrNothing
		}
		return closed(dir)
	}
	r, err := s.Recover(t.Context(), closing)
	if want := (Recovery{Closed: 1, Requeued: 1, Adopted: 1, Removed: 3}); err != nil || r != want {
		t.Fatalf("%+v, %v; want %+v", r, err, want)
	}
	for id, want := range map[string]State{recording.ID: Ready, analysing.ID: Queued, lost.ID: Failed, stranger: Ready} {
		n, err := s.Get(t.Context(), id)
		if err != nil || n.State != want {
			t.Errorf("%v: %s, want %s", err, n.State, want)
		}
	}
	if n, _ := s.Get(t.Context(), recording.ID); n.Video == nil || *n.Video != (Video{"video.webm", "video/webm", 640, 360, 0}) || n.Bytes == 0 || *n.Score != 80 {
		t.Errorf("%+v", n)
	}
	for _, id := range []string{empty.ID, purged.ID} {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
	var files []string
	for _, dir := range []string{sessionsFolder, goneFolder, exportsFolder} {
		list, _ := os.ReadDir(filepath.Join(s.o.Dir, dir))
		for _, e := range list {
			files = append(files, e.Name())
		}
	}
	want := []string{recording.ID, analysing.ID, lost.ID, stranger}
	slices.Sort(want)
	if !slices.Equal(files, want) {
		t.Errorf("folders %v, want %v", files, want)
	}
	if dir, _ := s.Dir(analysing.ID); exists(dir, "readings.jsonl.zst.part") {
		t.Error("what was half written is there")
	}
	if j, ok, err := s.Take(t.Context()); err != nil || !ok || j.Session != analysing.ID {
		t.Errorf("no job: %v", err)
	}
	if again, err := s.Recover(t.Context(), closed); err != nil || again != (Recovery{Requeued: 1}) {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// What a recording that cannot be closed holds is kept.
func TestRecoverKeepsWhatItCannotRead(t *testing.T) {
	s, _ := open(t, Options{})
	n := create(t, s, Session{Kind: Live, State: Recording})
	put(t, s, n.ID, archive.ObservationsFile, "lines")
	if _, err := s.Recover(t.Context(), broken); err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), n.ID)
	dir, _ := s.Dir(n.ID)
	if err != nil || got.State != Failed || got.Error == "" || !exists(dir, archive.ObservationsFile) {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestOneLibraryOneOwner(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, Options{Dir: dir})
	n := create(t, s, Session{})
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrLocked) {
		t.Errorf("two have it: %v", err)
	}
	other, err := Open(t.Context(), Options{Dir: dir, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := other.Get(t.Context(), n.ID); err != nil || got.ID != n.ID {
		t.Errorf("%v", err)
	}
	if err := errors.Join(other.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	again, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestDamagedDatabase(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseFile), []byte(strings.Repeat("no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "rollwell restore") {
		t.Errorf("%v", err)
	}
}

func TestTrend(t *testing.T) {
	s, _ := open(t, Options{})
	create(t, s, Session{Exercise: "other"})
	late := create(t, s, Session{Exercise: "lats", Created: noon.Add(time.Hour), DurationS: p(90.0), Outcome: &Outcome{coach.ZoneTimes{Neck: 1}, 2}, Tags: []string{"a"}})
	early := create(t, s, Session{Exercise: "lats", Created: noon})
	create(t, s, Session{Exercise: "lats", State: Failed})
	got, err := s.Trend(t.Context(), "lats", "")
	want := []Point{{ID: early.ID, Created: noon}, {ID: late.ID, Created: noon.Add(time.Hour), Minutes: p(1.5), TimeInZoneS: &coach.ZoneTimes{Neck: 1}, SpeedOverS: p(2.0)}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := s.Trend(t.Context(), "", "a"); err != nil || len(got) != 1 || got[0].ID != late.ID {
		t.Errorf("%v: %+v", err, got)
	}
}

// filled makes a library of so many sessions.
func filled(b *testing.B, count int) *Store {
	s, _ := open(b, Options{})
	words := strings.Fields("morning evening Anna Bernd thoracic before after week first second knee shoulder coach visit")
	for i := range count {
		create(b, s, Session{
			Title: fmt.Sprintf("%s %s %d", words[i%14], words[i/14%14], i), SourceName: fmt.Sprintf("IMG_%04d.MOV", i), Exercise: []string{"thoracic-roll", "lats", "glutes"}[i%3],
			Created: noon.Add(time.Duration(i) * time.Minute), DurationS: p(float64(i % 600)), Score: p(float64(i % 100)),
			Worst: &Worst{1, float64(i % 50), "roller_too_low", "safety"}, Tags: []string{words[i%14], words[i/7%14]},
		})
	}
	return s
}

// BenchmarkList lists a library of 5000 sessions: 60 of them, with the counts of tags and exercises.
func BenchmarkList(b *testing.B) {
	s := filled(b, 5000)
	for name, q := range map[string]Query{
		"newest": {Limit: 60}, "search": {Text: "anna coach", Limit: 60}, "worst": {Sort: SortWorst, Limit: 60, Offset: 4000},
		"filter": {Exercise: "lats", Tag: "Anna", Sort: SortTitle, Ascending: true, Limit: 60}, "everything": {Limit: 500},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(context.Background(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

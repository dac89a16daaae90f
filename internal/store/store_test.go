package store

import (
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
		Outcome: &Outcome{coach.ZoneTimes{Thoracic: 5}, 1.5}, Reserved: 9, Sent: 8,
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

// beyond is in the year 9999 where somebody says it, and later in UTC.
var beyond = time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -(24*60-1)*60))

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
		"kept too long":   func(n *Session) { n.KeepUntil = p(beyond) },
		"kept too short":  func(n *Session) { n.KeepUntil = p(time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)) },
	} {
		_, err := s.Update(t.Context(), n.ID, func(n *Session) error { change(n); return nil })
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Create(t.Context(), Session{Kind: Import, State: Ready, Created: beyond}); !errors.Is(err, ErrInvalid) {
		t.Errorf("of another age: %v", err)
	}
	if page, err := s.List(t.Context(), Query{}); err != nil || len(page.Sessions) != 1 {
		t.Errorf("%v: %+v", err, page)
	} else if _, err := json.Marshal(page); err != nil {
		t.Errorf("the library cannot be listed: %v", err)
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
	for _, name := range []string{"video.bin", "video-2.mp4", "video-10.webm", "play.mp4", "thumb.jpg", archive.ObservationsFile, archive.SessionFile} {
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
	// One that was to go at once, when the program was killed, goes later.
	if _, err := s.Update(t.Context(), stays.ID, func(n *Session) error { n.Keep = KeepObservations; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if other, _ := s.Dir(stays.ID); exists(other, "video.mp4") {
		t.Error("a video that was to go is there")
	}
}

// soon is a clock at which something happens when it is looked at for the second time.
func soon(now time.Time, then func()) func() time.Time {
	looks := 0
	return func() time.Time {
		if looks++; looks == 2 {
			then()
		}
		return now
	}
}

// What is taken back while the trash is emptied stays whole.
func TestTakenBackWhileTheTrashIsEmptied(t *testing.T) {
	s, _ := open(t, Options{UndoDays: 3})
	n := create(t, s, Session{})
	put(t, s, n.ID, "video.mp4", "pictures")
	if _, err := s.Delete(t.Context(), n.ID); err != nil {
		t.Fatal(err)
	}
	s.o.Now = soon(noon.AddDate(0, 0, 4), func() {
		if _, err := s.Undelete(t.Context(), n.ID); err != nil {
			t.Error(err)
		}
	})
	if err := s.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	dir, _ := s.Dir(n.ID)
	if got, err := s.Get(t.Context(), n.ID); err != nil || got.Deleted != nil || !exists(dir, "video.mp4") {
		t.Errorf("%v: %+v", err, got)
	}
}

// A video that is given more time, or that is analysed again, while old ones are removed, stays.
func TestMoreTimeWhileVideosAreRemoved(t *testing.T) {
	for name, change := range map[string]func(n *Session){
		"more time": func(n *Session) { n.KeepUntil = p(noon.AddDate(1, 0, 0)) },
		"for good":  func(n *Session) { n.KeepUntil = nil },
		"analysed":  func(n *Session) { n.State = Analysing },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t, Options{})
			n := create(t, s, Session{KeepUntil: p(noon), Video: &Video{File: "video.mp4", Type: "video/mp4"}})
			put(t, s, n.ID, "video.mp4", "pictures")
			s.o.Now = soon(noon.Add(time.Hour), func() {
				if _, err := s.Update(t.Context(), n.ID, func(n *Session) error { change(n); return nil }); err != nil {
					t.Error(err)
				}
			})
			if err := s.sweepVideos(t.Context()); err != nil {
				t.Error(err)
			}
			dir, _ := s.Dir(n.ID)
			if got, err := s.Get(t.Context(), n.ID); err != nil || got.Video == nil || got.Keep != KeepVideo || !exists(dir, "video.mp4") {
				t.Errorf("%v: %+v", err, got)
			}
		})
	}
}

// A clip that could not be analysed goes when it was agreed to; where no video is to be kept, it waits for another try.
func TestRetentionOfWhatFailed(t *testing.T) {
	s, c := open(t, Options{})
	timed := create(t, s, Session{State: Failed, KeepUntil: p(noon.Add(time.Hour))})
	never := create(t, s, Session{State: Failed, Keep: KeepObservations})
	waits := create(t, s, Session{State: Queued, KeepUntil: p(noon.Add(time.Hour))})
	var dirs []string
	for _, n := range []Session{timed, never, waits} {
		put(t, s, n.ID, "video.mp4", "pictures")
		dir, _ := s.Dir(n.ID)
		dirs = append(dirs, dir)
	}
	for _, at := range []struct {
		now  time.Time
		want []bool
	}{
		{noon, []bool{true, true, true}},
		{noon.Add(2 * time.Hour), []bool{false, true, true}},
		{noon.AddDate(0, 0, failedDays), []bool{false, false, true}},
	} {
		c.now = at.now
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range at.want {
			if exists(dirs[i], "video.mp4") != want {
				t.Errorf("%v: clip %d is there: %t", at.now, i, !want)
			}
		}
	}
	if got, _ := s.Get(t.Context(), timed.ID); got.Keep != KeepObservations || got.State != Failed || got.Bytes != 0 {
		t.Errorf("%+v", got)
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

package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/results"
)

// broken is what closing a recording says that cannot be closed.
func broken(string) (archive.Digest, error) { return archive.Digest{}, errors.New("nothing to read") }

func closed(string) (archive.Digest, error) {
	return archive.Digest{DurationS: 5, Score: 80, VideoOffsetS: -2, Session: results.Session{Frames: results.Frame{Analysed: 50}, Source: results.Source{Width: 640, Height: 360}}}, nil
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
	if n, _ := s.Get(t.Context(), recording.ID); n.Video == nil || *n.Video != (Video{"video.webm", "video/webm", 640, 360, -2}) || n.Bytes == 0 || *n.Score != 80 {
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

// What a recording that cannot be closed holds is kept at every start, until it can be.
func TestRecoverKeepsWhatItCannotRead(t *testing.T) {
	for _, name := range []string{archive.ObservationsFile, archive.ObservationsFile + scratch} {
		s, _ := open(t, Options{})
		n, stranger := create(t, s, Session{Kind: Live, State: Recording}), NewID()
		for _, id := range []string{n.ID, stranger} {
			put(t, s, id, name, "lines")
			put(t, s, id, archive.ReadingsFile+scratch, "lines")
		}
		for start, want := range []Recovery{{Closed: 1, Adopted: 1}, {}, {}} {
			if r, err := s.Recover(t.Context(), broken); err != nil || r != want {
				t.Fatalf("start %d: %+v, %v", start, r, err)
			}
			for _, id := range []string{n.ID, stranger} {
				got, err := s.Get(t.Context(), id)
				if dir, _ := s.Dir(id); err != nil || got.State != Failed || got.Error == "" || !exists(dir, name) || !exists(dir, archive.ReadingsFile+scratch) {
					t.Errorf("start %d: %v: %+v", start, err, got)
				}
			}
		}
		if r, err := s.Recover(t.Context(), closed); err != nil || r != (Recovery{Closed: 2}) {
			t.Errorf("%+v, %v", r, err)
		}
		for _, id := range []string{n.ID, stranger} {
			if got, err := s.Get(t.Context(), id); err != nil || got.State != Ready || got.Error != "" {
				t.Errorf("%v: %+v", err, got)
			}
		}
	}
}

// A session that is whole is shown while its video is not, which is finished at a start at which it can be.
func TestRecoverFinishesVideos(t *testing.T) {
	s, _ := open(t, Options{})
	whole, _ := closed("")
	whole.Session.Schema = results.Schema
	waits := func(string) (archive.Digest, error) { return whole, errors.New("the disk is full") }
	recording, copied, joined := create(t, s, Session{Kind: Live, State: Recording}), create(t, s, Session{Kind: Live}), create(t, s, Session{Kind: Live})
	done, stranger := create(t, s, Session{Kind: Live}), NewID()
	for id, names := range map[string][]string{
		recording.ID: {"recording-1.mp4"}, copied.ID: {"recording-1.mp4"}, joined.ID: {"video.mp4", "video-2.webm"},
		done.ID: {"video.mp4", "video-2.webm", "play.mp4"}, stranger: {"recording-1.mp4"},
	} {
		for _, name := range append(names, archive.SessionFile) {
			put(t, s, id, name, "x")
		}
	}
	if r, err := s.Recover(t.Context(), waits); err != nil || r != (Recovery{Closed: 1, Adopted: 1}) {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, id := range []string{recording.ID, copied.ID, joined.ID, stranger} {
		if n, err := s.Get(t.Context(), id); err != nil || n.State != Ready || !strings.Contains(n.Error, "the disk is full") || n.Score == nil {
			t.Errorf("%v: %+v", err, n)
		}
	}
	if n, _ := s.Get(t.Context(), joined.ID); n.Video == nil || n.Video.File != "video.mp4" {
		t.Errorf("%+v", n.Video)
	}
	finishes := func(dir string) (archive.Digest, error) {
		_ = os.Remove(filepath.Join(dir, "recording-1.mp4"))
		return whole, os.WriteFile(filepath.Join(dir, "play.mp4"), nil, 0o600)
	}
	if r, err := s.Recover(t.Context(), finishes); err != nil || r != (Recovery{Closed: 4}) {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, id := range []string{recording.ID, copied.ID, joined.ID, stranger} {
		if n, err := s.Get(t.Context(), id); err != nil || n.State != Ready || n.Error != "" || n.Video == nil || n.Video.File != "play.mp4" {
			t.Errorf("%v: %+v", err, n)
		}
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
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "rollwell restore") ||
		!strings.Contains(err.Error(), "rollwell.db-wal and rollwell.db-shm") {
		t.Errorf("%v", err)
	}
}

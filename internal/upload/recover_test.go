package upload

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/store"
)

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

func TestForgottenUploads(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), "")
	s.send(id, 0, c[:100])
	if err := s.uploads.Sweep(t.Context()); err != nil || s.partial() != 2 {
		t.Fatalf("too early: %v", err)
	}
	s.now = s.now.Add(25 * time.Hour)
	if err := s.uploads.Sweep(t.Context()); err != nil || s.partial() != 0 {
		t.Errorf("%v, %d files", err, s.partial())
	}
	if _, err := s.store.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("its session: %v", err)
	}
}

// A clip that arrived whole when the library did not answer becomes a session a little later.
func TestWholeUploadsAreEndedLater(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), "")
	if err := os.WriteFile(filepath.Join(s.store.Uploads(), id), c, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.uploads.Sweep(t.Context()); err != nil || s.session(id).State != store.Uploading {
		t.Fatalf("at once: %v, %s", err, s.session(id).State)
	}
	s.now = s.now.Add(2 * time.Minute)
	if err := s.uploads.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.isTaken(id, c)
}

// However far the last step had come when the process was killed, the next one ends it.
func TestRecoverAtEveryStep(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	at := func(id, name string) string { return filepath.Join(s.store.Uploads(), id+name) }
	write := func(path string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole := s.create(len(c), metadata("height_cm", "170")) // the last byte was written, and nobody told
	write(at(whole, ""), c)
	moved := s.create(len(c), metadata("height_cm", "170"))
	dir, _ := s.store.Dir(moved)
	write(filepath.Join(dir, "video.mp4"), c)
	if err := os.Remove(at(moved, "")); err != nil {
		t.Fatal(err)
	}
	queued := s.create(len(c), "")
	dir, _ = s.store.Dir(queued)
	write(filepath.Join(dir, "video.mp4"), c)
	if _, err := s.store.Enqueue(t.Context(), queued, store.JobAnalyse, store.AnalyseOptions{}); err != nil {
		t.Fatal(err)
	}
	half := s.create(len(c), "")
	write(at(half, ""), c[:1000])
	torn := s.create(len(c), "")
	write(at(torn, ".info"), []byte(`{"ID":"`))
	bad := s.create(9, "")
	write(at(bad, ""), []byte("no video!"))
	unborn, err := s.store.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Uploading, Reserved: 5})
	if err != nil {
		t.Fatal(err)
	}
	stranger := store.NewID()
	write(at(stranger, ""), c)

	s.restart()
	for id, want := range map[string]store.State{whole: store.Queued, moved: store.Queued, queued: store.Queued, half: store.Uploading, bad: store.Failed} {
		if n := s.session(id); n.State != want {
			t.Errorf("%s, want %s: %s", n.State, want, n.Error)
		}
	}
	for _, id := range []string{torn, unborn.ID} {
		if _, err := s.store.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
	if s.partial() != 2 { // of the half one
		t.Errorf("%d files", s.partial())
	}
	jobs, err := s.store.Jobs(t.Context())
	if err != nil || len(jobs) != 3 || string(jobs[0].Options) == "{}" && string(jobs[1].Options) == "{}" {
		t.Errorf("%v: %+v", err, jobs)
	}
	if a := s.send(half, 1000, c[1000:]); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
}

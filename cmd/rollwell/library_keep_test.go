package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/thumb"
	"github.com/rollwell/rollwell/internal/video"
)

// What is to be kept counts as it is when an analysis ends, not as it was when that began.
func TestKeepChangesDuringAnAnalysis(t *testing.T) {
	for before, after := range map[store.Keep]store.Keep{
		store.KeepVideo: store.KeepObservations, store.KeepObservations: store.KeepVideo,
	} {
		t.Run(string(after), func(t *testing.T) {
			s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), MinFree: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close() //nolint:errcheck // a folder of this test only
			n, err := s.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Analysing, Keep: before})
			if err != nil {
				t.Fatal(err)
			}
			dir, _ := s.Dir(n.ID)
			clip := filepath.Join(dir, "video.mp4")
			if err := os.WriteFile(clip, []byte("pictures"), 0o600); err != nil {
				t.Fatal(err)
			}
			c := clipJob{clipJobs: &clipJobs{library: s}, session: n, dir: dir, file: filepath.Base(clip)}
			change, err := c.change(video.Info{}, archive.Digest{}, &thumb.Keeper{}, false, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Update(t.Context(), n.ID, func(n *store.Session) error { n.Keep = after; return nil }); err != nil {
				t.Fatal(err)
			}
			got, err := s.Update(t.Context(), n.ID, change)
			_, there := os.Stat(clip)
			if keeps := after == store.KeepVideo; err != nil || got.State != store.Ready || (got.Video != nil) != keeps || (there == nil) != keeps {
				t.Errorf("%v: %+v, the file: %v", err, got, there)
			}
		})
	}
}

package video

import (
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// After going ahead, each picture still has the time that it has when all are read, and none comes twice.
func TestAheadKeepsPicturesAndTimesTogether(t *testing.T) {
	for kind, name := range map[string]string{
		"25": "a.mp4", "29.97": "a.mp4", "vfr": "a.mp4", "bframes": "a.mp4", "late": "a.mp4", "edited": "a.mp4", "sound": "a.mp4",
		"webm": "a.webm", "webm-vfr": "a.webm", "fragments": "a.mp4",
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			path := ""
			if kind == "fragments" { // as a live check is recorded: there is no index
				path = filepath.Join(t.TempDir(), name)
				remux := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", counterClip(t, "25", name), "-c", "copy",
					"-movflags", "frag_keyframe+empty_moov+default_base_moof", path)
				if out, err := remux.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			} else {
				path = counterClip(t, kind, name)
			}
			times := map[int]time.Duration{}
			all := openClip(t, path, Options{})
			for {
				f, err := all.Next(t.Context())
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				times[numberOf(t, f.Picture)] = f.PTS
				f.Release()
			}
			for _, read := range []int{1, 4, 20} {
				r := openClip(t, path, Options{})
				for range read {
					f, err := r.Next(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					f.Release()
				}
				const target = 4900 * time.Millisecond
				r.Ahead(time.Second) // near: nothing happens
				r.Ahead(target)
				var last time.Duration = -1
				came := 0
				for {
					f, err := r.Next(t.Context())
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					n := numberOf(t, f.Picture)
					if f.PTS != times[n] {
						t.Errorf("picture %d at %v, read from the start at %v", n, f.PTS, times[n])
					}
					if came == 0 && f.PTS > target {
						t.Errorf("it goes on at %v, behind %v", f.PTS, target)
					}
					if f.PTS <= last {
						t.Errorf("picture %d at %v follows one at %v", n, f.PTS, last)
					}
					last = f.PTS
					came++
					f.Release()
				}
				if last != all.clock.last {
					t.Errorf("the last picture is at %v, want %v", last, all.clock.last)
				}
				if came > 100 && kind != "fragments" {
					t.Errorf("%d pictures came: it did not go ahead", came)
				}
			}
		})
	}
}

func TestAheadBeforeTheFirstPictureAndAfterTheEnd(t *testing.T) {
	r := openClip(t, counterClip(t, "25", "a.mp4"), Options{})
	r.Ahead(5 * time.Second)
	f, err := r.Next(t.Context())
	if err != nil || numberOf(t, f.Picture) != 0 {
		t.Fatalf("the first picture: %v", err)
	}
	f.Release()
	r.Ahead(time.Hour) // behind the end: the last key picture
	n := -1
	for {
		f, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n = numberOf(t, f.Picture)
		f.Release()
	}
	if n != 149 {
		t.Errorf("the last picture is %d", n)
	}
	r.Ahead(2 * time.Hour)
	if _, err := r.Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
}

package video

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
)

// recorded are the codings that can be recorded.
var recorded = []media.Codec{media.H264, media.VP8, media.VP9, media.AV1}

// tolerance is how exactly a container keeps times: MP4 to the microsecond, WebM to the millisecond.
func tolerance(codec media.Codec) time.Duration {
	if RecordingSuffix(codec) == ".webm" {
		return 500 * time.Microsecond
	}
	return time.Microsecond
}

// record writes units at their times and returns the recording, which is open still.
func record(t testing.TB, list []media.AccessUnit, at []time.Duration) (*Recording, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recording"+RecordingSuffix(list[0].Codec))
	r, err := NewRecording(path, list[0], at[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	for i := 1; i < len(list); i++ {
		if err := r.Add(list[i], at[i]); err != nil {
			t.Fatalf("picture %d: %v", i, err)
		}
	}
	return r, path
}

// agrees reads a video of numbered pictures, each of which has to be shown at its time. It returns how many there are.
func agrees(t testing.TB, path string, at []time.Duration, tolerance time.Duration) (next int) {
	t.Helper()
	r := openClip(t, path, Options{})
	readAll(t, r, func(f *frame.Frame) {
		if n := numberOf(t, f.Picture); n != next {
			t.Errorf("picture %d comes where %d should", n, next)
		}
		if off := r.Info().Start + f.PTS - at[next]; off.Abs() > tolerance {
			t.Errorf("picture %d is off by %s", next, off)
		}
		next++
	})
	return next
}

func TestRecordingKeepsPicturesAndTimes(t *testing.T) {
	for _, codec := range recorded {
		t.Run(codec.String(), func(t *testing.T) {
			t.Parallel()
			const n = 120
			list, at := units(t, codec, counted, n), sessionTimes(n)
			r, path := record(t, list, at)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if got := agrees(t, path, at, tolerance(codec)); got != n {
				t.Errorf("%d pictures recorded", got)
			}
			whole := filepath.Join(t.TempDir(), "video"+RecordingSuffix(codec))
			done, err := Remux(t.Context(), path, whole)
			if err != nil {
				t.Fatal(err)
			}
			if done.Frames != n || (done.First-at[0]).Abs() > tolerance(codec) || done.Width != 640 || done.Height != 360 {
				t.Errorf("copied %+v", done)
			}
			if got := agrees(t, whole, at, tolerance(codec)); got != n {
				t.Errorf("%d pictures copied", got)
			}
			if left, _ := os.ReadDir(filepath.Dir(whole)); len(left) != 1 {
				t.Errorf("left beside it: %v", left)
			}
		})
	}
}

// A program that is killed leaves all but the last second, and one cut off at any byte all that is whole before it.
func TestRecordingSurvives(t *testing.T) {
	for _, codec := range recorded {
		t.Run(codec.String(), func(t *testing.T) {
			t.Parallel()
			const n = 120
			list, at := units(t, codec, counted, n), sessionTimes(n)
			for i := range list { // as if key pictures were far apart: pieces have to end before the next one
				list[i].Key = list[i].Key && (codec == media.H264 || i%60 == 0)
			}
			_, path := record(t, list, at)
			file := readFile(t, path)
			killed := writeFile(t, "killed"+RecordingSuffix(codec), file)
			got := agrees(t, killed, at, tolerance(codec))
			if got == 0 || at[n-1]-at[got-1] > pieceLength+100*time.Millisecond {
				t.Errorf("%d of %d pictures are left", got, n)
			}
			for _, share := range []float64{0.9, 0.5, 0.33} {
				cutOff := writeFile(t, "cut"+RecordingSuffix(codec), file[:int(share*float64(len(file)))])
				whole := filepath.Join(t.TempDir(), "video"+RecordingSuffix(codec))
				done, err := Remux(t.Context(), cutOff, whole)
				if errors.Is(err, ErrNoPictures) && share < 0.4 {
					continue
				}
				if err != nil {
					t.Fatalf("cut at %g: %v", share, err)
				}
				if got := agrees(t, whole, at, tolerance(codec)); got < 1 || int64(got) != done.Frames && int64(got) != done.Frames-1 {
					t.Errorf("cut at %g: %d pictures, copied %+v", share, got, done)
				}
			}
		})
	}
}

func TestRecordingOfAnotherSize(t *testing.T) {
	for _, codec := range recorded {
		t.Run(codec.String(), func(t *testing.T) {
			t.Parallel()
			at := sessionTimes(20)
			list := append(units(t, codec, counted, 10), units(t, codec, counted, 10, "-s", "320x180")...)
			r, path := record(t, list, at)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			whole := filepath.Join(t.TempDir(), "video"+RecordingSuffix(codec))
			if _, err := Remux(t.Context(), path, whole); err != nil {
				t.Fatal(err)
			}
			i := 0
			readAll(t, openClip(t, whole, Options{}), func(f *frame.Frame) {
				if got := numberOf(t, f.Picture); got != i%10 {
					t.Errorf("picture %d has the number %d", i, got)
				}
				i++
			})
			if i != 20 {
				t.Errorf("%d pictures", i)
			}
		})
	}
}

func TestRecordingRefuses(t *testing.T) {
	list, at := units(t, media.H264, counted, 10), sessionTimes(10)
	path := filepath.Join(t.TempDir(), "r.mp4")
	nothing := func(u media.AccessUnit, want error) {
		t.Helper()
		if _, err := NewRecording(path, u, 0); !errors.Is(err, want) {
			t.Errorf("beginning with it: %v, want %v", err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("a file is left")
		}
	}
	nothing(list[1], ErrKeyNeeded)
	nothing(media.AccessUnit{Codec: media.H264, Key: true, Data: list[1].Data}, ErrKeyNeeded)
	nothing(media.AccessUnit{Codec: media.H264, Key: true, Data: []byte("no picture at all")}, ErrKeyNeeded)
	nothing(media.AccessUnit{Codec: media.JPEG, Key: true, Data: []byte{1}}, ErrCodec)

	r, err := NewRecording(path, list[0], at[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Add(list[1], at[0]); !errors.Is(err, ErrTimestamp) {
		t.Errorf("the same time again: %v", err)
	}
	lie := list[5] // a key picture that is not to be believed, as OpenH264 sends
	lie.Key = false
	if err := r.Add(lie, at[1]); !errors.Is(err, ErrKeyNeeded) {
		t.Errorf("a false start: %v", err)
	}
	if err := r.Add(list[6], at[2]); !errors.Is(err, ErrKeyNeeded) {
		t.Errorf("after a gap: %v", err)
	}
	if err := r.Add(list[5], at[3]); err != nil {
		t.Errorf("a key picture after a gap: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Add(list[6], at[4]); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if n := readAll(t, openClip(t, path, Options{}), nil); n != 2 {
		t.Errorf("%d pictures", n)
	}
	if _, err := NewRecording(path, list[0], 0); !errors.Is(err, os.ErrExist) {
		t.Errorf("over another one: %v", err)
	}
}

// FuzzRecording records any bytes between good pictures, and copies any bytes as a recording.
func FuzzRecording(f *testing.F) {
	good := map[media.Codec][]media.AccessUnit{}
	for i, codec := range recorded {
		list := units(f, codec, fourColours(64, 48), 3)
		good[codec] = list
		f.Add(uint8(i), true, list[0].Data, list[1].Data)
		f.Add(uint8(i), false, list[1].Data[:len(list[1].Data)/2], list[2].Data)
	}
	f.Fuzz(func(t *testing.T, which uint8, key bool, first, second []byte) {
		codec := recorded[int(which)%len(recorded)]
		before := liveObjects()
		dir := t.TempDir()
		path, whole := filepath.Join(dir, "r"+RecordingSuffix(codec)), filepath.Join(dir, "w"+RecordingSuffix(codec))
		r, err := NewRecording(path, media.AccessUnit{Codec: codec, Key: true, Data: first}, 0)
		if err != nil {
			r, err = NewRecording(path, good[codec][0], 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Add(media.AccessUnit{Codec: codec, Key: key, Data: second}, time.Second)
		if r.failed == nil {
			if err := r.Add(good[codec][0], 2*time.Second); err != nil && r.failed == nil {
				t.Errorf("a good picture after %d bytes: %v", len(second), err)
			}
		}
		_ = r.Close()
		_, _ = Remux(t.Context(), path, whole)
		raw := filepath.Join(dir, "raw")
		if err := os.WriteFile(raw, first, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = Remux(t.Context(), raw, whole)
		if n := liveObjects(); n != before {
			t.Errorf("%d things are left", n-before)
		}
	})
}

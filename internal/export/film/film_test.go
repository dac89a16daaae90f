package film

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/video"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The pictures of the test clips tell their number by how bright they are.
const (
	pictures   = 40
	brightness = 5 // steps of it from picture to picture
)

// odd are times at no even distance, as of a phone.
func odd(i int) time.Duration {
	return time.Duration(i)*33*time.Millisecond + time.Duration(i*i%7)*time.Millisecond
}

// clipOf writes a clip whose i-th picture is shown at odd(i).
func clipOf(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip.mp4")
	w, err := video.NewWriter(path, video.WriterOptions{Width: 640, Height: 360, Quality: 5})
	if err != nil {
		t.Fatal(err)
	}
	pix := make([]byte, 3*640*360)
	for i := range pictures {
		for k := range pix {
			pix[k] = byte(30 + brightness*i)
		}
		if err := w.Write(pix, odd(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// session is one whose frames lie offset seconds behind the clip's pictures. Nobody is seen in it.
func session(offset float64) *export.Session {
	s := &export.Session{}
	s.Result.Source.Width, s.Result.Source.Height = 640, 360
	for i := range pictures {
		s.Frames = append(s.Frames, archive.Frame{T: odd(i).Seconds() + offset, RollerScore: math.NaN(), S: math.NaN(), SpeedCMS: math.NaN(), HipLiftCM: float64(i), Passes: -1})
	}
	return s
}

func english(t *testing.T) *export.Writing {
	t.Helper()
	w, err := export.NewWriting(export.WordsOnScreen(nil, "en"), "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// numberOf reads the number of a picture from the middle of it, where a film shows the clip.
func numberOf(f interface{ at(x, y int) byte }, x, y int) float64 {
	return (float64(f.at(x, y)) - 30) / brightness
}

type bgr struct {
	pix   []byte
	width int
}

func (b bgr) at(x, y int) byte { return b.pix[3*(y*b.width+x)] }

func TestFilmHasEveryPictureAtItsTime(t *testing.T) {
	const offset = 100.25
	path := filepath.Join(t.TempDir(), "film.mp4")
	var told []float64
	err := Write(t.Context(), path, session(offset), Options{
		Source: export.Video{Path: clipOf(t), OffsetS: offset}, Writing: english(t), Progress: func(x float64) { told = append(told, x) },
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := video.Open(t.Context(), path, video.Options{AnalysisLongSide: 1280})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for ; ; n++ {
		f, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if d := (f.PTS - odd(n)).Abs(); d > 12*time.Microsecond {
			t.Errorf("picture %d is shown at %v, want %v", n, f.PTS, odd(n))
		}
		if got := numberOf(bgr{f.Pix, f.Width}, f.Width/4, f.Height/3); math.Abs(got-float64(n)) > 0.45 {
			t.Errorf("at the time of picture %d there is picture %.1f", n, got)
		}
		f.Release()
	}
	if n != pictures {
		t.Errorf("%d pictures, want %d", n, pictures)
	}
	if len(told) < 10 || told[len(told)-1] != 1 {
		t.Errorf("progress %v", told)
	}
}

func TestFigureWithoutVideo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := Write(t.Context(), path, session(5), Options{Writing: english(t)}); err != nil {
		t.Fatal(err)
	}
	r, err := video.Open(t.Context(), path, video.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if i := r.Info(); i.Frames != pictures || i.Duration < odd(pictures-1) {
		t.Errorf("info %+v", i)
	}
}

func TestCancelledFilmLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir := t.TempDir()
	err := Write(ctx, filepath.Join(dir, "film.mp4"), session(0), Options{
		Source: export.Video{Path: clipOf(t)}, Writing: english(t), Progress: func(float64) { cancel() },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if err := Write(t.Context(), filepath.Join(dir, "film.mp4"), &export.Session{}, Options{Writing: english(t)}); !errors.Is(err, export.ErrNoFrames) {
		t.Errorf("no frames: %v", err)
	}
}

func TestPicturesAreThoseOfTheMoment(t *testing.T) {
	const offset = 7.5
	p, err := NewPictures(t.Context(), session(offset), export.Video{Path: clipOf(t), OffsetS: offset})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, i := range []int{0, 5, 6, 20, 3, 39, 38} {
		got, err := p.At(t.Context(), offset+odd(i).Seconds()+0.004)
		if err != nil {
			t.Fatal(err)
		}
		if n := numberOf(bgr{got.Pix, got.Width}, 100, 100); math.Abs(n-float64(i)) > 0.45 {
			t.Errorf("asked for picture %d, got %.1f", i, n)
		}
	}
	if got, err := p.At(t.Context(), 1e6); err != nil || math.Abs(numberOf(bgr{got.Pix, got.Width}, 9, 9)-pictures+1) > 0.45 {
		t.Errorf("behind the end: %v", err)
	}
}

// Far moments of a clip whose key pictures are two seconds apart, in any order.
func TestFarPicturesAreThoseOfTheMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counter.mp4")
	if out, err := exec.CommandContext(t.Context(), "../../../testdata/counter_clip.sh", "25", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p, err := NewPictures(t.Context(), session(0), export.Video{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, want := range []int{140, 0, 149, 3, 120, 121, 2} {
		got, err := p.At(t.Context(), float64(want)/25)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for bit := range 16 {
			if got.Pix[3*(20*got.Width+40*bit+20)] > 127 {
				n |= 1 << bit
			}
		}
		if n != want {
			t.Errorf("asked for picture %d, got %d", want, n)
		}
	}
}

package video

import (
	"math"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
)

// counted is a source of ffmpeg whose pictures carry their own number, as testdata/counter_clip.sh draws it.
const counted = "color=black:s=640x40:r=25,geq=lum='if(gt(mod(floor(N/pow(2,floor(X/40))),2),0.5),235,16)':cb=128:cr=128,pad=640:360:0:0:gray"

// numberOf reads the number out of such a picture.
func numberOf(t testing.TB, p frame.Picture) (n int) {
	t.Helper()
	for bit := range 16 {
		k := float64(p.Width) / 640
		x, y := int((40*float64(bit)+20)*k), int(20*k)
		switch c := pixel(p, x, y); {
		case c[1] > 170:
			n |= 1 << bit
		case c[1] > 85:
			t.Fatalf("bit %d is neither black nor white: %v", bit, c)
		}
	}
	return n
}

// counterClip makes a clip of numbered pictures.
func counterClip(t testing.TB, kind, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.CommandContext(t.Context(), "../../testdata/counter_clip.sh", kind, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// Every frame has the time at which the clip shows the picture of its number, whatever the clip's speed, order and start.
func TestFramesAgreeWithTheirTimes(t *testing.T) {
	even := func(rate float64) func(n int) float64 { return func(n int) float64 { return float64(n) / rate } }
	gaps := func(n int) float64 { return float64(n*40+n*13%21) / 1000 }
	for _, tt := range []struct {
		kind, name string
		at         func(n int) float64
		first      int     // number of the first picture shown
		start      float64 // when players show it
	}{
		{"25", "a.mp4", even(25), 0, 0},
		{"29.97", "a.mp4", even(30000. / 1001), 0, 0},
		{"vfr", "a.mp4", gaps, 0, 0},
		{"bframes", "a.mp4", even(30000. / 1001), 0, 0},
		{"late", "a.mp4", even(25), 0, 1.5},
		{"edited", "a.mp4", even(25), 10, 0},
		{"sound", "a.mp4", even(25), 0, 0.52},
		{"webm", "a.webm", even(25), 0, 0},
		{"webm-vfr", "a.webm", gaps, 0, 0},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			r := openClip(t, counterClip(t, tt.kind, tt.name), Options{})
			if got := r.Info().Start.Seconds(); math.Abs(got-tt.start) > 0.0005 {
				t.Errorf("begins at %g s, want %g", got, tt.start)
			}
			next := tt.first
			readAll(t, r, func(f *frame.Frame) {
				n := numberOf(t, f.Picture)
				if n != next {
					t.Errorf("picture %d comes where %d should", n, next)
				}
				next = n + 1
				if want := tt.at(n) - tt.at(tt.first); math.Abs(f.PTS.Seconds()-want) > 0.0006 {
					t.Errorf("picture %d at %s, want %g s", n, f.PTS, want)
				}
			})
			if next != 150 {
				t.Errorf("the last picture is %d", next-1)
			}
		})
	}
}

// sessionTimes are times of a live check: uneven, with a gap.
func sessionTimes(n int) []time.Duration {
	list := make([]time.Duration, n)
	for i := range list {
		list[i] = 140*time.Millisecond + time.Duration(i)*33367*time.Microsecond + time.Duration(i*i%7)*1900*time.Microsecond
		if i >= n/2 {
			list[i] += 3 * time.Second
		}
	}
	return list
}

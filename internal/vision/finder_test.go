package vision

import (
	"math"
	"testing"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

// TestEnginesAgreeOnTheRoller: what OpenCV reads out of the network is what ONNX Runtime does, to a twentieth of a pixel.
func TestEnginesAgreeOnTheRoller(t *testing.T) {
	fast, slow := finderOn(t, EngineONNXRuntime), finderOn(t, EngineOpenCV)
	for _, clip := range []string{"correct", "lumbar", "hips", "fast"} {
		f := frames(t, clip, 1)[0]
		first := truths(t, clip)[0]
		h, s := first.Hips.at(), first.Shoulder.at()
		bgr, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
		if err != nil {
			t.Fatal(err)
		}
		a, errA := fast.find(bgr, h, s)
		b, errB := slow.find(bgr, h, s)
		bgr.Close()
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.near.Sub(b.near).Len() > .05 || a.far.Sub(b.far).Len() > .05 || math.Abs(a.radius-b.radius) > .05 || math.Abs(a.logit-b.logit) > .01 {
			t.Errorf("%s: %+v on ONNX Runtime, %+v on OpenCV", clip, a, b)
		}
	}
}

// TestFinderSeesTheRoller: one frame of each test clip, the torso told. The clips are easy; weights that miss one of them
// are not worth shipping.
func TestFinderSeesTheRoller(t *testing.T) {
	n := finderOn(t, EngineONNXRuntime)
	for _, clip := range []string{"correct", "lumbar", "hips", "fast"} {
		f := frames(t, clip, 1)[0]
		first := truths(t, clip)[0]
		h, s := first.Hips.at(), first.Shoulder.at()
		bgr, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
		if err != nil {
			t.Fatal(err)
		}
		g, err := n.find(bgr, h, s)
		bgr.Close()
		if err != nil {
			t.Fatal(err)
		}
		near := first.Roller.Near
		if off := g.near.Sub(near.at()).Len() / s.Sub(h).Len(); off > .15 || math.Abs(math.Log(g.radius/near.Radius)) > .3 || g.logit < 0 {
			t.Errorf("%s: %.2f torso lengths off, radius %.1f, want %.1f, logit %.2f", clip, off, g.radius, near.Radius, g.logit)
		}
	}
}

// TestFinderOutsideThePicture: a torso that nobody can have is no error and no roller.
func TestFinderOutsideThePicture(t *testing.T) {
	n := finderOn(t, EngineONNXRuntime)
	bgr := gocv.NewMatWithSize(360, 640, gocv.MatTypeCV8UC3)
	defer bgr.Close()
	nan := math.NaN()
	for _, p := range [][2]body.Point{
		{{X: nan, Y: 3}, {X: 100, Y: 100}},
		{{X: 1e9, Y: 3}, {X: 1e9 + 100, Y: 100}},
		{{X: 100, Y: 100}, {X: 100, Y: 100}},
		{{X: 0, Y: 0}, {X: 1e7, Y: 0}},
	} {
		if g, err := n.find(bgr, p[0], p[1]); err != nil || (g.possible() && g.logit > 0) {
			t.Errorf("torso %v: %+v, %v", p, g, err)
		}
	}
}

// TestPartsCoverThePicture: every place of a picture of any shape lies well inside one of the squares.
func TestPartsCoverThePicture(t *testing.T) {
	for _, size := range [][2]float64{{640, 360}, {360, 640}, {640, 480}, {500, 500}, {1280, 300}} {
		all := parts(size[0], size[1])
		if len(all) > 9 {
			t.Errorf("%v: %d looks", size, len(all))
		}
		for y := 0.0; y <= size[1]; y += 10 {
			for x := 0.0; x <= size[0]; x += 10 {
				most := 0.0 // of its distance from a square's edge, but where that is the picture's
				for _, p := range all {
					reach := func(v, c, length float64) float64 {
						lo, hi := v-(c-p.side/2), (c+p.side/2)-v
						if c-p.side/2 <= partSpare*p.side {
							lo = math.Inf(1)
						}
						if c+p.side/2 >= length-partSpare*p.side {
							hi = math.Inf(1)
						}
						return math.Min(lo, hi)
					}
					most = math.Max(most, math.Min(reach(x, p.centre.X, size[0]), reach(y, p.centre.Y, size[1]))/p.side)
				}
				if most < .2 {
					t.Fatalf("%v: (%g, %g) is at the edge of every part", size, x, y)
				}
			}
		}
	}
}

func finderOn(t *testing.T, e Engine) *rollerNet {
	t.Helper()
	n, err := newRollerNet(open(t, e).finder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

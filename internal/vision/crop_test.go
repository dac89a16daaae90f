package vision

import (
	"math"
	"testing"

	"gocv.io/x/gocv"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
)

func TestSquareAroundPutsTheHeadUp(t *testing.T) {
	hips := body.Point{X: 100, Y: 50}
	for _, c := range []struct {
		name  string
		rim   body.Point
		angle float64
	}{
		{"standing", body.Point{X: 100, Y: 10}, 0},
		{"lying, head to the right", body.Point{X: 140, Y: 50}, math.Pi / 2},
		{"lying, head to the left", body.Point{X: 60, Y: 50}, -math.Pi / 2},
		{"upside down", body.Point{X: 100, Y: 90}, math.Pi},
	} {
		s := squareAround(hips, c.rim)
		if math.Abs(math.Remainder(s.angle-c.angle, 2*math.Pi)) > 1e-9 || math.Abs(s.side-2*40*1.25) > 1e-9 {
			t.Errorf("%s: angle %.3f side %.1f, want %.3f and 100", c.name, s.angle, s.side, c.angle)
		}
		// The rim lies straight above the middle of the square, at 1/1.25 of the way to its edge.
		if p := s.toFrame(body.Point{X: 128, Y: 128 - 128/roiScale}, 256); p.Sub(c.rim).Len() > 1e-9 {
			t.Errorf("%s: the crop's top middle is %v, want %v", c.name, p, c.rim)
		}
	}
}

func drawSquare(t *rapid.T) square {
	return square{
		centre: body.Point{X: rapid.Float64Range(0, 640).Draw(t, "x"), Y: rapid.Float64Range(0, 360).Draw(t, "y")},
		side:   rapid.Float64Range(20, 2000).Draw(t, "side"),
		angle:  rapid.Float64Range(-math.Pi, math.Pi).Draw(t, "angle"),
	}
}

// TestGridServes: the square on the grid serves as well as the one asked for, so that a body at rest keeps its
// square; and a trace of rounding error gives the very same one.
func TestGridServes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawSquare(t)
		got := want.onGrid()
		if !got.near(want) {
			t.Fatalf("%+v is moved to %+v, too far", want, got)
		}
		again := got
		again.centre.X += 1e-6
		again.side *= 1 + 1e-9
		again.angle += 1e-9
		if again.onGrid() != got {
			t.Fatalf("%+v and %+v end on different grid points", again, got)
		}
	})
}

// TestCutTakesWhatToFrameSays: a bright dot in the frame shows up in the crop where the mapping says.
func TestCutTakesWhatToFrameSays(t *testing.T) {
	const n = 64
	c, err := newCropper(n, 0, 1, gocv.BorderConstant)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	pix := make([]byte, 3*100*120)
	dot := body.Point{X: 70, Y: 30}
	for _, d := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {-1, 0}, {0, -1}} {
		copy(pix[3*((30+d[1])*120+70+d[0]):], []byte{50, 100, 250}) // blue, green, red
	}
	frame, err := gocv.NewMatFromBytes(100, 120, gocv.MatTypeCV8UC3, pix)
	if err != nil {
		t.Fatal(err)
	}
	defer frame.Close()
	dst := make([]float32, 3*n*n)
	for _, s := range []square{
		{centre: body.Point{X: 60, Y: 40}, side: 64},
		{centre: body.Point{X: 60, Y: 40}, side: 64, angle: math.Pi / 2},
		{centre: body.Point{X: 75, Y: 25}, side: 90, angle: -.7},
	} {
		c.cut(frame, s, dst)
		var sum, x, y float64
		for i, v := range dst[:n*n] {
			sum += float64(v)
			x += float64(v) * (float64(i%n) + .5)
			y += float64(v) * (float64(i/n) + .5)
		}
		if got := s.toFrame(body.Point{X: x / sum, Y: y / sum}, n); got.Sub(dot).Len() > .1 {
			t.Errorf("%+v: the dot is found at %.2f, want %.2f", s, got, dot)
		}
		var blue float64
		for _, v := range dst[2*n*n:] {
			blue += float64(v)
		}
		if r := blue / sum; math.Abs(r-.2) > .02 {
			t.Errorf("%+v: blue is %.2f of red, want .2: the planes are in the wrong order", s, r)
		}
	}
}

func TestUsableSquares(t *testing.T) {
	ok := square{centre: body.Point{X: 320, Y: 180}, side: 300}
	far, small, huge, nan := ok, ok, ok, ok
	far.centre.X, small.side, huge.side, nan.angle = 1000, 4, 9000, math.NaN()
	for name, c := range map[string]struct {
		s    square
		want bool
	}{
		"in the frame": {ok, true}, "beside the frame": {far, false}, "a speck": {small, false},
		"far too large": {huge, false}, "not a number": {nan, false},
	} {
		if got := c.s.usable(640, 360); got != c.want {
			t.Errorf("%s: usable %v, want %v", name, got, c.want)
		}
	}
}

// TestSearchCoversTheFrame: in each of the three turns the whole view holds the whole frame, and the closer looks
// together do too, unless the frame is square and there is no closer look.
func TestSearchCoversTheFrame(t *testing.T) {
	for _, size := range [][2]int{{640, 360}, {360, 640}, {480, 480}, {1920, 1080}, {64, 33}} {
		w, h := size[0], size[1]
		corners := []body.Point{{X: 0, Y: 0}, {X: float64(w - 1), Y: float64(h - 1)}}
		for turn := range wholeViews {
			whole := searchView(turn, w, h)
			for i, p := range corners {
				if !inside(whole, p) {
					t.Errorf("%v: the whole view misses %v", size, p)
				}
				part := searchView((i+1)*wholeViews+turn, w, h)
				if !inside(part, p) || !inside(part, whole.centre) {
					t.Errorf("%v: part %d misses %v or the middle", size, i, p)
				}
				if w != h && part.side > .62*whole.side {
					t.Errorf("%v: part %d, %.0f px wide, is no closer look", size, i, part.side)
				}
			}
		}
	}
}

func inside(s square, p body.Point) bool {
	return math.Abs(p.X-s.centre.X) <= s.side/2 && math.Abs(p.Y-s.centre.Y) <= s.side/2
}

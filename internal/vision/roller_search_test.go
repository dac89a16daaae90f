package vision

import (
	"image/color"
	"math"
	"testing"

	"gocv.io/x/gocv"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
)

func TestKeepBestOrder(t *testing.T) {
	at := func(x, clarity float64) proposal { return proposal{circle{body.Point{X: x}, 10}, clarity} }
	best := make([]proposal, 3)
	n := 0
	for _, p := range []proposal{
		at(0, 3), at(100, 5), at(0, 0), at(2, 2), // the last two: not clear at all, and a place that is taken
		at(4, 4),               // the same place as the first, seen better
		at(200, 1), at(300, 2), // the better of them drives the other out
		at(400, 1),
	} {
		n = keepBest(best, n, p)
	}
	want := []proposal{at(100, 5), at(4, 4), at(300, 2)}
	if n != 3 || best[0] != want[0] || best[1] != want[1] || best[2] != want[2] {
		t.Errorf("kept %v, want %v", best[:n], want)
	}
	// Between two places, and clearer than both: it takes the room of both.
	n = keepBest(best, 0, at(0, 1))
	n = keepBest(best, n, at(14, 2))
	if n = keepBest(best, n, at(7, 3)); n != 1 || best[0] != at(7, 3) {
		t.Errorf("kept %v, want only the clearest of one place", best[:n])
	}
	if n := keepBest(nil, 0, at(0, 1)); n != 0 {
		t.Errorf("%d kept without any room", n)
	}
}

// TestKeepBestProperties: the clearest of all is always first, the rest follow in order, apart from one another,
// and there are never more than there is room for.
func TestKeepBestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		best := make([]proposal, rapid.IntRange(1, 6).Draw(t, "room"))
		n, top := 0, 0.0
		for range rapid.IntRange(0, 40).Draw(t, "proposals") {
			p := proposal{circle{body.Point{
				X: rapid.Float64Range(0, 100).Draw(t, "x"), Y: rapid.Float64Range(0, 20).Draw(t, "y"),
			}, rapid.Float64Range(4, 20).Draw(t, "r")}, rapid.Float64Range(0, 9).Draw(t, "clarity")}
			top = math.Max(top, p.clarity)
			n = keepBest(best, n, p)
			if n > len(best) || (top > 0) != (n > 0) {
				t.Fatalf("%d kept in room for %d", n, len(best))
			}
			if n > 0 && best[0].clarity != top {
				t.Fatalf("the first has clarity %g, the clearest had %g", best[0].clarity, top)
			}
			for i, a := range best[:n] {
				for _, b := range best[i+1 : n] {
					if b.clarity > a.clarity || a.at.Sub(b.at).Len() <= .8*math.Max(a.r, b.r) {
						t.Fatalf("%v and %v are out of order or at the same place", a, b)
					}
				}
			}
		}
	})
}

// contrastOf draws a disc of one grey on another and asks for the contrast of c.
func contrastOf(disc, ground uint8, drawn, c circle) float64 {
	const w, h = 160, 120
	gray := gocv.NewMatWithSizeFromScalar(gocv.NewScalar(float64(ground), 0, 0, 0), h, w, gocv.MatTypeCV8UC1)
	defer gray.Close()
	at := imagePoint(int(drawn.at.X), int(drawn.at.Y))
	gocv.Circle(&gray, at, int(drawn.r), color.RGBA{B: disc}, -1)
	s := newBandSearch()
	defer s.close()
	gocv.SpatialGradient(gray, &s.gradX, &s.gradY, 3, gocv.BorderReplicate)
	gx, err := s.gradX.DataPtrInt16()
	if err != nil {
		panic(err)
	}
	gy, err := s.gradY.DataPtrInt16()
	if err != nil {
		panic(err)
	}
	return s.contrast(gx, gy, view{width: w, height: h}, c)
}

func TestContrastOfADisc(t *testing.T) {
	here := circle{body.Point{X: 80, Y: 60}, 20}
	dark, light := contrastOf(60, 120, here, here), contrastOf(120, 60, here, here)
	if dark < 5 || light > -5 || math.Abs(dark+light) > 1e-9 {
		t.Errorf("a dark disc gives %.1f and a light one %.1f, want the same with opposite signs", dark, light)
	}
	for _, off := range []circle{
		{body.Point{X: 86, Y: 60}, 20}, {body.Point{X: 80, Y: 54}, 20}, {here.at, 26}, {here.at, 14},
	} {
		if got := math.Abs(contrastOf(60, 120, here, off)); got > dark/3 {
			t.Errorf("a circle %v beside the disc has contrast %.1f, the disc itself %.1f", off, got, dark)
		}
	}
	for _, outside := range []circle{
		{body.Point{X: 0, Y: 60}, 20},
		{body.Point{X: 80, Y: 118}, 20},
		{body.Point{X: -500, Y: 9e9}, 20},
		{body.Point{X: math.NaN(), Y: math.Inf(1)}, 20},
		{here.at, math.Inf(1)},
	} {
		if got := contrastOf(60, 120, drawnFor(outside, here), outside); got != 0 {
			t.Errorf("circle %v, outside the picture for the most part: contrast %.1f, want 0", outside, got)
		}
	}
	if got := contrastOf(90, 90, here, here); got != 0 {
		t.Errorf("without any disc: contrast %.1f", got)
	}
}

// drawnFor is where to draw the disc: at c if that is a place near the picture.
func drawnFor(c, otherwise circle) circle {
	if math.Abs(c.at.X) < 1e3 && math.Abs(c.at.Y) < 1e3 && c.r < 1e3 {
		return c
	}
	return otherwise
}

func TestTowardsCamera(t *testing.T) {
	const width = 640
	centre := body.Point{X: 320, Y: 180}
	straight := body.Torso{Scale: 200, Lateral: body.Vec3{Z: 1}}
	mid := body.Point{X: 400, Y: 240}
	at, zoom := towardsCamera(straight, mid, centre, .24, width)
	// .24 m × 200 px/m = 48 px of a distance of 480 px: a tenth closer.
	if want := 1 / .9; math.Abs(zoom-want) > 1e-9 || at.Sub(body.Point{X: 320 + 80*want, Y: 180 + 60*want}).Len() > 1e-9 {
		t.Errorf("seen from the side the near end is at %.2f, %.4f times as large", at, zoom)
	}
	if at, zoom := towardsCamera(straight, mid, centre, 0, width); at != mid || zoom != 1 {
		t.Errorf("without reach the near end is at %v and %.3f times as large", at, zoom)
	}
	across := body.Torso{Scale: 200, Lateral: body.Vec3{X: 1}, Across: body.Point{X: 1}}
	if at, zoom := towardsCamera(across, mid, centre, .24, width); zoom != 1 || at.Sub(body.Point{X: 352, Y: 240}).Len() > 1e-9 {
		t.Errorf("seen along the body the near end is at %.2f, %.3f times as large", at, zoom)
	}
	if _, zoom := towardsCamera(body.Torso{Scale: 1e5, Lateral: body.Vec3{Z: 1}}, mid, centre, .48, width); zoom != 2 {
		t.Errorf("somebody at the lens makes the near end %.1f times as large, want at most 2", zoom)
	}
}

// onTheBack is somebody who lies face up with the left side towards the camera, 100 pixels from hip to shoulder.
func onTheBack() *body.Pose {
	p := supine() // its far side is labelled as the left one: for the trunk, that is face down
	swapSides(p, allPairs)
	return p
}

// TestSearchLooksOnlyUnderPeopleWhoLie: standing, or face down, nobody lies on a roller.
func TestSearchLooksOnlyUnderPeopleWhoLie(t *testing.T) {
	const w, h = 640, 360
	pix := make([]byte, 3*w*h)
	for i := range pix {
		pix[i] = 150
	}
	v, done := viewOf(t, pix, w, h, 0)
	defer done()
	disc := circle{body.Point{X: 250, Y: 232}, 14}
	gocv.Circle(&v.gray, imagePoint(250, 232), 14, color.RGBA{B: 40}, -1)
	s := newBandSearch()
	defer s.close()
	best := make([]proposal, 4)
	if n := s.find(v, onTheBack(), best); n == 0 || best[0].at.Sub(disc.at).Len() > .3*disc.r || math.Abs(best[0].r-disc.r) > 3 {
		t.Fatalf("%d circles, the clearest %v; want %v", n, best[0], disc)
	}
	standing, prone, none := onTheBack(), onTheBack(), &body.Pose{}
	for i := range standing.Landmarks {
		l, w := &standing.Landmarks[i], &standing.World[i]
		l.X, l.Y = l.Y, 400-l.X
		w.X, w.Y = w.Y, -w.X
	}
	swapSides(prone, allPairs)
	for name, p := range map[string]*body.Pose{"standing": standing, "prone": prone, "without size": none} {
		if n := s.find(v, p, best); n != 0 {
			t.Errorf("%s: %d circles, want none", name, n)
		}
	}
}

package vision

import (
	"math"
	"testing"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

const sceneFPS = 30

// scene is a drawn picture: a roller's end face, with rings and spokes that turn as it rolls, before a speckled
// wall.
type scene struct {
	disc   circle
	absent bool    // the disc is not there
	cover  bool    // a board stands before the place of the disc
	gain   float64 // of the exposure; 0 counts as 1
	pan    int     // how far everything is moved to the right, in whole pixels
}

const sceneW, sceneH = 320, 180

// speckle is a grey of 60 to 160 that looks random, the same for all pixels of a block of n.
func speckle(x, y, n, seed int) float64 {
	h := uint32((x+4096)/n)*2654435761 ^ uint32((y+4096)/n)*2246822519 ^ uint32(seed)*3266489917
	h = (h ^ h>>15) * 2246822519
	return 60 + float64((h^h>>13)%100)
}

// face is the look of the end face at the polar coordinates (in radii, radians).
func face(d, angle float64) (b, g, r float64) {
	b, g, r = 50, 40, 60
	switch {
	case d < .25:
		b, g, r = 20, 25, 20
	case d > .55 && d < .8:
		b, g, r = 190, 150, 60
	}
	s := 20 * math.Sin(3*angle)
	return b + s, g + s, r + s
}

// view draws the scene. The caller calls done when through with it.
func (s scene) view(t testing.TB, at float64) (v view, done func()) {
	t.Helper()
	pix := make([]byte, 3*sceneW*sceneH)
	gain := s.gain
	if gain == 0 {
		gain = 1
	}
	c := s.disc
	turn := c.at.X / c.r
	for y := range sceneH {
		for x := range sceneW {
			g := speckle(x-s.pan, y, 5, 1)
			px := [3]float64{g, g - 10, g + 10}
			dx, dy := float64(x-s.pan)-c.at.X, float64(y)-c.at.Y
			if d := math.Sqrt(dx*dx + dy*dy); d < c.r+.5 && !s.absent {
				in := math.Min(c.r+.5-d, 1) // smooth at the rim
				fb, fg, fr := face(d/c.r, math.Atan2(dy, dx)-turn)
				for k, f := range [3]float64{fb, fg, fr} {
					px[k] += in * (f - px[k])
				}
			}
			if s.cover && math.Abs(dx) < 2*c.r {
				g := speckle(x, y, 3, 2)
				px = [3]float64{g, g, g}
			}
			for k := range px {
				pix[3*(y*sceneW+x)+k] = byte(math.Min(math.Max(px[k]*gain, 0), 255))
			}
		}
	}
	return viewOf(t, pix, sceneW, sceneH, at)
}

// viewOf wraps a BGR picture.
func viewOf(t testing.TB, pix []byte, w, h int, at float64) (v view, done func()) {
	t.Helper()
	bgr, err := gocv.NewMatFromBytes(h, w, gocv.MatTypeCV8UC3, pix)
	if err != nil {
		t.Fatal(err)
	}
	gray := gocv.NewMat()
	gocv.CvtColor(bgr, &gray, gocv.ColorBGRToGray)
	return view{t: at, width: w, height: h, bgr: bgr, gray: gray}, func() {
		bgr.Close()
		gray.Close()
	}
}

// noiseView is a picture of coarse noise.
func noiseView(t testing.TB, w, h, seed int) (v view, done func()) {
	t.Helper()
	pix := make([]byte, 3*w*h)
	for i := range pix {
		pix[i] = byte(1.5 * speckle(i/3%w, i/3/w, 4, seed))
	}
	return viewOf(t, pix, w, h, float64(seed)/sceneFPS)
}

// follow begins on the first of the scenes and hands each further one's outcome to see.
func follow(t *testing.T, n int, at func(i int) scene, see func(i int, c circle, ok bool)) {
	t.Helper()
	k := newRollerTrack()
	defer k.close()
	pan := 0
	for i := range n {
		s := at(i)
		v, done := s.view(t, float64(i)/sceneFPS)
		if i == 0 {
			k.begin(v, s.disc, trunkHint{})
		} else {
			v.shift, v.shiftKnown = body.Point{X: float64(s.pan - pan)}, true
			c, score, ok := k.step(v, trunkHint{})
			if ok && !(score > 0 && score <= 1) {
				t.Errorf("frame %d: score %v", i, score)
			}
			see(i, c, ok)
		}
		pan = s.pan
		done()
	}
}

// stays fails the test unless the disc was seen within share radii of its place.
func stays(t *testing.T, i int, s scene, c circle, ok bool, share float64) {
	t.Helper()
	want := s.disc.at
	want.X += float64(s.pan)
	if off := c.at.Sub(want).Len(); !ok || !(off <= share*s.disc.r) || c.r != s.disc.r {
		t.Fatalf("frame %d: seen %v at %.2f with radius %.1f, want %.2f and %.1f", i, ok, c.at, c.r, want, s.disc.r)
	}
}

// rolling is a disc of radius r that swings with at most speed radii per second.
func rolling(r, speed float64, i int) scene {
	const turns = 2.5 // radians per second
	x := 160 + r*speed/turns*math.Sin(turns*float64(i)/sceneFPS)
	return scene{disc: circle{body.Point{X: x, Y: 100}, r}}
}

// TestTrackFollows: with a roller of 12.7 cm, 2.7 radii a second are 17 cm/s.
func TestTrackFollows(t *testing.T) {
	for _, c := range []struct{ r, speed float64 }{{18, 0}, {18, .8}, {18, 2.7}, {7, 2.7}, {12, 2.7}, {55, 1.5}} {
		at := func(i int) scene { return rolling(c.r, c.speed, i) }
		follow(t, 61, at, func(i int, got circle, ok bool) { stays(t, i, at(i), got, ok, .1) })
	}
}

func TestTrackSurvivesExposure(t *testing.T) {
	at := func(i int) scene {
		s := rolling(18, 1.5, i)
		s.gain = 1
		if i >= 15 {
			s.gain = .6
		}
		if i >= 30 {
			s.gain = 1.3
		}
		return s
	}
	follow(t, 50, at, func(i int, c circle, ok bool) { stays(t, i, at(i), c, ok, .1) })
}

// TestTrackGoesWithTheCamera: knocked by a whole radius, where motion alone would look elsewhere.
func TestTrackGoesWithTheCamera(t *testing.T) {
	at := func(i int) scene {
		s := rolling(18, 1.5, i)
		if i >= 10 {
			s.pan = 40
		}
		if i >= 20 {
			s.pan = -15
		}
		return s
	}
	follow(t, 40, at, func(i int, c circle, ok bool) { stays(t, i, at(i), c, ok, .1) })
}

// TestTrackWaitsWhileCovered: nothing is seen behind a board, and afterwards the roller itself, a little farther on.
func TestTrackWaitsWhileCovered(t *testing.T) {
	const covered, free = 15, 45
	at := func(i int) scene {
		s := rolling(18, 1.2, i)
		s.cover = i >= covered && i < free
		return s
	}
	found := 0
	follow(t, 70, at, func(i int, c circle, ok bool) {
		switch {
		case i < covered:
			stays(t, i, at(i), c, ok, .1)
		case i < free:
			if ok {
				t.Errorf("frame %d: seen at %.1f through a board", i, c.at)
			}
		case ok:
			if found++; found == 1 && i > free+5 {
				t.Errorf("found again only %d frames after the board went", i-free)
			}
			stays(t, i, at(i), c, ok, .1)
		case found > 0:
			t.Errorf("frame %d: lost again", i)
		}
	})
	if found == 0 {
		t.Error("never found again")
	}
}

// TestTrackOfADiscThatLeaves: once it is out of the picture nothing is seen, at the border or anywhere.
func TestTrackOfADiscThatLeaves(t *testing.T) {
	out := 0
	at := func(i int) scene {
		return scene{disc: circle{body.Point{X: 260 + 2*float64(i), Y: 100}, 15}}
	}
	follow(t, 90, at, func(i int, c circle, ok bool) {
		s := at(i)
		switch {
		case s.disc.at.X < sceneW-s.disc.r:
			stays(t, i, s, c, ok, .1)
		case s.disc.at.X > sceneW+1.5*s.disc.r:
			if out++; ok {
				t.Errorf("frame %d: seen at %.1f, the disc is at %.1f", i, c.at, s.disc.at)
			}
		}
	})
	if out == 0 {
		t.Fatal("the disc never left")
	}
}

// TestTrackGivesUp: what is away for long is gone, so that another search may begin.
func TestTrackGivesUp(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	s := rolling(18, 0, 0)
	v, done := s.view(t, 0)
	k.begin(v, s.disc, trunkHint{})
	done()
	if k.gone(100) {
		t.Error("gone while it was in view last")
	}
	s.absent = true
	for i := 1; i <= 8; i++ {
		v, done := s.view(t, float64(i)/2)
		if c, _, ok := k.step(v, trunkHint{}); ok {
			t.Fatalf("%.1f s: a ghost at %.1f", v.t, c.at)
		}
		if want := v.t > maxLost; k.gone(v.t) != want {
			t.Errorf("%.1f s: gone %v, want %v", v.t, !want, want)
		}
		done()
	}
}

// TestTrackOfHugeRadius: a circle larger than the picture must not make patches without bound.
func TestTrackOfHugeRadius(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	for _, r := range []float64{1e-9, .3, 5, 200, 1e6, 1e300} {
		s := rolling(18, 0, 0)
		v, done := s.view(t, 0)
		k.begin(v, circle{s.disc.at, r}, trunkHint{})
		v.t = 2
		k.step(v, trunkHint{})
		if k.face.r > sceneW/2 || k.side > 25 || k.window.Cols() > 200 || k.window.Rows() > 200 {
			t.Errorf("radius %g: face %g px, patch %d px, window %v", r, k.face.r, k.side, k.window.Size())
		}
		done()
	}
}

func TestTrackOfABlankPicture(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	v, done := viewOf(t, make([]byte, 3*sceneW*sceneH), sceneW, sceneH, 0)
	defer done()
	k.begin(v, circle{body.Point{X: 160, Y: 100}, 18}, trunkHint{})
	v.t = .1
	if c, _, ok := k.step(v, trunkHint{}); ok {
		t.Errorf("seen at %.1f in a black picture", c.at)
	}
}

func TestTrackAllocatesLittle(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	s := rolling(18, 0, 0)
	v, done := s.view(t, 0)
	defer done()
	k.begin(v, s.disc, trunkHint{})
	if n := testing.AllocsPerRun(20, func() {
		v.t += 1. / sceneFPS
		k.step(v, trunkHint{})
	}); n > 4 {
		t.Errorf("%.0f allocations a step, want at most 4", n)
	}
}

func TestSummit(t *testing.T) {
	for _, c := range []struct {
		name          string
		a, b, c, want float64
	}{
		{"in the middle", .5, 1, .5, 0},
		{"parabola with its top at .25", 1 - 1.5625, 1 - .0625, 1 - .5625, .25},
		{"at the edge", math.Inf(-1), 1, .5, 0},
		{"at the other edge", .5, 1, math.Inf(-1), 0},
		{"flat", 1, 1, 1, 0},
		{"a slope, not a top", .1, .5, .8, .5},
		{"not a number", math.NaN(), 1, 0, 0},
	} {
		if got := summit(c.a, c.b, c.c); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCutterRepeatsTheBorder(t *testing.T) {
	pix := make([]byte, 3*8*6)
	for i := range pix {
		pix[i] = byte(10*(i/3%8) + i/3/8)
	}
	v, done := viewOf(t, pix, 8, 6, 0)
	defer done()
	c := newCutter()
	defer c.m.Close()
	dst := gocv.NewMat()
	defer dst.Close()
	for _, q := range []struct {
		at   body.Point
		zoom float64
		want byte // in the middle of the piece
	}{
		{body.Point{X: 3, Y: 2}, 1, 32},
		{body.Point{X: 3, Y: 2}, .5, 32},
		{body.Point{X: 3.5, Y: 2}, 1, 37},
		{body.Point{X: -20, Y: 2}, 1, 2},
		{body.Point{X: 90, Y: 90}, 1, 75},
	} {
		c.cut(v.bgr, &dst, q.at, q.zoom, 5, 3)
		if got := dst.GetVecbAt(1, 2)[0]; dst.Cols() != 5 || dst.Rows() != 3 || got != q.want {
			t.Errorf("%+v: %d in the middle of %v, want %d in 5×3", q, got, dst.Size(), q.want)
		}
	}
}

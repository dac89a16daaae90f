package vision

import (
	"image"
	"image/color"
	"math"
	"testing"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// drawn makes a view of what at draws.
func drawn(t testing.TB, when float64, at func(x, y int) [3]float64) (view, func()) {
	t.Helper()
	p := patchFrom(sceneW, sceneH, at)
	return viewOf(t, p.pix, sceneW, sceneH, when)
}

// TestTrackOfASmearedPattern: a dark roller on a dark mat, of which compression leaves another grain in every frame.
// The trunk above it rolls twice as far.
func TestTrackOfASmearedPattern(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	const r, n = 12., 90
	right, wrong := 0, 0
	for i := range n {
		way := 20 * math.Sin(float64(i)/14)
		at := body.Point{X: 160 + way, Y: 100}
		v, done := drawn(t, float64(i)/sceneFPS, func(x, y int) [3]float64 {
			grain, g := .02, 45.
			if math.Hypot(float64(x)-at.X, float64(y)-at.Y) <= r {
				grain, g = .16, 47
			}
			g += grain * (speckle(x, y, 1, 7*i) - 110)
			return [3]float64{g, g, g}
		})
		trunk := trunkHint{at: body.Point{X: 150 + way/rollRatio, Y: 70}, known: true}
		if i == 0 {
			k.begin(v, circle{at, r}, trunk)
		} else if c, score, ok := k.step(v, trunk); ok && score >= .5 {
			if c.at.Sub(at).Len() <= .35*r {
				right++
			} else {
				wrong++
			}
		}
		done()
	}
	if right < n*8/10 || wrong > n/50 {
		t.Errorf("right in %d and wrong in %d of %d frames", right, wrong, n-1)
	}
}

// TestTrackIsNotLedAstray: a post walks past before the roller, which stays where it is.
func TestTrackIsNotLedAstray(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	const n = 120
	s := rolling(16, 0, 0)
	trunk := trunkHint{at: body.Point{X: 150, Y: 60}, known: true}
	seen := 0
	for i := range n {
		v, done := s.view(t, float64(i)/sceneFPS)
		post := s.disc.at.X - 60 + float64(i)
		gocv.Rectangle(&v.bgr, pillar(post), skin, -1)
		if i == 0 {
			k.begin(v, s.disc, trunk)
		} else if c, score, ok := k.step(v, trunk); ok && score >= .5 {
			seen++
			if off := c.at.Sub(s.disc.at).Len() / s.disc.r; off > .35 {
				t.Errorf("frame %d: %.2f radii off, the post is at %.0f", i, off, post-s.disc.at.X)
			}
		}
		done()
	}
	if seen < n*2/3 {
		t.Errorf("seen in %d of %d frames", seen, n-1)
	}
}

// TestTrackIsFoundWhereTheTrunkHasTakenIt: covered while it rolls four radii on.
func TestTrackIsFoundWhereTheTrunkHasTakenIt(t *testing.T) {
	k := newRollerTrack()
	defer k.close()
	found := -1
	for i := range 60 {
		s := rolling(14, 0, 0)
		s.disc.at.X += 1.4 * float64(min(i, 40))
		s.cover = i >= 15 && i < 40
		trunk := trunkHint{at: body.Point{X: 150 + 1.4/rollRatio*float64(min(i, 40)), Y: 60}, known: true}
		v, done := s.view(t, float64(i)/sceneFPS)
		if i == 0 {
			k.begin(v, s.disc, trunk)
		} else if c, _, ok := k.step(v, trunk); ok {
			if s.cover && i > 15 { // one frame is not enough to be believed in either way
				t.Errorf("frame %d: seen at %.1f through a board", i, c.at)
			} else if !s.cover && c.at.Sub(s.disc.at).Len() > .15*s.disc.r {
				t.Errorf("frame %d: at %.1f, want %.1f", i, c.at, s.disc.at)
			}
			if i >= 40 && found < 0 {
				found = i
			}
		}
		done()
	}
	if found < 0 || found > 45 {
		t.Errorf("found again in frame %d, want 40 to 45", found)
	}
}

// sized is the view of a scene in another size.
func sized(t testing.TB, s scene, at float64, w, h int) (view, func()) {
	t.Helper()
	v, done := s.view(t, at)
	big, grey := gocv.NewMat(), gocv.NewMat()
	gocv.Resize(v.bgr, &big, imagePoint(w, h), 0, 0, gocv.InterpolationArea)
	gocv.CvtColor(big, &grey, gocv.ColorBGRToGray)
	done()
	return view{t: at, width: w, height: h, bgr: big, gray: grey}, func() {
		big.Close()
		grey.Close()
	}
}

// TestWordOutlivesAChangeOfSize: live video grows and shrinks; what was told stays told.
func TestWordOutlivesAChangeOfSize(t *testing.T) {
	f := newFinder(t)
	sizes := [][2]int{{sceneW, sceneH}, {2 * sceneW, 2 * sceneH}, {sceneW * 3 / 4, sceneH * 3 / 4}, {sceneW + 1, sceneH}}
	for i := range 48 {
		s := rolling(12, 1, i)
		if i == 0 {
			f.place(Placement{Near: s.disc.at, Radius: s.disc.r})
			f.place(Placement{At: 9, Near: s.disc.at, Radius: s.disc.r}) // waits through all the sizes
		}
		size := sizes[i/12]
		v, done := sized(t, s, float64(i)/sceneFPS, size[0], size[1])
		got := stepOf(t, f, v, &spine.Observation{})
		done()
		k := float64(size[0]) / sceneW
		want := rescaled(s.disc.at, k)
		if got == nil || got.Near.Sub(want).Len() > .2*k*s.disc.r || math.Abs(got.Radius/(k*s.disc.r)-1) > .02 {
			t.Fatalf("frame %d of %v: %+v, want %.1f", i, size, got, want)
		}
	}
	if w := f.words[0]; math.Abs(w.Radius/12-1) > .02 {
		t.Errorf("the word that waits has radius %.1f, want 12", w.Radius)
	}
}

// TestWordEndsWithTheShape: in a picture of another shape nobody knows where the roller went.
func TestWordEndsWithTheShape(t *testing.T) {
	f := newFinder(t)
	s := rolling(18, 0, 0)
	f.place(Placement{Near: s.disc.at, Radius: s.disc.r})
	f.place(Placement{At: 9, Near: s.disc.at, Radius: s.disc.r})
	v, done := s.view(t, 0)
	stepOf(t, f, v, &spine.Observation{})
	done()
	v, done = sized(t, s, .1, sceneH, sceneW)
	defer done()
	if got := stepOf(t, f, v, &spine.Observation{}); got != nil || f.placed || f.track.on || len(f.words) != 0 {
		t.Errorf("on its side: %+v, placed %v, followed %v, %d words wait", got, f.placed, f.track.on, len(f.words))
	}
}

var skin = color.RGBA{R: 170, G: 125, B: 100}

// pillar is an upright bar of 14 pixels about x, from top to bottom.
func pillar(x float64) image.Rectangle { return image.Rect(int(x)-7, 0, int(x)+7, sceneH) }

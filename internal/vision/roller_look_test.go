package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// patchFrom draws a picture as a patch.
func patchFrom(w, h int, at func(x, y int) [3]float64) patch {
	p := patch{make([]uint8, 3*w*h), w, h}
	for y := range h {
		for x := range w {
			for c, v := range at(x, y) {
				p.pix[3*(y*w+x)+c] = uint8(math.Min(math.Max(v, 0), 255))
			}
		}
	}
	return p
}

// noisePiece is a patch of noise, x pixels from the left of a larger one.
func noisePiece(w, h, x0 int, gain, lift float64) patch {
	return patchFrom(w, h, func(x, y int) [3]float64 {
		g := speckle(x+x0, y, 2, 3)
		return [3]float64{gain*g + lift, gain*(g+20) + lift, gain*(180-g) + lift}
	})
}

// TestLikeness: of a look with itself it is 1, whatever the exposure; with anything else it is small; never beyond ±1.
func TestLikeness(t *testing.T) {
	var l rollerLook
	l.begin(noisePiece(25, 25, 0, 1, 0), 10)
	rapid.Check(t, func(t *rapid.T) {
		gain, lift := rapid.Float64Range(.4, 1.2).Draw(t, "gain"), rapid.Float64Range(0, 30).Draw(t, "lift")
		if got := l.likeness(noisePiece(25, 25, 0, gain, lift), 0, 0); got < .99 || got > 1.0001 {
			t.Fatalf("gain %.2f, lift %.0f: likeness %.4f with itself", gain, lift, got)
		}
		x := rapid.IntRange(40, 400).Draw(t, "x")
		if got := l.likeness(noisePiece(25, 25, x, gain, lift), 0, 0); math.Abs(got) > .5 {
			t.Fatalf("likeness %.2f with another piece, %d pixels on", got, x)
		}
	})
}

// TestLikenessOfPlaces: in a wider patch the look is found where it was cut out.
func TestLikenessOfPlaces(t *testing.T) {
	wide := noisePiece(60, 40, 0, 1, 0)
	var l rollerLook
	l.begin(patchFrom(25, 25, func(x, y int) [3]float64 {
		k := 3 * ((y+9)*wide.w + x + 21)
		return [3]float64{float64(wide.pix[k]), float64(wide.pix[k+1]), float64(wide.pix[k+2])}
	}), 10)
	for y := range wide.h - l.side + 1 {
		for x := range wide.w - l.side + 1 {
			if got := l.likeness(wide, x, y); (got > .99) != (x == 21 && y == 9) {
				t.Errorf("likeness %.2f at %d, %d", got, x, y)
			}
		}
	}
}

func TestLookFollows(t *testing.T) {
	var l rollerLook
	l.begin(noisePiece(25, 25, 0, 1, 0), 10)
	later := noisePiece(25, 25, 200, 1, 0)
	before := l.likeness(later, 0, 0)
	for range 40 {
		l.renew(later, learn)
	}
	// The recent look is the later one now; the first keeps its half of the say.
	if got := l.likeness(later, 0, 0); got < .45+before/2 || got > .6+before {
		t.Errorf("after 40 frames the likeness went from %.2f to %.2f", before, got)
	}
}

func TestNothingIsLikeAFlatPatch(t *testing.T) {
	grey := patchFrom(25, 25, func(int, int) [3]float64 { return [3]float64{90, 90, 90} })
	var l rollerLook
	l.begin(grey, 10)
	if got := l.likeness(noisePiece(25, 25, 0, 1, 0), 0, 0); got != 0 {
		t.Errorf("a look without texture has likeness %v with noise", got)
	}
	l.begin(noisePiece(25, 25, 0, 1, 0), 10)
	if got := l.likeness(grey, 0, 0); got != 0 {
		t.Errorf("noise has likeness %v with a patch without texture", got)
	}
}

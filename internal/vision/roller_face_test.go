package vision

import (
	"math"
	"testing"
)

// faceScene is a disc of radius 8 at cx, cy on a ground; seed changes the grain of both.
func faceScene(cx, cy float64, seed int, disc, ground func(g float64) [3]float64) patch {
	return patchFrom(61, 41, func(x, y int) [3]float64 {
		g := speckle(x, y, 1, seed) - 110 // −50…50
		if math.Hypot(float64(x)-cx, float64(y)-cy) <= 8 {
			return disc(g)
		}
		return ground(g)
	})
}

func plain(b, g, r, grain float64) func(float64) [3]float64 {
	return func(n float64) [3]float64 { return [3]float64{b + grain*n, g + grain*n, r + grain*n} }
}

// TestFaceIsToldFromItsGround: by colour, by brightness, or by its grain alone, with other noise in every picture.
func TestFaceIsToldFromItsGround(t *testing.T) {
	for _, c := range []struct {
		name         string
		disc, ground func(float64) [3]float64
	}{
		{"colour", plain(140, 90, 90, .1), plain(90, 110, 100, .1)},
		{"brightness", plain(60, 60, 60, .1), plain(80, 80, 80, .1)},
		{"grain", plain(50, 50, 50, .3), plain(50, 50, 50, .03)},
	} {
		var f rollerFace
		f.begin(faceScene(30, 20, 1, c.disc, c.ground), 8, 100)
		if f.own < sureOwn {
			t.Errorf("%s: the face stands out by %.2f nats a pixel only", c.name, f.own)
		}
		f.read(faceScene(38, 20, 2, c.disc, c.ground), 100)
		best, bx := math.Inf(-1), 0
		for x := 13; x <= 47; x++ {
			if q := f.score(x, 20); q > best {
				best, bx = q, x
			}
		}
		if bx < 37 || bx > 39 || best < .6*f.own {
			t.Errorf("%s: found at %d with %.2f of %.2f, want 38", c.name, bx, best, f.own)
		}
		f.read(faceScene(-90, 20, 3, c.disc, c.ground), 100)
		for x := 13; x <= 47; x++ {
			if q := f.score(x, 20); q > .35*f.own {
				t.Errorf("%s: %.2f of %.2f at %d, where there is only ground", c.name, q, f.own, x)
			}
		}
	}
}

func TestFaceOfTheGroundsColourSaysNothing(t *testing.T) {
	var f rollerFace
	same := plain(90, 90, 90, .1)
	f.begin(faceScene(30, 20, 1, same, same), 8, 100)
	if f.own > sureOwn {
		t.Errorf("a face like its ground stands out by %.2f nats a pixel", f.own)
	}
}

// TestFaceThroughExposure: the camera opens up by a half; the whole picture tells.
func TestFaceThroughExposure(t *testing.T) {
	disc, ground := plain(60, 60, 60, .1), plain(90, 90, 90, .1)
	var f rollerFace
	f.begin(faceScene(30, 20, 1, disc, ground), 8, 80)
	brighter := faceScene(30, 20, 2, plain(90, 90, 90, .15), plain(135, 135, 135, .15))
	f.read(brighter, 120)
	if got := f.score(30, 20); got < .6*f.own {
		t.Errorf("at another exposure the face says %.2f of %.2f", got, f.own)
	}
}

func TestFaceAllocatesNothing(t *testing.T) {
	var f rollerFace
	p := faceScene(30, 20, 1, plain(140, 90, 90, .1), plain(90, 110, 100, .1))
	f.begin(p, 8, 100)
	if n := testing.AllocsPerRun(10, func() {
		f.read(p, 100)
		f.renew(30, 20)
	}); n != 0 {
		t.Errorf("%.0f allocations a frame", n)
	}
}

package body

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestOneEuro(t *testing.T) {
	f := OneEuro{MinCutoff: 1, Beta: 0, DCutoff: 1}
	if got := f.Next(0, 10, 1); got != 10 {
		t.Errorf("the first number becomes %v, want 10", got)
	}
	// One step of a first-order low-pass: 2π·1 Hz·0.1 s = .628 → .386 of the step.
	r := 2 * math.Pi * .1
	if got, want := f.Next(.1, 20, 1), 10+10*r/(r+1); math.Abs(got-want) > 1e-12 {
		t.Errorf("a step of 10 becomes %v, want %v", got, want)
	}
	before := f.x
	if got := f.Next(.1, 99, 1); got != before {
		t.Errorf("the same time again gives %v, want %v", got, before)
	}
	f.Reset()
	if got := f.Next(.2, 50, 1); got != 50 {
		t.Errorf("after a reset 50 becomes %v", got)
	}
	var zero OneEuro
	zero.Next(0, 1, 1)
	if got := zero.Next(1, 7, 1); got != 7 {
		t.Errorf("the zero value makes %v of 7", got)
	}
}

// TestOneEuroIsFasterForFastThings: with a beta, a ramp lags less than without, and the same for a larger body at
// a larger scale.
func TestOneEuroIsFasterForFastThings(t *testing.T) {
	lag := func(beta, speed, scale float64) float64 {
		f := OneEuro{MinCutoff: 1, Beta: beta, DCutoff: 1}
		var x float64
		for i := range 120 {
			at := float64(i) / 30
			x = speed*at - f.Next(at, speed*at, scale)
		}
		return x / speed
	}
	slow, fast := lag(0, 1, 1), lag(10, 1, 1)
	if math.Abs(slow-1/(2*math.Pi)) > .01 || fast > .03 {
		t.Errorf("lag %.3f s without and %.3f s with beta, want .159 and less than .03", slow, fast)
	}
	if large := lag(10, 200, 200); math.Abs(large-fast) > 1e-9 {
		t.Errorf("lag %.3f s at 200 times the size, want %.3f", large, fast)
	}
}

// TestOneEuroStaysBetween: the result never leaves the range of what was put in.
func TestOneEuroStaysBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := OneEuro{
			MinCutoff: rapid.Float64Range(.01, 10).Draw(t, "cutoff"),
			Beta:      rapid.Float64Range(0, 100).Draw(t, "beta"), DCutoff: 1,
		}
		lo, hi, at := math.Inf(1), math.Inf(-1), 0.
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			x := rapid.Float64Range(-1000, 1000).Draw(t, "x")
			at += rapid.Float64Range(0, .5).Draw(t, "dt")
			lo, hi = math.Min(lo, x), math.Max(hi, x)
			if got := f.Next(at, x, 50); got < lo-1e-9 || got > hi+1e-9 {
				t.Fatalf("%v lies outside %v…%v", got, lo, hi)
			}
		}
	})
}

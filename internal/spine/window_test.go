package spine

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestSlopeOfALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(10, 60).Draw(t, "rate")
		slope := rapid.Float64Range(-30, 30).Draw(t, "slope")
		start := rapid.Float64Range(0, 1e5).Draw(t, "start")
		w := window{seconds: keepWindow}
		for k := range 3 * windowSize {
			x := start + float64(k)/rate
			w.push(x, slope*(x-start))
		}
		got, sigma, ok := w.slope(speedWindow)
		if !ok || math.Abs(got-slope) > 1e-5 || sigma > 1e-4 {
			t.Fatalf("slope %g ± %g (%v), want %g", got, sigma, ok, slope)
		}
		if w.span() > keepWindow+1e-6 || w.span() < math.Min(keepWindow, (windowSize-2)/rate)-2/rate {
			t.Fatalf("the window spans %g s", w.span())
		}
	})
}

func TestSlopeNeedsEnough(t *testing.T) {
	for _, tt := range []struct {
		name  string
		times []float64
		ok    bool
	}{
		{"nothing", nil, false},
		{"three", []float64{0, 0.4, 0.8}, false},
		{"four", []float64{0, 0.3, 0.6, 0.9}, true},
		{"four in no time", []float64{0, 0.1, 0.2, 0.3}, false},
		{"four at once", []float64{5, 5, 5, 5}, false},
		{"enough, but long ago", []float64{0, 0.3, 0.6, 0.9, 2.5}, false},
	} {
		w := window{seconds: keepWindow}
		for _, x := range tt.times {
			w.push(x, x)
		}
		if _, _, ok := w.slope(1); ok != tt.ok {
			t.Errorf("%s: %v, want %v", tt.name, ok, tt.ok)
		}
	}
}

// The standard error is that of a regression: domain.md §8 gives .63 cm/s for 1 s at 30 Hz and noise of 1 cm.
func TestSlopeKnowsItsError(t *testing.T) {
	w := window{seconds: keepWindow}
	for k := range 31 {
		noise := 1.0
		if k%2 == 0 {
			noise = -1
		}
		w.push(float64(k)/30, noise)
	}
	if _, sigma, _ := w.slope(1); math.Abs(sigma-0.63) > 0.05 {
		t.Errorf("error %.3f cm/s, want .63", sigma)
	}
}

// The contact's path may be longer than the roller's, but neither shorter nor the same way round.
func TestHowFarAMirroredPathIsApart(t *testing.T) {
	for times, want := range map[float64]float64{0: 1, 0.5: 0.5, 1: 0, 1.7: 0, 2: 0, 2.3: 0.3, 4: 2, -1: 2} {
		var a, b window
		for k := range 30 {
			x := math.Sin(float64(k) / 5)
			a.push(float64(k)/30, x)
			b.push(float64(k)/30, 3-times*x)
		}
		if apart, spread := mirrored(&a, &b, longest); math.Abs(apart/spread-want) > 1e-9 {
			t.Errorf("%g times as long: apart by %.3f of the spread, want %g", times, apart/spread, want)
		}
	}
}

func TestEmaForgetsByTime(t *testing.T) {
	for _, rate := range []float64{10, 30, 60} {
		e := ema{tau: 0.5}
		e.push(0, 0)
		var got float64
		for k := range int(rate) {
			got = e.push(float64(k+1)/rate, 1)
		}
		if want := 1 - math.Exp(-2); math.Abs(got-want) > 1e-9 {
			t.Errorf("at %g Hz a step has come to %g after two time constants, want %g", rate, got, want)
		}
	}
}

package vision

import (
	"testing"

	"pgregory.net/rapid"
)

// ways is the ratio's view of a trunk that swings over span pixels while the circle goes slope times as far.
func ways(n int, span, slope float64, noise func(i int) float64) *ratio {
	r := &ratio{}
	for i := range n {
		x := 300 + span*float64(i)/float64(n-1)
		r.add(x, 120+slope*x+noise(i))
	}
	return r
}

func still(int) float64 { return 0 }

func TestRatioVerdicts(t *testing.T) {
	jumpy := func(i int) float64 { return []float64{25, -25, 0}[i%3] }
	for _, c := range []struct {
		name        string
		n           int
		span, slope float64
		noise       func(int) float64
		want        verdict
	}{
		{"half as far", 20, 40, rollRatio, still, rolls},
		{"within the tolerance", 20, 40, rollRatio + .9*rollRatioTol, still, rolls},
		{"at rest", 20, 40, 0, still, otherwise},
		{"with the trunk", 20, 40, 1, still, otherwise},
		{"backwards", 20, 40, -rollRatio, still, otherwise},
		{"between rolling and not", 20, 40, rollRatio + 1.5*rollRatioTol, still, unclear},
		{"too short a way", 20, 15, rollRatio, still, unclear},
		{"too few frames", 7, 40, rollRatio, still, unclear},
		{"no straight line", 30, 40, rollRatio, jumpy, unclear},
	} {
		if got := ways(c.n, c.span, c.slope, c.noise).verdict(16); got != c.want {
			t.Errorf("%s: verdict %d, want %d", c.name, got, c.want)
		}
	}
	if got := (&ratio{}).verdict(0); got != unclear {
		t.Errorf("without any sample: verdict %d, want unclear", got)
	}
}

// TestRatioOfNoisyWays: pixels of noise do not change what a way of 40 pixels says.
func TestRatioOfNoisyWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 40
		noise := rapid.SliceOfN(rapid.Float64Range(-1.5, 1.5), n, n).Draw(t, "noise")
		for slope, want := range map[float64]verdict{rollRatio: rolls, 0: otherwise, 1: otherwise} {
			r := ways(n, 40, slope, func(i int) float64 { return noise[i] })
			if got := r.verdict(20); got != want {
				t.Fatalf("slope %.2f: verdict %d, want %d", slope, got, want)
			}
		}
	})
}

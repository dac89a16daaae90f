package conversion

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The steps of double, as ONNX defines them, on one row of an image: both are
// separable, so what holds for rows holds for images.

func nearestDouble(x []float64) []float64 {
	out := make([]float64, 2*len(x))
	for i := range out {
		out[i] = x[i/2]
	}
	return out
}

// average is AveragePool over windows of two with the given padding, which is
// not counted in.
func average(x []float64, before, after int) []float64 {
	var out []float64
	for i := -before; i+1 < len(x)+after; i++ {
		sum, n := 0.0, 0.0
		for _, j := range [2]int{i, i + 1} {
			if j >= 0 && j < len(x) {
				sum, n = sum+x[j], n+1
			}
		}
		out = append(out, sum/n)
	}
	return out
}

// TestDoublingIsBilinearOnHalfPixelCentres compares the steps with the
// definition: output i samples the input at (i+½)/2−½, borders repeated.
func TestDoublingIsBilinearOnHalfPixelCentres(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-100, 100), 1, 20).Draw(t, "row")
		got := average(average(nearestDouble(x), 1, 0), 0, 1)
		if len(got) != 2*len(x) {
			t.Fatalf("%d pixels became %d", len(x), len(got))
		}
		clamp := func(i int) float64 { return x[min(max(i, 0), len(x)-1)] }
		for i := range got {
			at := (float64(i)+0.5)/2 - 0.5
			low := int(math.Floor(at))
			f := at - float64(low)
			if want := (1-f)*clamp(low) + f*clamp(low+1); math.Abs(got[i]-want) > 1e-9 {
				t.Fatalf("pixel %d is %g, want %g", i, got[i], want)
			}
		}
	})
}

// TestSamePadding: the output has ⌈size/stride⌉ pixels, padding is as small as
// that allows, and its odd pixel is at the end.
func TestSamePadding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size, stride, reach := rapid.IntRange(1, 300).Draw(t, "size"), rapid.IntRange(1, 4).Draw(t, "stride"), rapid.IntRange(1, 9).Draw(t, "reach")
		before, after := same(size, stride, reach)
		outputs := (size + stride - 1) / stride
		if before < 0 || after-before < 0 || after-before > 1 {
			t.Fatalf("padding %d and %d", before, after)
		}
		covered := (outputs-1)*stride + reach
		if total := before + after; total > 0 && size+total != covered || total == 0 && size < covered {
			t.Fatalf("%d+%d pixels for windows that cover %d", size, total, covered)
		}
	})
}

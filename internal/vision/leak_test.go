//go:build matprofile

package vision

import (
	"bytes"
	"testing"

	"gocv.io/x/gocv"
)

// TestNoMatIsLeftOpen runs only with -tags matprofile, which makes GoCV count its Mats.
func TestNoMatIsLeftOpen(t *testing.T) {
	for _, e := range []Engine{EngineONNXRuntime, EngineOpenCV} {
		rt := open(t, e)
		clip := frames(t, "correct", 20)
		before := gocv.MatProfile.Count()
		eye, err := rt.NewEye(EyeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range clip[:8] {
			observe(t, eye, f)
		}
		steady := gocv.MatProfile.Count()
		for _, f := range clip[8:] {
			observe(t, eye, f)
		}
		observe(t, eye, blank(clip[0], 2e9))
		if n := gocv.MatProfile.Count(); n != steady {
			t.Errorf("%s: %d Mats after 8 frames, %d after 21", e, steady, n)
		}
		if err := eye.Close(); err != nil {
			t.Error(err)
		}
		if n := gocv.MatProfile.Count(); n != before {
			var b bytes.Buffer
			gocv.MatProfile.WriteTo(&b, 1)
			t.Errorf("%s: %d Mats are left open:\n%s", e, n-before, b.String())
		}
	}
}

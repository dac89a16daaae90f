package vision

import (
	"path/filepath"
	"testing"

	"github.com/rollwell/rollwell/internal/models/parity"
)

// TestModelsAnswerAsTheOriginals holds the converted models, on both engines, to what an independent runtime made
// of the original ones.
func TestModelsAnswerAsTheOriginals(t *testing.T) {
	cases, err := parity.Load("../../testdata/parity")
	if err != nil {
		t.Fatal(err)
	}
	// Both engines' rounding is below .002; a wrong padding or a wrong resize mode shows with .1 and more.
	const most = .02
	for _, e := range []Engine{EngineONNXRuntime, EngineOpenCV} {
		eng, _, err := newEngine(Options{Engine: e, ORTLibrary: ortLibrary})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			for name, d := range answer(t, eng, c) {
				if !(d <= most) {
					t.Errorf("%s, %s, %s: output %s is off by %g", e, c.Model, c.Scene, name, d)
				}
			}
		}
		if err := eng.close(); err != nil {
			t.Error(err)
		}
	}
}

// answer runs one case and returns the largest difference for each output.
func answer(t *testing.T, eng engine, c parity.Case) map[string]float64 {
	t.Helper()
	g := detectorGraph(modelDir)
	if !c.Detector() {
		g = landmarkerGraph(modelDir, ModelFull)
		g.path = filepath.Join(modelDir, c.Model+".onnx")
	}
	if want := filepath.Join(modelDir, c.Model+".onnx"); g.path != want {
		t.Fatalf("the model is %s, the reference of %s", g.path, want)
	}
	n, err := eng.load(g)
	if err != nil {
		t.Fatal(err)
	}
	inf, err := n.newInference()
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.Input()
	if err != nil {
		t.Fatal(err)
	}
	copy(inf.input(), in)
	if err := inf.run(); err != nil {
		t.Fatal(err)
	}
	off := map[string]float64{}
	for i, o := range g.outputs {
		var fields []int
		if o.name == "landmarks" {
			fields = []int{0, 1}
		}
		if off[o.name], err = c.MaxDiff(o.name, inf.output(i), fields...); err != nil {
			t.Fatal(err)
		}
	}
	if err := inf.close(); err != nil {
		t.Error(err)
	}
	if err := n.close(); err != nil {
		t.Error(err)
	}
	return off
}

package conversion

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/tflite"
)

// arbitraryGraph draws a graph as the reader may hand it over: tensor numbers
// are in range, -1 may stand for an input, constants have as many elements as
// their shape says, and nothing else is certain.
func arbitraryGraph(t *rapid.T) *tflite.Graph {
	size := rapid.IntRange(0, 9)
	small := rapid.IntRange(-2, 4)
	g := &tflite.Graph{}
	for range rapid.IntRange(1, 8).Draw(t, "tensors") {
		tensor := tflite.Tensor{Name: "t", Shape: rapid.SliceOfN(size, 0, 5).Draw(t, "shape")}
		switch rapid.IntRange(0, 2).Draw(t, "constant") {
		case 1:
			tensor.Floats = make([]float32, tensor.Elements())
		case 2:
			tensor.Ints = make([]int32, tensor.Elements())
			for i := range tensor.Ints {
				tensor.Ints[i] = int32(small.Draw(t, "element"))
			}
		}
		g.Tensors = append(g.Tensors, tensor)
	}
	index := rapid.IntRange(0, len(g.Tensors)-1)
	operand := rapid.IntRange(-1, len(g.Tensors)-1)
	kinds := rapid.SampledFrom([]tflite.Kind{
		tflite.Add, tflite.Concatenation, tflite.Conv2D, tflite.DepthwiseConv2D, tflite.DepthToSpace,
		tflite.Dequantize, tflite.Logistic, tflite.MaxPool2D, tflite.Reshape, tflite.ResizeBilinear, tflite.Pad, 99,
	})
	for range rapid.IntRange(0, 6).Draw(t, "operators") {
		g.Operators = append(g.Operators, tflite.Operator{
			Kind:    kinds.Draw(t, "kind"),
			Inputs:  rapid.SliceOfN(operand, 0, 4).Draw(t, "inputs"),
			Outputs: rapid.SliceOfN(index, 0, 2).Draw(t, "outputs"),
			Options: tflite.Options{
				Activation:  tflite.Activation(small.Draw(t, "activation")),
				SamePadding: rapid.Bool().Draw(t, "same"), HalfPixel: rapid.Bool().Draw(t, "half pixel"),
				StrideH: small.Draw(t, "stride"), StrideW: small.Draw(t, "stride"),
				DilationH: small.Draw(t, "dilation"), DilationW: small.Draw(t, "dilation"),
				FilterH: small.Draw(t, "filter"), FilterW: small.Draw(t, "filter"),
				Axis: small.Draw(t, "axis"), BlockSize: small.Draw(t, "block"),
			},
		})
	}
	g.Inputs = []int{index.Draw(t, "graph input")}
	g.Outputs = []int{index.Draw(t, "graph output")}
	return g
}

// TestConvertSurvivesAnyGraph: a graph gives a model or ErrUnsupported, never
// a panic, and a model never holds two constants of one name. (Convert checks
// by itself that every value is made before it is read.)
func TestConvertSurvivesAnyGraph(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := Convert(arbitraryGraph(t), Options{Input: "image", Outputs: []Output{{Tensor: "t", Name: "out"}}})
		if err != nil {
			if !errors.Is(err, ErrUnsupported) {
				t.Fatalf("got %v", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, k := range m.Graph.Initializers {
			if seen[k.Name] {
				t.Fatalf("constant %q twice", k.Name)
			}
			seen[k.Name] = true
		}
		m.Marshal()
	})
}

package conversion

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/onnx"
	"github.com/rollwell/rollwell/internal/tflite"
)

// plain are the options of a stride-1 window.
var plain = tflite.Options{SamePadding: true, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, DepthMultiplier: 1}

// chain builds graphs whose operators each read the last result.
type chain struct{ tflite.Graph }

func start(shape ...int) *chain {
	c := &chain{}
	c.Inputs = []int{c.tensor(tflite.Tensor{Name: "in", Shape: shape})}
	return c
}

func (c *chain) tensor(t tflite.Tensor) int {
	c.Tensors = append(c.Tensors, t)
	return len(c.Tensors) - 1
}

// then appends an operator over the tensor from; further inputs are constants.
func (c *chain) then(kind tflite.Kind, from int, o tflite.Options, shape []int, constants ...tflite.Tensor) int {
	op := tflite.Operator{Kind: kind, Inputs: []int{from}, Options: o}
	for _, k := range constants {
		op.Inputs = append(op.Inputs, c.tensor(k))
	}
	op.Outputs = []int{c.tensor(tflite.Tensor{Name: fmt.Sprintf("r%d", len(c.Operators)), Shape: shape})}
	c.Operators = append(c.Operators, op)
	return op.Outputs[0]
}

func (c *chain) convert(t *testing.T, outputs ...int) (*onnx.Model, error) {
	t.Helper()
	c.Outputs = outputs
	opts := Options{Name: "test", Input: "image"}
	for i, o := range outputs {
		opts.Outputs = append(opts.Outputs, Output{Tensor: c.Tensors[o].Name, Name: fmt.Sprintf("out%d", i)})
	}
	return Convert(&c.Graph, opts)
}

func weights(shape ...int) tflite.Tensor {
	w := tflite.Tensor{Shape: shape}
	for i := range w.Elements() {
		w.Floats = append(w.Floats, float32(i))
	}
	return w
}

func amounts(a ...int32) tflite.Tensor { return tflite.Tensor{Shape: []int{4, 2}, Ints: a} }

// ops lists what a model does, one "Op inputs → output" a node.
func ops(m *onnx.Model) []string {
	var s []string
	for _, n := range m.Graph.Nodes {
		s = append(s, fmt.Sprintf("%s %s → %s", n.Op, strings.Join(n.Inputs, " "), n.Outputs[0]))
	}
	return s
}

func attribute(t *testing.T, n onnx.Node, want onnx.Attribute) {
	t.Helper()
	for _, a := range n.Attributes {
		if fmt.Sprint(a) == fmt.Sprint(want) {
			return
		}
	}
	t.Errorf("%s has %v, want %v", n.Op, n.Attributes, want)
}

func TestConvolutionsTakeTheBorderInAndDropDeadBranches(t *testing.T) {
	c := start(1, 8, 8, 2)
	padded := c.then(tflite.Pad, 0, tflite.Options{}, []int{1, 10, 11, 2}, amounts(0, 0, 0, 2, 1, 2, 0, 0))
	o := plain
	o.SamePadding, o.StrideH, o.StrideW, o.Activation = false, 2, 2, tflite.ReLU6
	conv := c.then(tflite.Conv2D, padded, o, []int{1, 4, 5, 3}, weights(3, 3, 3, 2), weights(3))
	c.then(tflite.Logistic, conv, tflite.Options{}, []int{1, 4, 5, 3}) // nobody wants it
	m, err := c.convert(t, conv)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Conv image w3 b4 → out0_linear", "Clip out0_linear → out0"}, ops(m)); diff != "" {
		t.Fatalf("nodes (-want +got):\n%s", diff)
	}
	attribute(t, m.Graph.Nodes[0], onnx.Ints("pads", 0, 1, 2, 2))
	attribute(t, m.Graph.Nodes[0], onnx.Ints("strides", 2, 2))
	attribute(t, m.Graph.Nodes[1], onnx.Float("max", 6))
	if diff := cmp.Diff([]int64{1, 3, 4, 5}, m.Graph.Outputs[0].Shape); diff != "" {
		t.Errorf("output shape (-want +got):\n%s", diff)
	}
}

func TestBordersThatOthersReadAreWritten(t *testing.T) {
	c := start(1, 8, 8, 2)
	padded := c.then(tflite.Pad, 0, tflite.Options{}, []int{1, 8, 8, 5}, amounts(0, 0, 0, 0, 0, 0, 1, 2))
	conv := c.then(tflite.Conv2D, padded, plain, []int{1, 8, 8, 1}, weights(1, 1, 1, 5))
	m, err := c.convert(t, conv)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Pad image → t2", "Conv t2 w3 → out0"}, ops(m)); diff != "" {
		t.Fatalf("nodes (-want +got):\n%s", diff)
	}
	attribute(t, m.Graph.Nodes[0], onnx.Ints("pads", 0, 1, 0, 0, 0, 2, 0, 0))
}

// TestFilterOrder places every weight by its coordinates.
func TestFilterOrder(t *testing.T) {
	at := func(coordinates ...int) float32 {
		v := 0
		for _, c := range coordinates {
			v = 10*v + c
		}
		return float32(v)
	}
	const outputs, inputs, height, width = 3, 2, 2, 4
	ordinary := tflite.Tensor{Shape: []int{outputs, height, width, inputs}}
	depthwise := tflite.Tensor{Shape: []int{1, height, width, 2 * inputs}}
	var wantOrdinary, wantDepthwise []float32
	for o := range outputs {
		for y := range height {
			for x := range width {
				for i := range inputs {
					ordinary.Floats = append(ordinary.Floats, at(o, i, y, x))
				}
			}
		}
		for i := range inputs {
			for y := range height {
				for x := range width {
					wantOrdinary = append(wantOrdinary, at(o, i, y, x))
				}
			}
		}
	}
	for y := range height {
		for x := range width {
			for o := range 2 * inputs {
				depthwise.Floats = append(depthwise.Floats, at(o, y, x))
			}
		}
	}
	for o := range 2 * inputs {
		for y := range height {
			for x := range width {
				wantDepthwise = append(wantDepthwise, at(o, y, x))
			}
		}
	}
	c := start(1, 8, 8, inputs)
	a := c.then(tflite.Conv2D, 0, plain, []int{1, 8, 8, outputs}, ordinary)
	b := c.then(tflite.DepthwiseConv2D, 0, plain, []int{1, 8, 8, 2 * inputs}, depthwise)
	m, err := c.convert(t, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantOrdinary, m.Graph.Initializers[0].Floats); diff != "" {
		t.Errorf("ordinary (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantDepthwise, m.Graph.Initializers[1].Floats); diff != "" {
		t.Errorf("depthwise (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{2 * inputs, 1, height, width}, m.Graph.Initializers[1].Shape); diff != "" {
		t.Errorf("depthwise shape (-want +got):\n%s", diff)
	}
	attribute(t, m.Graph.Nodes[1], onnx.Int("group", inputs))
}

func TestResizeMovesBehindAPointwiseConvolution(t *testing.T) {
	c := start(1, 4, 4, 2)
	halfPixel := tflite.Options{HalfPixel: true}
	big := c.then(tflite.ResizeBilinear, 0, halfPixel, []int{1, 8, 8, 2})
	o := plain
	o.Activation = tflite.ReLU
	c.then(tflite.Conv2D, big, o, []int{1, 8, 8, 3}, weights(3, 1, 1, 2))
	again := c.then(tflite.ResizeBilinear, 3, halfPixel, []int{1, 16, 16, 3})
	m, err := c.convert(t, again)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Conv image w2 → t3_small",
		"Resize t3_small doubling → t3_linear_nearest", "AveragePool t3_linear_nearest → t3_linear_before", "AveragePool t3_linear_before → t3_linear",
		"Relu t3_linear → t3",
		"Resize t3 doubling → out0_nearest", "AveragePool out0_nearest → out0_before", "AveragePool out0_before → out0",
	}
	if diff := cmp.Diff(want, ops(m)); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
}

func TestReshapeKeepsTheOrderOfElements(t *testing.T) {
	c := start(1, 2, 2, 6)
	flat := c.then(tflite.Reshape, 0, tflite.Options{}, []int{1, 8, 3})
	c.then(tflite.Conv2D, 0, tflite.Options{StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1}, []int{1, 1, 1, 5}, weights(5, 2, 2, 6))
	single := c.then(tflite.Reshape, 3, tflite.Options{}, []int{1, 5})
	joined := c.then(tflite.Concatenation, flat, tflite.Options{Axis: -1}, []int{1, 8, 3})
	m, err := c.convert(t, joined, single)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Transpose image → t1_nhwc", "Reshape t1_nhwc t1_shape → t1",
		"Conv image w2 → t3", "Reshape t3 out1_shape → out1", "Concat t1 → out0",
	}
	if diff := cmp.Diff(want, ops(m)); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
	attribute(t, m.Graph.Nodes[4], onnx.Int("axis", 2))
}

func TestConvertRefuses(t *testing.T) {
	tests := map[string]struct {
		graph func() (*chain, int)
		says  string
	}{
		"resize by three": {func() (*chain, int) {
			c := start(1, 4, 4, 1)
			return c, c.then(tflite.ResizeBilinear, 0, tflite.Options{HalfPixel: true}, []int{1, 12, 12, 1})
		}, "only doubling"},
		"resize on corners": {func() (*chain, int) {
			c := start(1, 4, 4, 1)
			return c, c.then(tflite.ResizeBilinear, 0, tflite.Options{AlignCorners: true}, []int{1, 8, 8, 1})
		}, "aligned corners true"},
		"output of another size": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			return c, c.then(tflite.Conv2D, 0, plain, []int{1, 7, 8, 1}, weights(1, 3, 3, 1))
		}, "gives 8×8 where the graph says 7×8"},
		"weights of other channels": {func() (*chain, int) {
			c := start(1, 8, 8, 2)
			return c, c.then(tflite.Conv2D, 0, plain, []int{1, 8, 8, 1}, weights(1, 3, 3, 1))
		}, "do not fit"},
		"computed weights": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			return c, c.then(tflite.Conv2D, 0, plain, []int{1, 8, 8, 1}, tflite.Tensor{Shape: []int{1, 1, 1, 1}})
		}, "0 are constant"},
		"stride zero": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			o := plain
			o.StrideW = 0
			return c, c.then(tflite.Conv2D, 0, o, []int{1, 8, 8, 1}, weights(1, 3, 3, 1))
		}, "strides 1×0"},
		"tanh behind a convolution": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			o := plain
			o.Activation = 4
			return c, c.then(tflite.Conv2D, 0, o, []int{1, 8, 8, 1}, weights(1, 3, 3, 1))
		}, "activation 4"},
		"sum of shapes": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			return c, c.then(tflite.Add, 0, tflite.Options{}, []int{1, 8, 8, 1}, tflite.Tensor{Shape: []int{1, 1, 1, 1}})
		}, "adds shapes"},
		"negative border": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			return c, c.then(tflite.Pad, 0, tflite.Options{}, []int{1, 7, 8, 1}, amounts(0, 0, -1, 0, 0, 0, 0, 0))
		}, "amounts of padding"},
		"blocks that do not fit": {func() (*chain, int) {
			c := start(1, 8, 8, 4)
			return c, c.then(tflite.DepthToSpace, 0, tflite.Options{BlockSize: 2}, []int{1, 16, 16, 2})
		}, "blocks of 2"},
		"works on a constant": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			k := c.tensor(weights(1, 8, 8, 1))
			return c, c.then(tflite.Logistic, k, tflite.Options{}, []int{1, 8, 8, 1})
		}, `Sigmoid reads "t1"`},
		"empty image": {func() (*chain, int) {
			c := start(1, 8, 8, 1)
			return c, c.then(tflite.Logistic, 0, tflite.Options{}, []int{1, 0, 8, 1})
		}, "shape [1 0 8 1]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, out := test.graph()
			_, err := c.convert(t, out)
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want ErrUnsupported saying %q", err, test.says)
			}
		})
	}
	c := start(1, 8, 8, 1)
	out := c.then(tflite.Logistic, 0, tflite.Options{}, []int{1, 8, 8, 1})
	if _, err := c.convert(t, out, out); err == nil {
		t.Error("one tensor became two outputs")
	}
	if _, err := Convert(&c.Graph, Options{Outputs: []Output{{Tensor: "elsewhere", Name: "x"}}}); err == nil || !strings.Contains(err.Error(), `"elsewhere"`) {
		t.Errorf("missing output: got %v", err)
	}
}

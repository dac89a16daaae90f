// Package conversion turns a TensorFlow Lite graph into an ONNX model that
// OpenCV 4.6 and ONNX Runtime 1.24 load alike.
//
// What both accept is narrow. OpenCV 4.6 knows clip bounds only as attributes,
// which ONNX has up to operator set 10; a bilinear resize on pixel centres
// exists in ONNX from operator set 11 on. So operator set 10 is written, and
// the doubling of an image's size is made of steps that it has (see double).
//
// Images become NCHW, padding is folded into the convolutions, and only what
// the wanted outputs need is kept. No number is computed on the way, only
// moved: the same graph gives the same bytes on every machine.
package conversion

import (
	"errors"
	"fmt"

	"github.com/rollwell/rollwell/internal/onnx"
	"github.com/rollwell/rollwell/internal/tflite"
)

// ErrUnsupported means a graph that cannot be expressed in the ONNX subset
// that both engines load.
var ErrUnsupported = errors.New("graph cannot be converted")

// opset is the newest operator set in which clip bounds are attributes.
const opset = 10

// Output picks one of the graph's outputs and names it anew.
type Output struct {
	// Tensor is the output's name in the TensorFlow Lite graph.
	Tensor string
	// Name is the output's name in the ONNX model.
	Name string
}

// Options says what a converted model is to look like from outside.
type Options struct {
	// Name names the graph.
	Name string
	// Input names the only input, an image of shape 1×3×H×W.
	Input string
	// Outputs are the outputs to keep, in this order. Images among them are
	// 1×C×H×W; all other shapes are those of the original.
	Outputs []Output
}

// Convert expresses the part of g that the wanted outputs need as an ONNX
// model. Errors wrap ErrUnsupported and name the operator at fault. The model
// may share memory with g's constants.
func Convert(g *tflite.Graph, opts Options) (*onnx.Model, error) {
	c := &converter{
		graph:    g,
		uses:     make([]int, len(g.Tensors)),
		sole:     make([]int, len(g.Tensors)),
		names:    make([]string, len(g.Tensors)),
		padded:   map[int]padding{},
		enlarged: map[int]int{},
		weights:  map[string]bool{},
	}
	c.out = onnx.Graph{Name: opts.Name}
	if err := c.bind(opts); err != nil {
		return nil, err
	}
	for i, op := range g.Operators {
		if !c.live[i] {
			continue
		}
		if err := c.operator(op); err != nil {
			return nil, fmt.Errorf("%w: operator %d (%v): %w", ErrUnsupported, i, op.Kind, err)
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &onnx.Model{Producer: "rollwell", Opset: opset, Graph: c.out}, nil
}

// check makes sure that every value is made before it is read, and made once.
// It refuses graphs whose operators stand in another order, work on constants,
// or start from something that is not the input.
func (c *converter) check() error {
	made := map[string]bool{c.out.Inputs[0].Name: true}
	for name := range c.weights {
		made[name] = true
	}
	for _, n := range c.out.Nodes {
		for _, name := range n.Inputs {
			if !made[name] {
				return fmt.Errorf("%w: %s reads %q, which no operator before it makes", ErrUnsupported, n.Op, name)
			}
		}
		if made[n.Outputs[0]] {
			return fmt.Errorf("%w: %q is made twice", ErrUnsupported, n.Outputs[0])
		}
		made[n.Outputs[0]] = true
	}
	for _, v := range c.out.Outputs {
		if !made[v.Name] {
			return fmt.Errorf("%w: no operator makes the output %q", ErrUnsupported, v.Name)
		}
	}
	return nil
}

// converter is the state of one conversion. Slices are indexed by tensor.
type converter struct {
	graph *tflite.Graph
	live  []bool   // by operator: does a wanted output depend on it?
	uses  []int    // how many live operators read the tensor, plus one if it is wanted
	sole  []int    // an operator that reads the tensor; the only one where uses is 1
	names []string // the ONNX value that holds the tensor, if it was bound to a name

	padded   map[int]padding // tensors that are their source plus a border of zeros, not yet written
	enlarged map[int]int     // tensors that are their source doubled in size, not yet written
	weights  map[string]bool // initializers written so far

	out onnx.Graph
}

// bind declares input and outputs and finds what the outputs depend on.
func (c *converter) bind(opts Options) error {
	if len(c.graph.Inputs) != 1 || len(opts.Outputs) == 0 {
		return fmt.Errorf("%w: %d inputs and %d wanted outputs", ErrUnsupported, len(c.graph.Inputs), len(opts.Outputs))
	}
	input := c.graph.Inputs[0]
	shape, err := c.shape(input)
	if err != nil {
		return err
	}
	c.names[input] = opts.Input
	c.out.Inputs = []onnx.Value{{Name: opts.Input, Shape: shape}}

	for _, want := range opts.Outputs {
		tensor := -1
		for _, i := range c.graph.Outputs {
			if c.graph.Tensors[i].Name == want.Tensor {
				tensor = i
			}
		}
		if tensor < 0 {
			return fmt.Errorf("%w: it has no output %q", ErrUnsupported, want.Tensor)
		}
		shape, err := c.shape(tensor)
		if err != nil {
			return err
		}
		c.names[tensor] = want.Name
		c.uses[tensor]++
		c.out.Outputs = append(c.out.Outputs, onnx.Value{Name: want.Name, Shape: shape})
	}
	c.prune()
	return nil
}

// prune marks the operators that the wanted outputs depend on and counts the
// uses of every tensor among them. Operators stand in execution order, so one
// pass from the end suffices.
func (c *converter) prune() {
	c.live = make([]bool, len(c.graph.Operators))
	for i := len(c.graph.Operators) - 1; i >= 0; i-- {
		op := c.graph.Operators[i]
		for _, tensor := range op.Outputs {
			c.live[i] = c.live[i] || c.uses[tensor] > 0
		}
		if !c.live[i] {
			continue
		}
		for _, tensor := range op.Inputs {
			if tensor >= 0 {
				c.uses[tensor]++
				c.sole[tensor] = i
			}
		}
	}
}

// shape is the ONNX shape of a tensor: NCHW for images, as it is for others.
func (c *converter) shape(tensor int) ([]int64, error) {
	s := c.graph.Tensors[tensor].Shape
	for _, d := range s {
		if d < 1 {
			return nil, fmt.Errorf("%w: tensor %q has the shape %v", ErrUnsupported, c.graph.Tensors[tensor].Name, s)
		}
	}
	if len(s) == 4 {
		return []int64{int64(s[0]), int64(s[3]), int64(s[1]), int64(s[2])}, nil
	}
	shape := make([]int64, len(s))
	for i, d := range s {
		shape[i] = int64(d)
	}
	return shape, nil
}

// name is the ONNX value that holds the tensor.
func (c *converter) name(tensor int) string {
	if c.names[tensor] != "" {
		return c.names[tensor]
	}
	return fmt.Sprintf("t%d", tensor)
}

// emit appends a node with one output.
func (c *converter) emit(op, output string, inputs []string, attributes ...onnx.Attribute) {
	c.out.Nodes = append(c.out.Nodes, onnx.Node{Op: op, Inputs: inputs, Outputs: []string{output}, Attributes: attributes})
}

// activate ends an operator whose result lies in the value before by writing
// its fused activation.
func (c *converter) activate(a tflite.Activation, before, output string) {
	switch a {
	case tflite.ReLU:
		c.emit("Relu", output, []string{before})
	case tflite.ReLU6:
		c.emit("Clip", output, []string{before}, onnx.Float("max", 6), onnx.Float("min", 0))
	}
}

// beforeActivation is the name under which an operator writes its result
// ahead of its activation, or output itself if it has none.
func beforeActivation(a tflite.Activation, output string) (string, error) {
	switch a {
	case tflite.NoActivation:
		return output, nil
	case tflite.ReLU, tflite.ReLU6:
		return output + "_linear", nil
	default:
		return "", fmt.Errorf("fused activation %d", a)
	}
}

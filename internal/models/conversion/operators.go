package conversion

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/onnx"
	"github.com/rollwell/rollwell/internal/tflite"
)

// arity is how many inputs each operator must have at least. All have one
// output.
var arity = map[tflite.Kind]int{
	tflite.Add: 2, tflite.Concatenation: 1, tflite.Conv2D: 2, tflite.DepthwiseConv2D: 2,
	tflite.DepthToSpace: 1, tflite.Logistic: 1, tflite.MaxPool2D: 1,
	tflite.Reshape: 1, tflite.ResizeBilinear: 1, tflite.Pad: 2,
}

// operator writes one operator of the graph.
func (c *converter) operator(op tflite.Operator) error {
	least, known := arity[op.Kind]
	if !known || len(op.Inputs) < least || len(op.Outputs) != 1 {
		return fmt.Errorf("%d inputs and %d outputs", len(op.Inputs), len(op.Outputs))
	}
	for _, tensor := range op.Inputs[:least] {
		if tensor < 0 {
			return fmt.Errorf("an input is left out")
		}
	}
	for _, tensor := range append([]int{op.Outputs[0]}, op.Inputs[:least]...) {
		if _, err := c.shape(tensor); err != nil {
			return err
		}
	}
	switch op.Kind {
	case tflite.Conv2D, tflite.DepthwiseConv2D:
		return c.conv(op)
	case tflite.MaxPool2D:
		return c.maxPool(op)
	case tflite.Pad:
		return c.pad(op)
	case tflite.ResizeBilinear:
		return c.resize(op)
	case tflite.Add:
		return c.add(op)
	case tflite.Concatenation:
		return c.concat(op)
	case tflite.Reshape:
		return c.reshape(op)
	case tflite.DepthToSpace:
		return c.depthToSpace(op)
	default: // Logistic, the last of those in arity
		c.emit("Sigmoid", c.name(op.Outputs[0]), []string{c.name(op.Inputs[0])})
		return nil
	}
}

// depthToSpace writes the spreading of channels over blocks of pixels. Both
// formats number the channels by block row, block column, then channel.
func (c *converter) depthToSpace(op tflite.Operator) error {
	in, out, b := c.graph.Tensors[op.Inputs[0]].Shape, c.graph.Tensors[op.Outputs[0]].Shape, op.Options.BlockSize
	if len(in) != 4 || len(out) != 4 || b < 1 || out[1] != b*in[1] || out[2] != b*in[2] || in[3] != b*b*out[3] {
		return fmt.Errorf("blocks of %d from shape %v to %v", b, in, out)
	}
	c.emit("DepthToSpace", c.name(op.Outputs[0]), []string{c.name(op.Inputs[0])}, onnx.Int("blocksize", int64(b)))
	return nil
}

func (c *converter) add(op tflite.Operator) error {
	a, b := c.graph.Tensors[op.Inputs[0]], c.graph.Tensors[op.Inputs[1]]
	if fmt.Sprint(a.Shape) != fmt.Sprint(b.Shape) || a.Constant() || b.Constant() {
		return fmt.Errorf("adds shapes %v and %v, or a constant", a.Shape, b.Shape)
	}
	output := c.name(op.Outputs[0])
	sum, err := beforeActivation(op.Options.Activation, output)
	if err != nil {
		return err
	}
	c.emit("Add", sum, []string{c.name(op.Inputs[0]), c.name(op.Inputs[1])})
	c.activate(op.Options.Activation, sum, output)
	return nil
}

func (c *converter) concat(op tflite.Operator) error {
	rank := len(c.graph.Tensors[op.Outputs[0]].Shape)
	axis := op.Options.Axis
	if axis < 0 {
		axis += rank
	}
	if axis < 0 || axis >= rank || op.Options.Activation != tflite.NoActivation {
		return fmt.Errorf("axis %d of %d, activation %d", axis, rank, op.Options.Activation)
	}
	if rank == 4 {
		axis = [4]int{0, 2, 3, 1}[axis] // where N, H, W, C went in NCHW
	}
	var inputs []string
	for _, tensor := range op.Inputs {
		if tensor < 0 || len(c.graph.Tensors[tensor].Shape) != rank {
			return fmt.Errorf("joins tensors of different rank")
		}
		inputs = append(inputs, c.name(tensor))
	}
	c.emit("Concat", c.name(op.Outputs[0]), inputs, onnx.Int("axis", int64(axis)))
	return nil
}

// reshape flattens an image. The order of elements is that of NHWC, so the
// channels are moved to the end first, unless that changes nothing.
func (c *converter) reshape(op tflite.Operator) error {
	in, out := c.graph.Tensors[op.Inputs[0]], c.graph.Tensors[op.Outputs[0]]
	if in.Elements() != out.Elements() || len(out.Shape) == 4 {
		return fmt.Errorf("from shape %v to %v", in.Shape, out.Shape)
	}
	source, target := c.name(op.Inputs[0]), c.name(op.Outputs[0])
	if s := in.Shape; len(s) == 4 && s[3] > 1 && s[1]*s[2] > 1 {
		c.emit("Transpose", target+"_nhwc", []string{source}, onnx.Ints("perm", 0, 2, 3, 1))
		source = target + "_nhwc"
	}
	shape, err := c.shape(op.Outputs[0])
	if err != nil {
		return err
	}
	c.initializer(onnx.Tensor{Name: target + "_shape", Shape: []int64{int64(len(shape))}, Int64s: shape})
	c.emit("Reshape", target, []string{source, target + "_shape"})
	return nil
}

// resize doubles an image's size, the only resizing that occurs. Where the
// result only feeds a 1×1 convolution, both are swapped: they are linear, one
// mixes channels and the other neighbours with weights that sum to one, so
// the order does not matter, and the convolution then has a quarter of the
// pixels to go through.
func (c *converter) resize(op tflite.Operator) error {
	in, out := c.graph.Tensors[op.Inputs[0]].Shape, c.graph.Tensors[op.Outputs[0]].Shape
	if len(in) != 4 || len(out) != 4 || out[1] != 2*in[1] || out[2] != 2*in[2] || !op.Options.HalfPixel || op.Options.AlignCorners {
		return fmt.Errorf("from %v to %v (half-pixel centres %t, aligned corners %t); only doubling on half-pixel centres is supported",
			in, out, op.Options.HalfPixel, op.Options.AlignCorners)
	}
	if c.feedsPointwise(op.Outputs[0]) {
		c.enlarged[op.Outputs[0]] = op.Inputs[0]
		return nil
	}
	c.double(c.name(op.Inputs[0]), c.name(op.Outputs[0]))
	return nil
}

// feedsPointwise reports whether a 1×1 convolution is all that reads the
// tensor.
func (c *converter) feedsPointwise(tensor int) bool {
	if c.uses[tensor] != 1 || c.names[tensor] != "" {
		return false
	}
	op := c.graph.Operators[c.sole[tensor]]
	if op.Kind != tflite.Conv2D || len(op.Inputs) < 2 || op.Inputs[0] != tensor || op.Inputs[1] < 0 {
		return false
	}
	w := c.graph.Tensors[op.Inputs[1]].Shape
	return len(w) == 4 && w[1] == 1 && w[2] == 1 && op.Options.StrideH == 1 && op.Options.StrideW == 1
}

// double writes a bilinear doubling of an image's size on half-pixel centres,
// out[2i] = ¼x[i−1] + ¾x[i], out[2i+1] = ¾x[i] + ¼x[i+1], borders repeated.
//
// It is a nearest-neighbour doubling, which has only one reading at this
// factor, followed by the averages of each pixel with the one before and then
// with the one after. At the border an average leaves out what lies outside,
// which comes to repeating the border.
func (c *converter) double(source, target string) {
	c.initializer(onnx.Tensor{Name: "doubling", Shape: []int64{4}, Floats: []float32{1, 1, 2, 2}})
	c.emit("Resize", target+"_nearest", []string{source, "doubling"}, onnx.String("mode", "nearest"))
	average := func(from, to string, pads ...int64) {
		c.emit("AveragePool", to, []string{from}, onnx.Ints("kernel_shape", 2, 2), onnx.Ints("pads", pads...), onnx.Ints("strides", 1, 1))
	}
	average(target+"_nearest", target+"_before", 1, 1, 0, 0)
	average(target+"_before", target, 0, 0, 1, 1)
}

// initializer adds a constant once.
func (c *converter) initializer(t onnx.Tensor) {
	if c.weights[t.Name] {
		return
	}
	c.weights[t.Name] = true
	c.out.Initializers = append(c.out.Initializers, t)
}

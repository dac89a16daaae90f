package conversion

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/onnx"
	"github.com/rollwell/rollwell/internal/tflite"
)

// padding is a tensor's source and the zeros around it.
type padding struct {
	source                   int
	top, left, bottom, right int
}

// pad keeps a border of zeros back if only convolutions read it, which take it
// as their own padding, and writes it otherwise.
func (c *converter) pad(op tflite.Operator) error {
	amounts := c.graph.Tensors[op.Inputs[1]].Ints
	if len(amounts) != 8 {
		return fmt.Errorf("the amounts of padding are not a constant for 4 dimensions")
	}
	for _, a := range amounts {
		if a < 0 || a > 1<<16 {
			return fmt.Errorf("amounts of padding %v", amounts)
		}
	}
	p := padding{
		source: op.Inputs[0],
		top:    int(amounts[2]), bottom: int(amounts[3]), left: int(amounts[4]), right: int(amounts[5]),
	}
	onlyImage := amounts[0] == 0 && amounts[1] == 0 && amounts[6] == 0 && amounts[7] == 0
	if onlyImage && c.names[op.Outputs[0]] == "" && c.onlyConvolved(op.Outputs[0]) {
		c.padded[op.Outputs[0]] = p
		return nil
	}
	pads := make([]int64, 8)
	for i, axis := range [4]int{0, 2, 3, 1} { // where N, H, W, C went in NCHW
		pads[axis], pads[4+axis] = int64(amounts[2*i]), int64(amounts[2*i+1])
	}
	c.emit("Pad", c.name(op.Outputs[0]), []string{c.name(op.Inputs[0])}, onnx.String("mode", "constant"), onnx.Ints("pads", pads...))
	return nil
}

// onlyConvolved reports whether all live operators that read the tensor are
// convolutions over it.
func (c *converter) onlyConvolved(tensor int) bool {
	for i, op := range c.graph.Operators {
		if !c.live[i] {
			continue
		}
		for place, input := range op.Inputs {
			if input == tensor && (place != 0 || (op.Kind != tflite.Conv2D && op.Kind != tflite.DepthwiseConv2D)) {
				return false
			}
		}
	}
	return true
}

// conv writes an ordinary or a depthwise convolution.
func (c *converter) conv(op tflite.Operator) error {
	border, padded := c.padded[op.Inputs[0]]
	if !padded {
		border = padding{source: op.Inputs[0]}
	}
	small, enlarge := c.enlarged[border.source]
	if enlarge {
		border.source = small
	}
	weights, channels, err := c.filter(op)
	if err != nil {
		return err
	}
	group := int64(1)
	if op.Kind == tflite.DepthwiseConv2D {
		group = int64(channels)
	}
	pads, err := c.pads(op, border, int(weights.Shape[2]), int(weights.Shape[3]))
	if err != nil {
		return err
	}
	output := c.name(op.Outputs[0])
	linear, err := beforeActivation(op.Options.Activation, output)
	if err != nil {
		return err
	}
	result := linear
	if enlarge {
		result = output + "_small"
	}
	inputs := []string{c.name(border.source), weights.Name}
	c.initializer(weights)
	if len(op.Inputs) > 2 && op.Inputs[2] >= 0 {
		bias := c.graph.Tensors[op.Inputs[2]]
		if len(bias.Floats) != int(weights.Shape[0]) {
			return fmt.Errorf("%d biases for %d channels", len(bias.Floats), weights.Shape[0])
		}
		name := fmt.Sprintf("b%d", op.Inputs[2])
		c.initializer(onnx.Tensor{Name: name, Shape: []int64{weights.Shape[0]}, Floats: bias.Floats})
		inputs = append(inputs, name)
	}
	c.emit("Conv", result, inputs,
		onnx.Ints("dilations", int64(op.Options.DilationH), int64(op.Options.DilationW)),
		onnx.Int("group", group),
		onnx.Ints("kernel_shape", weights.Shape[2], weights.Shape[3]),
		onnx.Ints("pads", pads...),
		onnx.Ints("strides", int64(op.Options.StrideH), int64(op.Options.StrideW)))
	if enlarge {
		c.double(result, linear)
	}
	c.activate(op.Options.Activation, linear, output)
	return nil
}

// filter returns a convolution's weights in ONNX's order: output channel,
// input channel, row, column. TensorFlow Lite has output channel, row, column,
// input channel, and for depthwise ones 1, row, column, output channel.
func (c *converter) filter(op tflite.Operator) (onnx.Tensor, int, error) {
	in, out, w := c.graph.Tensors[op.Inputs[0]], c.graph.Tensors[op.Outputs[0]], c.graph.Tensors[op.Inputs[1]]
	if len(in.Shape) != 4 || len(out.Shape) != 4 || len(w.Shape) != 4 || len(w.Floats) == 0 || len(w.Floats) != w.Elements() {
		return onnx.Tensor{}, 0, fmt.Errorf("input %v, output %v, weights %v, of which %d are constant", in.Shape, out.Shape, w.Shape, len(w.Floats))
	}
	channels, height, width := in.Shape[3], w.Shape[1], w.Shape[2]
	outputs, inputs := w.Shape[0], w.Shape[3]
	depthwise := op.Kind == tflite.DepthwiseConv2D
	if depthwise {
		outputs, inputs = w.Shape[3], 1
	}
	fits := inputs == channels
	if depthwise {
		fits = w.Shape[0] == 1 && outputs%channels == 0
	}
	if !fits || outputs != out.Shape[3] {
		return onnx.Tensor{}, 0, fmt.Errorf("weights %v do not fit input %v and output %v", w.Shape, in.Shape, out.Shape)
	}
	moved := make([]float32, 0, len(w.Floats))
	for o := range outputs {
		for i := range inputs {
			for pixel := range height * width {
				at := (o*height*width+pixel)*inputs + i
				if depthwise {
					at = pixel*outputs + o
				}
				moved = append(moved, w.Floats[at])
			}
		}
	}
	name := fmt.Sprintf("w%d", op.Inputs[1])
	shape := []int64{int64(outputs), int64(inputs), int64(height), int64(width)}
	return onnx.Tensor{Name: name, Shape: shape, Floats: moved}, channels, nil
}

// pads returns the padding of a window operator as ONNX wants it: top, left,
// bottom, right. It holds the border that was kept back and what SAME adds,
// and makes sure that the output gets the size that the graph says.
func (c *converter) pads(op tflite.Operator, border padding, kernelH, kernelW int) ([]int64, error) {
	in, out := c.graph.Tensors[op.Inputs[0]].Shape, c.graph.Tensors[op.Outputs[0]].Shape
	o := op.Options
	if len(in) != 4 || len(out) != 4 || o.StrideH < 1 || o.StrideW < 1 || o.DilationH < 1 || o.DilationW < 1 {
		return nil, fmt.Errorf("input %v, output %v, strides %d×%d, dilation %d×%d", in, out, o.StrideH, o.StrideW, o.DilationH, o.DilationW)
	}
	reachH, reachW := (kernelH-1)*o.DilationH+1, (kernelW-1)*o.DilationW+1
	var top, bottom, left, right int
	if o.SamePadding {
		top, bottom = same(in[1], o.StrideH, reachH)
		left, right = same(in[2], o.StrideW, reachW)
	}
	gotH := (in[1]+top+bottom-reachH)/o.StrideH + 1
	gotW := (in[2]+left+right-reachW)/o.StrideW + 1
	if gotH != out[1] || gotW != out[2] {
		return nil, fmt.Errorf("gives %d×%d where the graph says %d×%d", gotH, gotW, out[1], out[2])
	}
	return []int64{int64(top + border.top), int64(left + border.left), int64(bottom + border.bottom), int64(right + border.right)}, nil
}

// same is TensorFlow's SAME padding along one dimension: as much as makes the
// output ⌈size/stride⌉ long, the odd pixel at the end.
func same(size, stride, reach int) (before, after int) {
	outputs := (size + stride - 1) / stride
	total := max(0, (outputs-1)*stride+reach-size)
	return total / 2, total - total/2
}

// maxPool writes a maximum over windows. ONNX pads it with −∞, as TensorFlow
// Lite does for SAME.
func (c *converter) maxPool(op tflite.Operator) error {
	op.Options.DilationH, op.Options.DilationW = 1, 1
	if op.Options.FilterH < 1 || op.Options.FilterW < 1 {
		return fmt.Errorf("window of %d×%d", op.Options.FilterH, op.Options.FilterW)
	}
	pads, err := c.pads(op, padding{}, op.Options.FilterH, op.Options.FilterW)
	if err != nil {
		return err
	}
	output := c.name(op.Outputs[0])
	linear, err := beforeActivation(op.Options.Activation, output)
	if err != nil {
		return err
	}
	c.emit("MaxPool", linear, []string{c.name(op.Inputs[0])},
		onnx.Ints("kernel_shape", int64(op.Options.FilterH), int64(op.Options.FilterW)),
		onnx.Ints("pads", pads...),
		onnx.Ints("strides", int64(op.Options.StrideH), int64(op.Options.StrideW)))
	c.activate(op.Options.Activation, linear, output)
	return nil
}

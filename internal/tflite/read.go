package tflite

import "fmt"

// Limits on what one file may hold. The largest model read here has 1 096
// tensors and 680 operators; the limits keep a hostile file from claiming
// memory by letting many tables share the same bytes.
const (
	maxTables   = 1 << 16 // tensors, operators, buffers, operator codes
	maxRank     = 8
	maxOperands = 64 // inputs or outputs of an operator or of the graph
	maxName     = 256
	// Constants grow when they are expanded: ×2 from float16, and by the
	// inverse of the density where they are sparse (about ×5 in the pose
	// detector). Together they may take this many times the file's length.
	maxExpansion = 16
)

// Read reads a TensorFlow Lite model. The error wraps ErrForeign,
// ErrTruncated, ErrMalformed or ErrUnsupported and says what is wrong. The
// graph shares no memory with file.
func Read(file []byte) (*Graph, error) {
	if len(file) < 8 || string(file[4:8]) != "TFL3" {
		return nil, fmt.Errorf("%w: the file of %d bytes does not carry the mark TFL3", ErrForeign, len(file))
	}
	r := &reader{decoder: decoder{buf: file}, budget: int64(len(file)) * maxExpansion}
	g := r.model()
	if r.err != nil {
		return nil, r.err
	}
	return g, nil
}

// reader turns the tables of the schema into a Graph. Slot numbers below count
// the fields of the schema's tables from 0.
type reader struct {
	decoder
	budget  int64   // bytes of constants that may still be expanded
	codes   []Kind  // by operator code index
	buffers []table // by buffer index
}

func (r *reader) model() *Graph {
	root := r.tableAt(r.follow(0))
	for _, code := range r.tablesField(root, 1, maxTables, "operator codes") {
		// Codes past 127 only fit the newer field; the older one then holds a
		// placeholder that is smaller.
		r.codes = append(r.codes, Kind(max(r.int8Field(code, 0, 0), r.intField(code, 3, 0))))
	}
	r.buffers = r.tablesField(root, 4, maxTables, "buffers")
	subgraphs := r.tablesField(root, 2, maxTables, "subgraphs")
	if r.err != nil {
		return nil
	}
	if len(subgraphs) != 1 {
		r.failf(ErrUnsupported, "%d subgraphs instead of one", len(subgraphs))
		return nil
	}
	return r.graph(subgraphs[0])
}

func (r *reader) graph(t table) *Graph {
	g := &Graph{
		Inputs:  r.intsField(t, 1, maxOperands, "graph inputs"),
		Outputs: r.intsField(t, 2, maxOperands, "graph outputs"),
	}
	for i, tensor := range r.tablesField(t, 0, maxTables, "tensors") {
		g.Tensors = append(g.Tensors, r.tensor(i, tensor))
		if r.err != nil {
			return nil
		}
	}
	for _, i := range append(append([]int{}, g.Inputs...), g.Outputs...) {
		if i < 0 || i >= len(g.Tensors) {
			r.failf(ErrMalformed, "the graph names tensor %d of %d", i, len(g.Tensors))
		}
	}
	for i, op := range r.tablesField(t, 3, maxTables, "operators") {
		r.operator(g, i, op)
		if r.err != nil {
			return nil
		}
	}
	return g
}

// tensor reads tensor i with its elements, if the file holds any.
func (r *reader) tensor(i int, t table) Tensor {
	tensor := Tensor{
		Shape: r.intsField(t, 0, maxRank, "dimensions of a tensor"),
		Type:  Type(r.int8Field(t, 1, 0)),
	}
	name := r.bytesField(t, 3)
	tensor.Name = string(name[:min(len(name), maxName)])
	elements := int64(1)
	for _, d := range tensor.Shape {
		if d < 0 || (d > 0 && elements > (1<<31)/int64(d)) {
			r.failf(ErrMalformed, "tensor %d %q has the impossible shape %v", i, tensor.Name, tensor.Shape)
			return tensor
		}
		elements *= int64(d)
	}
	buffer := r.intField(t, 2, 0)
	if buffer < 0 || buffer >= len(r.buffers) {
		r.failf(ErrMalformed, "tensor %d %q names buffer %d of %d", i, tensor.Name, buffer, len(r.buffers))
		return tensor
	}
	data := r.bytesField(r.buffers[buffer], 0)
	if r.err != nil || len(data) == 0 {
		return tensor
	}
	if sparsity, ok := r.tableField(t, 6); ok {
		r.sparse(&tensor, sparsity, data)
	} else {
		r.dense(&tensor, data)
	}
	if r.err != nil {
		r.err = fmt.Errorf("constant tensor %d %q of shape %v: %w", i, tensor.Name, tensor.Shape, r.err)
	}
	return tensor
}

// operator reads operator i into g, or, where it only expands a constant,
// gives that constant to its output tensor.
func (r *reader) operator(g *Graph, i int, t table) {
	code := r.intField(t, 0, 0)
	if code < 0 || code >= len(r.codes) {
		r.failf(ErrMalformed, "operator %d names operator code %d of %d", i, code, len(r.codes))
		return
	}
	op := Operator{
		Kind:    r.codes[code],
		Inputs:  r.intsField(t, 1, maxOperands, "inputs of an operator"),
		Outputs: r.intsField(t, 2, maxOperands, "outputs of an operator"),
	}
	for _, tensor := range op.Inputs {
		if tensor < -1 || tensor >= len(g.Tensors) {
			r.failf(ErrMalformed, "operator %d (%v) reads tensor %d of %d", i, op.Kind, tensor, len(g.Tensors))
		}
	}
	for _, tensor := range op.Outputs {
		if tensor < 0 || tensor >= len(g.Tensors) {
			r.failf(ErrMalformed, "operator %d (%v) writes tensor %d of %d", i, op.Kind, tensor, len(g.Tensors))
		}
	}
	if _, known := kindNames[op.Kind]; !known {
		r.failf(ErrUnsupported, "operator %d is of the unknown kind %d", i, int(op.Kind))
	}
	if r.err != nil {
		return
	}
	if op.Kind == Dequantize || op.Kind == Densify {
		r.expand(g, i, op)
		return
	}
	op.Options = r.options(op.Kind, t)
	g.Operators = append(g.Operators, op)
}

// expand hands the constant, which was expanded when its tensor was read, on
// to the output of the DEQUANTIZE or DENSIFY.
func (r *reader) expand(g *Graph, i int, op Operator) {
	if len(op.Inputs) != 1 || len(op.Outputs) != 1 || op.Inputs[0] < 0 {
		r.failf(ErrMalformed, "operator %d (%v) has %d inputs and %d outputs", i, op.Kind, len(op.Inputs), len(op.Outputs))
		return
	}
	in, out := &g.Tensors[op.Inputs[0]], &g.Tensors[op.Outputs[0]]
	if in.Floats == nil {
		r.failf(ErrUnsupported, "operator %d (%v) works on tensor %q, which is not a floating-point constant", i, op.Kind, in.Name)
		return
	}
	if in.Elements() != out.Elements() {
		r.failf(ErrMalformed, "operator %d (%v) turns shape %v into %v", i, op.Kind, in.Shape, out.Shape)
		return
	}
	out.Floats = in.Floats
}

// Slots of the option tables. Padding 0 is SAME, 1 is VALID.
func (r *reader) options(kind Kind, op table) Options {
	t, _ := r.tableField(op, 4)
	switch kind {
	case Conv2D:
		return Options{
			SamePadding: r.int8Field(t, 0, 0) == 0, StrideW: r.intField(t, 1, 0), StrideH: r.intField(t, 2, 0),
			Activation: Activation(r.int8Field(t, 3, 0)),
			DilationW:  r.intField(t, 4, 1), DilationH: r.intField(t, 5, 1),
		}
	case DepthwiseConv2D:
		return Options{
			SamePadding: r.int8Field(t, 0, 0) == 0, StrideW: r.intField(t, 1, 0), StrideH: r.intField(t, 2, 0),
			DepthMultiplier: r.intField(t, 3, 0), Activation: Activation(r.int8Field(t, 4, 0)),
			DilationW: r.intField(t, 5, 1), DilationH: r.intField(t, 6, 1),
		}
	case MaxPool2D:
		return Options{
			SamePadding: r.int8Field(t, 0, 0) == 0, StrideW: r.intField(t, 1, 0), StrideH: r.intField(t, 2, 0),
			FilterW: r.intField(t, 3, 0), FilterH: r.intField(t, 4, 0), Activation: Activation(r.int8Field(t, 5, 0)),
		}
	case Add:
		return Options{Activation: Activation(r.int8Field(t, 0, 0))}
	case Concatenation:
		return Options{Axis: r.intField(t, 0, 0), Activation: Activation(r.int8Field(t, 1, 0))}
	case ResizeBilinear:
		// Slots 0 and 1 held the new size in an old version of the schema.
		return Options{AlignCorners: r.boolField(t, 2), HalfPixel: r.boolField(t, 3)}
	case DepthToSpace:
		return Options{BlockSize: r.intField(t, 0, 0)}
	default:
		return Options{}
	}
}

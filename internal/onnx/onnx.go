// Package onnx writes ONNX model files: the few messages that a converted
// network needs, encoded as protocol buffers. Equal models give equal bytes.
//
// Format: https://github.com/onnx/onnx/blob/v1.5.0/onnx/onnx.proto
package onnx

// Model is an ONNX model of one graph over the default operator set.
type Model struct {
	// Producer names the program that wrote the model.
	Producer string
	// Opset is the version of the default operator set. Versions up to 10 go
	// with version 5 of the format, which is the one written.
	Opset int64
	Graph Graph
}

// Graph is a model's network. Nodes stand in execution order.
type Graph struct {
	Name         string
	Nodes        []Node
	Initializers []Tensor
	Inputs       []Value
	Outputs      []Value
}

// Node is one operator. Its name is left out on purpose: OpenCV names a layer
// after the node's name if there is one, else after its first output, and
// callers ask for outputs.
type Node struct {
	Op         string
	Inputs     []string
	Outputs    []string
	Attributes []Attribute
}

// Tensor is a constant: either Floats or Int64s, in row-major order.
type Tensor struct {
	Name   string
	Shape  []int64
	Floats []float32
	Int64s []int64
}

// Value declares a float32 input or output of the graph.
type Value struct {
	Name  string
	Shape []int64
}

// Attribute is a named constant of a node. Make one with Int, Ints, Float,
// Floats or String.
type Attribute struct {
	name   string
	kind   attributeKind
	i      int64
	ints   []int64
	f      float32
	floats []float32
	s      string
}

// Int is an integer attribute.
func Int(name string, v int64) Attribute { return Attribute{name: name, kind: kindInt, i: v} }

// Ints is an attribute of several integers.
func Ints(name string, v ...int64) Attribute { return Attribute{name: name, kind: kindInts, ints: v} }

// Float is a floating-point attribute.
func Float(name string, v float32) Attribute { return Attribute{name: name, kind: kindFloat, f: v} }

// Floats is an attribute of several floating-point numbers.
func Floats(name string, v ...float32) Attribute {
	return Attribute{name: name, kind: kindFloats, floats: v}
}

// String is a text attribute.
func String(name, v string) Attribute { return Attribute{name: name, kind: kindString, s: v} }

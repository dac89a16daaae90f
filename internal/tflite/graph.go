// Package tflite reads the graph out of a TensorFlow Lite model file: tensors,
// operators and constants, for the operators that pose networks are made of.
//
// Constants stored as float16 behind DEQUANTIZE, or sparse behind DENSIFY, are
// expanded to dense float32 while reading, so that a graph holds no such
// operator any more. The reader trusts nothing in the file: any input gives a
// graph or an error, never a panic, and memory in proportion to its length.
//
// Format: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
package tflite

import (
	"errors"
	"strconv"
)

var (
	// ErrForeign means that the bytes are not a TensorFlow Lite model at all.
	ErrForeign = errors.New("not a TensorFlow Lite model")
	// ErrTruncated means that something in the file points past its end.
	ErrTruncated = errors.New("TensorFlow Lite model is cut short or damaged")
	// ErrMalformed means that the file's parts contradict each other.
	ErrMalformed = errors.New("TensorFlow Lite model is damaged")
	// ErrUnsupported means a sound file that uses what this reader does not know.
	ErrUnsupported = errors.New("TensorFlow Lite model uses something that is not supported")
)

// Type is a tensor's element type, numbered as in the schema.
type Type int

// Element types that occur in the models read here.
const (
	Float32 Type = 0
	Float16 Type = 1
	Int32   Type = 2
)

// Kind is an operator's builtin code, numbered as in the schema.
type Kind int

// Operators that the reader knows the options of.
const (
	Add             Kind = 0
	Concatenation   Kind = 2
	Conv2D          Kind = 3
	DepthwiseConv2D Kind = 4
	DepthToSpace    Kind = 5
	Dequantize      Kind = 6
	Logistic        Kind = 14
	MaxPool2D       Kind = 17
	Reshape         Kind = 22
	ResizeBilinear  Kind = 23
	Pad             Kind = 34
	Densify         Kind = 124
)

// Activation is the function fused behind an operator.
type Activation int

// Activations, numbered as in the schema.
const (
	NoActivation Activation = 0
	ReLU         Activation = 1
	ReLU6        Activation = 3
)

// Graph is the model's only subgraph. Tensors are named by their index;
// operators stand in execution order.
type Graph struct {
	Tensors   []Tensor
	Operators []Operator
	Inputs    []int
	Outputs   []int
}

// Tensor is a value of the graph, in TensorFlow Lite's layout (images are
// NHWC). Constants carry their elements in row-major order, in Floats or in
// Ints by their type; computed tensors carry neither. Tensors may share the
// memory of their elements: treat it as read-only.
type Tensor struct {
	Name   string
	Shape  []int
	Type   Type
	Floats []float32
	Ints   []int32
}

// Constant reports whether the tensor's elements are stored in the file.
func (t Tensor) Constant() bool { return t.Floats != nil || t.Ints != nil }

// Elements is the number of elements that the shape speaks of.
func (t Tensor) Elements() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Operator is one step of the graph. Inputs and outputs are tensor indices; an
// optional input that is left out is -1.
type Operator struct {
	Kind    Kind
	Inputs  []int
	Outputs []int
	Options Options
}

// Options holds what the operators' option tables say; each operator uses
// some of the fields and the others are zero.
type Options struct {
	Activation      Activation
	SamePadding     bool // else VALID: no padding at all
	StrideH         int
	StrideW         int
	DilationH       int
	DilationW       int
	DepthMultiplier int // DEPTHWISE_CONV_2D
	FilterH         int // MAX_POOL_2D
	FilterW         int
	AlignCorners    bool // RESIZE_BILINEAR
	HalfPixel       bool
	Axis            int // CONCATENATION
	BlockSize       int // DEPTH_TO_SPACE
}

var kindNames = map[Kind]string{
	Add: "ADD", Concatenation: "CONCATENATION", Conv2D: "CONV_2D",
	DepthwiseConv2D: "DEPTHWISE_CONV_2D", DepthToSpace: "DEPTH_TO_SPACE",
	Dequantize: "DEQUANTIZE", Logistic: "LOGISTIC", MaxPool2D: "MAX_POOL_2D",
	Reshape: "RESHAPE", ResizeBilinear: "RESIZE_BILINEAR", Pad: "PAD", Densify: "DENSIFY",
}

// String is the operator's name in the schema, or its number.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return "operator " + strconv.Itoa(int(k))
}

package vision

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// Engine names what runs the networks.
type Engine string

// The engines. They agree on every landmark to half a pixel; ONNX Runtime is about four times as fast.
const (
	// EngineAuto is ONNX Runtime where its library is present, else OpenCV.
	EngineAuto Engine = "auto"
	// EngineONNXRuntime is Microsoft's runtime, loaded from a shared library at run time.
	EngineONNXRuntime Engine = "onnxruntime"
	// EngineOpenCV is OpenCV's dnn module: always there, since GoCV needs OpenCV anyway.
	EngineOpenCV Engine = "opencv"
)

// ErrMissing tells that a file which the set-up should have made is not there.
var ErrMissing = errors.New("file is missing")

// ErrUnusable tells that a model or library is there but cannot be loaded.
var ErrUnusable = errors.New("file cannot be used")

// graph describes one network: where it comes from, and the tensors used. Every tensor is float32 with a batch of one.
type graph struct {
	// path is the file, or just the name of a network that is part of the program.
	path string
	// data is the ONNX graph of such a network, nil if it has to be read from path.
	data    []byte
	input   string
	shape   []int // N, C, H, W
	outputs []output
}

// output is one output tensor.
type output struct {
	name  string
	shape []int
}

// engine loads networks. One engine serves all eyes of a Runtime.
type engine interface {
	name() Engine
	// version is what runs, in words for a report: "ONNX Runtime 1.24.3".
	version() string
	load(g graph) (network, error)
	close() error
}

// network is a graph whose weights are in memory, once for all eyes. It is safe for concurrent use.
type network interface {
	newInference() (inference, error)
	close() error
}

// inference is one eye's own input and output tensors on a shared network. One goroutine at a time.
type inference interface {
	// input is the tensor to fill before run: 1×C×H×W, planes of rows.
	input() []float32
	run() error
	// output is the i-th output of the graph. It is valid until the next run.
	output(i int) []float32
	close() error
}

// tensor is memory for float32 numbers that C code may hold on to until free is called.
type tensor struct {
	data []float32
	pin  runtime.Pinner
}

func newTensor(n int) *tensor {
	t := &tensor{data: make([]float32, n)}
	t.pin.Pin(&t.data[0])
	return t
}

// bytes views the numbers as the bytes they are made of, without copying.
func (t *tensor) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&t.data[0])), 4*len(t.data))
}

func (t *tensor) free() {
	t.pin.Unpin()
	t.data = nil
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// read returns the ONNX graph. A file that is missing or holds something else is named in the error.
func (g graph) read() ([]byte, error) {
	data := g.data
	if data == nil {
		var err error
		if data, err = os.ReadFile(g.path); err != nil || len(data) == 0 {
			return nil, missing("model", g.path)
		}
	}
	if !looksLikeONNX(data) {
		return nil, unusable("model", g.path, fmt.Errorf("%d bytes that are not an ONNX model", len(data)))
	}
	return data, nil
}

// looksLikeONNX tells whether data begins as an ONNX ModelProto does: field 1, the IR version, a small varint.
func looksLikeONNX(data []byte) bool {
	return len(data) > 64 && data[0] == 0x08 && data[1] > 0 && data[1] < 0x20
}

// missing words the error for a file that is not there, with the way out.
func missing(what, path string) error {
	return fmt.Errorf("%s %s: %w; run \"rollwell models install\"", what, path, ErrMissing)
}

// unusable words the error for a file that is there but cannot be loaded, with the way out.
func unusable(what, path string, cause error) error {
	return fmt.Errorf("%s %s: %w (%w); run \"rollwell models install\" to make it anew", what, path, ErrUnusable, cause)
}

package onnx

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

func sample() *Model {
	return &Model{Producer: "rollwell", Opset: 10, Graph: Graph{
		Name: "sample",
		Nodes: []Node{{
			Op: "Conv", Inputs: []string{"image", "w"}, Outputs: []string{"out"},
			Attributes: []Attribute{
				Int("group", 1), Ints("pads", 0, 1, -1), Float("max", 6), Floats("scales", 1, 2), String("mode", "nearest"),
			},
		}},
		Initializers: []Tensor{
			{Name: "w", Shape: []int64{1, 2}, Floats: []float32{1, -0.5}},
			{Name: "shape", Shape: []int64{2}, Int64s: []int64{1, -1}},
		},
		Inputs:  []Value{{Name: "image", Shape: []int64{1, 3}}},
		Outputs: []Value{{Name: "out", Shape: []int64{1}}},
	}}
}

// message is a decoded message: the raw values of each field, in order.
// Numbers are uint64, everything else is bytes.
type message map[protowire.Number][]any

func decode(t *testing.T, b []byte) message {
	t.Helper()
	m := message{}
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("tag: %v", protowire.ParseError(n))
		}
		b = b[n:]
		var value any
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			value = uint64(v)
		default:
			value, n = protowire.ConsumeBytes(b)
		}
		if n < 0 {
			t.Fatalf("field %d: %v", field, protowire.ParseError(n))
		}
		b = b[n:]
		m[field] = append(m[field], value)
	}
	return m
}

func (m message) sub(t *testing.T, field protowire.Number, i int) message {
	t.Helper()
	if i >= len(m[field]) {
		t.Fatalf("field %d has %d values", field, len(m[field]))
	}
	return decode(t, m[field][i].([]byte))
}

func texts(values []any) []string {
	var s []string
	for _, v := range values {
		s = append(s, string(v.([]byte)))
	}
	return s
}

// TestMarshalFollowsTheSchema decodes the file with the field numbers of
// onnx.proto written out a second time.
func TestMarshalFollowsTheSchema(t *testing.T) {
	model := decode(t, sample().Marshal())
	if diff := cmp.Diff([]any{uint64(5)}, model[1]); diff != "" {
		t.Errorf("format version: %s", diff)
	}
	if opset := model.sub(t, 8, 0); opset[2][0] != uint64(10) || opset[1] != nil {
		t.Errorf("operator set is %v", opset)
	}
	graph := model.sub(t, 7, 0)
	node := graph.sub(t, 1, 0)
	if diff := cmp.Diff([]string{"image", "w"}, texts(node[1])); diff != "" {
		t.Errorf("node inputs: %s", diff)
	}
	if texts(node[4])[0] != "Conv" || texts(node[2])[0] != "out" || node[3] != nil {
		t.Errorf("node is %v", node)
	}
	negative := uint64(math.MaxUint64) // −1 as two's complement
	for i, want := range []message{
		{1: {[]byte("group")}, 3: {uint64(1)}, 20: {uint64(2)}},
		{1: {[]byte("pads")}, 8: {uint64(0), uint64(1), negative}, 20: {uint64(7)}},
		{1: {[]byte("max")}, 2: {uint64(math.Float32bits(6))}, 20: {uint64(1)}},
		{1: {[]byte("scales")}, 7: {uint64(math.Float32bits(1)), uint64(math.Float32bits(2))}, 20: {uint64(6)}},
		{1: {[]byte("mode")}, 4: {[]byte("nearest")}, 20: {uint64(3)}},
	} {
		if diff := cmp.Diff(want, node.sub(t, 5, i)); diff != "" {
			t.Errorf("attribute %d (-want +got):\n%s", i, diff)
		}
	}
	raw := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
	raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(-0.5))
	if diff := cmp.Diff(message{1: {uint64(1), uint64(2)}, 2: {uint64(1)}, 8: {[]byte("w")}, 9: {raw}}, graph.sub(t, 5, 0)); diff != "" {
		t.Errorf("weights (-want +got):\n%s", diff)
	}
	if shape := graph.sub(t, 5, 1); shape[2][0] != uint64(7) || len(shape[9][0].([]byte)) != 16 {
		t.Errorf("shape constant is %v", shape)
	}
	tensor := graph.sub(t, 11, 0).sub(t, 2, 0).sub(t, 1, 0)
	if tensor[1][0] != uint64(1) || tensor.sub(t, 2, 0).sub(t, 1, 1)[1][0] != uint64(3) {
		t.Errorf("input type is %v", tensor)
	}
	if texts(graph.sub(t, 12, 0)[1])[0] != "out" {
		t.Errorf("output is %v", graph[12])
	}
}

func TestMarshalIsDeterministic(t *testing.T) {
	if !bytes.Equal(sample().Marshal(), sample().Marshal()) {
		t.Error("the same model gave different bytes")
	}
}

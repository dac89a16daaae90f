package onnx

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// irVersion is the version of the file format that belongs to operator sets 9
// and 10. From 4 on, constants need not be listed as graph inputs too.
const irVersion = 5

// attributeKind is AttributeProto.AttributeType.
type attributeKind uint64

const (
	kindFloat  attributeKind = 1
	kindInt    attributeKind = 2
	kindString attributeKind = 3
	kindFloats attributeKind = 6
	kindInts   attributeKind = 7
)

// TensorProto.DataType.
const (
	typeFloat = 1
	typeInt64 = 7
)

// Field numbers of onnx.proto, by message.
const (
	modelIRVersion    protowire.Number = 1
	modelProducer     protowire.Number = 2
	modelGraph        protowire.Number = 7
	modelOpsets       protowire.Number = 8
	opsetVersion      protowire.Number = 2
	graphNodes        protowire.Number = 1
	graphName         protowire.Number = 2
	graphInitializers protowire.Number = 5
	graphInputs       protowire.Number = 11
	graphOutputs      protowire.Number = 12
	nodeInputs        protowire.Number = 1
	nodeOutputs       protowire.Number = 2
	nodeOp            protowire.Number = 4
	nodeAttributes    protowire.Number = 5
	attributeName     protowire.Number = 1
	attributeF        protowire.Number = 2
	attributeI        protowire.Number = 3
	attributeS        protowire.Number = 4
	attributeFloats   protowire.Number = 7
	attributeInts     protowire.Number = 8
	attributeType     protowire.Number = 20
	tensorDims        protowire.Number = 1
	tensorType        protowire.Number = 2
	tensorName        protowire.Number = 8
	tensorRaw         protowire.Number = 9
	valueName         protowire.Number = 1
	valueType         protowire.Number = 2
	typeTensor        protowire.Number = 1
	tensorElemType    protowire.Number = 1
	tensorShape       protowire.Number = 2
	shapeDims         protowire.Number = 1
	dimValue          protowire.Number = 1
)

// Marshal encodes the model. The bytes depend on the model alone.
func (m *Model) Marshal() []byte {
	graph := m.Graph.append(make([]byte, 0, m.Graph.weight()))
	b := make([]byte, 0, len(graph)+256)
	b = appendInt(b, modelIRVersion, irVersion)
	b = appendText(b, modelProducer, m.Producer)
	b = appendBytes(b, modelGraph, graph)
	// The default operator set has the empty domain name, which stays unwritten.
	return appendBytes(b, modelOpsets, appendInt(nil, opsetVersion, m.Opset))
}

// weight estimates the encoded size, so that the large buffer is made once.
func (g *Graph) weight() int {
	n := 4096 + 256*len(g.Nodes)
	for _, t := range g.Initializers {
		n += 128 + 4*len(t.Floats) + 8*len(t.Int64s)
	}
	return n
}

func (g *Graph) append(b []byte) []byte {
	for _, n := range g.Nodes {
		b = appendBytes(b, graphNodes, n.append(nil))
	}
	b = appendText(b, graphName, g.Name)
	for _, t := range g.Initializers {
		b = appendBytes(b, graphInitializers, t.append(nil))
	}
	for _, v := range g.Inputs {
		b = appendBytes(b, graphInputs, v.append(nil))
	}
	for _, v := range g.Outputs {
		b = appendBytes(b, graphOutputs, v.append(nil))
	}
	return b
}

func (n Node) append(b []byte) []byte {
	for _, name := range n.Inputs {
		b = appendText(b, nodeInputs, name)
	}
	for _, name := range n.Outputs {
		b = appendText(b, nodeOutputs, name)
	}
	b = appendText(b, nodeOp, n.Op)
	for _, a := range n.Attributes {
		b = appendBytes(b, nodeAttributes, a.append(nil))
	}
	return b
}

func (a Attribute) append(b []byte) []byte {
	b = appendText(b, attributeName, a.name)
	switch a.kind {
	case kindFloat:
		b = appendFloat(b, attributeF, a.f)
	case kindInt:
		b = appendInt(b, attributeI, a.i)
	case kindString:
		b = appendText(b, attributeS, a.s)
	case kindFloats:
		for _, f := range a.floats {
			b = appendFloat(b, attributeFloats, f)
		}
	case kindInts:
		for _, i := range a.ints {
			b = appendInt(b, attributeInts, i)
		}
	}
	return appendInt(b, attributeType, int64(a.kind))
}

func (t Tensor) append(b []byte) []byte {
	for _, d := range t.Shape {
		b = appendInt(b, tensorDims, d)
	}
	kind, raw := int64(typeFloat), make([]byte, 0, 4*len(t.Floats)+8*len(t.Int64s))
	for _, f := range t.Floats {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
	}
	if t.Int64s != nil {
		kind = typeInt64
		for _, i := range t.Int64s {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(i))
		}
	}
	b = appendInt(b, tensorType, kind)
	b = appendText(b, tensorName, t.Name)
	return appendBytes(b, tensorRaw, raw)
}

func (v Value) append(b []byte) []byte {
	var shape []byte
	for _, d := range v.Shape {
		shape = appendBytes(shape, shapeDims, appendInt(nil, dimValue, d))
	}
	tensor := appendInt(nil, tensorElemType, typeFloat)
	tensor = appendBytes(tensor, tensorShape, shape)
	b = appendText(b, valueName, v.Name)
	return appendBytes(b, valueType, appendBytes(nil, typeTensor, tensor))
}

func appendInt(b []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func appendFloat(b []byte, field protowire.Number, v float32) []byte {
	return protowire.AppendFixed32(protowire.AppendTag(b, field, protowire.Fixed32Type), math.Float32bits(v))
}

func appendText(b []byte, field protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

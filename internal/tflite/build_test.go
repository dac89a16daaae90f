package tflite

import (
	"encoding/binary"
	"math"
)

// The builder below writes flatbuffers for the tests: a value knows how to
// append itself and says where it begins.

// fields maps the slots of a table to their values: int8, int32 and bool lie
// in the table, all others are offsets to what follows it.
type fields map[int]any

// vectors of the element types that occur.
type (
	tables []fields
	ints   []int32
	shorts []uint16
	bytes8 []byte
)

// build returns a file with the given root table.
func build(root fields) []byte {
	b := append(make([]byte, 4), "TFL3"...)
	b, at := appendTable(b, root)
	binary.LittleEndian.PutUint32(b, uint32(at))
	return b
}

func appendTable(b []byte, t fields) ([]byte, int) {
	slots := 0
	for slot := range t {
		slots = max(slots, slot+1)
	}
	vtable := len(b)
	b = binary.LittleEndian.AppendUint16(b, uint16(4+2*slots))
	b = binary.LittleEndian.AppendUint16(b, uint16(4+4*slots))
	for slot := range slots {
		offset := 0
		if _, ok := t[slot]; ok {
			offset = 4 + 4*slot
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(offset))
	}
	at := len(b)
	b = binary.LittleEndian.AppendUint32(b, uint32(at-vtable))
	b = append(b, make([]byte, 4*slots)...)
	for slot := range slots {
		place := at + 4 + 4*slot
		switch v := t[slot].(type) {
		case nil:
		case bool:
			if v {
				b[place] = 1
			}
		case int8:
			b[place] = byte(v)
		case int32:
			binary.LittleEndian.PutUint32(b[place:], uint32(v))
		default:
			var target int
			b, target = appendValue(b, v)
			binary.LittleEndian.PutUint32(b[place:], uint32(target-place))
		}
	}
	return b, at
}

func appendValue(b []byte, value any) ([]byte, int) {
	at := len(b)
	length := func(n int) { b = binary.LittleEndian.AppendUint32(b, uint32(n)) }
	switch v := value.(type) {
	case fields:
		return appendTable(b, v)
	case tables:
		length(len(v))
		b = append(b, make([]byte, 4*len(v))...)
		for i, t := range v {
			place := at + 4 + 4*i
			var target int
			b, target = appendTable(b, t)
			binary.LittleEndian.PutUint32(b[place:], uint32(target-place))
		}
	case ints:
		length(len(v))
		for _, i := range v {
			b = binary.LittleEndian.AppendUint32(b, uint32(i))
		}
	case shorts:
		length(len(v))
		for _, i := range v {
			b = binary.LittleEndian.AppendUint16(b, i)
		}
	case bytes8:
		length(len(v))
		b = append(b, v...)
	}
	return b, at
}

// floatBytes and halfBytes store constants.
func floatBytes(values ...float32) bytes8 {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func halfBytes(values ...uint16) bytes8 {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

// Half-precision numbers used in the tests.
const (
	halfOne      = 0x3c00
	halfMinusTwo = 0xc000
	halfHalf     = 0x3800
)

// smallModel is a graph of one convolution: image 1×4×4×2 → 1×2×2×3. Its
// weights, of shape 3×1×1×2, are half-precision, sparse, and pass through
// DENSIFY and DEQUANTIZE: rows (1, 0), (0, −2), (0.5, 1).
func smallModel() fields {
	tensor := func(name string, kind int8, buffer int32, shape ...int32) fields {
		return fields{0: ints(shape), 1: kind, 2: buffer, 3: bytes8(name)}
	}
	sparse := tensor("weights_sparse", int8(Float16), 1, 3, 1, 1, 2)
	sparse[6] = fields{0: ints{0, 1, 2, 3}, 2: tables{
		{0: int8(0), 1: int32(3)},
		{0: int8(0), 1: int32(1)},
		{0: int8(0), 1: int32(1)},
		{0: int8(1), 2: int8(3), 3: fields{0: bytes8{0, 1, 2, 4}}, 4: int8(2), 5: fields{0: shorts{0, 1, 0, 1}}},
	}}
	return fields{
		0: int32(3),
		1: tables{{0: int8(Conv2D), 3: int32(Conv2D)}, {0: int8(Dequantize), 3: int32(Dequantize)}, {0: int8(124), 3: int32(Densify)}},
		2: tables{{
			0: tables{
				tensor("image", int8(Float32), 0, 1, 4, 4, 2),
				sparse,
				tensor("weights_half", int8(Float16), 0, 3, 1, 1, 2),
				tensor("weights", int8(Float32), 0, 3, 1, 1, 2),
				tensor("bias", int8(Float32), 2, 3),
				tensor("result", int8(Float32), 0, 1, 2, 2, 3),
			},
			1: ints{0},
			2: ints{5},
			3: tables{
				{0: int32(2), 1: ints{1}, 2: ints{2}},
				{0: int32(1), 1: ints{2}, 2: ints{3}},
				{0: int32(0), 1: ints{0, 3, 4}, 2: ints{5}, 3: int8(1), 4: fields{0: int8(1), 1: int32(2), 2: int32(2), 3: int8(3)}},
			},
		}},
		4: tables{{}, {0: halfBytes(halfOne, halfMinusTwo, halfHalf, halfOne)}, {0: floatBytes(7, 8, 9)}},
	}
}

package tflite

import (
	"encoding/binary"
	"math"
)

// spend takes the memory for n elements of 4 bytes from the budget.
func (r *reader) spend(n int64) bool {
	r.budget -= 4 * n
	if r.budget < 0 {
		r.failf(ErrUnsupported, "the constants would take more than %d times the file's length of %d bytes", maxExpansion, len(r.buf))
		return false
	}
	return true
}

// dense decodes a constant whose elements are stored one after the other.
// Types other than float32, float16 and int32 are left undecoded: no operator
// read here takes them.
func (r *reader) dense(t *Tensor, data []byte) {
	n := t.Elements()
	size := map[Type]int{Float32: 4, Float16: 2, Int32: 4}[t.Type]
	if size == 0 {
		return
	}
	if len(data) != n*size {
		r.failf(ErrMalformed, "%d bytes stored, %d elements of %d bytes expected", len(data), n, size)
		return
	}
	if !r.spend(int64(n)) {
		return
	}
	if t.Type == Int32 {
		t.Ints = make([]int32, n)
		for i := range t.Ints {
			t.Ints[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
		}
		return
	}
	t.Floats = make([]float32, n)
	for i := range t.Floats {
		t.Floats[i] = floatAt(t.Type, data, i)
	}
}

// sparse expands a constant stored in the one form that occurs: dimensions in
// their own order, no blocks, and only the last dimension compressed, by rows
// (CSR): segments[row] … segments[row+1] is the row's range of indices, and
// each index is the column of the value at the same place.
func (r *reader) sparse(t *Tensor, sparsity table, data []byte) {
	rank := len(t.Shape)
	order := r.intsField(sparsity, 0, 2*maxRank, "traversal dimensions")
	blocks := r.vectorField(sparsity, 1, 4)
	dims := r.tablesField(sparsity, 2, 2*maxRank, "sparse dimensions")
	if r.err != nil {
		return
	}
	if rank == 0 || len(order) != rank || len(dims) != rank || blocks.n != 0 || (t.Type != Float32 && t.Type != Float16) {
		r.failf(ErrUnsupported, "sparse with traversal order %v, %d blocks and element type %d", order, blocks.n, t.Type)
		return
	}
	for i, dim := range dims {
		const formatDense, formatCSR = 0, 1
		want := formatDense
		if i == rank-1 {
			want = formatCSR
		}
		if format := r.int8Field(dim, 0, 0); format != want || order[i] != i {
			r.failf(ErrUnsupported, "sparse dimension %d has format %d and traversal order %v", i, format, order)
			return
		}
		if size := r.intField(dim, 1, 0); want == formatDense && size != t.Shape[i] {
			r.failf(ErrMalformed, "sparse dimension %d has size %d, the shape says %v", i, size, t.Shape)
			return
		}
	}
	segments := r.indexVector(dims[rank-1], 2)
	indices := r.indexVector(dims[rank-1], 4)
	if r.err == nil {
		r.expandRows(t, segments, indices, data)
	}
}

// indices is a vector of unsigned integers of 1, 2 or 4 bytes in the file.
type indices struct {
	vector
	size int
}

// indexVector reads the union of index vectors whose type lies in the slot
// and whose value lies in the next.
func (r *reader) indexVector(dim table, slot int) indices {
	kind := r.int8Field(dim, slot, 0)
	if kind < 1 || kind > 3 {
		r.failf(ErrUnsupported, "sparse index type %d", kind)
		return indices{}
	}
	size := [...]int{1: 4, 2: 2, 3: 1}[kind]
	t, ok := r.tableField(dim, slot+1)
	if !ok {
		r.failf(ErrMalformed, "sparse index vector is missing")
		return indices{}
	}
	return indices{vector: r.vectorField(t, 0, size), size: size}
}

func (r *reader) index(v indices, i int) int {
	at := v.pos + i*v.size
	switch v.size {
	case 1:
		return int(r.u8(at))
	case 2:
		return int(r.u16(at))
	default:
		return r.i32(at)
	}
}

// expandRows writes the stored values of each row into a dense tensor of
// zeros.
func (r *reader) expandRows(t *Tensor, segments, columns indices, data []byte) {
	size := map[Type]int{Float32: 4, Float16: 2}[t.Type]
	width := t.Shape[len(t.Shape)-1]
	elements := t.Elements()
	rows := 0
	if width > 0 {
		rows = elements / width
	}
	if segments.n != rows+1 || len(data) != columns.n*size {
		r.failf(ErrMalformed, "%d row bounds for %d rows, %d bytes for %d values of %d bytes", segments.n, rows, len(data), columns.n, size)
		return
	}
	if !r.spend(int64(elements)) {
		return
	}
	floats := make([]float32, elements)
	begin := r.index(segments, 0)
	for row := range rows {
		end := r.index(segments, row+1)
		if begin < 0 || end < begin || end > columns.n {
			r.failf(ErrMalformed, "row %d takes the values %d to %d of %d", row, begin, end, columns.n)
			return
		}
		for i := begin; i < end; i++ {
			column := r.index(columns, i)
			if column < 0 || column >= width {
				r.failf(ErrMalformed, "row %d has a value in column %d of %d", row, column, width)
				return
			}
			floats[row*width+column] = floatAt(t.Type, data, i)
		}
		begin = end
	}
	t.Floats = floats
}

// floatAt decodes element i of little-endian float32 or float16 data.
func floatAt(t Type, data []byte, i int) float32 {
	if t == Float32 {
		return math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return fromFloat16(binary.LittleEndian.Uint16(data[2*i:]))
}

// fromFloat16 widens an IEEE 754 half-precision number; every one of them is
// exact in single precision.
func fromFloat16(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h & 0x3ff)
	switch exponent {
	case 0: // zero and subnormals: fraction × 2⁻²⁴
		value := float32(fraction) / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(value))
	case 0x1f: // infinity and not-a-number
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	default:
		return math.Float32frombits(sign | (exponent-15+127)<<23 | fraction<<13)
	}
}

package tflite

import (
	"encoding/binary"
	"fmt"
)

// decoder reads the flatbuffer wire format. Every access is checked against
// the file's length. The first fault sticks: later reads return zero values,
// so a caller checks err once per table instead of once per field.
//
// Wire format: https://flatbuffers.dev/internals/
type decoder struct {
	buf []byte
	err error
}

// table is a flatbuffer table: a position in the file and the vtable that says
// where its fields lie. The zero table has no fields.
type table struct {
	pos    int
	vtable int
	vsize  int
}

// vector is a flatbuffer vector: the position of its first element and the
// number of elements.
type vector struct {
	pos int
	n   int
}

// failf keeps the first fault.
func (d *decoder) failf(kind error, format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...))
	}
}

// has reports whether n bytes lie at position at, and notes a fault if not.
func (d *decoder) has(at, n int) bool {
	if d.err != nil {
		return false
	}
	if at < 0 || n < 0 || at > len(d.buf) || n > len(d.buf)-at {
		d.failf(ErrTruncated, "%d bytes at position %d do not lie in a file of %d bytes", n, at, len(d.buf))
		return false
	}
	return true
}

func (d *decoder) u8(at int) uint8 {
	if !d.has(at, 1) {
		return 0
	}
	return d.buf[at]
}

func (d *decoder) u16(at int) uint16 {
	if !d.has(at, 2) {
		return 0
	}
	return binary.LittleEndian.Uint16(d.buf[at:])
}

func (d *decoder) u32(at int) uint32 {
	if !d.has(at, 4) {
		return 0
	}
	return binary.LittleEndian.Uint32(d.buf[at:])
}

func (d *decoder) i32(at int) int {
	return int(int32(d.u32(at)))
}

// follow returns the position that the unsigned offset stored at position at
// points to.
func (d *decoder) follow(at int) int {
	offset := d.u32(at)
	if int64(offset) > int64(len(d.buf)) {
		d.failf(ErrTruncated, "the offset %d at position %d points past the end of a file of %d bytes", offset, at, len(d.buf))
		return 0
	}
	return at + int(offset)
}

// tableAt reads the head of the table at pos.
func (d *decoder) tableAt(pos int) table {
	back := int(int32(d.u32(pos)))
	vtable := pos - back
	size := int(d.u16(vtable))
	if d.err != nil {
		return table{}
	}
	if size < 4 || size%2 != 0 {
		d.failf(ErrMalformed, "the vtable at position %d has the impossible size %d", vtable, size)
		return table{}
	}
	if !d.has(vtable, size) {
		return table{}
	}
	return table{pos: pos, vtable: vtable, vsize: size}
}

// field returns the position of the field in the given slot, or 0 where the
// table leaves it at its default. Slots count from 0 in schema order.
func (d *decoder) field(t table, slot int) int {
	entry := 4 + 2*slot
	if entry+2 > t.vsize {
		return 0
	}
	offset := int(d.u16(t.vtable + entry))
	if offset == 0 {
		return 0
	}
	return t.pos + offset
}

// int8Field, intField and boolField return the field's value or def.
func (d *decoder) int8Field(t table, slot, def int) int {
	if at := d.field(t, slot); at != 0 {
		return int(int8(d.u8(at)))
	}
	return def
}

func (d *decoder) intField(t table, slot, def int) int {
	if at := d.field(t, slot); at != 0 {
		return d.i32(at)
	}
	return def
}

func (d *decoder) boolField(t table, slot int) bool {
	at := d.field(t, slot)
	return at != 0 && d.u8(at) != 0
}

// tableField returns the table in the slot and whether there is one.
func (d *decoder) tableField(t table, slot int) (table, bool) {
	at := d.field(t, slot)
	if at == 0 {
		return table{}, false
	}
	sub := d.tableAt(d.follow(at))
	return sub, d.err == nil
}

// vectorField returns the vector in the slot, whose elements take size bytes
// each; an absent vector is empty. All elements lie inside the file, so a
// caller may allocate n of anything small.
func (d *decoder) vectorField(t table, slot, size int) vector {
	at := d.field(t, slot)
	if at == 0 {
		return vector{}
	}
	pos := d.follow(at)
	n := int64(d.u32(pos))
	if d.err != nil {
		return vector{}
	}
	if n*int64(size) > int64(len(d.buf)-pos-4) {
		d.failf(ErrTruncated, "%d elements of %d bytes at position %d do not lie in a file of %d bytes", n, size, pos, len(d.buf))
		return vector{}
	}
	return vector{pos: pos + 4, n: int(n)}
}

// tablesField returns the vector of tables in the slot, refusing more than
// limit of them.
func (d *decoder) tablesField(t table, slot, limit int, what string) []table {
	v := d.vectorField(t, slot, 4)
	if v.n > limit {
		d.failf(ErrUnsupported, "%d %s, more than the %d that are read", v.n, what, limit)
		return nil
	}
	tables := make([]table, 0, v.n)
	for i := range v.n {
		tables = append(tables, d.tableAt(d.follow(v.pos+4*i)))
		if d.err != nil {
			return nil
		}
	}
	return tables
}

// intsField returns the vector of 32-bit integers in the slot, refusing more
// than limit of them: tables may share one long vector, and copying it for
// each would let a small file claim a lot of memory.
func (d *decoder) intsField(t table, slot, limit int, what string) []int {
	v := d.vectorField(t, slot, 4)
	if v.n > limit {
		d.failf(ErrUnsupported, "%d %s, more than the %d that are read", v.n, what, limit)
		return nil
	}
	ints := make([]int, v.n)
	for i := range ints {
		ints[i] = d.i32(v.pos + 4*i)
	}
	return ints
}

// bytesField returns the bytes in the slot without copying them.
func (d *decoder) bytesField(t table, slot int) []byte {
	v := d.vectorField(t, slot, 1)
	if d.err != nil || v.n == 0 {
		return nil
	}
	return d.buf[v.pos : v.pos+v.n]
}

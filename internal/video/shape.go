package video

import (
	"encoding/binary"
	"io"
	"math"
	"math/bits"
)

// shape is what the outermost boxes of a file tell about whether it is whole. libavformat reads over these things;
// people want to know them.
type shape struct {
	// isMP4 is set for MP4 and MOV, which need an index.
	isMP4 bool
	// hasIndex is set when that index, the moov box, is there and complete.
	hasIndex bool
	// ends is where the file must end at the least by what its boxes say.
	ends int64
}

// maxBoxes bounds the walk over a file's outermost boxes. Recorders write one or two a second at most.
const maxBoxes = 1 << 20

// shapeOf walks over the outermost boxes. It never fails: a file of another kind, or one it cannot read on, has an
// empty shape or ends where it stopped.
func shapeOf(file io.ReaderAt, size int64) shape {
	var head [8]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return shape{}
	}
	switch {
	case binary.BigEndian.Uint32(head[:]) == ebmlHeader:
		return matroskaShape(file, size)
	case isBox(head[4:]):
		return mp4Shape(file, size)
	}
	return shape{}
}

// isBox tells whether a box of this type opens or carries an MP4 or MOV.
func isBox(kind []byte) bool {
	switch string(kind) {
	case "ftyp", "moov", "mdat", "moof", "styp", "sidx", "free", "skip", "wide", "pnot":
		return true
	}
	return false
}

// mp4Shape follows ISO/IEC 14496-12, 4.2: size (32 bits), type, and a 64-bit size if the first is 1; 0 reaches to
// the end of the file.
func mp4Shape(file io.ReaderAt, size int64) shape {
	s := shape{isMP4: true}
	var head [16]byte
	for at, n := int64(0), 0; at < size && n < maxBoxes; n++ {
		if _, err := file.ReadAt(head[:8], at); err != nil || !isBox(head[4:8]) {
			return s
		}
		length, least := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		switch length {
		case 0:
			length = size - at
		case 1:
			if _, err := file.ReadAt(head[8:], at+8); err != nil {
				return s
			}
			length, least = int64(min(binary.BigEndian.Uint64(head[8:]), math.MaxInt64)), 16
		}
		if length < least || length > math.MaxInt64-at {
			return s
		}
		at += length
		s.ends = at
		if string(head[4:8]) == "moov" {
			s.hasIndex = at <= size
		}
	}
	return s
}

// Element identifiers of RFC 8794 and RFC 9559.
const (
	ebmlHeader      = 0x1A45DFA3
	matroskaSegment = 0x18538067
	matroskaCluster = 0x1F43B675
)

// element is one EBML element's head. length is negative when it is not known (RFC 8794, 6.2).
type element struct {
	id     uint32
	body   int64
	length int64
}

// matroskaShape follows RFC 8794. Files that are still being written have a segment of unknown length; then the
// clusters inside tell.
func matroskaShape(file io.ReaderAt, size int64) shape {
	header, ok := readElement(file, 0)
	if !ok || header.length < 0 || header.length > size {
		return shape{}
	}
	segment, ok := readElement(file, header.body+header.length)
	if !ok || segment.id != matroskaSegment {
		return shape{}
	}
	if segment.length >= 0 {
		return shape{ends: segment.body + segment.length}
	}
	at := segment.body
	for n := 0; at < size && n < maxBoxes; n++ {
		child, ok := readElement(file, at)
		if !ok || child.length < 0 || (child.length > size && child.id != matroskaCluster) {
			break
		}
		at = child.body + child.length
	}
	return shape{ends: at}
}

// readElement reads the head of the element at a position. Lengths that would reach past the last possible position
// do not count as elements.
func readElement(file io.ReaderAt, at int64) (element, bool) {
	var head [12]byte
	n, err := file.ReadAt(head[:], at)
	if n < 2 || (err != nil && err != io.EOF) {
		return element{}, false
	}
	idBytes := bits.LeadingZeros8(head[0]) + 1
	if idBytes > 4 || idBytes >= n {
		return element{}, false
	}
	var id uint32
	for _, b := range head[:idBytes] {
		id = id<<8 | uint32(b)
	}
	lengthBytes := bits.LeadingZeros8(head[idBytes]) + 1
	if lengthBytes > 8 || idBytes+lengthBytes > n {
		return element{}, false
	}
	length := uint64(head[idBytes]) & (0xFF >> lengthBytes)
	for _, b := range head[idBytes+1 : idBytes+lengthBytes] {
		length = length<<8 | uint64(b)
	}
	e := element{id: id, body: at + int64(idBytes+lengthBytes), length: int64(length)}
	if length == 1<<(7*lengthBytes)-1 {
		e.length = -1
	}
	return e, e.body <= math.MaxInt64-max(e.length, 0)
}

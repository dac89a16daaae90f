package video

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// box is an MP4 box that says it has so many bytes and holds body.
func box(kind string, says int, body ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(says))
	return append(append(b, kind...), body...)
}

func TestShape(t *testing.T) {
	ftyp, moov := box("ftyp", 8), box("moov", 12, 1, 2, 3, 4)
	long := append(box("mdat", 1), 0, 0, 0, 1, 0, 0, 0, 0)
	ebml := []byte{0x1A, 0x45, 0xDF, 0xA3, 0x81, 0}
	segment := []byte{0x18, 0x53, 0x80, 0x67}
	unknown := []byte{0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}
	cluster := []byte{0x1F, 0x43, 0xB6, 0x75}
	tests := []struct {
		name string
		file [][]byte
		want shape
	}{
		{"nothing", nil, shape{}},
		{"text", [][]byte{[]byte("Dear diary, my back hurts.")}, shape{}},
		{"whole", [][]byte{ftyp, moov, box("mdat", 10, 1, 2)}, shape{true, true, 30}},
		{"pictures cut", [][]byte{ftyp, moov, box("mdat", 99, 1, 2)}, shape{true, true, 119}},
		{"index cut", [][]byte{ftyp, moov[:10]}, shape{true, false, 20}},
		{"index missing", [][]byte{ftyp, box("mdat", 0, 1, 2)}, shape{true, false, 18}},
		{"64-bit size", [][]byte{ftyp, long}, shape{true, false, 8 + 1<<32}},
		{"64-bit size cut", [][]byte{ftyp, long[:10]}, shape{true, false, 8}},
		{"rubbish behind", [][]byte{ftyp, moov, []byte("\xff\xff\xff\xffrubbish")}, shape{true, true, 20}},
		{"box smaller than its head", [][]byte{ftyp, box("mdat", 7)}, shape{true, false, 8}},
		{"matroska", [][]byte{ebml, segment, {0x83}, {1, 2, 3}}, shape{ends: 14}},
		{"matroska cut", [][]byte{ebml, segment, {0x40, 0x99}, {1, 2, 3}}, shape{ends: 12 + 0x99}},
		{"live, whole", [][]byte{ebml, segment, unknown, cluster, {0x82}, {1, 2}}, shape{ends: 25}},
		{"live, cut", [][]byte{ebml, segment, unknown, cluster, {0x86}, {1, 2}}, shape{ends: 29}},
		{"live, cluster of unknown size", [][]byte{ebml, segment, unknown, cluster, unknown, {1, 2}}, shape{ends: 18}},
		{"no segment", [][]byte{ebml, cluster, {0x80}}, shape{}},
		{"cut in a head", [][]byte{ebml, segment[:3]}, shape{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := bytes.Join(tt.file, nil)
			if got := shapeOf(bytes.NewReader(file), int64(len(file))); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

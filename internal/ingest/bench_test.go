package ingest

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/rollwell/rollwell/internal/media"
)

// BenchmarkPicture takes a picture of five packets from the decryption to its unit.
func BenchmarkPicture(b *testing.B) {
	const each = 5
	a := newAssembler()
	now := noon
	tap := &tap{
		formats: map[uint8]format{96: {codec: media.VP8}}, ids: extensionIDs{transportCC: 3},
		deliver: func(in arrival) { a.push(in.packet, now) },
	}
	data := make([][]byte, each)
	for i, p := range shot(0, 0, each, true) {
		out := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, Marker: p.marker, SSRC: 1}, Payload: append(p.payload, make([]byte, 1100)...)}
		if err := out.SetExtension(3, []byte{0, 1}); err != nil {
			b.Fatal(err)
		}
		var err error
		if data[i], err = out.Marshal(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	got := 0
	var seq uint16
	for b.Loop() {
		now = now.Add(time.Second / 30)
		for _, d := range data {
			d[2], d[3] = byte(seq>>8), byte(seq)
			d[6], d[7] = byte(seq/each>>8), byte(seq/each)
			seq++
			tap.copy(d)
		}
		pictures, _ := a.take()
		got += len(pictures)
	}
	if got == 0 {
		b.Fatal("no picture came")
	}
}

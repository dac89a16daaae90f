package ingest

import (
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// noon is when the assembler's tests begin. They have no other clock.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// shot is one picture of a synthetic VP8 stream.
func shot(seq uint16, timestamp uint32, packets int, key bool) []packet {
	var out []packet
	for i := range packets {
		payload := []byte{0x00, byte(seq), byte(i), 3, 4, 5}
		if i == 0 { // start of partition 0, then the frame tag, and a key frame's start code and size
			payload = []byte{0x10, 0x01, byte(seq), 0}
			if key {
				payload = []byte{0x10, 0x00, byte(seq), 0, 0x9d, 0x01, 0x2a, 64, 0, 64, 0}
			}
		}
		out = append(out, packet{
			seq: seq + uint16(i), timestamp: timestamp, marker: i == packets-1, codec: media.VP8, payload: payload,
		})
	}
	return out
}

// film is n pictures of some packets each, beginning with a key picture and one more every keyEvery.
func film(seq uint16, n, packets, keyEvery int) []packet {
	var out []packet
	for i := range n {
		out = append(out, shot(seq, uint32(i)*3000, packets, i%keyEvery == 0)...)
		seq += uint16(packets)
	}
	return out
}

// bench drives an assembler and keeps what it gives out.
type bench struct {
	*assembler
	now      time.Time
	pictures []picture
	nacks    []uint16
	keyAsks  []time.Time
}

func newBench() *bench { return &bench{assembler: newAssembler(), now: noon} }

func (b *bench) give(packets ...packet) {
	for _, p := range packets {
		p.arrived = b.now
		b.push(p, b.now)
		b.collect()
	}
}

// wait lets time pass, ticking whenever the assembler wants it.
func (b *bench) wait(d time.Duration) {
	end := b.now.Add(d)
	for {
		at := b.deadline()
		if at.IsZero() || at.After(end) {
			break
		}
		if at.After(b.now) {
			b.now = at
		} else {
			b.now = b.now.Add(time.Millisecond) // timers are late, never early
		}
		b.tick(b.now)
		b.collect()
	}
	b.now = end
}

func (b *bench) collect() {
	pictures, out := b.take()
	b.pictures = append(b.pictures, pictures...)
	b.nacks = append(b.nacks, out.missing...)
	if out.keyFrame {
		b.keyAsks = append(b.keyAsks, b.now)
	}
}

func (b *bench) want(t *testing.T, pictures int) {
	t.Helper()
	if len(b.pictures) != pictures {
		t.Fatalf("%d pictures came, want %d (%+v)", len(b.pictures), pictures, b.counts)
	}
}

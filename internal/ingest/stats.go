package ingest

import (
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// Stats counts what a publication received so far.
type Stats struct {
	State State
	Codec media.Codec // of the newest picture
	// Bytes is the size of the packets' payloads, retransmissions included.
	Bytes uint64
	// Packets is all that came on the agreed streams and payload types; the next five say what became of those that
	// were of no use, or came on the second try.
	Packets    uint64
	Repaired   uint64 // retransmissions that filled a hole
	Duplicates uint64
	Late       uint64 // of no use any more, like the old packets with which Chromium probes for bandwidth
	Malformed  uint64 // pictures whose packets fit together to none
	Overflow   uint64 // lost because the sink was too slow
	// Garbled, Foreign and Strays were dropped before: no RTP, a payload type that was not agreed on, another stream.
	Garbled uint64
	Foreign uint64
	Strays  uint64
	// Nacks counts packets asked for, repeats included; KeyRequests the requests for key pictures.
	Nacks       uint64
	KeyRequests uint64
	// Units were given out, Keys of them are key pictures; Skipped pictures were left out while waiting for one.
	Units   uint64
	Keys    uint64
	Skipped uint64
	Freezes uint64 // times that the wait for a key picture began
	// Sent and Lost are what the sender sent and the network lost, as far as the packets' numbers tell.
	Sent, Lost int64
	RTT        time.Duration
	Poor       bool
}

// Stats says what was received so far.
func (p *Publication) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.State = p.state
	return s
}

// snapshot makes what the goroutine of the publication counted known to Stats.
func (p *Publication) snapshot() {
	c := p.assembler.counts
	s := Stats{
		Codec: p.codec, Bytes: p.bytes,
		Packets: c.packets, Repaired: c.repaired, Duplicates: c.duplicates, Late: c.late, Malformed: c.malformed,
		Overflow: p.overflow.Load(), Garbled: p.tap.garbled.Load(), Foreign: p.tap.foreign.Load(), Strays: p.strays,
		Nacks: c.nacks, KeyRequests: c.keyAsks,
		Units: c.pictures, Keys: c.keys, Skipped: c.skipped, Freezes: c.freezes, Sent: c.sent, Lost: c.lost,
		RTT: p.roundTrip, Poor: p.weather.poor,
	}
	p.mu.Lock()
	p.stats = s
	p.mu.Unlock()
}

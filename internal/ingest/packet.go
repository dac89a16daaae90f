package ingest

import (
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// packet is one RTP packet of the video as the assembler wants it: decrypted, parsed, and, if it came as a
// retransmission (RFC 4588), put back into the stream that it was lost from.
type packet struct {
	seq       uint16
	timestamp uint32 // of the 90 kHz media clock
	marker    bool   // the last packet of a picture
	codec     media.Codec
	payload   []byte // owned by the packet; empty for padding
	extras    extras
	arrived   time.Time
	repair    bool // came as a retransmission on the repair stream
}

// extras is what the header extensions of a packet say. Zero means that nothing was said.
type extras struct {
	captured time.Time // by the sender's wall clock
	colour   media.Range
}

// picture is a whole coded picture, put together from its packets.
type picture struct {
	codec       media.Codec
	data        []byte
	key         bool
	timestamp   uint32
	arrived     time.Time // when the packet that completed it came
	extras      extras
	first, last int64 // its packets' extended sequence numbers
}

package ingest

import (
	"cmp"
	"slices"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// The rules of repair. They were measured at 5 % loss and 50 ms of round trip: all pictures arrive, where asking only
// for key frames lets a fifth through.
const (
	// holeBlocks is how long a missing packet may hold up the pictures behind it.
	holeBlocks = 250 * time.Millisecond
	// keyFrameEvery is the shortest time between two requests for a key frame; none is made within that of the first
	// packet, for a sender begins with one unasked.
	keyFrameEvery = 300 * time.Millisecond
	// askAgainAfter is added to the round trip before a packet is asked for again.
	askAgainAfter = 30 * time.Millisecond
	// askAtMost bounds how often one packet is asked for.
	askAtMost = 10
	// firstRoundTrip is assumed until one was measured.
	firstRoundTrip = 100 * time.Millisecond
)

// The bounds of what the assembler holds, in packets of at most maxPacketBytes.
const (
	// window is the number of packets held, a power of two: over a second of 8 Mbit/s.
	window = 1024
	// maxGap is the longest run of missing packets worth asking for; it cannot be filled within holeBlocks if longer.
	maxGap = 128
	// maxMissing bounds the packets that are asked for at the same time.
	maxMissing = 256
	// maxReorder is by how much the very first packet may have overtaken others.
	maxReorder = 64
)

// hole is a packet that did not come.
type hole struct {
	seq   int64
	since time.Time // when a later packet showed that it is missing
	asked time.Time
	tries int
}

// counts is what became of the packets. Every packet pushed is counted once in packets, and the other fields say why
// some were of no use.
type counts struct {
	packets    uint64
	repaired   uint64 // came on the repair stream and filled a hole
	duplicates uint64
	late       uint64 // after the picture or the hole was done with, or far outside the window
	malformed  uint64 // could not be put together to a picture
	nacks      uint64 // packets asked for, repeats included
	keyAsks    uint64
	pictures   uint64
	keys       uint64
	skipped    uint64 // pictures seen but left out while waiting for a key frame
	freezes    uint64 // times a hole was given up
	sent       int64  // packets sent, as far as their numbers tell
	lost       int64  // of these, lost on the way, whether had back or not
}

// asked is what the assembler wants to be sent.
type asked struct {
	missing  []uint16 // packets to ask for (NACK); valid until the next call
	keyFrame bool     // ask for a key frame (PLI)
}

// assembler turns packets, which may come late, twice, out of order or never, into whole pictures in order. It is a
// state machine without a clock or goroutines: its caller pushes packets and the time, calls tick no later than
// deadline, and then takes pictures and requests. A picture is given out as soon as its last packet (by the marker)
// and all before it are there. After a hole that could not be filled in time, pictures are left out until a key frame.
type assembler struct {
	slots   []packet // ring by extended sequence number; used where present is set
	present [window]bool

	started  bool
	began    time.Time // the first packet's arrival
	next     int64     // the first packet not yet used
	highest  int64     // the newest packet that came
	floor    int64     // packets below are of no use any more
	boundary bool      // next is surely the first packet of a picture
	jumped   uint16    // the sequence number that would confirm a restart of the numbering
	jumping  bool

	missing   []hole // by seq, ascending
	roundTrip time.Duration
	measured  bool // roundTrip comes from a repaired packet

	codec    media.Codec // of the newest picture given out
	waiting  bool        // for a key frame
	wantKey  bool
	building bool // a key frame is on its way
	lastAsk  time.Time
	fresh    bool // a packet came since the last request for a key frame

	depacketizers depacketizers
	counts        counts
	pictures      []picture
	out           asked
}

// newAssembler makes an assembler that waits for its first key frame.
func newAssembler() *assembler {
	return &assembler{roundTrip: firstRoundTrip, waiting: true, wantKey: true}
}

// push takes one packet that came at now.
func (a *assembler) push(p packet, now time.Time) {
	a.counts.packets++
	a.fresh = true
	if !a.started {
		a.start(p, now)
	} else if !a.place(p, now) {
		return
	}
	a.advance(now)
	a.ask(now)
}

// tick does what is due at now without a packet: gives up holes and asks again.
func (a *assembler) tick(now time.Time) {
	a.advance(now)
	a.ask(now)
}

// take gives out the pictures that became whole and the requests to send since the last call. Both are valid until the
// next call of push or tick.
func (a *assembler) take() ([]picture, asked) {
	pictures, out := a.pictures, a.out
	a.pictures, a.out = a.pictures[:0], asked{missing: a.out.missing[:0]}
	return pictures, out
}

// requestKeyFrame has a key frame asked for as soon as the rules allow, and again until one comes.
func (a *assembler) requestKeyFrame() { a.wantKey, a.fresh = true, true }

// setRoundTrip tells the round trip as the transport measured it; times of repaired packets, once known, are better.
func (a *assembler) setRoundTrip(d time.Duration) {
	if !a.measured && d > 0 {
		a.roundTrip = d
	}
}

// start begins the numbering with p.
func (a *assembler) start(p packet, now time.Time) {
	if a.slots == nil {
		a.slots = make([]packet, window)
	}
	if a.began.IsZero() {
		a.began = now
	}
	a.started = true
	seq := int64(p.seq) + 1<<16 // never negative, also when earlier ones follow
	a.next, a.highest, a.floor, a.boundary = seq, seq, seq-maxReorder, false
	a.counts.sent++
	a.put(seq, p)
}

// place files p where it belongs and notes the holes it shows. It reports whether p was of use.
func (a *assembler) place(p packet, now time.Time) bool {
	seq := a.highest + int64(int16(p.seq-uint16(a.highest)))
	if seq > a.highest+window/2 || seq < a.highest-window {
		return a.restart(p, now)
	}
	a.jumping = false
	switch {
	case seq < a.floor:
		a.counts.late++
		return false
	case seq < a.next: // only before anything was used
		if a.note(seq+1, a.next, now); seq < a.floor {
			a.counts.late++
			return false
		}
		a.next = seq
		a.counts.sent++
	case seq > a.highest:
		a.counts.sent += seq - a.highest
		a.note(a.highest+1, seq, now)
		a.highest = seq
		if seq-a.next >= window {
			a.giveUpTo(seq - window + 1)
		}
	case a.present[seq&(window-1)]:
		a.counts.duplicates++
		return false
	}
	a.fill(seq, p, now)
	a.put(seq, p)
	return true
}

// restart handles a number far from the others: one such packet is a stray, two in a row are a sender that began anew
// or a break in the network (RFC 3550, appendix A.1).
func (a *assembler) restart(p packet, now time.Time) bool {
	if !a.jumping || p.seq != a.jumped {
		a.jumping, a.jumped = true, p.seq+1
		a.counts.late++
		return false
	}
	a.jumping = false
	a.clear(a.next, a.highest+1)
	a.missing = a.missing[:0]
	a.lose()
	a.start(p, now)
	return true
}

func (a *assembler) put(seq int64, p packet) {
	i := seq & (window - 1)
	a.slots[i], a.present[i] = p, true
}

func (a *assembler) at(seq int64) (*packet, bool) {
	i := seq & (window - 1)
	return &a.slots[i], a.present[i]
}

// clear forgets the packets in [from, to).
func (a *assembler) clear(from, to int64) {
	for seq := from; seq < to; seq++ {
		i := seq & (window - 1)
		a.slots[i], a.present[i] = packet{}, false
	}
}

// note writes down that the packets in [from, to) are missing. More than can be had back in time are given up at once.
func (a *assembler) note(from, to int64, now time.Time) {
	a.counts.lost += to - from
	if to-from > maxGap || len(a.missing)+int(to-from) > maxMissing {
		a.giveUpTo(to)
		return
	}
	at, _ := a.holeAt(from)
	for seq := from; seq < to; seq++ {
		a.missing = slices.Insert(a.missing, at+int(seq-from), hole{seq: seq, since: now})
	}
}

// holeAt is where seq is, or would be, in the list of holes.
func (a *assembler) holeAt(seq int64) (int, bool) {
	return slices.BinarySearchFunc(a.missing, seq, func(h hole, seq int64) int { return cmp.Compare(h.seq, seq) })
}

// fill takes seq off the list of holes, and learns the round trip from it if that is sure.
func (a *assembler) fill(seq int64, p packet, now time.Time) {
	i, found := a.holeAt(seq)
	if !found {
		return
	}
	h := a.missing[i]
	a.missing = slices.Delete(a.missing, i, i+1)
	if !p.repair {
		if now.Sub(h.since) < a.roundTrip/2 { // too soon to be an answer: it was only overtaken
			a.counts.lost--
		}
		return
	}
	a.counts.repaired++
	if h.tries != 1 { // which of several questions it answers cannot be told
		return
	}
	sample := now.Sub(h.asked)
	if !a.measured {
		a.roundTrip, a.measured = sample, true
		return
	}
	a.roundTrip += (sample - a.roundTrip) / 8
}

// giveUpTo lets go of everything before seq.
func (a *assembler) giveUpTo(seq int64) {
	a.skipTo(seq)
	a.lose()
}

// skipTo moves next to seq and forgets what lies before.
func (a *assembler) skipTo(seq int64) {
	a.clear(a.next, seq)
	a.next, a.floor, a.boundary = seq, seq, false
	gone, _ := a.holeAt(seq)
	a.missing = slices.Delete(a.missing, 0, gone)
}

// lose notes that pictures are missing from the sequence, so that only a key frame helps.
func (a *assembler) lose() {
	if !a.waiting {
		a.counts.freezes++
	}
	a.waiting, a.wantKey = true, true
}

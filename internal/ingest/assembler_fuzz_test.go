package ingest

import (
	"slices"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

var fuzzCodecs = []media.Codec{media.H264, media.VP8, media.VP9, media.AV1}

// FuzzAssembler pushes whatever packets the bytes say. It must not panic, hold more than its bounds, give out a picture
// of which a packet never came, or go on after a gap with anything but a key picture.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0x41, 0, 1, 4, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0, 0, 0x41, 1, 1, 4, 0x10, 1, 0, 0})
	f.Add([]byte{0x40, 0, 0, 30, 0x78, 0, 3, 0x67, 0x42, 0, 0, 2, 0x68, 1, 0x40, 1, 0, 5, 0x65, 0x88, 0x80, 1, 2})
	f.Add([]byte{0x42, 0, 0, 3, 0x88, 0x82, 0x49, 0x42, 1, 1, 3, 0xc8, 0x86, 0, 0x43, 2, 0, 6, 0x18, 0x0a, 1, 2, 0x32, 0x10})
	f.Fuzz(func(t *testing.T, data []byte) {
		a := newAssembler()
		w := &watcher{t: t, a: a, came: map[uint16]packet{}}
		now := noon
		var seq uint16
		var timestamp uint32
		for len(data) >= 4 {
			control, step, wait, size := data[0], data[1], data[2], int(data[3])
			data = data[4:]
			size = min(size, len(data))
			now = now.Add(time.Duration(wait) * time.Millisecond)
			seq += uint16(int8(step))
			if control&0x20 != 0 {
				seq += uint16(step) << 8
			}
			if control&4 != 0 {
				timestamp += 3000
			}
			p := packet{
				seq: seq, timestamp: timestamp, marker: control&0x40 != 0, codec: fuzzCodecs[control&3],
				payload: slices.Clone(data[:size]), repair: control&0x10 != 0, arrived: now,
			}
			data = data[size:]
			if control&8 != 0 {
				a.requestKeyFrame()
			}
			w.came[seq] = p
			a.push(p, now)
			w.check(now)
		}
		for range 4 * window { // everything is given up in time
			at := a.deadline()
			if at.IsZero() {
				break
			}
			if at.After(now) {
				now = at
			}
			a.tick(now)
			w.check(now)
		}
		if len(a.missing) != 0 {
			t.Errorf("%d holes are waited for without end", len(a.missing))
		}
	})
}

// watcher checks what an assembler gives out against what it was given.
type watcher struct {
	t       *testing.T
	a       *assembler
	came    map[uint16]packet
	last    int64
	began   bool
	lastAsk time.Time
}

func (w *watcher) check(now time.Time) {
	pictures, out := w.a.take()
	for _, p := range pictures {
		if len(p.data) == 0 {
			w.t.Fatal("a picture without data")
		}
		for seq := p.first; seq <= p.last; seq++ {
			if _, came := w.came[uint16(seq)]; !came {
				w.t.Fatalf("picture %d to %d holds packet %d, which never came", p.first, p.last, seq)
			}
		}
		if !p.key && (!w.began || !w.onlyPadding(w.last+1, p.first)) {
			w.t.Fatalf("picture %d follows %d and is no key picture", p.first, w.last)
		}
		w.began, w.last = true, p.last
	}
	if out.keyFrame {
		if !w.lastAsk.IsZero() && now.Sub(w.lastAsk) < keyFrameEvery {
			w.t.Fatalf("asked for a key frame %v after the last time", now.Sub(w.lastAsk))
		}
		w.lastAsk = now
	}
	if len(w.a.missing) > maxMissing || len(out.missing) > maxMissing {
		w.t.Fatalf("%d holes, %d asked for", len(w.a.missing), len(out.missing))
	}
	if w.a.started && (w.a.highest-w.a.next >= window || w.a.next > w.a.highest+1) {
		w.t.Fatalf("at %d of %d", w.a.next, w.a.highest)
	}
	for _, h := range w.a.missing {
		if h.tries > askAtMost || h.seq < w.a.next {
			w.t.Fatalf("hole %+v at %d", h, w.a.next)
		}
	}
}

func (w *watcher) onlyPadding(from, to int64) bool {
	for seq := from; seq < to; seq++ {
		if p, came := w.came[uint16(seq)]; !came || len(p.payload) > 0 {
			return false
		}
	}
	return from <= to
}

package ingest

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"
)

// event is something that reaches one end of the line at its time.
type event struct {
	at    time.Duration
	seq   uint16 // of a packet on its way to us, or one asked for
	back  bool   // on its way to the sender
	key   bool   // a request for a key frame, on its way to the sender
	again bool   // sent again
}

// line is the two ways between a sender and us, with nothing in between but a calculated network: hours of bad
// conditions in no time, and the same ones each time.
type line []event

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return l[i].at < l[j].at }
func (l line) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *line) Push(e any)        { *l = append(*l, e.(event)) }
func (l *line) Pop() any {
	old := *l
	e := old[len(old)-1]
	*l = old[:len(old)-1]
	return e
}

// play sends pictures of packets each over a line that loses a share either way and takes delay, and answers what is
// asked for. It returns the share of the pictures that arrived whole and the longest time between two of them.
func play(seconds, packets int, loss float64, delay, jitter time.Duration) (share float64, freeze time.Duration, b *bench) {
	luck := rand.New(rand.NewPCG(3, 5))
	b = newBench()
	b.setRoundTrip(2 * delay)
	sent := map[uint16]packet{}
	var way line
	travel := func(e event) {
		if luck.Float64() < loss {
			return
		}
		e.at += delay + time.Duration(luck.Float64()*float64(jitter))
		heap.Push(&way, e)
	}
	var seq uint16
	wantKey, pictures := true, 0
	at := func() time.Duration { return b.now.Sub(noon) }
	answer := func() {
		for _, asked := range b.nacks {
			travel(event{at: at(), seq: asked, back: true})
		}
		b.nacks = b.nacks[:0]
		for range b.keyAsks {
			travel(event{at: at(), back: true, key: true})
		}
		b.keyAsks = b.keyAsks[:0]
	}
	for next := time.Duration(0); next < time.Duration(seconds)*time.Second; next += time.Second / 30 {
		for len(way) > 0 && way[0].at <= next {
			e := heap.Pop(&way).(event)
			b.wait(e.at - at())
			answer()
			switch {
			case e.key:
				wantKey = true
			case e.back:
				travel(event{at: e.at, seq: e.seq, again: true})
			default:
				p := sent[e.seq]
				p.repair = e.again
				b.give(p)
				answer()
			}
		}
		b.wait(next - at())
		answer()
		for _, p := range shot(seq, uint32(pictures)*3000, packets, wantKey) {
			sent[p.seq] = p
			travel(event{at: next, seq: p.seq})
		}
		seq += uint16(packets)
		wantKey = false
		pictures++
	}
	for i := 1; i < len(b.pictures); i++ {
		freeze = max(freeze, b.pictures[i].arrived.Sub(b.pictures[i-1].arrived))
	}
	return float64(len(b.pictures)) / float64(pictures), freeze, b
}

func TestRepairReachesWhatWasMeasured(t *testing.T) {
	for _, test := range []struct {
		loss    float64
		atLeast float64
	}{{0, 0.999}, {0.01, 0.99}, {0.05, 0.97}, {0.10, 0.90}, {0.30, 0.10}} {
		share, freeze, b := play(600, 5, test.loss, 25*time.Millisecond, 5*time.Millisecond)
		t.Logf("%2.0f %% lost: %.1f %% of the pictures whole, longest standstill %v, %d packets asked for of %d, %d freezes, %d key frames",
			100*test.loss, 100*share, freeze, b.counts.nacks, b.counts.sent, b.counts.freezes, b.counts.keys)
		if share < test.atLeast {
			t.Errorf("%.0f %% lost: %.1f %% of the pictures whole, want %.1f %%", 100*test.loss, 100*share, 100*test.atLeast)
		}
		if fraction := float64(b.counts.lost) / float64(b.counts.sent); fraction < test.loss*0.8 || fraction > test.loss*1.2+0.001 {
			t.Errorf("%.1f %% counted as lost, want %.0f %%", 100*fraction, 100*test.loss)
		}
	}
}

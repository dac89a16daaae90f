package coach

import (
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
)

// windowGrain is the shortest stretch of time that a window keeps apart. It bounds the memory at any frame rate.
const windowGrain = 10 * time.Millisecond

// stretch is a piece of a window: how long it is, and for how much of it the value was past the limits.
type stretch struct {
	span, over, stay time.Duration
	worst            float64
	hasWorst         bool
}

// window sums up, over the last seconds, how long a value was past its limits. Each reading stands for the time
// since the one before, so the frame rate does not matter.
type window struct {
	length time.Duration
	// ring[head:head+n] (mod len) are the stretches inside, the oldest first; the oldest may be cut short.
	ring    []stretch
	head, n int
	// span, over and stay are the sums.
	span, over, stay time.Duration
}

func newWindow(length time.Duration) *window {
	return &window{length: length, ring: make([]stretch, int(length/windowGrain)+4)}
}

func (w *window) reset() { w.head, w.n, w.span, w.over, w.stay = 0, 0, 0, 0, 0 }

// part returns a share of the window's length.
func (w *window) part(share float64) time.Duration {
	return time.Duration(share * float64(w.length))
}

// add appends dt, during which the value was past Enter (enter) or not yet past Leave (stay).
func (w *window) add(dt time.Duration, enter, stay bool, value float64, spec *exercise.Condition) {
	e := w.last()
	if e == nil || e.span >= windowGrain {
		e = w.push()
	}
	e.span += dt
	w.span += dt
	if enter {
		e.over += dt
		w.over += dt
		if !e.hasWorst {
			e.worst, e.hasWorst = value, true
		}
		e.worst = worst(spec, e.worst, value)
	}
	if stay {
		e.stay += dt
		w.stay += dt
	}
	w.expire()
}

func (w *window) last() *stretch {
	if w.n == 0 {
		return nil
	}
	return &w.ring[(w.head+w.n-1)%len(w.ring)]
}

// push makes room for a new stretch. The ring cannot be full: every stretch in it but the last spans the grain,
// and together they span no more than the window.
func (w *window) push() *stretch {
	w.n++
	e := w.last()
	*e = stretch{}
	return e
}

// expire drops what is older than the window. Of a stretch that lies partly outside it keeps the share inside.
func (w *window) expire() {
	for w.span > w.length {
		e := &w.ring[w.head]
		out := w.span - w.length
		if out >= e.span {
			w.span, w.over, w.stay = w.span-e.span, w.over-e.over, w.stay-e.stay
			w.head = (w.head + 1) % len(w.ring)
			w.n--
			continue
		}
		over, stay := cut(e.over, out, e.span), cut(e.stay, out, e.span)
		e.span, e.over, e.stay = e.span-out, e.over-over, e.stay-stay
		w.span, w.over, w.stay = w.span-out, w.over-over, w.stay-stay
	}
}

// cut returns the part of a that falls on out of span. Whole microseconds cannot overflow: windows are at most
// a minute long.
func cut(a, out, span time.Duration) time.Duration {
	return time.Duration(int64(a/time.Microsecond) * int64(out/time.Microsecond) / int64(span/time.Microsecond) * int64(time.Microsecond))
}

// worstOver returns the worst value past the limit inside the window, or otherwise the given one.
func (w *window) worstOver(value float64, spec *exercise.Condition) float64 {
	for i := range w.n {
		if e := w.ring[(w.head+i)%len(w.ring)]; e.hasWorst {
			value = worst(spec, value, e.worst)
		}
	}
	return value
}

package coach

import (
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

const (
	// holdSlack is for how long a hold may look broken (too fast, or not known) without ending: the speed of
	// somebody who lies still trembles by .6 cm/s (domain.md §8).
	holdSlack = time.Second
	// driftTime is the time constant (s) of the smoothing of s before its drift is judged, so that jitter is
	// not taken for drift (heuristic).
	driftTime = 0.7
)

// Hold is a pause on one spot that reached the exercise's minimum.
type Hold struct {
	StartS float64 `json:"start_s"`
	EndS   float64 `json:"end_s"`
	// S is the middle of where the contact was, Level the vertebra at the start.
	S     float64 `json:"s"`
	Level string  `json:"level"`
}

// hold follows the present pause.
type hold struct {
	going, done bool
	// start and last are the times of its first and last still reading; lasted is the time between them.
	start, last float64
	lasted      time.Duration
	// broken is for how long it has not been still.
	broken time.Duration
	// place is the smoothed s, lo and hi its bounds since the start; level is where it began.
	place, lo, hi float64
	level         string

	finished []Hold
}

// step takes a reading and tells whether the hold has reached its minimum with it.
func (h *hold) step(p *progress, r *spine.Reading, placed bool, s float64, dt time.Duration) bool {
	spec := p.ex.Hold
	speed := measured(r, "speed_cm_s")
	still := placed && speed.State == spine.OK && math.Abs(speed.V) < spec.Speed
	if !still {
		if h.going {
			if h.broken += dt; h.broken > holdSlack {
				h.end(p)
			}
		}
		p.HoldS = h.lasted.Seconds()
		return false
	}
	if h.going && h.drifted(spec, s, dt) {
		h.end(p)
	}
	if !h.going {
		*h = hold{going: true, start: r.T, last: r.T, place: s, lo: s, hi: s, level: r.Level, finished: h.finished}
		p.HoldS = 0
		return false
	}
	h.lasted += dt + h.broken
	h.broken, h.last = 0, r.T
	p.HoldS = h.lasted.Seconds()
	if h.done || h.lasted < seconds(spec.MinS) {
		return false
	}
	h.done = true
	p.Holds++
	return true
}

// drifted follows the place and tells whether it has left the spot.
func (h *hold) drifted(spec *exercise.Hold, s float64, dt time.Duration) bool {
	d := dt.Seconds()
	h.place += d / (driftTime + d) * (s - h.place)
	h.lo, h.hi = math.Min(h.lo, h.place), math.Max(h.hi, h.place)
	return h.hi-h.lo >= spec.Drift
}

// end closes the present pause and keeps it if it was long enough.
func (h *hold) end(p *progress) {
	if h.done {
		h.finished = append(h.finished, h.result())
	}
	*h = hold{finished: h.finished}
	p.HoldS = 0
}

func (h *hold) result() Hold {
	return Hold{StartS: h.start, EndS: h.last, S: (h.lo + h.hi) / 2, Level: h.level}
}

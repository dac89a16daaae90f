package coach

import "time"

const (
	// pauseMax is how long a check that is not yet a finding may be unsure or between its limits without
	// losing the time it has already persisted: a flicker of one or two frames (heuristic).
	pauseMax = 300 * time.Millisecond
	// unsureMax is how long a finding outlives the last time it was sure (domain.md §8).
	unsureMax = 500 * time.Millisecond
	// gapMax is the longest time between two readings over which anything is believed to have gone on.
	gapMax = time.Second
)

// change is what a step did to a tracker.
type change uint8

const (
	unchanged change = iota
	opened
	closed
)

// tracker turns truths into findings: it waits for persistence before it opens and for clearance before it
// closes. It goes by time alone, never by the number of readings.
type tracker struct {
	persist, clear time.Duration

	open bool
	// held is the sure time collected towards persist; last is the truth before this one.
	held time.Duration
	last truth
	// sureAt is the last time at which the check was true (open: not over, closed: entered).
	sureAt time.Duration
	// noAt is when the check was first seen to be over; over tells whether it is.
	noAt time.Duration
	over bool
}

// step takes the truth at time now, dt after the one before.
func (k *tracker) step(t truth, now, dt time.Duration) change {
	var c change
	if k.open {
		c = k.stepOpen(t, now)
	} else {
		c = k.stepClosed(t, now, dt)
	}
	k.last = t
	return c
}

func (k *tracker) stepClosed(t truth, now, dt time.Duration) change {
	switch t {
	case yes:
		if k.last == yes {
			k.held += dt
		}
		k.sureAt = now
		if k.held >= k.persist {
			k.open, k.over, k.held = true, false, 0
			return opened
		}
	case no:
		k.held = 0
	default:
		if now-k.sureAt > pauseMax {
			k.held = 0
		}
	}
	return unchanged
}

func (k *tracker) stepOpen(t truth, now time.Duration) change {
	switch t {
	case yes, holding:
		k.sureAt, k.over = now, false
		return unchanged
	case no:
		if !k.over {
			k.over, k.noAt = true, now
		}
		if now-k.noAt < k.clear {
			return unchanged
		}
	case unknown:
		if now-k.sureAt < unsureMax {
			return unchanged
		}
	}
	k.open = false
	return closed
}

// interrupt is what a gap in the readings does: nothing that was collected counts any more, and an open finding
// ends.
func (k *tracker) interrupt() change {
	k.held, k.last = 0, unknown
	if !k.open {
		return unchanged
	}
	k.open = false
	return closed
}

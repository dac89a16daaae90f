package ingest

import "time"

// ask puts together what is to be asked for at now.
func (a *assembler) ask(now time.Time) {
	for i := range a.missing {
		h := &a.missing[i]
		if h.tries > 0 && (h.tries >= askAtMost || now.Sub(h.asked) < a.roundTrip+askAgainAfter) {
			continue
		}
		h.tries++
		h.asked = now
		a.counts.nacks++
		a.out.missing = append(a.out.missing, uint16(h.seq))
	}
	if at, due := a.keyFrameDue(); due && !now.Before(at) {
		a.lastAsk, a.fresh = now, false
		a.counts.keyAsks++
		a.out.keyFrame = true
	}
}

// keyFrameDue says when a key frame may be asked for, if one is wanted. A sender from which nothing comes is not asked
// again and again.
func (a *assembler) keyFrameDue() (at time.Time, due bool) {
	if !a.started || !a.wantKey || a.building || !a.fresh {
		return time.Time{}, false
	}
	at = a.began.Add(keyFrameEvery)
	if !a.lastAsk.IsZero() && a.lastAsk.Add(keyFrameEvery).After(at) {
		at = a.lastAsk.Add(keyFrameEvery)
	}
	return at, true
}

// deadline is when tick must be called at the latest if no packet comes before; zero if there is nothing to wait for.
func (a *assembler) deadline() time.Time {
	var first time.Time
	sooner := func(at time.Time) {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for i, h := range a.missing {
		if i == 0 { // the one that blocks
			sooner(h.since.Add(holeBlocks))
		}
		if h.tries < askAtMost {
			sooner(h.asked.Add(a.roundTrip + askAgainAfter))
		}
	}
	if at, due := a.keyFrameDue(); due {
		sooner(at)
	}
	return first
}

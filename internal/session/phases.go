package session

import (
	"errors"
	"fmt"
	"time"
)

const (
	// tooMuchPain and moreThanAtFirst are where a check ends (domain.md §6: stop at 6, or at 2 over the start).
	tooMuchPain, moreThanAtFirst = 6, 2
	// easeAt is where it goes on, but lighter: 4 and 5 are allowed and no aim.
	easeAt = 4
	// maxPainValues bounds what is kept of them.
	maxPainValues = 1000
)

// start begins the check, or goes on with it.
func (r *liveRun) start() {
	if r.phase != SettingUp && r.phase != Paused {
		return
	}
	r.log.Debug("check runs", "from", r.phase.String())
	r.phase, r.reason, r.lain, r.broke = Checking, ReasonNone, false, false
	r.posture.reset()
	r.followed = -1
	if !r.begun {
		r.begin(0)
	}
	r.tell()
}

// pause interrupts the check at a person's wish.
func (r *liveRun) pause(why Reason) {
	if r.phase == Paused && r.reason != why { // sitting up was first; now only a person goes on
		r.reason = why
		r.tell()
		return
	}
	if r.phase != Checking {
		return
	}
	r.rest(why)
	r.tell()
}

// rest interrupts the check without telling anybody yet.
func (r *liveRun) rest(why Reason) {
	r.book()
	r.phase, r.reason = Paused, why
	r.posture.reset()
	r.followed = -1
	if !r.summed {
		r.update, r.broke = r.judge.coach.Break(), true
		r.renumber(&r.update)
	}
	r.log.Debug("check pauses", "reason", string(why))
}

// book adds the time since the check began or went on to what was checked.
func (r *liveRun) book() {
	if r.checkingSince >= 0 {
		r.checked += max(0, r.intake.clock.last-r.checkingSince)
	}
	r.checkingSince = -1
}

// hurts takes note of a person's pain. Without a word on when that is, the phase of the check tells.
func (r *liveRun) hurts(value int, when PainTime) {
	if when == "" {
		when = r.painTime()
	}
	at := r.intake.clock.now(time.Now()).Seconds()
	if len(r.pain) < maxPainValues {
		r.pain = append(r.pain, PainValue{T: at, Value: value, When: when, Block: r.course.index})
	}
	switch {
	case value >= tooMuchPain || value-r.pain[0].Value >= moreThanAtFirst:
		r.state.PainStop = &Warning{
			Text: r.speaker.Text("pain.stop.text"), Say: r.speaker.Text("pain.stop.speech"), Hint: r.speaker.Text("pain.stop.hint"),
		}
		r.end(ReasonPain)
	case value >= easeAt && when != PainAfter:
		r.say(StepEase)
		r.tell()
	}
}

func (r *liveRun) painTime() PainTime {
	switch {
	case r.course.state == Finished:
		return PainAfter
	case !r.begun:
		return PainBefore
	}
	return PainDuring
}

// end ends the session; the first reason stays.
func (r *liveRun) end(why Reason) {
	if r.phase == Ended {
		return
	}
	if r.phase == Checking {
		r.book()
	}
	r.phase, r.reason = Ended, why
}

// fail ends the session by an error.
func (r *liveRun) fail(why Reason, err error) {
	if r.err == nil {
		r.err = err
	}
	r.end(why)
}

// finish stops everything, tells the sinks, and sums up.
func (r *liveRun) finish() (LiveResult, error) {
	r.collapse()
	r.finished = true
	if r.flying != nil {
		r.counts.shutdown.Add(1)
	}
	if r.intake.waiting != nil {
		r.counts.shutdown.Add(1)
	}
	r.await()
	r.sum(OutcomeStopped)
	r.tell()
	result := LiveResult{
		Reason: r.reason, Aim: r.c.Plan.Aim, Summary: together(r.blocks), Blocks: r.blocks, Frames: r.Counts(), Pain: r.pain, Checked: r.checked,
		Timings: r.judge.timings.summary(),
	}
	err := errors.Join(r.err, r.intake.close())
	return result, err
}

// collapse leaves nothing behind that concerns others when Run panics, in a sink say. After finish it does nothing.
func (r *liveRun) collapse() {
	if r.finished {
		return
	}
	r.inbox.close()
	close(r.frames)
	if r.flying == nil {
		r.c.Pool.leave(r.seat)
	}
}

// await waits until the analysing goroutine has closed the eye, but not for an analysis that hangs.
func (r *liveRun) await() {
	if r.reason != ReasonStuck {
		timer := time.NewTimer(r.c.StuckAfter)
		defer timer.Stop()
		select {
		case <-r.gone:
		case <-timer.C:
			if r.flying != nil && r.c.Pool.hang(r.seat) {
				r.fail(ReasonStuck, fmt.Errorf("%w: it did not come to an end within %s of the check's", ErrStuck, r.c.StuckAfter))
				return
			}
			<-r.gone
		}
		r.err = errors.Join(r.err, r.closed)
	}
}

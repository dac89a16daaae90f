package session

import (
	"errors"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/spine"
)

// finishedFor is how long a session waits after its plan is done, for a word on the pain after it and for somebody who
// goes back.
const finishedFor = 2 * time.Minute

// leads is what belongs to following a plan; part of liveRun and its goroutine.
type leads struct {
	course course
	// begun tells that the present block has been begun, summed that it has been summed up.
	begun, summed bool
	blocks        []Block
	// numbered is how many findings earlier blocks had: coaches count from 1, and a session's findings have one count.
	numbered int
	banner   coach.Banner
	// followed is the session time of the last frame of the check, negative after a pause.
	followed   time.Duration
	finishedAt time.Time
	plan       PlanState
	after      NextBlock
}

// elapsed is the time of the check that a frame stands for.
func (r *liveRun) elapsed(t time.Duration) float64 {
	dt := t - r.followed
	if r.followed < 0 {
		dt = 0
	}
	r.followed = t
	return min(dt, maxGlance).Seconds()
}

// follow lets the coach see a frame of the check, and the course count it.
func (r *liveRun) follow(p *picture) turn {
	if r.course.coached() {
		r.judge.correct()
		r.renumber(&r.judge.update)
		r.told = &r.judge.update
		r.state.Progress, r.state.Standing = r.judge.update.Progress, r.judge.coach.Standing()
		r.state.ExercisePhase = r.judge.update.Phase
	} else {
		r.quiet(p.t.Seconds())
		r.state.ExercisePhase = ""
	}
	return r.course.step(r.elapsed(p.t), &r.judge.update)
}

// renumber makes the findings of an update those of the session.
func (r *liveRun) renumber(u *coach.Update) {
	if r.numbered == 0 {
		return
	}
	for i := range u.Events {
		u.Events[i].Finding.ID += r.numbered
	}
	if u.Banner != nil { // the coach keeps it from step to step
		r.banner = *u.Banner
		r.banner.ID += r.numbered
		u.Banner = &r.banner
	}
}

// act does what the course asks for, once the frame has been shown.
func (r *liveRun) act(t turn) {
	switch t {
	case noTurn:
		return
	case ready: // the cues say the rest
	case teaches:
		r.say(StepTeach)
	case starts:
		r.say(StepStart)
	case halves:
		r.say(StepHalf)
	case breathes:
		r.say(StepBreathe)
	case completes:
		r.sum(OutcomeDone)
		r.say(StepDone)
	case finishes:
		r.sum(OutcomeDone)
		r.finishedAt = time.Now()
		r.say(StepFinished)
	case follows:
		r.begin(r.course.index + 1)
	}
	r.tell()
}

// say notes a step to be told.
func (r *liveRun) say(kind StepKind) {
	b := r.course.block()
	s := Step{Kind: kind, Index: r.course.index, Exercise: b.Exercise.ID, Side: b.Side, Title: b.Exercise.Title.In(r.course.language)}
	s.Text, s.Say = r.course.wordsFor(kind, r.speaker)
	r.state.Steps = append(r.state.Steps, s)
}

// begin begins a block: with a coach of its own, while the estimator goes on knowing the person.
func (r *liveRun) begin(index int) {
	r.course.begin(index)
	b := r.course.block()
	r.judge.coach = coach.New(b.Exercise, coach.Options{Language: r.course.language, Dose: b.Dose, Side: b.Side})
	r.judge.update = coach.Update{}
	r.state.Progress, r.state.Standing, r.state.ExercisePhase = coach.Progress{}, coach.Standing{}, ""
	r.begun, r.summed, r.lain = true, false, false
	r.posture.reset()
	r.finishedAt = time.Time{}
	r.guide.For(b.Exercise)
	if r.course.led {
		r.say(StepIntro)
	}
}

// sum sums the present block up, if that has not been done. What is open is cleared with the next frame.
func (r *liveRun) sum(how Outcome) {
	if r.summed {
		return
	}
	r.summed = true
	r.update, r.broke = r.judge.coach.Break(), true
	r.renumber(&r.update)
	s := r.judge.coach.Finish(r.judge.last)
	r.numbered += len(s.Cues)
	worked := r.course.worked
	r.blocks = append(r.blocks, Block{Index: r.course.index, Outcome: how, WorkedS: worked, Judged: r.course.judged(), Summary: s})
}

// move goes to another block at a person's wish.
func (r *liveRun) move(by int, how Outcome) {
	c := &r.course
	if !c.led || r.phase != Checking && r.phase != Paused {
		return
	}
	if r.phase == Paused && r.reason == ReasonSatUp { // for another block people may have to get up
		r.phase, r.reason = Checking, ReasonNone
	}
	r.sum(how)
	switch {
	case by < 0 || !c.last():
		r.begin(max(0, c.index+by))
	case c.state != Finished:
		c.enter(Finished)
		r.finishedAt = time.Now()
		r.say(StepFinished)
	}
	r.tell()
}

// planState fills in how the plan stands; nil where there is none.
func (r *liveRun) planState() *PlanState {
	c := &r.course
	if !c.led {
		return nil
	}
	b := c.block()
	p := &r.plan
	*p = PlanState{
		Aim: r.c.Plan.Aim, Index: c.index, Count: len(c.steps), Exercise: b.Exercise.ID, Title: b.Exercise.Title.In(c.language),
		Side: b.Side, State: c.state,
	}
	share, total, reps := c.done(&r.judge.update)
	if reps > 0 {
		p.Reps, p.RepsTarget = min(r.state.Progress.Reps, reps), reps
	} else {
		p.Timed, p.RemainingS = true, max(0, total*(1-share))
	}
	if !c.last() {
		n := &c.steps[c.index+1]
		r.after = NextBlock{Exercise: n.Exercise.ID, Title: n.Exercise.Title.In(c.language), Side: n.Side}
		p.Next = &r.after
	}
	return p
}

// calibrate takes a person's word on how they lie.
func (r *liveRun) calibrate(kind spine.Calibration) {
	a := Calibrated{Kind: kind}
	err := r.judge.estimator.Calibrate(kind)
	switch {
	case errors.Is(err, spine.ErrNotReady):
		l := r.speaker.Line("calibrate.not_ready")
		a.Text, a.Say = l.Text, l.Say
	case err != nil:
		r.log.Warn("no calibration", "kind", string(kind), "error", err)
		return
	default:
		l := r.speaker.Line("calibrate.done")
		a.Ready, a.Value, a.Text, a.Say = true, r.judge.estimator.Calibrated(kind).V, l.Text, l.Say
	}
	r.log.Debug("calibration", "kind", string(kind), "done", a.Ready, "moves", a.Value)
	r.state.Calibrated = append(r.state.Calibrated, a)
	r.tell()
}

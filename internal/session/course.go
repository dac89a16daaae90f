package session

import (
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/plan"
)

// BlockState is how far a block of a plan has come.
type BlockState uint8

// The states of a block, in their order.
const (
	Intro    BlockState = iota // the person hears what to do and gets into place
	Working                    // the dose is being filled
	Done                       // the dose is reached; the next block follows by itself
	Finished                   // the last dose is reached, and nothing follows
)

var blockStateNames = [...]string{"intro", "working", "done", "done"}

// String returns "intro", "working" or "done".
func (s BlockState) String() string { return blockStateNames[s] }

// turn is what a frame brought to the course of a session.
type turn uint8

const (
	noTurn    turn = iota
	teaches        // the next line of the instructions is due
	starts         // a block that the camera can't judge begins to count
	ready          // the person is in place, and the block begins to count
	halves         // half of the dose is done
	breathes       // a hold goes on for so long that breathing is easily forgotten
	completes      // the dose is reached
	follows        // the rest is over
	finishes       // the dose of the last block is reached
)

const (
	// linePause is the silence after a line of the instructions, in seconds: to do what it says (heuristic).
	linePause = 3.0
	// breatheAfter is the length of a hold in seconds after which somebody is reminded to breathe (heuristic).
	breatheAfter = 8.0
	// leastHalfS and leastHalfReps are the smallest doses whose half is worth a word (heuristic).
	leastHalfS, leastHalfReps = 20.0, 4
)

// course leads through the blocks of a plan: intro, working, done, and on to the next by itself. It counts only the time
// that it is given, so that a pause or a lost camera holds everything as it is. It belongs to one goroutine.
type course struct {
	steps []plan.Step
	// led tells that one block follows the other. What is not led is one exercise that goes on until somebody ends it.
	led      bool
	language string

	index int
	state BlockState
	// spent is the time in the present state, worked that of a block which the camera can't judge, in seconds.
	spent, worked float64
	// lines is how many lines of the instructions were told, and the next is due at spent.
	lines int
	due   float64
	// half and breathed tell that these words were said, the latter in the present hold.
	half, breathed bool
}

// newCourse leads through a plan. One exercise on one side is not led.
func newCourse(p *plan.Plan, language string) course {
	c := course{steps: p.Steps, led: p.Aim != "" || len(p.Steps) > 1, language: language}
	c.begin(0)
	return c
}

// block is the present one.
func (c *course) block() *plan.Step { return &c.steps[c.index] }

// last tells whether nothing comes after the present block.
func (c *course) last() bool { return c.index == len(c.steps)-1 }

// begin goes to a block.
func (c *course) begin(index int) {
	c.index, c.state = index, Intro
	c.spent, c.worked, c.lines, c.half, c.breathed = 0, 0, 1, false, false
	c.due = c.lineS(0) + exercise.SpokenS(c.block().Exercise.Title.In(c.language), c.language) + linePause
	if !c.led {
		c.state = Working
	}
}

// lineS is how long a line of the instructions takes to be told and followed.
func (c *course) lineS(i int) float64 {
	lines := c.block().Exercise.Steps.In(c.language)
	if i >= len(lines) {
		return 0
	}
	return exercise.SpokenS(lines[i], c.language) + linePause
}

// judged tells whether the camera can tell when the person works; otherwise the block goes by time.
func (c *course) judged() bool {
	ex := c.block().Exercise
	return len(ex.Doses) > 0 && ex.Counts != exercise.CountTime
}

// coached tells whether the coach follows the present frame.
func (c *course) coached() bool {
	return c.state == Working || c.state == Intro && c.judged()
}

// lies tells whether the person has to be lying down now: sitting up then means a pause.
func (c *course) lies() bool {
	switch c.block().Exercise.Posture {
	case exercise.Supine, exercise.Prone, exercise.OnSide:
		return c.state == Working
	}
	return false
}

// step takes the time since the last frame of the check, in seconds, and what the coach made of the present one. It
// changes the state, but for going on to another block, which begin does.
func (c *course) step(dt float64, u *coach.Update) turn {
	c.spent += dt
	switch c.state {
	case Intro:
		return c.introduce(u)
	case Working:
		return c.work(dt, u)
	case Done:
		if c.spent >= c.block().RestS {
			return follows
		}
	}
	return noTurn
}

func (c *course) introduce(u *coach.Update) turn {
	if c.judged() && isReady(c.block().Exercise, u) {
		c.enter(Working)
		return ready
	}
	if c.spent < c.due {
		return noTurn
	}
	if c.lines < len(c.block().Exercise.Steps.In(c.language)) {
		c.due = c.spent + c.lineS(c.lines)
		c.lines++
		return teaches
	}
	if !c.judged() {
		c.enter(Working)
		return starts
	}
	return noTurn
}

// isReady tells whether somebody is in place, or works already.
func isReady(ex *exercise.Exercise, u *coach.Update) bool {
	if u.Progress.DoseS > 0 || u.Progress.Reps > 0 {
		return true
	}
	i := ex.Phase(u.Phase)
	return i >= 0 && (ex.Phases[i].Works || u.Phase == phaseReady)
}

// phaseReady is the phase of somebody who is in place and has not begun yet.
const phaseReady = "ready"

func (c *course) work(dt float64, u *coach.Update) turn {
	c.worked += dt
	share, total, reps := c.done(u)
	switch {
	case c.led && share >= 1 && c.last():
		c.enter(Finished)
		return finishes
	case c.led && share >= 1:
		c.enter(Done)
		return completes
	case c.led && share >= 0.5 && !c.half:
		c.half = true
		if total >= leastHalfS || reps >= leastHalfReps {
			return halves
		}
	case u.Progress.HoldS < breatheAfter:
		c.breathed = false
	case !c.breathed:
		c.breathed = true
		return breathes
	}
	return noTurn
}

// done is the share of the block's dose that is done, and the whole of it: in seconds, or else in repetitions.
func (c *course) done(u *coach.Update) (share, total float64, reps int) {
	if !c.judged() {
		total = c.block().Seconds()
		return c.worked / total, total, 0
	}
	total, reps = c.block().Target()
	return u.Progress.DoseShare, total, reps
}

func (c *course) enter(s BlockState) { c.state, c.spent = s, 0 }

package session

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/words"
)

// StepKind says what a step is about.
type StepKind string

// The kinds of steps.
const (
	StepIntro    StepKind = "intro"    // a block begins: what comes, and the first line of its instructions
	StepTeach    StepKind = "teach"    // a further line of them
	StepStart    StepKind = "start"    // the time of a block begins that the camera can't judge
	StepHalf     StepKind = "half"     // half of the dose is done
	StepBreathe  StepKind = "breathe"  // a hold goes on
	StepDone     StepKind = "done"     // the dose is reached, and what comes next
	StepFinished StepKind = "finished" // the plan is done
	StepEase     StepKind = "ease"     // there is pain, but not too much
)

// Step is something that the person is told about the course of a session, beside the coach's cues.
type Step struct {
	Kind StepKind
	// Index, Exercise, Side and Title are those of the block that it is about.
	Index    int
	Exercise string
	Side     exercise.Side
	Title    string
	// Text is shown, Say is spoken.
	Text, Say string
}

// NextBlock is what comes after a block.
type NextBlock struct {
	Exercise, Title string
	Side            exercise.Side
}

// PlanState is how a plan stands.
type PlanState struct {
	Aim string
	// Index of Count is the place of the present block, from 0.
	Index, Count    int
	Exercise, Title string
	Side            exercise.Side
	State           BlockState
	// RemainingS is what is left of the dose in seconds; it means something only if Timed.
	RemainingS float64
	Timed      bool
	// Reps of RepsTarget are done, where the dose is counted in repetitions; RepsTarget is 0 otherwise.
	Reps, RepsTarget int
	// Next is nil at the end.
	Next *NextBlock
}

// Calibrated is the answer to a calibration.
type Calibrated struct {
	Kind spine.Calibration
	// Value is by how much it moves its quantity, in trunk lengths; it means something only if Ready.
	Value float64
	// Ready tells that it was done; otherwise the person was not seen surely or still enough.
	Ready bool
	// Text is what to show and Say what to speak.
	Text, Say string
}

// titled is the name of a block, with its side.
func titled(s *words.Speaker, language string, b *plan.Step) string {
	title := map[string]any{"Title": b.Exercise.Title.In(language)}
	switch b.Side {
	case exercise.Left:
		return s.With("plan.left.text", title)
	case exercise.Right:
		return s.With("plan.right.text", title)
	}
	return b.Exercise.Title.In(language)
}

// wordsFor fills in what a step says.
func (c *course) wordsFor(kind StepKind, s *words.Speaker) (text, say string) {
	b := c.block()
	this := map[string]any{"Title": titled(s, c.language, b)}
	lines := b.Exercise.Steps.In(c.language)
	switch kind {
	case StepIntro:
		say := s.With("plan.next.speech", this)
		if c.index == 0 {
			say = s.With("plan.first.speech", this)
		}
		if len(lines) > 0 {
			say += " " + lines[0]
		}
		return titled(s, c.language, b), say
	case StepTeach:
		line := lines[c.lines-1]
		return line, line
	case StepStart:
		return both(s.Line("plan.start"))
	case StepHalf:
		return both(s.Line("plan.half"))
	case StepBreathe:
		return both(s.Line("plan.breathe"))
	case StepDone:
		next := map[string]any{"Title": titled(s, c.language, &c.steps[c.index+1])}
		return s.With("plan.done.text", next), s.With("plan.done.speech", next)
	case StepFinished:
		return s.Text("plan.finished.text"), s.Text("plan.finished.speech")
	case StepEase:
		return both(s.Line("pain.ease"))
	}
	return fmt.Sprintf("%s: %s", kind, this["Title"]), ""
}

func both(l words.Line) (text, say string) { return l.Text, l.Say }

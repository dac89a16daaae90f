// Package plan puts exercises into an order with their doses: what somebody does who wants to warm up, to recover, or
// to stay mobile. The plans lie in plans.yaml, which is read as strictly as exercise files are. It is pure.
package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollwell/rollwell/internal/exercise"
)

var (
	// ErrUnknown tells that there is no plan for an aim.
	ErrUnknown = errors.New("unknown aim")
	// ErrNothing tells that nothing is left of a plan for somebody who lacks the equipment or the experience.
	ErrNothing = errors.New("nothing is left of the plan")
	// ErrSide tells that an exercise is not done on a side.
	ErrSide = errors.New("impossible side")
	// ErrDose tells that an exercise has no such dose.
	ErrDose = errors.New("unknown dose")
)

// Step is one block of a plan: an exercise, on a side where it has sides, until a dose is reached.
type Step struct {
	Exercise *exercise.Exercise
	Side     exercise.Side
	// Dose is the id of the dose; empty for an exercise without doses.
	Dose string
	// RestS is the time in seconds from the end of the block to the beginning of the next.
	RestS float64
}

// Plan is a sequence of blocks. It does not change and may be shared between goroutines.
type Plan struct {
	// Aim names the plan: "warm_up", "recovery" or "mobility"; empty for one exercise on its own.
	Aim string
	// Title and Text tell people what it is for.
	Title, Text exercise.Text
	Steps       []Step
}

const (
	// introS is how long it takes to get into place and to begin, in seconds (heuristic).
	introS = 20
	// undosedS is how long an exercise without a dose goes on in a plan, in seconds: the guide's lower bound for an area.
	undosedS = 30
	// repS is what a repetition takes beside its hold, in seconds: there and back (heuristic).
	repS = 4
)

// Target is what has to be done in a block: seconds, or else repetitions.
func (s *Step) Target() (seconds float64, reps int) {
	d := s.Exercise.Dose(s.Dose)
	switch {
	case d == nil:
		return undosedS, 0
	case d.InReps():
		return 0, d.RepsMin * d.Sets
	}
	return d.MinS * float64(d.Sets), 0
}

// Seconds is about how long it takes to do what has to be done in a block.
func (s *Step) Seconds() float64 {
	seconds, reps := s.Target()
	if reps == 0 {
		return seconds
	}
	each := float64(repS)
	if s.Exercise.Reps != nil {
		each += s.Exercise.Reps.HoldS
	}
	return float64(reps) * each
}

// Seconds is about how long the plan takes, with the time to get into place.
func (p *Plan) Seconds() (sum float64) {
	for i := range p.Steps {
		s := &p.Steps[i]
		sum += introS + s.Seconds()
		if i < len(p.Steps)-1 {
			sum += s.RestS
		}
	}
	return sum
}

// Options tell what a person has and knows.
type Options struct {
	// Equipment is what there is; nil: everything. Exercises without equipment need not be named.
	Equipment []exercise.Equipment
	// Experienced tells that exercises for the advanced may be in the plan.
	Experienced bool
}

// fits tells whether somebody can do an exercise.
func (o *Options) fits(ex *exercise.Exercise) bool {
	has := o.Equipment == nil || ex.Equipment == exercise.NoEquipment || slices.Contains(o.Equipment, ex.Equipment)
	return has && (o.Experienced || ex.Level != exercise.Advanced)
}

// Aims lists the plans that the program knows, in the order of their file.
func Aims() ([]string, error) {
	book, err := builtIn()
	if err != nil {
		return nil, err
	}
	list := make([]string, 0, len(book.Plans))
	for _, e := range book.Plans {
		list = append(list, e.Aim)
	}
	return list, nil
}

// For makes the plan for an aim out of the exercises of a catalogue. An exercise with sides makes a block for each of
// them. What somebody cannot do is left out.
func For(aim string, catalogue []*exercise.Exercise, o Options) (*Plan, error) {
	book, err := builtIn()
	if err != nil {
		return nil, err
	}
	return book.plan(aim, catalogue, o)
}

func (b *book) plan(aim string, catalogue []*exercise.Exercise, o Options) (*Plan, error) {
	at := slices.IndexFunc(b.Plans, func(e entry) bool { return e.Aim == aim })
	if at < 0 {
		names := make([]string, 0, len(b.Plans))
		for _, e := range b.Plans {
			names = append(names, e.Aim)
		}
		return nil, fmt.Errorf("%w %.40q: choose one of %s", ErrUnknown, aim, strings.Join(names, ", "))
	}
	e := &b.Plans[at]
	p := &Plan{Aim: aim, Title: e.Title, Text: e.Text}
	for _, s := range e.Steps {
		ex, err := find(s.Exercise, catalogue)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", aim, err)
		}
		if !o.fits(ex) {
			continue
		}
		dose := s.Dose
		if dose == "" {
			dose = aim
		}
		blocks, err := blocksOf(ex, s.Side, dose, s.RestS)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", aim, err)
		}
		p.Steps = append(p.Steps, blocks...)
	}
	if len(p.Steps) == 0 {
		return nil, fmt.Errorf("%w %s: it needs equipment, or experience", ErrNothing, aim)
	}
	return p, nil
}

func find(id string, catalogue []*exercise.Exercise) (*exercise.Exercise, error) {
	for _, ex := range catalogue {
		if ex.ID == id {
			return ex, nil
		}
	}
	return nil, exercise.NotFound(id, catalogue)
}

// singleRestS is the rest between the two sides of one exercise, in seconds (heuristic).
const singleRestS = 8

// Single is one exercise on its own: one block, or one for each side where it has sides and none is named. An empty dose
// means the exercise's first one.
func Single(ex *exercise.Exercise, side exercise.Side, dose string) (*Plan, error) {
	if dose == "" && len(ex.Doses) > 0 {
		dose = ex.Doses[0].ID
	}
	steps, err := blocksOf(ex, side, dose, singleRestS)
	if err != nil {
		return nil, err
	}
	return &Plan{Title: ex.Title, Steps: steps}, nil
}

// blocksOf makes the blocks of an exercise.
func blocksOf(ex *exercise.Exercise, side exercise.Side, dose string, restS float64) ([]Step, error) {
	if d := ex.Dose(dose); len(ex.Doses) > 0 && (d == nil || d.ID != dose) {
		names := make([]string, 0, len(ex.Doses))
		for _, d := range ex.Doses {
			names = append(names, d.ID)
		}
		return nil, fmt.Errorf("%w %.40q: %s has %s", ErrDose, dose, ex.ID, strings.Join(names, ", "))
	}
	if len(ex.Doses) == 0 {
		dose = ""
	}
	sides := ex.Sides
	switch {
	case side == exercise.NoSide && len(sides) == 0:
		sides = []exercise.Side{exercise.NoSide}
	case side == exercise.NoSide:
	case slices.Contains(sides, side):
		sides = []exercise.Side{side}
	case len(sides) == 0:
		return nil, fmt.Errorf("%w %.20q: %s has no sides", ErrSide, side, ex.ID)
	default:
		return nil, fmt.Errorf("%w %.20q: %s has left and right", ErrSide, side, ex.ID)
	}
	list := make([]Step, 0, len(sides))
	for _, s := range sides {
		list = append(list, Step{Exercise: ex, Side: s, Dose: dose, RestS: restS})
	}
	return list, nil
}

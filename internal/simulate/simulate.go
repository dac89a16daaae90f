// Package simulate performs the exercises of the catalogue with a jointed body, rightly or with one named fault, and
// shows them to a camera as BlazePose and the roller's network would see them. It is for tests and drawings: whatever a
// rule must say or must not say can be tried on any number of bodies, cameras and frame rates. It is pure and
// deterministic: the same script gives the same observations.
package simulate

import (
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/rollwell/rollwell/internal/spine"
)

// Script says what is performed, by whom and before which camera.
type Script struct {
	// Exercise is the id of an exercise; Exercises lists them.
	Exercise string
	// Seed decides all that is random: noise, dropouts, and what a person may choose, such as how the arms are carried.
	Seed uint64
	// Body and Camera default to a man of 1.70 m before a camera that stands side-on.
	Body   Body
	Camera Camera
	// FPS is the number of frames per second, 30 if 0.
	FPS float64
	// Noise scales the errors of landmarks and roller: 1 is what domain.md §1.3 gives, 0 none at all.
	Noise float64
	// Fault is the code of the cue that the performance must draw, empty for none; Faults lists them. It begins at
	// FaultFrom and ends at FaultTo seconds, at the end of the script if that is 0.
	Fault              string
	FaultFrom, FaultTo float64
	// Seconds is the length, 30 if 0.
	Seconds float64
	// Side is the side that is worked, where the exercise has sides: left unless it is spine.SideRight.
	Side spine.Side
}

// Exercises lists the ids of the exercises that can be performed, in alphabetical order.
func Exercises() []string {
	ids := make([]string, 0, len(exercises))
	for id := range exercises {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Faults lists the faults that an exercise can be performed with: the codes of the cues that they must draw. It is nil
// for an exercise that is not known.
func Faults(exercise string) []string { return slices.Clone(exercises[exercise].faults) }

// Sided tells whether an exercise has a left and a right side.
func Sided(exercise string) bool { return exercises[exercise].sided }

// Pose returns the figure of a right performance at t seconds, of the usual body on its left side, for drawings. It is
// the zero Figure for an exercise that is not known.
func Pose(exercise string, t float64) Figure {
	p := newPerformer(&Script{Exercise: exercise}, rand.New(rand.NewPCG(0, 0)))
	if p == nil {
		return Figure{}
	}
	const dt = 1.0 / 60
	f := p.step(0)
	for x := dt; x <= t; x += dt {
		f = p.step(dt)
	}
	return f
}

// Run performs a script. The observations it yields may be kept; each has a pose and a roller of its own. It yields
// nothing for an exercise that is not known.
func Run(s Script) iter.Seq[spine.Observation] {
	s = s.whole()
	return func(yield func(spine.Observation) bool) {
		perform(&s, func(o spine.Observation, _ bool) bool { return yield(o) })
	}
}

// perform runs a script that is whole, and tells of every frame whether its fault is fully there.
func perform(s *Script, yield func(o spine.Observation, present bool) bool) {
	// What a person does, and what an eye makes of it, are drawn apart: more noise is no other performance.
	p := newPerformer(s, rand.New(rand.NewPCG(s.Seed, 1)))
	if p == nil {
		return
	}
	e := newEye(s, p, rand.New(rand.NewPCG(s.Seed, 2)))
	for k := 0; float64(k) < s.Seconds*s.FPS; k++ {
		dt := 1 / s.FPS
		if k == 0 {
			dt = 0
		}
		f := p.step(dt)
		if o, seen := e.look(&f, p.t); seen && !yield(o, p.present) {
			return
		}
	}
}

// whole fills in what a script leaves to the usual.
func (s Script) whole() Script {
	if s.FPS <= 0 {
		s.FPS = 30
	}
	if s.Seconds <= 0 {
		s.Seconds = 30
	}
	if s.FaultTo <= 0 {
		s.FaultTo = s.Seconds
	}
	s.Body, s.Camera = s.Body.orUsual(), s.Camera.orUsual()
	return s
}

package coach

import (
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// knowledge is what conditions are judged on: a reading, and what the coach has made of those before. It gives
// expressions their variables.
type knowledge struct {
	reading *spine.Reading
	// phase is the present phase, empty where the exercise has none; phaseS is how long it has lasted.
	phase  string
	phaseS float64
	// reps is how many repetitions are complete.
	reps int
	// side is the side that is to be worked.
	side exercise.Side
}

// quantity returns a number of the reading. What is not a number was not seen.
func (k *knowledge) quantity(q spine.Quantity) spine.Value { return measured(k.reading, q) }

// Number implements exercise.Surroundings.
func (k *knowledge) Number(name exercise.Name) (value float64, known bool) {
	switch name {
	case "phase_s":
		return k.phaseS, k.phase != ""
	case "rep":
		return float64(k.reps), true
	}
	v := k.quantity(name)
	return v.V, v.State == spine.OK
}

// Text implements exercise.Surroundings.
func (k *knowledge) Text(name exercise.Name) string {
	switch name {
	case exercise.VariablePhase:
		return k.phase
	case "wanted_side":
		return string(k.side)
	}
	text, _ := k.reading.Text(name)
	return text
}

package exercise

import (
	"fmt"
	"strings"

	"github.com/rollwell/rollwell/internal/spine"
)

// Unit is the unit a quantity is measured in.
type Unit string

// The units. Lengths in L are fractions of the torso length.
const (
	UnitProbability Unit = "probability"
	UnitShare       Unit = "share"
	UnitL           Unit = "L"
	UnitCM          Unit = "cm"
	UnitCMPerS      Unit = "cm/s"
	UnitCMPerS2     Unit = "cm/s2"
	UnitDeg         Unit = "deg"
	UnitS           Unit = "s"
	UnitFPS         Unit = "fps"
	UnitCount       Unit = "count"
	UnitYesNo       Unit = "yes_no" // 1 or 0
	noUnit          Unit = ""       // text
)

var units = []Unit{
	UnitProbability, UnitShare, UnitL, UnitCM, UnitCMPerS, UnitCMPerS2, UnitDeg, UnitS, UnitFPS, UnitCount, UnitYesNo,
}

func (u Unit) known() bool {
	for _, k := range units {
		if k == u {
			return true
		}
	}
	return false
}

func unitList() string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = string(u)
	}
	return strings.Join(names, ", ")
}

// Variable is something that an exercise file may ask about, by its name.
type Variable struct {
	Name string
	// Unit is empty for text.
	Unit Unit
	// Lo and Hi bound the numbers that make sense: a limit outside can never be met or is always met. They are what a
	// body, a camera and a roller can do, with room to spare.
	Lo, Hi float64
	// Values lists what text may be; it is empty for numbers, and for VariablePhase, whose values each file defines.
	Values []string
	// Doc says what it is, for people who write exercise files.
	Doc string
	// FromCoach marks what the coach knows and no reading has; it is there in expressions only.
	FromCoach bool
}

// IsText tells whether the variable is text rather than a number.
func (v Variable) IsText() bool { return v.Unit == noUnit }

// UnitName returns the unit for people, or "text".
func (v Variable) UnitName() string {
	if v.IsText() {
		return "text"
	}
	return string(v.Unit)
}

// Range returns for people what values there are.
func (v Variable) Range() string {
	switch {
	case v.Name == VariablePhase:
		return "the phases of the file"
	case v.IsText():
		return strings.Join(v.Values, ", ")
	}
	return fmt.Sprintf("%g to %g", v.Lo, v.Hi)
}

// VariablePhase is the variable whose values are the file's own phases.
const VariablePhase = "phase"

// measure is what a threshold on a number may look like.
type measure struct {
	unit   Unit
	lo, hi float64
}

// index finds a variable by its name.
var index = func() map[string]Variable {
	m := make(map[string]Variable, len(variables))
	for _, v := range variables {
		m[v.Name] = v
	}
	return m
}()

func variable(name string) (Variable, bool) {
	v, ok := index[name]
	return v, ok
}

// measureOf returns what thresholds on a quantity of a reading may look like, and whether there is such a quantity.
func measureOf(q spine.Quantity) (measure, bool) {
	v, ok := index[string(q)]
	return measure{v.Unit, v.Lo, v.Hi}, ok && !v.IsText() && !v.FromCoach
}

// UnitOf returns the unit of a quantity and whether there is such a quantity.
func UnitOf(q spine.Quantity) (Unit, bool) {
	m, ok := measureOf(q)
	return m.unit, ok
}

// Variables lists everything that an exercise file may ask about, in the order of its documentation.
func Variables() []Variable { return append([]Variable(nil), variables...) }

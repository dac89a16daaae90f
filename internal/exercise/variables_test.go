package exercise

import (
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/spine"
)

// The table of variables and what a reading has are the same, name by name.
func TestVariablesAndReadingsAgree(t *testing.T) {
	var r spine.Reading
	for _, v := range Variables() {
		_, number := r.Value(Name(v.Name))
		_, text := r.Text(Name(v.Name))
		switch {
		case v.FromCoach && (number || text):
			t.Errorf("a reading has %q, which the coach is said to know", v.Name)
		case !v.FromCoach && v.IsText() != text, !v.FromCoach && v.IsText() == number:
			t.Errorf("%q: number %v, text %v in a reading", v.Name, number, text)
		}
	}
	for _, q := range slices.Concat(spine.Quantities(), spine.TextQuantities()) {
		if _, ok := variable(string(q)); !ok {
			t.Errorf("the table lacks %q, which a reading has", q)
		}
	}
}

func TestVariablesAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range Variables() {
		if seen[v.Name] || v.Doc == "" || !codePattern.MatchString(v.Name) {
			t.Errorf("%q is there twice, or has no description, or is no name", v.Name)
		}
		seen[v.Name] = true
		if v.IsText() {
			if v.Name != VariablePhase && len(v.Values) < 2 {
				t.Errorf("%q has %d values", v.Name, len(v.Values))
			}
			continue
		}
		if !v.Unit.known() || !(v.Lo < v.Hi) {
			t.Errorf("%q: unit %q, from %g to %g", v.Name, v.Unit, v.Lo, v.Hi)
		}
		if u, ok := UnitOf(Name(v.Name)); ok == v.FromCoach || ok && u != v.Unit {
			t.Errorf("%q: unit %q, %v", v.Name, u, ok)
		}
	}
}

// What text may be is what readings say.
func TestValuesOfTextAreThoseOfReadings(t *testing.T) {
	want := map[string][]string{"posture": nil, "arms": nil, "side": nil, "zone": nil}
	for p := spine.PostureSupine; p <= spine.PostureStanding; p++ {
		want["posture"] = append(want["posture"], p.String())
	}
	for a := spine.ArmsCrossed; a <= spine.ArmsElsewhere; a++ {
		want["arms"] = append(want["arms"], a.String())
	}
	for s := spine.SideLeft; s <= spine.SideRight; s++ {
		want["side"] = append(want["side"], s.String())
	}
	for _, z := range spine.Zones() {
		want["zone"] = append(want["zone"], z.String())
	}
	for name, values := range want {
		if v, _ := variable(name); !slices.Equal(v.Values, values) {
			t.Errorf("%s: %v, readings have %v", name, v.Values, values)
		}
	}
}

package spine

import "testing"

// Hips that have come down by a hand's breadth to about the floor lie on it, whatever is measured there on this person.
func TestFallenHipsShowTheirRest(t *testing.T) {
	const before, after = 0.09, 0.02 // metres over the usual rest, as they seem
	for name, c := range map[string]struct {
		from, to, seconds float64
		want              float64 // cm, at the end
	}{
		"down for good":   {before, after, 1.5, 0},
		"for a moment":    {before, after, 0.5, 100 * after},
		"not far down":    {before, 0.05, 1.5, 5},
		"down all along":  {after, after, 1.5, 100 * after},
		"from not so far": {0.05, after, 1.5, 100 * after},
	} {
		t.Run(name, func(t *testing.T) {
			e := New(Options{})
			lying := lying()
			lying.hip = restM + c.from
			usual := film(e, lying, 0, 2, 30, nil).HipLift.V - 100*c.from // what the constants are off for exact joints
			lying.hip = restM + c.to
			r := film(e, lying, 2, c.seconds, 30, nil)
			want := c.want
			if want != 0 {
				want += usual
			}
			within(t, "lift in cm", r.HipLift.V, want, 0.7)
			lying.hip += 0.06
			within(t, "lift by 6 cm", film(e, lying, 2+c.seconds, 1, 30, nil).HipLift.V, want+6, 1)
		})
	}
}

// A trunk that is rolled to a side has one hip low, which shows nothing of where both would rest.
func TestRolledHipsShowNoRest(t *testing.T) {
	const up, down = 0.17, 0.04 // L
	e, now := New(Options{}), 0.0
	lift := func(l float64, rolled bool) (last float64) {
		for range 45 {
			now += 1. / 30
			last, _ = e.overRest(l, now, rolled, OK)
		}
		return last
	}
	lift(up, false)
	within(t, "lift of rolled hips", lift(down, true), down, 1e-9)
	within(t, "lift of hips that are down", lift(down, false), 0, 0.01)
	within(t, "their lift while rolled", lift(up, true), up-down, 0.01)
	unsure, _ := e.overRest(up, now, false, Unsure)
	within(t, "their lift while unsure", unsure, up-down, 0.01)
}

// Hips that hover low look as if they lay on the floor: what is taken off their lift is bounded, so that no later lift of .1 L is
// under the limit of "lift your hips" (.045 L).
func TestHoveringHipsKeepMostOfTheirLift(t *testing.T) {
	var r rest
	now, seen := 0.0, 0.0
	hold := func(l float64) {
		for range 45 {
			now += 1. / 30
			seen = r.push(now, l)
		}
	}
	hold(0.2)
	hold(0.065)
	within(t, "lift of hips that hover", seen, 0.015, 1e-9)
	hold(0.1)
	within(t, "their lift later", seen, 0.05, 1e-9)
}

// A frame or two between long gaps are no fall: of a lean that swings to and fro only its turns are seen surely.
func TestRestTakesMoreThanFramesBetweenGaps(t *testing.T) {
	var r rest
	for k := range 60 {
		r.push(float64(k)/30, 0.17)
	}
	for k := range 6 {
		within(t, "lift", r.push(3+1.2*float64(k), 0.02), 0.02, 1e-9)
	}
	for k := range 30 {
		r.push(12+float64(k)/30, 0.02)
	}
	within(t, "lift of hips that stay down", r.push(13, 0.02), 0, 0.01)
}

package spine

import "testing"

// Hips that have come down by a hand's breadth to about the floor lie on it, whatever is measured there on this person.
func TestFallenHipsShowTheirRest(t *testing.T) {
	const before, after = 0.08, 0.02 // metres over the usual rest, as they seem
	for name, c := range map[string]struct {
		from, to, seconds float64
		want              float64 // cm, at the end
	}{
		"down for good":   {before, after, 1.5, 0},
		"for a moment":    {before, after, 0.6, 100 * after},
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

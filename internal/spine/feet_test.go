package spine

import (
	"testing"

	"github.com/rollwell/rollwell/internal/body"
)

// Feet in the air are seen as such, from all sides, and leave the hips' height alone.
func TestFeetInTheAirDoNotTiltTheFloor(t *testing.T) {
	for _, azimuth := range []float64{0, 12, -12, 180} {
		c := lying()
		c.azimuth = azimuth
		flat := c.read()
		o := c.observe(0)
		torso, ok := body.NewTorso(o.Pose)
		if !ok {
			t.Fatal("no trunk")
		}
		const lifted = 0.25 // metres
		for i := body.LeftAnkle; i < body.Count; i++ {
			o.Pose.Landmarks[i].Y -= lifted * torso.Scale
			o.Pose.World[i].Y -= lifted
		}
		r := New(Options{}).Step(o)
		if r.AnkleHeight.State != OK || r.AnkleHeight.V < flat.AnkleHeight.V+0.8*lifted/personL {
			t.Errorf("at %g° the ankles are %v high, on the floor %v", azimuth, r.AnkleHeight, flat.AnkleHeight)
		}
		within(t, "lift in cm", r.HipLift.V, flat.HipLift.V, 2)
	}
}

// The far leg, which is seen half as well, counts when it is clearly more bent, and a little more is a slip.
func TestFarLegCountsWhenClearlyMoreBent(t *testing.T) {
	for far, want := range map[float64]float64{80: 90, 60: 60, 120: 90} {
		c := lying()
		o := c.observe(0)
		other := c
		other.knee = far
		p := other.observe(0).Pose
		for _, i := range []int{body.RightKnee, body.RightAnkle} {
			o.Pose.Landmarks[i], o.Pose.World[i] = p.Landmarks[i], p.World[i]
		}
		within(t, "knee", New(Options{}).Step(o).Knee.V, want, 0.1)
	}
}

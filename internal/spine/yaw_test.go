package spine

import (
	"math"
	"testing"
)

// TestYawIsTheAngleOffTheRollersAxis: between the line of sight to the roller and the direction square to the body, from
// either side, whether the roller's far end is seen or not; and towards the head is positive.
func TestYawIsTheAngleOffTheRollersAxis(t *testing.T) {
	for _, side := range []float64{0, 180} {
		for _, azimuth := range []float64{-25, -10, 0, 15, 30} {
			for _, farSeen := range []bool{false, true} {
				c := lying()
				c.azimuth, c.x = side+azimuth, -0.3
				o := c.observe(0)
				o.Roller.FarSeen, o.Roller.FarHidden = farSeen, true
				r := New(Options{}).Step(o)
				_, _, roller := c.trunk()
				at := c.view().at
				want := math.Atan2(c.x+roller.X-at.X, math.Abs(at.Z)) / degree
				if r.Yaw.State != OK || math.Abs(r.Yaw.V-want) > 5 {
					t.Errorf("camera at %g°, far end seen %t: %.1f ± %.1f (%s), want %.1f", c.azimuth, farSeen, r.Yaw.V, r.Yaw.Sigma, r.Yaw.State, want)
				}
			}
		}
	}
}

// TestYawIsSurerByTheRoller: a far end that is seen tells the axis better than the body alone.
func TestYawIsSurerByTheRoller(t *testing.T) {
	c := lying()
	o := c.observe(0)
	body := New(Options{}).Step(o).Yaw.Sigma
	o.Roller.FarSeen = true
	if with := New(Options{}).Step(o).Yaw.Sigma; !(with < 0.8*body) {
		t.Errorf("± %.1f° with the far end, ± %.1f° without", with, body)
	}
	o.Roller.Score = 0.1
	o.Roller.Near.Y -= 300 // nowhere near the back
	if far := New(Options{}).Step(o).Yaw; far.State == OK && math.Abs(far.V) > 8 {
		t.Errorf("a thing on the wall turns the camera by %.1f°", far.V)
	}
}

package spine

import (
	"math"
	"testing"
)

// A long roller seen at a slant: its near end lies far from the back, and without the far end nobody knows how far.
func TestFarEndTellsWhereTheRollerCrossesTheBody(t *testing.T) {
	for _, azimuth := range []float64{-25, -15, 15, 25} {
		c := lying()
		c.azimuth, c.reach = azimuth, 0.45
		o := c.observe(0)
		without := New(Options{}).Step(o)
		o.Roller.FarSeen = true
		with := New(Options{}).Step(o)
		if off := math.Abs(with.S.V - c.s); off > 0.04 {
			t.Errorf("at %g°: s is %.3f off with the far end", azimuth, off)
		}
		if with.S.Sigma >= without.S.Sigma {
			t.Errorf("at %g°: σ is %.3f with the far end and %.3f without", azimuth, with.S.Sigma, without.S.Sigma)
		}
	}
}

// The body's lateral direction errs, and so does the far end; together they err less.
func TestFarEndMendsTheLateralDirection(t *testing.T) {
	c := lying()
	c.azimuth = 20
	o := c.observe(0)
	turned := func() float64 { // the camera seems to stand 8° more to the side
		sin, cos := math.Sincos(rad(8))
		for i, w := range o.Pose.World {
			o.Pose.World[i].X, o.Pose.World[i].Z = cos*w.X+sin*w.Z, cos*w.Z-sin*w.X
		}
		return math.Abs(New(Options{}).Step(o).S.V - c.s)
	}
	off := turned()
	o.Roller.FarSeen = true
	if mended := math.Abs(New(Options{}).Step(o).S.V - c.s); mended > off/2 {
		t.Errorf("s is %.3f off with the far end and %.3f without", mended, off)
	}
}

// A far end on the other side of the body, or metres away, is a mistake.
func TestMistakenFarEndIsIgnored(t *testing.T) {
	c := lying()
	c.azimuth = 15
	want := c.read().S
	for _, dx := range []float64{-250, 250, 1e4} {
		o := c.observe(0)
		o.Roller.FarSeen = true
		o.Roller.Far.X += dx
		got := New(Options{}).Step(o).S
		if got != want {
			t.Errorf("a far end %g px off moves s from %.3f to %.3f", dx, want.V, got.V)
		}
	}
}

// A body that leans to a side takes its lateral direction with it; the roller stays on the floor.
func TestLeaningMovesNoContact(t *testing.T) {
	for _, azimuth := range []float64{-30, -20, 0, 20, 30} {
		for _, roll := range []float64{-22, 22} {
			e, c := New(Options{}), lying()
			c.azimuth = azimuth
			flat := film(e, c, 0, 4, 30, nil).S
			c.roll = roll
			leaning := film(e, c, 4, 1, 30, nil).S
			if off := math.Abs(leaning.V - flat.V); off > 0.045 {
				t.Errorf("at %g°, leaning by %g°: s goes from %.3f to %.3f", azimuth, roll, flat.V, leaning.V)
			}
			o := c.observe(5.5)
			o.Roller.FarSeen = true
			if off := math.Abs(e.Step(o).S.V - c.s); off > 0.05 {
				t.Errorf("at %g°, leaning by %g°: s is %.3f off with the far end", azimuth, roll, off)
			}
		}
	}
}

// Where the lateral axis of somebody who stands before the camera points tells nothing of the camera: when they lie down,
// they do not lean.
func TestStandingIsNoLean(t *testing.T) {
	for _, azimuth := range []float64{-25, 25} {
		c := lying()
		c.azimuth = azimuth
		want := film(New(Options{}), c, 0, 3, 30, nil).S
		e, standing := New(Options{}), c
		standing.azimuth, standing.tilt = 90, 80
		if r := film(e, standing, 0, 8, 30, nil); r.Posture == PostureSupine {
			t.Fatalf("at %g°: somebody who stands is taken for %v", azimuth, r.Posture)
		}
		for k := range 90 {
			if got := e.Step(c.observe(8 + float64(k)/30)).S; got.State == OK && math.Abs(got.V-want.V) > 0.02 {
				t.Fatalf("at %g°, %d frames after lying down: s is %.3f, want %.3f", azimuth, k, got.V, want.V)
			}
		}
	}
}

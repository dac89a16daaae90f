package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// hipFlexors strokes the front of the hip in a forearm plank, the leg that is worked straight and the other one out to
// the side.
func hipFlexors(p *performer, dt float64) Figure {
	b := &p.b
	share := b.Thigh / b.Torso
	// The stroke counts headwards from the hip joint, in L.
	way := strokes{lo: -0.27 * share, hi: -0.03 * share}
	p.within("roller_too_high", &way, 0.36*share, 0.42*share)
	p.within("roller_too_low", &way, -0.80*share, -0.72*share)
	at := p.roll(dt, way)
	down := -at * b.Torso // of the contact below the hip joint, along the thigh

	const front = 0.085
	depth := front + b.radius() - squeezed
	fold := p.mix("hips_sag", p.mix("hips_too_high", 0, -48), 32) * degree // of the thighs above the trunk's line
	// The trunk leans so that the shoulders are an upper arm over the elbows.
	shoulders := 0.97*b.UpperArm + elbowHigh
	lean := 0.15
	for range 8 {
		thigh := lean - fold
		hip := b.radius() + depth*math.Cos(thigh) + down*math.Sin(thigh)
		lean = math.Asin(math.Min(math.Max((shoulders-hip)/b.Torso, -0.7), 0.7))
	}
	if p.fault("hips_too_high") > 0 {
		lean = math.Min(lean, 0.1)
	}
	thigh := lean - fold
	hip := body.Vec3{Y: b.radius() + depth*math.Cos(thigh) + down*math.Sin(thigh)}
	rollerX := -(at + 0.15*share) * b.Torso
	hip.X = rollerX + down*math.Cos(thigh) - depth*math.Sin(thigh)
	t := prone(hip, lean)
	f := Figure{Roller: &Cylinder{
		Centre: body.Vec3{X: rollerX, Y: b.radius()}, Axis: body.Vec3{Z: 1}, Radius: b.radius(), HalfLength: b.RollerReach,
	}}
	neck := p.mix("looking_up", p.mix("head_hanging", 2, 62), -58)
	upper := f.setTrunk(b, t, carriage{neck: neck})
	p.setForearms(&f, upper)

	// The right leg is straight: heads point along x and the belly down, so it is the near one.
	legs := body.Vec3{X: -math.Cos(thigh), Y: -math.Sin(thigh)}
	knee := f.Joints[body.RightHip].Add(legs.Mul(b.Thigh))
	knee.Y = math.Max(knee.Y, 0.05)
	knee = f.Joints[body.RightHip].Add(knee.Sub(f.Joints[body.RightHip]).Unit().Mul(b.Thigh))
	ankle := knee.Add(legs.Mul(b.Shank))
	ankle.Y = math.Max(ankle.Y, ankleHigh)
	ankle = knee.Add(ankle.Sub(knee).Unit().Mul(b.Shank))
	f.setLeg(1, knee, ankle, body.Vec3{X: -0.7, Y: -0.7})
	other := body.Vec3{X: hip.X - 0.42, Y: ankleHigh, Z: -0.5}
	f.leg(b, 0, other, body.Vec3{X: 0.4, Y: -0.2, Z: -1}, body.Vec3{Z: -1})
	return f
}

// setForearms puts the forearms on the floor, where they stay.
func (p *performer) setForearms(f *Figure, upper trunk) {
	b := &p.b
	if !p.begun {
		p.hands[0] = upper.hip.X
	}
	for right, side := range [...]float64{-1, 1} { // the right side is near
		shoulder := f.Joints[body.LeftShoulder+right]
		elbow := body.Vec3{X: p.hands[0] + p.mix("elbows_not_under_shoulders", 0, 0.36), Y: elbowHigh, Z: shoulder.Z + 0.02*side}
		elbow = shoulder.Add(elbow.Sub(shoulder).Unit().Mul(b.UpperArm))
		lift := p.fault("forearms_not_down") * 65 * degree
		forearm := body.Vec3{X: math.Cos(lift), Y: math.Sin(lift), Z: -0.1 * side}.Unit()
		f.setArm(right, elbow, elbow.Add(forearm.Mul(b.Forearm)))
	}
}

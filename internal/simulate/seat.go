package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// glutes strokes a buttock, sitting on the roller with one leg crossed and leaning on the hands.
func glutes(p *performer, dt float64) Figure {
	b := &p.b
	way := strokes{lo: -0.05, hi: 0.12}
	p.within("roller_too_high", &way, 0.42, 0.48)
	p.within("roller_too_low", &way, -0.58, -0.52)
	behind := p.roll(dt, way) // of the roller behind the hips, in L

	rollerX := -behind * b.Torso
	const flesh = 0.085
	high := 2*b.radius() + flesh - math.Max(0, math.Abs(behind)-0.2)*0.1
	hip := body.Vec3{X: 2 * rollerX, Y: high}
	// So far back that the hands just reach the floor.
	arms := 0.97 * (b.UpperArm + b.Forearm)
	lean := math.Acos(math.Min(1, (arms*0.95+wristHigh-high)/b.Torso))
	lean = math.Min(math.Max(lean, 25*degree), 48*degree)
	lean = p.mix("leaning_too_far", p.mix("not_leaning_back", lean, 1*degree), 78*degree)
	sin, cos := math.Sincos(lean)
	t := newTrunk(hip, body.Vec3{X: sin, Y: cos}, body.Vec3{X: -cos, Y: sin})
	f := Figure{Roller: &Cylinder{
		Centre: body.Vec3{X: rollerX, Y: b.radius()}, Axis: body.Vec3{Z: 1}, Radius: b.radius(), HalfLength: b.RollerReach,
	}}
	upper := f.setTrunk(b, t, carriage{neck: 10})
	if !p.begun {
		p.hands[0] = upper.hip.X + 0.1
		p.feet[0] = hip.X - 0.62*(b.Thigh+b.Shank)
	}
	for right, side := range [...]float64{1, -1} {
		hand := body.Vec3{X: p.hands[0], Y: wristHigh, Z: 0.24 * side}
		if p.fault("leaning_too_far") > 0 { // on the elbows rather than on the hands
			hand.X = upper.hip.X + 0.25
		}
		lap := hip.Add(body.Vec3{X: -0.22, Y: 0.14, Z: 0.12 * side})
		hand = hand.Add(lap.Sub(hand).Mul(math.Max(p.fault("hand_not_on_floor"), p.fault("not_leaning_back"))))
		f.arm(b, right, hand, body.Vec3{X: 0.6, Y: 0.2, Z: side})
	}
	foot := func(side float64) body.Vec3 { return body.Vec3{X: p.feet[0], Y: ankleHigh, Z: 0.1 * side} }
	f.leg(b, 1, foot(-1), up, feetTo)
	onKnee := f.Joints[body.RightKnee].Add(body.Vec3{X: 0.03, Y: 0.07, Z: 0.03})
	ankle := onKnee.Add(foot(1).Sub(onKnee).Mul(p.fault("ankle_not_crossed")))
	out := body.Vec3{Y: 0.7, Z: 1}
	f.leg(b, 0, ankle, out.Add(up.Mul(2*p.fault("ankle_not_crossed"))), feetTo)
	return f
}

package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// lats strokes the side of the trunk below the armpit, lying on it.
func lats(p *performer, dt float64) Figure {
	b := &p.b
	way := strokes{lo: 0.50, hi: 0.74}
	p.within("roller_too_low", &way, 0.20, 0.26)
	p.within("roller_too_high", &way, 1.06, 1.14)
	s := p.roll(dt, way)

	// The lower hip rests on the floor, the flank on the roller.
	const hipHigh = 0.17
	depth := b.Flank + b.radius() - squeezed
	along := s * b.Torso
	lean := math.Asin(math.Min(math.Max((b.radius()-hipHigh)/math.Hypot(along, depth), -1), 1)) + math.Atan2(depth, along)
	sin, cos := math.Sincos(lean)
	head := body.Vec3{X: cos, Y: sin}
	t := newTrunk(body.Vec3{Y: hipHigh}, head, body.Vec3{Z: p.facing})
	down := body.Vec3{X: sin, Y: -cos}
	centre := t.hip.Add(head.Mul(along)).Add(down.Mul(depth))
	rollerX := -(s - 0.62) * b.Torso
	t.hip.X = rollerX - centre.X
	f := Figure{onSide: true, Roller: &Cylinder{
		Centre: body.Vec3{X: rollerX, Y: b.radius()}, Axis: body.Vec3{Z: 1}, Radius: b.radius(), HalfLength: b.RollerReach,
	}}
	// Tipped onto the chest or the back.
	t = t.rolled(p.facing * p.mix("shoulders_not_stacked", 4, 70) * degree)
	upper := f.setTrunk(b, t, carriage{neck: 5, s: s})
	p.setLatsArms(&f, t, upper)
	p.setLatsLegs(&f, t)
	return f
}

// lower returns the index of the side that is down, 0 for the left one.
func (p *performer) lower() int {
	if p.facing < 0 {
		return 1
	}
	return 0
}

// setLatsArms stretches the lower arm out along the floor and props the upper hand before the chest.
func (p *performer) setLatsArms(f *Figure, t, upper trunk) {
	b := &p.b
	low := p.lower()
	raise := p.mix("arm_not_overhead", 158, 55) * degree
	out := t.head.Mul(-math.Cos(raise)).Add(body.Vec3{Z: p.facing}.Mul(math.Sin(raise)))
	shoulder := f.Joints[body.LeftShoulder+low]
	straight := func(from body.Vec3, length float64) body.Vec3 {
		to := from.Add(out.Mul(length))
		to.Y = math.Max(to.Y, elbowHigh)
		return from.Add(to.Sub(from).Unit().Mul(length))
	}
	elbow := straight(shoulder, b.UpperArm)
	f.setArm(low, elbow, straight(elbow, b.Forearm))
	hand := upper.hip.Add(body.Vec3{X: -0.12, Z: 0.36 * p.facing})
	hand.Y = wristHigh
	f.arm(b, 1-low, hand, up.Add(body.Vec3{X: 0.4}))
}

// setLatsLegs lays the lower leg along the floor and puts the upper foot before it, where it stays.
func (p *performer) setLatsLegs(f *Figure, t trunk) {
	b := &p.b
	low := p.lower()
	if !p.begun {
		p.feet = [2]float64{t.hip.X - 0.9*(b.Thigh+b.Shank), t.hip.X - 0.35}
	}
	toes := body.Vec3{Z: p.facing}
	f.leg(b, low, body.Vec3{X: p.feet[0], Y: ankleHigh, Z: 0.05 * p.facing}, toes, toes.Mul(0.8).Add(feetTo.Mul(0.6)))
	f.leg(b, 1-low, body.Vec3{X: p.feet[1], Y: ankleHigh, Z: 0.3 * p.facing}, up.Add(feetTo.Mul(0.4)), toes.Mul(0.7).Add(feetTo.Mul(0.7)))
}

package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// pelvicTilt tilts the pelvis of somebody on the back by what no camera sees.
func pelvicTilt(p *performer, dt float64) Figure {
	b := &p.b
	p.cycle += dt
	hips := b.rest() + 0.006*wave(p.cycle, 10, 3) + p.fault("hips_lifted")*0.15
	shoulders := 0.09 + p.fault("shoulders_lifted")*0.16
	return p.flat(hips, shoulders, 0, p.mix("head_lifted", 10, 58), func(f *Figure, upper trunk) {
		for right, side := range [...]float64{1, -1} {
			hand := upper.at(-0.95*(b.UpperArm+b.Forearm), 0, 0.28*side)
			hand.Y = wristHigh
			f.arm(b, right, hand, body.Vec3{Z: side})
		}
	})
}

// ballOnTheFloor searches for tender spots between spine and shoulder blade, lying on a ball.
func ballOnTheFloor(p *performer, dt float64) Figure {
	const search, stay, ball = 8.0, 25.0, 0.05
	speed := 2.2 * p.pace // of the trunk: the ball rolls at half of it
	way := strokes{lo: -0.06, hi: 0.10, speed: speed, accel: 0.15}
	rolling := math.Mod(p.cycle, search+stay) < search
	p.cycle += dt
	if k := p.fault("rolling_too_fast"); k > 0 {
		way = strokes{lo: -0.22, hi: 0.22, speed: speed + k*(0.17-speed), accel: 0.8}
		rolling = true
	}
	if p.fault("held_too_long") > 0 {
		rolling = false
	}
	x := p.stroke.at
	if rolling || !p.begun {
		x = p.stroke.step(dt, p.b.Torso, way)
	} else {
		p.stroke.v = 0
	}
	hips := p.mix("hips_too_high", p.b.rest()+0.02, 0.40)
	neck := p.mix("neck_pulled", 10, 58)
	return p.flat(hips, 0.09+ball, x*p.b.Torso, neck, p.setSupineArms)
}

// flat places a body on its back without a roller: heights of hip and shoulder joints, and where it is along the floor.
func (p *performer) flat(hips, shoulders, x, neck float64, arms func(*Figure, trunk)) Figure {
	b := &p.b
	roll := p.mix("rolled_off_side", 0, 82) * degree
	hips += b.HalfHips * math.Sin(roll) // the lower side is what lies on the floor
	shoulders += b.HalfShoulders * math.Sin(roll)
	lean := math.Asin(math.Min(math.Max((shoulders-hips)/b.Torso, -0.9), 0.9))
	t := supine(body.Vec3{X: x, Y: hips}, lean)
	f := Figure{}
	upper := f.setTrunk(b, t.rolled(roll), carriage{neck: neck})
	arms(&f, upper)
	p.setSupineLegs(&f, t.hip)
	return f
}

// ballAtTheWall does the same standing with the back to a wall, going up and down with the knees.
func ballAtTheWall(p *performer, dt float64) Figure {
	b := &p.b
	const search, stay = 8.0, 25.0
	speed := 2 * p.pace
	way := strokes{lo: -0.12, hi: -0.01, speed: speed, accel: 0.15}
	rolling := math.Mod(p.cycle, search+stay) < search
	p.cycle += dt
	if k := p.fault("rolling_too_fast"); k > 0 {
		way = strokes{lo: -0.46, hi: -0.02, speed: speed + k*(0.17-speed), accel: 0.8}
		rolling = true
	}
	if p.fault("held_too_long") > 0 {
		rolling = false
	}
	down := p.stroke.at
	if rolling || !p.begun {
		down = p.stroke.step(dt, b.Torso, way)
	} else {
		p.stroke.v = 0
	}
	legs := b.Thigh + b.Shank
	const feetOut = 0.2
	hipY := ankleHigh + math.Sqrt(legs*legs*0.985-feetOut*feetOut) + down*b.Torso
	hipY = p.mix("knees_too_bent", hipY, ankleHigh+0.60*legs)
	lean := p.mix("trunk_not_upright", 5, 40) * degree
	sin, cos := math.Sincos(lean)
	hip := body.Vec3{Y: hipY, X: -p.fault("trunk_not_upright") * 0.2}
	t := newTrunk(hip, body.Vec3{X: sin, Y: cos}, body.Vec3{X: -cos, Y: sin})
	f := Figure{}
	upper := f.setTrunk(b, t, carriage{neck: 8})
	p.setSupineArms(&f, upper)
	for right, side := range [...]float64{1, -1} {
		ankle := body.Vec3{X: -feetOut, Y: ankleHigh, Z: 0.11 * side}
		f.leg(b, right, ankle, feetTo, feetTo)
	}
	return f
}

package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// catCow rounds and hollows the back on all fours, some ten seconds a time.
func catCow(p *performer, dt float64) Figure {
	b := &p.b
	const period, fast = 9.0, 1.5
	const neutral, ready = 0.27, 3.0 // half way between cow and cat, for so many seconds
	once := p.mix("moving_too_fast", period, fast)
	p.cycle += dt / once
	if p.t < ready {
		p.cycle = neutral
	}
	hold := p.mix("moving_too_fast", 1.4, 0) / once
	round := wave(p.cycle, 1, hold)                         // 0 cow, 1 cat
	back := p.mix("knees_not_under_hips", 0.03*round, 0.27) // the weight goes back a little in the cat
	knees := body.Vec3{X: 0, Y: 0.05}
	hipY := knees.Y + math.Sqrt(b.Thigh*b.Thigh-back*back)
	hip := body.Vec3{X: -back, Y: hipY}
	arms := 0.985 * (b.UpperArm + b.Forearm)
	ahead := p.mix("hands_not_under_shoulders", 0, 0.28)
	shoulderY := wristHigh + math.Sqrt(arms*arms-ahead*ahead) - 0.02*(1-round)
	lean := math.Asin(math.Min(math.Max((shoulderY-hipY)/b.Torso, -0.6), 0.6))
	f := Figure{}
	upper := f.setTrunk(b, prone(hip, lean), carriage{neck: -38 + 96*round})
	for right, side := range [...]float64{-1, 1} {
		hand := body.Vec3{X: upper.hip.X + ahead, Y: wristHigh, Z: 0.18 * side}
		f.arm(b, right, hand, body.Vec3{X: -1, Z: 0.3 * side})
		knee := body.Vec3{X: 0, Y: 0.05, Z: 0.1 * side}
		knee = f.Joints[body.LeftHip+right].Add(knee.Sub(f.Joints[body.LeftHip+right]).Unit().Mul(b.Thigh))
		f.setLeg(right, knee, knee.Add(body.Vec3{X: -1, Y: 0.05}.Unit().Mul(b.Shank)), feetTo)
	}
	return f
}

// childPose rests on the heels with the arms forward and the forehead down.
func childPose(p *performer, dt float64) Figure {
	b := &p.b
	p.cycle += dt
	sway := 0.0
	if k := p.fault("not_still"); k > 0 {
		sway = k * 0.07 * math.Sin(2*math.Pi*p.cycle/1.3)
	}
	hip := body.Vec3{X: p.mix("hips_not_on_heels", 0.02, 0.16) + sway, Y: p.mix("hips_not_on_heels", 0.215, 0.43)}
	shoulders := p.mix("chest_high", 0.17, hip.Y+0.42*b.Torso)
	lean := math.Asin(math.Min(math.Max((shoulders-hip.Y)/b.Torso, -0.8), 0.8))
	f := Figure{}
	neck := p.mix("head_not_down", p.mix("hips_not_on_heels", 12, -25), -60)
	neck = p.mix("chest_high", neck, 45)
	upper := f.setTrunk(b, prone(hip, lean), carriage{neck: neck})
	for right, side := range [...]float64{-1, 1} {
		hand := body.Vec3{X: upper.hip.X + 0.9*(b.UpperArm+b.Forearm), Y: wristHigh, Z: 0.2 * side}
		beside := body.Vec3{X: upper.hip.X - 0.85*(b.UpperArm+b.Forearm), Y: wristHigh, Z: 0.25 * side}
		hand = hand.Add(beside.Sub(hand).Mul(p.fault("arms_not_forward")))
		f.arm(b, right, hand, up.Add(body.Vec3{Z: 0.5 * side}))
		// The knees are somewhat apart; the shanks lie on the floor.
		root := f.Joints[body.LeftHip+right]
		knee := body.Vec3{X: root.X + math.Sqrt(math.Max(0.02, b.Thigh*b.Thigh-(root.Y-0.06)*(root.Y-0.06))), Y: 0.06, Z: 0.15 * side}
		knee = root.Add(knee.Sub(root).Unit().Mul(b.Thigh))
		f.setLeg(right, knee, knee.Add(body.Vec3{X: -1, Y: 0.03, Z: -0.1 * side}.Unit().Mul(b.Shank)), feetTo)
	}
	return f
}

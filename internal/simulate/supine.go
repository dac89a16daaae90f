package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// lying is somebody on the back with a roller across under s, at one moment.
type lying struct {
	s    float64 // contact, in L
	lift float64 // of the hips over their rest, m
	carriage
	roll, skew float64 // of the trunk and of the roller, degrees
}

// faultsOnTheBack are what can go wrong in every exercise on the back over a roller.
var faultsOnTheBack = []string{
	"roller_too_low", "roller_too_high", "neck_pulled", "head_dropped", "knees_not_bent", "feet_not_flat", "arms_not_set",
	"roller_not_square",
}

// common applies the faults that every exercise on the back over a roller has, but for those of place and pace.
func (p *performer) common(q lying) lying {
	q.neck = p.mix("neck_pulled", q.neck, 52)
	q.neck = p.mix("head_dropped", q.neck, -38)
	q.skew = p.mix("roller_not_square", q.skew, 34)
	q.roll = p.mix("rolled_off_side", q.roll, 82)
	return q
}

// show places a body on the back over its roller. Nothing slips: the body travels twice as far over the floor as the
// roller, and the feet stay where they are.
func (q lying) show(p *performer) Figure {
	b := &p.b
	depth := b.backDepth(q.s)
	along, hip := q.s*b.Torso, b.rest()+q.lift
	lean := math.Asin(math.Min(math.Max((b.radius()-hip)/math.Hypot(along, depth), -1), 1)) + math.Atan2(depth, along)
	t := supine(body.Vec3{Y: hip}, lean)
	centre := t.at(along, -depth, 0)
	rollerX := -(q.s - 0.85) * b.Torso
	t.hip.X = rollerX - centre.X
	f := Figure{onBack: true, Roller: &Cylinder{
		Centre: body.Vec3{X: rollerX, Y: b.radius()}, Axis: turned(body.Vec3{Z: 1}, up, q.skew*degree), Radius: b.radius(), HalfLength: b.RollerReach,
	}}
	c := q.carriage
	c.s = q.s
	upper := f.setTrunk(b, t.rolled(q.roll*degree), c)
	p.setSupineArms(&f, upper)
	p.setSupineLegs(&f, t.hip)
	return f
}

// setSupineArms crosses the arms or carries the head with them.
func (p *performer) setSupineArms(f *Figure, upper trunk) {
	b := &p.b
	ears := f.Joints[body.LeftEar].Mid(f.Joints[body.RightEar])
	for right, side := range [...]float64{1, -1} {
		wrist := upper.at(-0.22*b.Torso, 0.15, -0.05*side) // on the other side of the chest
		pole := upper.left.Mul(side).Add(upper.front.Mul(0.6)).Add(upper.head.Mul(-0.8))
		if p.behind {
			wrist = ears.Add(upper.left.Mul(0.06 * side)).Add(upper.front.Mul(-0.05))
			pole = upper.left.Mul(side).Add(upper.head.Mul(0.5)).Add(upper.front.Mul(0.3))
		}
		if k := p.fault("arms_not_set"); k > 0 { // stretched out on the floor beyond the head
			away := upper.at(0.95*(b.UpperArm+b.Forearm), -0.03, 0.2*side)
			away.Y = math.Max(away.Y, wristHigh)
			wrist = wrist.Add(away.Sub(wrist).Mul(k))
		}
		f.arm(b, right, wrist, pole)
	}
}

// setSupineLegs puts the feet flat on the floor, where they stay.
func (p *performer) setSupineLegs(f *Figure, hip body.Vec3) {
	b := &p.b
	if !p.begun { // knees at about 95° to begin with
		leg := math.Sqrt(b.Thigh*b.Thigh + b.Shank*b.Shank - 2*b.Thigh*b.Shank*math.Cos(95*degree))
		drop := hip.Y - ankleHigh
		p.feet[0] = hip.X - math.Sqrt(math.Max(0.01, leg*leg-drop*drop))
	}
	for right, side := range [...]float64{1, -1} {
		ankle := body.Vec3{X: p.feet[0], Y: ankleHigh, Z: side * 0.11}
		straight := hip.X - 0.999*(b.Thigh+b.Shank)
		folded := hip.X - 0.24
		ankle.X = p.mix("knees_not_bent", ankle.X, straight)
		ankle.X = p.mix("feet_too_close", ankle.X, folded)
		ankle.Y = p.mix("feet_not_flat", ankle.Y, ankleHigh+0.2)
		f.leg(b, right, ankle, up.Add(body.Vec3{X: 0.3}), feetTo)
	}
}

// thoracicRoll strokes the upper back.
func thoracicRoll(p *performer, dt float64) Figure {
	return p.common(p.rolling(dt)).show(p)
}

// rolling is a stroke with the hips up.
func (p *performer) rolling(dt float64) lying {
	way := strokes{lo: 0.73, hi: 0.96}
	p.within("roller_too_low", &way, 0.30, 0.40)
	p.within("roller_too_high", &way, 1.28, 1.34)
	q := lying{s: p.roll(dt, way), lift: 0.075}
	q.neck = 12
	q.lift = p.mix("hips_not_lifted", q.lift, -0.005)
	q.lift = p.mix("hips_too_high", q.lift, 0.30)
	return q
}

// tenderSpot looks for a spot and stays on it for as long as is asked for.
func tenderSpot(p *performer, dt float64) Figure {
	const search, stay = 6.0, 27.0
	q := lying{s: p.stroke.at, lift: 0.075}
	rolling := math.Mod(p.cycle, search+stay) < search
	if code := p.script.Fault; p.ramp > 0 && code != "" {
		switch code {
		case "held_too_long":
			rolling = false
		case "not_staying", "hips_not_lifted", "roller_too_low", "roller_too_high", "rolling_too_fast", "jerky":
			rolling = true
		}
	}
	p.cycle += dt
	if rolling || !p.begun {
		q = p.rolling(dt)
	} else {
		p.stroke.v = 0
		q.lift = p.mix("hips_too_high", q.lift, 0.30)
	}
	q.neck = 12
	return p.common(q).show(p)
}

// weightShift stays on a spot and leans to the one side and the other.
func weightShift(p *performer, dt float64) Figure {
	const search, stay = 5.0, 28.0
	rolling := math.Mod(p.cycle, search+stay) < search
	switch p.script.Fault {
	case "hips_not_lifted", "roller_too_low", "roller_too_high", "rolling_too_fast", "jerky":
		rolling = rolling || p.ramp > 0
	}
	q := lying{s: p.stroke.at, lift: 0.075}
	at := math.Mod(p.cycle, search+stay) - search
	p.cycle += dt
	if rolling || !p.begun {
		q = p.rolling(dt)
	} else {
		p.stroke.v = 0
		q.lift = p.mix("hips_too_high", q.lift, 0.30)
		q.roll = 20 * wave(at, stay/2, 1) // the left side up, then the right one
		if at > stay/2 {
			q.roll = -q.roll
		}
	}
	q.neck = 12
	return p.common(q).show(p)
}

// thoracicExtension bends the upper back over a roller that lies still, five times at each of some levels, hips down.
func thoracicExtension(p *performer, dt float64) Figure {
	const first, rep, reps, move = 1.0, 7.5, 5, 3.0
	const series = first + rep*reps + move
	at := math.Mod(p.cycle, series)
	p.cycle += dt
	way := strokes{lo: 0.72, hi: 0.95}
	far := p.script.Fault == "roller_too_low" || p.script.Fault == "roller_too_high"
	p.within("roller_too_low", &way, 0.30, 0.38)
	p.within("roller_too_high", &way, 1.28, 1.34)
	q := lying{lift: 0}
	q.neck = 12
	switch {
	case !p.begun:
		p.stroke = stroke{at: 0.76, up: true, begun: true}
	case at >= first+rep*reps, far && p.ramp > 0:
		p.roll(dt, way)
	case p.fault("roller_moves") <= 0:
		p.stroke.v = 0
	}
	if at < first+rep*reps {
		q.bend = p.mix("bent_too_far", p.mix("dropping_fast", 14, 26), 50) * p.back(at-first, rep)
		if p.fault("roller_moves") > 0 && q.bend > 5 { // it slips along as the back bends
			p.stroke.up = math.Mod(at-first, 2*rep) < rep
			p.stroke.step(dt, p.b.Torso, strokes{lo: 0.5, hi: 1.1, speed: 0.05, accel: 0.2})
		}
	}
	q.s = p.stroke.at
	q.lift = p.mix("hips_not_down", q.lift, 0.11)
	return p.common(q).show(p)
}

// back tells how far the back is bent in a series of reps that began at seconds ago, 0…1.
func (p *performer) back(at, rep float64) float64 {
	back := wave(math.Max(0, at), rep, 1.5)
	if p.fault("dropping_fast") > 0 { // down within a third of a second
		x := math.Mod(math.Max(0, at), 3)
		back = math.Min(1, math.Max(0, x-1)/0.3) * math.Min(1, (3-x)/0.6)
	}
	if code := p.script.Fault; code == "bent_too_far" || code == "dropping_fast" || code == "roller_moves" {
		p.present = p.present && back > 0.9
	}
	return back
}

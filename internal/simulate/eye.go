package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// Errors of what an eye sees at a noise of 1, as standard deviations in metres. Those that stay for a session are the
// build of the person and the bias of the network: hips 30 to 50 mm and shoulders some 20 mm before the trunk's
// correction, which leaves .032 L of the middle of the hips, .026 along and .019 L across of that of the shoulders
// (models/trunk); with the far side twice as bad the middle errs by 1.5 times what is here. Along the trunk the shoulders
// also carry what the arms do to them (.03 L, domain.md §1.3). Ankles are the best of the limbs (1 to 15 mm). The tremble is that of smoothed landmarks.
const (
	hipStays, shoulderStaysAlong, shoulderStays = 0.0105, 0.0125, 0.0065
	limbStays, feetStay, headStays              = 0.018, 0.012, 0.015
	depthStays                                  = 0.035
	wanders, wanderTau                          = 0.005, 1.5
	trembles, trembleTau                        = 0.0025, 0.12
	// farTimes is how much worse the far side is seen: hips 14.4 against 6.4 (% of the trunk, 232 renders).
	farTimes = 2.0
	// The trunk of somebody on a side is seen too long: .05 L at the shoulders, .035 L at the hips (same renders).
	longShoulders, longHips = 0.05, 0.035
	// Of somebody on the back the corrected hips come out lower than they are: rests of .182 for .201 L (internal/spine).
	lowHips = 0.019
	// The roller's end is seen to .025 L in all (domain.md §1.3); the radius to 3 %.
	rollerStays, rollerTrembles, radiusStays = 0.008, 0.0015, 0.03
	// Dropouts come every dropoutEvery seconds on average and last up to dropoutLasts.
	dropoutEvery, dropoutLasts = 20.0, 0.4
)

// wobble is an error that stays in part, wanders in part and trembles.
type wobble struct{ stays, wander, tremble float64 }

// next moves the error on by dt seconds. scale is the noise of the script.
func (w *wobble) next(rng *rand.Rand, dt, scale float64) float64 {
	drift := func(x *float64, sd, tau float64) {
		keep := math.Exp(-dt / tau)
		*x = keep**x + math.Sqrt(1-keep*keep)*sd*rng.NormFloat64()
	}
	drift(&w.wander, wanders, wanderTau)
	drift(&w.tremble, trembles, trembleTau)
	return scale * (w.stays + w.wander + w.tremble)
}

// eye turns figures into observations.
type eye struct {
	script *Script
	p      *performer
	rng    *rand.Rand
	view   view
	last   float64
	// joints holds the errors of each landmark in the camera's axes.
	joints       [body.Count][3]wobble
	near, far    [2]wobble // of the roller's ends
	radius       float64
	blind, blank float64 // times until which the body, or the roller, is not seen
	skip         float64 // time of the next frame of a slow camera
	began        bool
}

func newEye(s *Script, p *performer, rng *rand.Rand) *eye {
	e := &eye{script: s, p: p, rng: rng, radius: radiusStays * bounded(rng)}
	for left := range e.joints {
		if left > twin(left) {
			continue
		}
		right := twin(left)
		for k := range 3 {
			sd := limbStays
			switch {
			case left < body.LeftShoulder:
				sd = headStays
			case left == body.LeftShoulder && k == 0:
				sd = shoulderStaysAlong
			case left == body.LeftShoulder:
				sd = shoulderStays
			case left == body.LeftHip:
				sd = hipStays
			case left >= body.LeftAnkle:
				sd = feetStay
			}
			if k == 2 {
				sd = depthStays
			}
			// What stays is the network's idea of a joint, and so the same on both sides in the main.
			both := sd * bounded(rng)
			e.joints[left][k].stays = both + 0.4*sd*bounded(rng)
			e.joints[right][k].stays = both + 0.4*sd*bounded(rng)
		}
	}
	for k := range 2 {
		e.near[k].stays, e.far[k].stays = rollerStays*bounded(rng), 3*rollerStays*bounded(rng)
	}
	return e
}

// begin puts the camera up before the figure as it is first.
func (e *eye) begin(f *Figure) {
	lo, hi := math.Inf(1), math.Inf(-1)
	var top float64
	for _, j := range f.Joints {
		lo, hi, top = math.Min(lo, j.X), math.Max(hi, j.X), math.Max(top, j.Y)
	}
	camera := e.script.Camera.orUsual()
	if e.script.Fault == "not_side_on" || e.script.Fault == "not_sideways" {
		camera.Yaw = 50
	}
	target := body.Vec3{X: (lo + hi) / 2, Y: math.Max(0.25, top/2)}
	headwards := 1.0
	if e.p.mirror {
		headwards = -1
	}
	if e.script.Fault == "body_out_of_frame" { // pointed so far beyond the head that the body's middle is on the edge
		target.X += headwards * 1.1 * camera.Distance / (2 * camera.Focal)
	}
	e.view = camera.putUp(target, headwards)
	e.began = true
}

// look makes an observation at t seconds. It reports false for a frame that a slow camera does not deliver.
func (e *eye) look(f *Figure, t float64) (spine.Observation, bool) {
	if !e.began {
		e.begin(f)
	}
	dt := t - e.last
	e.last = t
	fault := func(code string) bool { return e.script.Fault == code && e.p.ramp > 0 }
	o := spine.Observation{
		T: t, Width: pictureWidth, Height: pictureHeight, People: 1,
		Quality: spine.Quality{Brightness: 0.5, Sharpness: 120},
	}
	o.Pose = e.pose(f, dt)
	if f.Roller != nil {
		o.Roller = e.roller(f, dt)
	}
	e.drop(&o, t, dt)
	if fault("no_person") {
		o.Pose, o.People = nil, 0
	}
	if fault("several_people") {
		o.People = 2
	}
	if fault("roller_not_seen") {
		o.Roller = nil
	}
	if fault("too_dark") {
		o.Quality.Brightness = 0.04
	}
	if fault("camera_moved") {
		o.Quality.CameraMotion = 25
	}
	if fault("low_frame_rate") {
		if t < e.skip {
			return o, false
		}
		e.skip = t + 0.3
	}
	return o, true
}

// pose shows the body.
func (e *eye) pose(f *Figure, dt float64) *body.Pose {
	p := &body.Pose{Score: 0.97}
	scale := e.script.Noise
	hips := f.Joints[body.LeftHip].Mid(f.Joints[body.RightHip])
	axis := f.Joints[body.LeftShoulder].Mid(f.Joints[body.RightShoulder]).Sub(hips)
	_, middle := e.view.project(hips)
	for i, j := range f.Joints {
		if scale > 0 {
			j = j.Add(f.slip(i, axis))
		}
		visibility, times := e.visibility(f, i)
		at, _ := e.view.project(j)
		v := e.view.turn(j.Sub(hips))
		var off [3]float64
		for k := range off {
			off[k] = times * e.joints[i][k].next(e.rng, dt, scale)
		}
		p.World[i] = body.Vec3{X: v.X + off[0], Y: v.Y + off[1], Z: v.Z + off[2]}
		p.Landmarks[i] = body.Landmark{
			X: at.X + off[0]*middle, Y: at.Y + off[1]*middle, Z: middle * p.World[i].Z,
			Visibility: visibility, Presence: math.Min(1, visibility+0.1),
		}
	}
	return p
}

// slip is by how much BlazePose puts hips and shoulders into the wrong place for a posture; axis leads from the hips to
// the shoulders.
func (f *Figure) slip(i int, axis body.Vec3) body.Vec3 {
	switch shoulder, hip := i == body.LeftShoulder || i == body.RightShoulder, i == body.LeftHip || i == body.RightHip; {
	case f.onSide && shoulder:
		return axis.Mul(longShoulders)
	case f.onSide && hip:
		return axis.Mul(-longHips)
	case f.onBack && hip:
		return body.Vec3{Y: -lowHips * axis.Len()}
	}
	return body.Vec3{}
}

// visibility tells how well a landmark is seen and how much worse than the near side it is measured.
func (e *eye) visibility(f *Figure, i int) (visibility, times float64) {
	v := e.view.turn(f.Joints[i].Sub(f.Joints[twin(i)]))
	const behind, crossed = 0.06, 0.25 // metres that one of a pair has to be behind the other to be hidden by it
	if v.Z < behind || i < body.LeftShoulder {
		return 0.97, 1
	}
	switch {
	case i > body.RightElbow && i < body.LeftHip && v.Z < crossed: // wrists that cross before the chest
		return 0.9, 1
	case f.onSide: // the lower limbs of somebody on a side, of which the camera sees the most
		return 0.8, 1.3
	}
	switch i {
	case body.LeftShoulder, body.RightShoulder, body.LeftHip, body.RightHip: // the network always claims to see them
		return 0.95, farTimes
	case body.LeftKnee, body.RightKnee, body.LeftAnkle, body.RightAnkle, body.LeftHeel, body.RightHeel, body.LeftFootIndex, body.RightFootIndex:
		return 0.7, farTimes
	}
	return 0.35, farTimes
}

// roller shows the roller.
func (e *eye) roller(f *Figure, dt float64) *spine.Roller {
	c := f.Roller
	end := c.Axis.Mul(c.HalfLength)
	near, nearK := e.view.project(c.Centre.Add(end))
	far, farK := e.view.project(c.Centre.Sub(end))
	if farK > nearK {
		near, far, nearK, farK = far, near, farK, nearK
	}
	scale := e.script.Noise
	off := func(w *[2]wobble, k float64) body.Point {
		const part = rollerTrembles / trembles
		x, y := w[0].next(e.rng, dt, scale), w[1].next(e.rng, dt, scale)
		stay := body.Point{X: w[0].stays, Y: w[1].stays}.Mul(scale)
		return stay.Add(body.Point{X: x, Y: y}.Sub(stay).Mul(part)).Mul(k)
	}
	// The body hides the far end as a rule; a roller that lies askew shows it.
	sin := math.Abs(c.Axis.X)
	const askew = 0.2
	return &spine.Roller{
		Score: 0.95, Near: near.Add(off(&e.near, nearK)), Far: far.Add(off(&e.far, farK)), FarSeen: true, FarHidden: sin < askew,
		Radius: nearK * c.Radius * (1 + scale*e.radius), Source: spine.RollerTracked,
	}
}

// drop loses the body or the roller now and then.
func (e *eye) drop(o *spine.Observation, t, dt float64) {
	if e.script.Noise <= 0 {
		return
	}
	for _, until := range [...]*float64{&e.blind, &e.blank} {
		if e.rng.Float64() < e.script.Noise*dt/dropoutEvery {
			*until = t + dropoutLasts*e.rng.Float64()
		}
	}
	if t < e.blind {
		o.Pose = nil
	}
	if t < e.blank {
		o.Roller = nil
	}
}

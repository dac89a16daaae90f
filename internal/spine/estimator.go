package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Options is what a person may have told. Zero means that nobody said.
type Options struct {
	// RollerDiameterM and RollerLengthM are the roller's size in metres.
	RollerDiameterM, RollerLengthM float64
	// HeightM is the person's height in metres.
	HeightM float64
}

const (
	speedWindow  = 1.0 // seconds; shorter windows are too noisy for a 5 cm/s limit (domain.md §8)
	strokeWindow = 0.6
	peakWindow   = 0.3
	keepWindow   = 2.0
	// peakFrames is how many frames peakWindow has to hold for peaks to be sure, some 14 frames/s: with fewer a single
	// slip of the roller's track is half of what is seen.
	peakFrames = 5
	// trustRoller is the roller score from which readings on it are sure.
	trustRoller = 0.5
	// maxSigma is the error of s beyond which a reading is unsure.
	maxSigma = 0.15
	// slackCM and slackShare are how far the two paths may differ: the scatter of their sum, in cm and as a share
	// of the roller's own scatter; without any of the one or the other path the share is 1. The contact's path may be
	// longest times as long, for the keypoints follow the body's turns over the roller (2.3 times on a rendered clip of
	// somebody with the arms behind the head).
	slackCM, slackShare, longest = 2.0, 0.75, 2.0
	// forgetAfter is the gap in seconds after which the windows start anew (domain.md §8: 0.5 s of prediction
	// at most, then unknown).
	forgetAfter = 0.5
	// strangerAfter is the gap in seconds after which somebody else may lie there.
	strangerAfter = 5.0
	// A camera whose motion cannot be told for blindFrom seconds, after it could, may be moving: peaks are unsure then and
	// for blindFor.
	blindFrom, blindFor = 0.12, 0.6
	// shakeL is the camera's movement over a second, in L, that makes speeds unsure, and shakePeakL what makes peaks
	// unsure: a shake of a few pixels is a jerk of 15 cm/s. stillPx is what is noise.
	shakeL, shakePeakL, stillPx = 0.15, 0.05, 0.5
	// minPitchSin is the sine of the least angle by which a camera has to look down for the roller's skew to show.
	minPitchSin = 0.08
	// maxPx and maxT are far beyond any picture, in pixels, and any clip, in seconds.
	maxPx, maxT = 1e5, 1e9
	// jumpL is the change of the torso's length from one frame to the next, as a fraction, that a person can't
	// do: the pose has slipped (domain.md §8).
	jumpL = 0.10
)

// Estimator turns the observations of one person, in order of time, into readings. It is not safe for
// concurrent use. It keeps about 2 s of history and never allocates after New.
type Estimator struct {
	opt Options

	last     float64 // time of the newest observation
	lastSeen float64 // time of the newest sure contact
	begun    bool

	lengthM  ema    // the trunk's length in metres
	lengthPx ema    // the trunk's length in pixels
	pathS    window // contact along the back, in cm
	pathR    window // the roller's centre over the floor, in cm, positive headwards
	speeds   window // speed over peakWindow, for accelerations
	camera   window // camera motion per frame, in L
	// still is when the camera's motion was told last, and blind when it was last not told for longer than blindFrom.
	still, blind float64
	frames       window // frame times
	travel       float64
	centre       body.Point
	rest         rest
	arms         [armsCount]ema
	kind         partKind // what the paths were measured on

	perL, perM   ema // of sight
	down         ema
	slant        slant
	stance       stance
	ground       ground
	movement     movement
	hipRest      restLevel
	shoulderRest restLevel
	bend         bend
	calibration  calibration
	rollerSize   ema
	sizedFrom    float64
}

const armsCount = int(ArmsElsewhere) + 1

// New returns an estimator for one person.
func New(opt Options) *Estimator {
	e := &Estimator{opt: opt, stance: newStance(), movement: newMovement(), calibration: newCalibration()}
	e.lengthM.tau, e.lengthPx.tau = 3, 0.3
	e.perL.tau, e.perM.tau = 0.7, 0.7
	for i := range e.arms {
		e.arms[i].tau = 0.7
	}
	for _, w := range []*window{&e.pathS, &e.pathR, &e.speeds, &e.camera, &e.frames} {
		w.seconds = keepWindow
	}
	return e
}

// Step reads one observation. Observations whose time does not grow, or is no time, are read as if 1 ms had passed.
func (e *Estimator) Step(o *Observation) Reading {
	t := o.T
	if !(math.Abs(t) <= maxT) || e.begun && t <= e.last {
		t = e.last + 0.001
	}
	e.begun, e.last = true, t
	r := Reading{T: t, People: o.People}
	e.readPicture(o, t, &r)
	if o.Pose == nil || o.Width < 1 || o.Height < 1 {
		return r
	}
	torso, ok := body.NewTorso(o.Pose)
	if !ok {
		return r
	}
	r.Person = stateOf(torso.Visibility)
	if r.Person == Unseen && seenAtAll(o.Pose) {
		r.Person = Unsure // somebody is there, with the trunk hidden
	}
	e.lengthPx.push(t, torso.L)
	e.readPosture(o, torso, t, &r)
	s := e.look(o, torso, t)
	if s.posture == PostureSide {
		r.Person = max(r.Person, s.trunk)
	}
	e.readBody(&s, &r)
	var underside body.Point
	if o.Roller != nil && finite(o.Roller) {
		r.RollerSeen = Value{V: o.Roller.Score, State: OK}
		underside = e.readSupport(o, &s, t, &r)
	}
	e.ground.push(&s, underside, t)
	e.readHeights(&s, t, &r)
	e.readMotion(&s, t, &r)
	return r
}

// readPicture fills what the picture itself tells.
func (e *Estimator) readPicture(o *Observation, t float64, r *Reading) {
	if b := o.Quality.Brightness; b >= 0 && b <= 1 {
		r.Brightness = Value{V: b, State: OK}
	}
	r.RollerSeen = Value{State: OK}
	e.frames.push(t, 0)
	if span := e.frames.span(); span > 0.5 {
		r.FrameRate = Value{V: float64(e.frames.n-1) / span, State: OK}
	}
	motion := o.Quality.CameraMotion
	told := motion >= 0 && motion <= maxPx
	switch {
	case told:
		e.still = t
	case e.still > 0 && t-e.still > blindFrom:
		e.blind = t
	}
	if e.lengthPx.begun && told {
		if motion < stillPx {
			motion = 0
		}
		e.camera.push(t, motion/e.lengthPx.v)
		moved := 0.0
		for k := range e.camera.n {
			if i := (e.camera.first + k) % windowSize; t-e.camera.t[i] <= 1 {
				moved += e.camera.v[i]
			}
		}
		r.CameraMoved = Value{V: moved, State: OK}
	}
}

// readPosture fills what the body alone tells.
func (e *Estimator) readPosture(o *Observation, torso body.Torso, t float64, r *Reading) {
	p := o.Pose
	r.Knee, r.SHK, r.Neck = kneeAngle(p, torso), hipAngle(p, torso), neckAngle(p, torso)
	r.SideOn, r.TrunkRoll = sideOn(p, torso), trunkRoll(torso)
	r.InFrame = inFrame(p, torso, o.Width, o.Height)
	now := armsOf(p, torso)
	best := ArmsUnknown
	for i := range e.arms {
		var v float64
		if Arms(i) == now {
			v = 1
		}
		if e.arms[i].push(t, v) > e.arms[best].v {
			best = Arms(i)
		}
	}
	r.Arms = best
}

// forget starts the windows anew after a gap.
func (e *Estimator) forget() {
	e.pathS.reset()
	e.pathR.reset()
	e.speeds.reset()
}

// readSpeed fills the speeds from two paths that must agree: the contact along the back, and the roller's own
// way over the floor, which is its mirror image as long as nothing slips.
//
// headwards is the picture's direction along the floor towards the head, of length 1; cm is where the contact is along
// the body; pxPerM is the scale at the body's middle and radius the roller's there, in pixels.
func (e *Estimator) readSpeed(o *Observation, c *contact, headwards body.Point, cm, pxPerM, t float64, r *Reading, state State) {
	nearScale := pxPerM * o.Roller.Radius / c.radius
	if d := e.opt.RollerDiameterM; d > 0 { // a known roller is a better ruler than a body
		nearScale = o.Roller.Radius / (d / 2)
	}
	if e.pathR.n > 0 {
		e.travel += o.Roller.Near.Sub(e.centre).Dot(headwards) / nearScale * 100
	}
	e.centre = o.Roller.Near
	e.pathR.push(t, e.travel)
	e.pathS.push(t, cm)

	if r.CameraMoved.V > shakeL {
		state = min(state, Unsure)
	}
	vr, er, okR := e.pathR.slope(speedWindow)
	vs, es, okS := e.pathS.slope(speedWindow)
	if !okR || !okS {
		return
	}
	vr = -vr
	// The roller's centre is measured better than a difference of keypoints.
	v := Value{V: 0.75*vr + 0.25*vs, Sigma: math.Hypot(0.75*er, 0.25*es), State: state}
	if apart, spread := mirrored(&e.pathR, &e.pathS, longest); apart > math.Max(slackCM, slackShare*spread) {
		v.State = min(v.State, Unsure)
	}
	r.Speed = v
	if stroke, sigma, ok := e.pathR.slope(strokeWindow); ok {
		r.StrokeSpeed = Value{V: -stroke, Sigma: sigma, State: v.State}
	}
	e.readPeaks(t, v.State, r)
}

// readPeaks fills the greatest short-time speed and acceleration of the last second.
func (e *Estimator) readPeaks(t float64, state State, r *Reading) {
	v, _, ok := e.pathR.slope(peakWindow)
	if !ok {
		return
	}
	e.speeds.push(t, v)
	a, _, ok := e.speeds.slope(peakWindow)
	if !ok {
		return
	}
	if r.CameraMoved.V > shakePeakL || (e.blind > 0 && t-e.blind < blindFor) || e.pathR.within(peakWindow) < peakFrames {
		state = min(state, Unsure)
	}
	r.PeakSpeed = Value{V: math.Abs(v), Sigma: 1.5, State: state}
	r.PeakAccel = Value{V: math.Abs(a), Sigma: 12, State: state}
}

// readHips fills the heights over the floor.
func (e *Estimator) readHips(o *Observation, s *sight, c contact, t float64, r *Reading) {
	torso := s.t
	floor := floorUnder(s, c)
	state := min(r.S.State, floor.state)
	height := floor.height(torso.H) / torso.LengthM
	lift, sigma := e.overRest(hipLift(height, torso.LengthM, o.Pose.Trunk), t, s.rolled(), state)
	cm := 100 * torso.LengthM
	if e.opt.HeightM > 0 {
		cm = 100 * e.lengthOf(torso, t)
	}
	r.HipLiftL = Value{V: lift, Sigma: sigma, State: state}
	r.HipLift = Value{V: lift * cm, Sigma: sigma * cm, State: state}
	r.HipOverShoulder = Value{V: height - floor.height(torso.S)/torso.LengthM, Sigma: 0.06, State: state}
	ankle := torso.Near(body.LeftAnkle, body.RightAnkle)
	r.AnkleHeight = Value{
		V:     floor.height(s.plumb(ankle)) / torso.LengthM,
		Sigma: 0.05, State: min(state, stateOf(o.Pose.Landmarks[ankle].Visibility)),
	}
}

// readSkew fills the angle between the roller's axis and the body's lateral axis, both of which lie along the floor,
// where the far end was seen.
func (e *Estimator) readSkew(o *Observation, torso body.Torso, r *Reading) {
	axis := o.Roller.Far.Sub(o.Roller.Near)
	if !o.Roller.FarSeen || axis.Len() < o.Roller.Radius {
		return
	}
	square := rollerAxis(backPart(torso), o.Roller, o.Width, o.Height)
	// The lateral axis is level, so its slope tells how far the camera looks down, and that where the floor leads.
	up := body.Vec3{Y: -torso.Lateral.Z, Z: torso.Across.Y}.Unit()
	ahead := floorwards(up.Cross(torso.Lateral), o)
	if ahead.Dot(torso.S.Sub(torso.H)) < 0 {
		ahead = ahead.Mul(-1)
	}
	ahead = ahead.Mul(torso.Scale)
	det := square.Cross(ahead)
	// Near the floor a camera sees lateral and headwards as one line.
	if math.Abs(det) < minPitchSin*torso.Scale*torso.Scale {
		return
	}
	across, along := split(axis, square, ahead, det)
	state := r.S.State
	if o.Roller.FarHidden && state == OK {
		state = Unsure
	}
	r.RollerSkew = Value{V: math.Abs(math.Atan2(along, math.Abs(across))) / degree, Sigma: 8, State: state}
}

// floorwards returns what a metre in direction d spans in the picture from the roller's near end on, divided by the
// scale there.
func floorwards(d body.Vec3, o *Observation) body.Point {
	centre := body.Point{X: float64(o.Width-1) / 2, Y: float64(o.Height-1) / 2}
	return d.XY().Add(centre.Sub(o.Roller.Near).Mul(d.Z / (body.FocalWidths * float64(o.Width))))
}

// finite tells whether every number of the roller can be reckoned with.
func finite(r *Roller) bool {
	far := math.Max(math.Hypot(r.Near.X, r.Near.Y), math.Hypot(r.Far.X, r.Far.Y))
	return far <= maxPx && r.Radius > 0 && r.Radius <= maxPx && r.Score >= 0 && r.Score <= 1
}

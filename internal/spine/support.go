package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// lowestS and highestS are where a roller is under the trunk rather than under the seat or the head.
	lowestS, highestS = 0.15, 1.4
	// offBackRoll is the roll of the trunk, in degrees, from which the back does not lie on the roller any more.
	offBackRoll = 60.0
	// lowestFlankS is the same of somebody on a side, where the hip lies on the roller as well as the waist.
	lowestFlankS = -0.05
	// lowestFrontS and highestFrontS are where a roller is under the chest or the belly of somebody prone.
	lowestFrontS, highestFrontS = 0.3, 1.2
	// flankShift and flankStretch take back what BlazePose does to the trunk of somebody on a side, whom CorrectTrunk
	// leaves alone: its trunk is 9 % too long, by 5 % at the shoulders and 3.5 % at the hips (measured on 232 renders;
	// a rendered clip of lats agrees to .01).
	flankShift, flankStretch = 0.03, 1.09
	// seatSigmaL is the error of where a roller is under somebody who sits, in L: the hips of people who fold in the
	// middle are the worst of all joints.
	seatSigmaL = 0.10
	// onThighFrom and onThighTo are how far beyond hip and knee a roller still counts as under the front of hip and
	// thigh, in thighs.
	onThighFrom, onThighTo = -0.6, 1.1
)

// readSupport fills what roller and body tell together, by what of the body the roller may carry. It returns the
// roller's lowest point under the middle of the body in the picture, the zero Point where that is not known.
func (e *Estimator) readSupport(o *Observation, s *sight, t float64, r *Reading) body.Point {
	kind := onBack
	switch {
	case s.t.OnBack() && (s.posture != PostureSitting || e.underBack(o, s)):
	case s.posture == PostureSide:
		kind = onFlank
	case s.posture == PostureSitting:
		kind = onSeat
	case s.posture == PostureProne:
		kind = onThigh
	}
	if t-e.lastSeen > forgetAfter || kind != e.kind {
		e.forget()
	}
	e.kind = kind
	if t-e.lastSeen > strangerAfter {
		e.rest = rest{}
	}
	var c contact
	switch kind {
	case onSeat:
		c = e.readSeat(o, s, t, r)
	case onThigh:
		c = e.readThigh(o, s, t, r)
	case onFlank:
		c = e.readContact(o, s, flankPart(s.t), t, r)
	default:
		c = e.readContact(o, s, s.back(), t, r)
	}
	if !(c.radius > 0) {
		return body.Point{}
	}
	state := min(s.trunk, rollerState(o.Roller))
	d := c.mid.Sub(s.t.H)
	r.RollerHip = known(d.Len()/s.perL, seatSigmaL, state)
	r.RollerUnder = known(d.Y/s.perL, seatSigmaL, state)
	if rollerState(o.Roller) != OK {
		return body.Point{}
	}
	return c.mid.Add(body.Point{Y: c.radius})
}

// underBack tells whether a roller is under the back of somebody who leans back far: of those who sit on it it is not.
func (e *Estimator) underBack(o *Observation, s *sight) bool {
	c := solveContact(backPart(s.t), o.Roller, o.Width, o.Height, e.opt)
	return c.ok && c.s >= lowestS
}

// rollerState tells how far a roller's place may be trusted.
func rollerState(r *Roller) State {
	if r.Score < trustRoller {
		return Unsure
	}
	return OK
}

// readContact fills what the roller tells of a trunk that lies on it with its back or its side.
func (e *Estimator) readContact(o *Observation, s *sight, trunk part, t float64, r *Reading) contact {
	torso := s.t
	jumped := math.Abs(torso.L/e.lengthPx.v-1) > jumpL
	length := e.lengthOf(torso, t)

	c := solveContact(trunk, o.Roller, o.Width, o.Height, e.opt)
	if trunk.kind == onFlank {
		c.s = flankShift + flankStretch*c.s
	}
	on, lowest := 0.0, lowestS
	if trunk.kind == onFlank {
		lowest = lowestFlankS
	}
	if (trunk.kind == onFlank || torso.OnBack()) && c.ok && c.s >= lowest && c.s <= highestS {
		on = 1
	}
	r.OnRoller = Value{V: on * o.Roller.Score, State: r.Person}
	if !(c.sigma > 0) || c.s < -1 || c.s > 2.5 {
		return contact{}
	}
	state := r.Person
	if !c.ok || jumped || on < 0.5 {
		state = min(state, Unsure)
	}
	state = min(state, max(rollerState(o.Roller), Unsure))
	moving := state
	if c.sigma > maxSigma { // an error of s that stays does not hurt its change
		state = min(state, Unsure)
	}
	if trunk.kind == onBack {
		e.calibrate(&c, t, state)
	}
	r.S = Value{V: c.s, Sigma: c.sigma, State: state}
	region := state
	if trunk.kind == onFlank || r.TrunkRoll.State == OK && r.TrunkRoll.V > offBackRoll {
		region = min(region, Unsure) // it is not the spine that lies on it
	}
	r.PLumbar = Value{V: pLumbar(c.s, c.sigma, r.Arms), State: region}
	r.PNeck = Value{V: pNeck(c.s, c.sigma, r.Arms), State: region}
	if on >= 0.5 {
		r.Level, r.Zone = Level(c.s, r.Arms), ZoneOf(c.s, r.Arms)
	}
	// The roller travels along the floor, which is level in the picture to a few degrees.
	headwards := body.Point{X: torso.S.X - torso.H.X}.Unit()
	e.readSpeed(o, &c, headwards, c.s*length*100, e.metre(torso), t, r, moving)
	if trunk.kind == onBack {
		e.readSkew(o, torso, r)
		e.readHips(o, s, c, t, r)
		e.readBend(s, &c, t, r)
		e.readSize(&c, torso, t, r)
		if c.ok {
			r.Yaw = yawBy(s, &c)
		}
	}
	e.lastSeen = t
	return c
}

// readThigh fills what a roller under the front of hip and thigh tells of somebody prone.
func (e *Estimator) readThigh(o *Observation, s *sight, t float64, r *Reading) contact {
	r.OnRoller, r.OnThigh = Value{State: r.Person}, Value{State: r.Person}
	if front := solveContact(frontPart(s.t), o.Roller, o.Width, o.Height, e.opt); front.ok && front.s >= lowestFrontS && front.s <= highestFrontS {
		r.OnRoller.V = o.Roller.Score
	}
	thigh, state := thighPart(s)
	if state == Unseen {
		return contact{}
	}
	c := solveContact(thigh, o.Roller, o.Width, o.Height, e.opt)
	if !(c.sigma > 0) || c.s < -2 || c.s > 2 {
		return contact{}
	}
	state = min(state, s.trunk, rollerState(o.Roller))
	if !c.ok || c.s < onThighFrom || c.s > onThighTo {
		state = min(state, Unsure)
	} else {
		r.OnThigh = Value{V: o.Roller.Score, State: r.Person}
	}
	share := thigh.lengthM / s.t.LengthM
	r.ThighT = known(c.s, c.sigma/share, state)
	r.S = known(-c.s*share, c.sigma, state)
	headwards := body.Point{X: s.t.S.X - s.t.H.X}.Unit()
	length := e.lengthOf(s.t, t)
	e.readSpeed(o, &c, headwards, -c.s*share*length*100, e.metre(s.t), t, r, state)
	e.lastSeen = t
	return c
}

// readSeat fills what a roller under the buttocks tells of somebody who sits. S is how far behind the hip joints the
// roller carries them, along the floor.
func (e *Estimator) readSeat(o *Observation, s *sight, t float64, r *Reading) contact {
	r.OnRoller, r.OnThigh = Value{State: r.Person}, Value{State: r.Person}
	l := axisLine(backPart(s.t), o.Roller, o.Width, o.Height, e.opt.RollerLengthM)
	ratio := 1 + l.reach*s.t.Scale*s.t.Lateral.Z/(body.FocalWidths*float64(o.Width))
	if !(ratio > 0.5) {
		return contact{}
	}
	c := contact{reach: l.reach, mid: o.Roller.Near.Add(l.g.Mul(l.reach)), radius: o.Roller.Radius / ratio}
	state := min(s.trunk, rollerState(o.Roller))
	if s.footwards == 0 || c.mid.Sub(s.t.H).Len() > s.perL {
		return c
	}
	c.s = (s.t.H.X - c.mid.X) * s.footwards / s.perL
	r.S = known(c.s, seatSigmaL, state)
	length := e.lengthOf(s.t, t)
	e.readSpeed(o, &c, body.Point{X: -s.footwards}, c.s*length*100, e.metre(s.t), t, r, state)
	e.lastSeen = t
	return c
}

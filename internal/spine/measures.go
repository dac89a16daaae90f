package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Errors of what is read off the landmarks, as standard deviations. The joints of lying people are off by .03 to .05 L
// (domain.md §1.3).
const (
	limbSigmaL  = 0.05
	limbSigmaL2 = 0.07 // of a difference of two joints
	limbSigma   = 6.0  // degrees, of a limb's direction
)

// readBody fills what the trunk, the arms and the legs tell by themselves.
func (e *Estimator) readBody(s *sight, r *Reading) {
	r.Posture = s.posture
	lean := leanOf(s.t)
	state := s.trunk
	const disagree = 25 // degrees: the picture and the space of a trunk that comes towards the camera
	if math.Abs(math.Acos(math.Max(-1, math.Min(1, -s.t.Headwards.Y)))/degree-lean) > disagree {
		state = min(state, Unsure)
	}
	r.TrunkLean = known(lean, 5, state)
	// Seen from the side, the neck of a trunk that leans to one hangs on the depth of the ear, which is poor.
	const leaning = 0.22 // the sine of 13°
	if s.posture == PostureSupine && s.tipped() > leaning {
		r.Neck.State = min(r.Neck.State, Unsure)
	}
	r.Yaw = yawOf(s)
	if s.posture == PostureSide {
		r.SideOn = sideOnOfFlank(s)
	}
	readArms(s, r)
	readLegs(s, r)
	r.Side = sideOf(s)
}

// yawOf returns the angle of the camera off exactly side-on to somebody whose trunk is level, in degrees: the head is
// farther from the camera where the camera has to go towards it.
func yawOf(s *sight) Value {
	if s.posture != PostureSupine && s.posture != PostureProne && s.posture != PostureSide && s.posture != PostureKneeling {
		return Value{}
	}
	v := math.Asin(math.Max(-1, math.Min(1, s.t.Headwards.Z))) / degree
	if s.p.Trunk != nil { // learned from renders, better than the depth of landmarks
		axis := s.t.S.Sub(s.t.H).Unit()
		v = -math.Asin(math.Max(-1, math.Min(1, s.t.Across.Dot(axis)))) / degree
	}
	return known(v, 8, s.trunk)
}

// yawBy returns the same angle by the roller as well: its axis shows how far the camera is off the line that it lies on.
// Seen exactly along its axis a roller is a circle; its far end moves towards the feet as the camera does.
func yawBy(s *sight, c *contact) Value {
	along := c.lateral.Dot(s.t.S.Sub(s.t.H).Unit())
	v := -math.Asin(math.Max(-1, math.Min(1, along))) / degree
	return known(v, c.lateralSigma/degree, s.trunk)
}

// readArms fills the quantities of the arms.
func readArms(s *sight, r *Reading) {
	low := s.near
	if s.posture == PostureSide { // the near arm is the upper one
		low = s.far
	} else if armHeight(s, s.far) > armHeight(s, s.near) {
		low = s.far
	}
	for k, a := range arms {
		state := s.seen(a.shoulder, a.elbow)
		v := known(body.Angle(s.p.World[a.elbow], s.p.World[a.shoulder], s.p.World[a.hip]), 12, state)
		if k == low {
			r.LowArmRaise = v
		}
		if v.State > r.ArmRaise.State || v.State == r.ArmRaise.State && v.V > r.ArmRaise.V {
			r.ArmRaise = v
		}
	}
	a := arms[s.near]
	r.ElbowShoulder = known(s.level(a.elbow, a.shoulder), limbSigmaL2, s.seen(a.elbow, a.shoulder))
	r.WristShoulder = known(s.level(a.wrist, a.shoulder), limbSigmaL2, s.seen(a.wrist, a.shoulder))
	r.ArmUpright = known(s.upright(a.shoulder, a.wrist), limbSigma, s.seen(a.shoulder, a.wrist))
	if best := betterSeen(s, a.wrist, arms[s.far].wrist); best >= 0 {
		ear := legEar[s.near]
		axis := s.t.S.Sub(s.t.H).Unit()
		r.WristBeyondHead = known(s.at(best).Sub(s.at(ear)).Dot(axis)/s.perL, limbSigmaL2, s.seen(best, ear))
	}
}

// legEar holds the ears by side.
var legEar = [2]int{body.LeftEar, body.RightEar}

// armHeight is how low shoulder and elbow are in the picture, in pixels.
func armHeight(s *sight, k int) float64 { return s.at(arms[k].shoulder).Y + s.at(arms[k].elbow).Y }

// betterSeen returns the first of two landmarks unless the other is clearly better seen, −1 if neither is.
func betterSeen(s *sight, first, other int) int {
	a, b := stateOf(s.p.Landmarks[first].Visibility), stateOf(s.p.Landmarks[other].Visibility)
	switch {
	case a == Unseen && b == Unseen:
		return -1
	case b > a:
		return other
	}
	return first
}

// readLegs fills the quantities of the legs.
func readLegs(s *sight, r *Reading) {
	l := legs[s.near]
	r.KneeHip = known(s.level(l.knee, l.hip), limbSigmaL2, s.seen(l.knee, l.hip))
	r.ThighUpright = known(s.upright(l.hip, l.knee), limbSigma, s.seen(l.hip, l.knee))
	r.HipAnkle = known(s.apart(l.hip, l.ankle), limbSigmaL2, s.seen(l.hip, l.ankle))
	for _, k := range [...]int{s.near, s.far} {
		l := legs[k]
		v := known(s.apart(l.ankle, l.otherKnee), limbSigmaL2, s.seen(l.ankle, l.otherKnee))
		if v.State > r.AnkleKnee.State || v.State == r.AnkleKnee.State && v.V < r.AnkleKnee.V {
			r.AnkleKnee = v
		}
	}
	if s.posture != PostureProne && s.posture != PostureKneeling && s.posture != PostureUnknown {
		return
	}
	if l, state := s.straighter(); state != Unseen {
		shoulder, hip, knee := s.at(l.shoulder), s.at(l.hip), s.at(l.knee)
		along := knee.Sub(shoulder)
		if math.Abs(along.X) > 0.5*s.perL {
			line := shoulder.Y + along.Y*(hip.X-shoulder.X)/along.X
			r.HipSag = known((hip.Y-line)/s.perL, limbSigmaL2, state)
		}
		if s.posture == PostureProne { // the other leg may lie out to the side
			r.SHK = known(body.Angle(s.p.World[l.shoulder], s.p.World[l.hip], s.p.World[l.knee]), 8, state)
		}
	}
}

// sideOf tells which side is worked: of somebody on a side the lower one, of somebody sitting the one of the crossed leg,
// of somebody prone the one of the straighter leg.
func sideOf(s *sight) Side {
	named := [2]Side{SideLeft, SideRight}
	switch s.posture {
	case PostureSide:
		return named[s.far]
	case PostureSitting:
		const crossed, clear = 0.45, 0.15 // L (heuristic)
		left, right := s.apart(body.LeftAnkle, body.RightKnee), s.apart(body.RightAnkle, body.LeftKnee)
		if s.seen(body.LeftAnkle, body.RightKnee, body.RightAnkle, body.LeftKnee) == Unseen || math.Abs(left-right) < clear || math.Min(left, right) > crossed {
			return SideNone
		}
		if left < right {
			return SideLeft
		}
		return SideRight
	case PostureProne:
		const clear = 0.25 // L (heuristic)
		left, right := s.apart(body.LeftShoulder, body.LeftKnee), s.apart(body.RightShoulder, body.RightKnee)
		if s.seen(body.LeftKnee, body.RightKnee) == Unseen || math.Abs(left-right) < clear {
			return SideNone
		}
		if left > right {
			return SideLeft
		}
		return SideRight
	}
	return SideNone
}

package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// maxReading is far beyond any quantity that a body can have, in whatever unit: a larger one is a slip of the pose.
const maxReading = 1e4

// known makes a value of a measured number, unseen where that is no number or no reading.
func known(v, sigma float64, state State) Value {
	if state == Unseen || !(math.Abs(v) <= maxReading) {
		return Value{}
	}
	return Value{V: v, Sigma: sigma, State: state}
}

// sight is one person in one picture, ready to be measured in the person's own units.
type sight struct {
	p *body.Pose
	t body.Torso
	// perL is what a trunk's length spans in the picture square to the view, in pixels, and perM a metre; both smoothed.
	perL, perM float64
	posture    Posture
	// near is the index in legs and arms of the limbs to measure on, far the other.
	near, far int
	// trunk is the state of what hangs on the trunk as a whole.
	trunk State
	// footwards is the picture's direction along the floor towards the feet, −1 or 1; 0 where nobody can tell.
	footwards float64
}

// at returns a landmark's place in the picture.
func (s *sight) at(i int) body.Point { return s.p.Landmarks[i].At() }

// seen returns the state of the least visible of the landmarks.
func (s *sight) seen(indices ...int) State { return leastSeen(s.p, indices...) }

// apart returns the distance of two landmarks in the picture, in L.
func (s *sight) apart(i, j int) float64 { return s.at(i).Sub(s.at(j)).Len() / s.perL }

// level returns the horizontal distance of two landmarks in the picture, in L.
func (s *sight) level(i, j int) float64 { return math.Abs(s.at(i).X-s.at(j).X) / s.perL }

// upright returns the angle of the line from i to j from vertical, in degrees, 0…90.
func (s *sight) upright(i, j int) float64 {
	d := s.at(j).Sub(s.at(i))
	return math.Atan2(math.Abs(d.X), math.Abs(d.Y)) / degree
}

// hip returns the hip joint, and shoulder the shoulder joint, to measure heights on: the near one, or of somebody who
// lies on a side the middle.
func (s *sight) hip() body.Point {
	if s.posture == PostureSide {
		return s.t.H
	}
	return s.at(legs[s.near].hip)
}

func (s *sight) shoulder() body.Point {
	if s.posture == PostureSide {
		return s.t.S
	}
	return s.at(legs[s.near].shoulder)
}

// look makes a person ready to be measured.
func (e *Estimator) look(o *Observation, torso body.Torso, t float64) sight {
	s := sight{p: o.Pose, t: torso, posture: e.stance.step(o.Pose, torso, t)}
	s.near, s.far = 1, 0
	if e.stance.nearLeft.v >= 0.5 {
		s.near, s.far = 0, 1
	}
	s.trunk = stateOf(torso.Visibility)
	if s.posture == PostureSide {
		s.trunk = s.seen(legs[s.near].shoulder, legs[s.near].hip)
	}
	s.perL = e.perL.push(t, torso.Scale*torso.LengthM)
	s.perM = e.perM.push(t, torso.Scale)
	s.footwards = footwards(&s)
	return s
}

// footwards tells on which side of the hips the feet are: of somebody lying or on all fours opposite the shoulders, else
// where the knees are.
func footwards(s *sight) float64 {
	d := s.t.H.X - s.t.S.X
	if s.posture == PostureSitting || s.posture == PostureUnknown {
		knees, n := 0.0, 0.0
		for _, l := range legs {
			if stateOf(s.p.Landmarks[l.knee].Visibility) != Unseen {
				knees, n = knees+s.at(l.knee).X-s.t.H.X, n+1
			}
		}
		if n > 0 && math.Abs(knees) > 0.1*s.perL {
			d = knees
		}
	}
	switch {
	case math.Abs(d) < 0.02*s.perL:
		return 0
	case d < 0:
		return -1
	}
	return 1
}

// straighter returns the leg of the two that is more in line with the trunk, by what is seen; the near one where they
// are alike.
func (s *sight) straighter() (best leg, state State) {
	straightest := -1.0
	for _, k := range [...]int{s.near, s.far} {
		l := legs[k]
		if s.seen(l.hip, l.knee) == Unseen {
			continue
		}
		const alike = 0.1 // L
		reach := s.apart(l.shoulder, l.knee)
		if straightest < 0 || reach > straightest+alike {
			straightest, best, state = reach, l, s.seen(l.shoulder, l.hip, l.knee)
		}
	}
	return best, state
}

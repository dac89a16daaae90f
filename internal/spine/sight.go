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
	// down is the sine of the angle by which the camera looks down, and downKnown whether somebody lying has shown it for
	// long enough to tell a roll of theirs from it.
	down      float64
	downKnown bool
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

// plumb returns where a landmark would be in the picture if it were as far from the camera as the middle of the hips: a
// camera that looks down sees what is nearer lower. Heights are measured there.
func (s *sight) plumb(i int) body.Point {
	return s.at(i).Add(body.Point{Y: s.p.World[i].Z * s.down * s.perM})
}

// hip and shoulder return the plumb places of the middles of the hips and of the shoulders.
func (s *sight) hip() body.Point { return body.Mid(s.plumb(body.LeftHip), s.plumb(body.RightHip)) }

func (s *sight) shoulder() body.Point {
	return body.Mid(s.plumb(body.LeftShoulder), s.plumb(body.RightShoulder))
}

const (
	// maxDown is the sine of the greatest angle by which cameras look down, and downTau the memory of it in seconds: long,
	// for the body rolls about and the camera stands still.
	maxDown, downTau = 0.45, 12.0
	// downFrom is for how many seconds somebody has to lie before that is told from a roll, and downGap the gap in seconds
	// after which it begins anew: cameras are moved (heuristic).
	downFrom, downGap = 2.0, 3.0
)

// slant is the angle by which the camera looks down, as somebody lying shows it: those who stand or turn about have
// their lateral axis anywhere.
type slant struct {
	sine  ema
	since float64
}

// push adds the sine at time t. Its memory grows with what there is to remember.
func (d *slant) push(t, sine float64) {
	if !d.sine.begun || t-d.sine.t > downGap {
		d.sine, d.since = ema{}, t
	}
	d.sine.tau = math.Min(math.Max(2*(t-d.since), 0.1), downTau)
	d.sine.push(t, sine)
}

// known tells whether it has been seen for long enough, by time t.
func (d *slant) known(t float64) bool { return d.sine.begun && t-d.since >= downFrom }

// looksDown returns the rise in the picture of a level line that leads away from the camera: the sine of the angle by
// which it looks down. Somebody's lateral direction is such a line, or that in which the chest faces.
func (s *sight) looksDown() float64 {
	rise := -s.t.Across.Y
	if s.posture == PostureSide {
		rise = -math.Copysign(s.t.Posterior.Y, s.t.Posterior.Y*s.t.Posterior.Z)
	}
	return math.Max(0, math.Min(maxDown, rise))
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
	e.down.tau = downTau
	s.down = e.down.push(t, s.looksDown())
	if s.posture == PostureSupine || s.posture == PostureSide {
		e.slant.push(t, s.looksDown())
		if s.downKnown = e.slant.known(t); s.downKnown {
			s.down = e.slant.sine.v
		}
	}
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

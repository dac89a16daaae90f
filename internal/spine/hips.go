package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// restHeightL is the height of the hip joint over the floor with the buttocks on it, as a fraction of L, as it
	// comes out of the corrected landmarks: .201 ± .020 for the true joints of our renders (domain.md §4: .21),
	// less what the landmarks and the floor's line still miss.
	restHeightL = 0.182
	// hipSigmaL is the error of the lift, as a fraction of L: 1.6 cm on 1,174 renders of 590 bodies.
	hipSigmaL = 0.035
	// heelHeightL is how high the heels' landmarks lie over the floor: 3.1 ± 0.8 cm in our renders.
	heelHeightL = 0.064
	// The lift is the mean of what the heights over the floor say and of what the pose as a whole says, which err
	// almost independently. Both were fitted and so shrink towards the middle; stretched by liftStretch about
	// middleL low lifts come out low. Fitted on the same renders.
	poseShare            = 0.5
	liftStretch, middleL = 1.25, 0.135
	// maxRestL is how far below the usual rest a person's hips can seem to lie; more is a slip of the pose.
	maxRestL = 0.08
	// aboutFloorL is the lift below which hips may lie on the floor: two standard errors of the lift. fallL is how far they must
	// have come down for that, twice the least that the guide asks for, and restsFor for how many seconds (heuristic). Hips
	// that hover there look the same, so the floor goes up by maxFloorL at most: less than the guide's few inches (domain.md §4).
	aboutFloorL, fallL, restsFor = 0.07, 0.12, 0.3
	maxFloorL                    = 0.05
	// restGap is the time without a sure lift, in seconds, after which one frame alone would decide.
	restGap = 0.2
	// maxFloorSlope is the slope of the floor in the picture up to which the line from the roller to the heels
	// is believed; cameras are propped up askew by a few degrees.
	maxFloorSlope = 0.2
	// liftedSlope is by how much that line may be steeper than the camera's slant has it before the feet count as lifted
	// off the floor: 10 cm over the usual 80 (heuristic).
	liftedSlope = 0.12
)

// floorLine is the floor under the body's mid-sagittal plane, as a line in the picture.
type floorLine struct {
	at body.Point
	up body.Point // unit normal, away from the floor
	// pxPerM is what a metre of height over the floor spans in the picture.
	pxPerM float64
	state  State
}

// height returns how high q lies over the floor, in metres.
func (f floorLine) height(q body.Point) float64 { return q.Sub(f.at).Dot(f.up) / f.pxPerM }

// floorUnder lays the floor through the roller's underside in the mid-sagittal plane and through the heels; where
// no heel is seen it is taken as level in the picture, and is unsure. Feet high in the air do not tilt the floor.
func floorUnder(s *sight, c contact) floorLine {
	p, t := s.p, s.t
	// The camera looks down by the angle whose sine is the rise of the lateral axis in the picture; heights
	// are foreshortened by its cosine. A trunk that leans to a side takes its lateral axis with it.
	rise := math.Min(math.Abs(t.Across.Y), 0.8)
	if s.rolled() {
		rise = s.down
	}
	cos := math.Sqrt(1 - rise*rise)
	f := floorLine{at: c.mid.Add(body.Point{Y: c.radius * cos}), up: body.Point{Y: -1}, pxPerM: t.Scale * cos, state: Unsure}
	heels := body.Mid(p.Landmarks[body.LeftHeel].At(), p.Landmarks[body.RightHeel].At())
	heels.Y += heelHeightL * t.LengthM * f.pxPerM
	seen := stateOf(p.Landmarks[t.Near(body.LeftHeel, body.RightHeel)].Visibility)
	along := heels.Sub(f.at)
	if seen == Unseen || math.Abs(along.X) < 0.5*t.L {
		return f
	}
	if level := floorSlope(s) * along.X; level-along.Y > liftedSlope*math.Abs(along.X) && !s.rolled() {
		along.Y = level
	}
	if math.Abs(along.Y) > maxFloorSlope*math.Abs(along.X) {
		return f
	}
	n := body.Point{X: along.Y, Y: -along.X}.Unit()
	if n.Y > 0 {
		n = n.Mul(-1)
	}
	f.up, f.state = n, seen
	return f
}

// floorSlope returns the slope in the picture of a line along the floor under the body, as the camera's slant and its
// looking down have it.
func floorSlope(s *sight) float64 {
	axis := s.t.S.Sub(s.t.H).Unit()
	yaw := -math.Max(-0.5, math.Min(0.5, s.t.Across.Dot(axis))) // its sine, positive with the head farther away
	return -yaw / math.Sqrt(1-yaw*yaw) * s.down * math.Copysign(1, axis.X)
}

// rolled tells whether the trunk seems to be rolled to a side just now: its lateral axis rises otherwise than it does as
// a rule. What the roller's axis tells of the floor is worth little then.
func (s *sight) rolled() bool { return s.tipped() > leaningFrom }

// leaningFrom is the sine of the roll from which a trunk counts as rolled to a side: 7° (heuristic).
const leaningFrom = 0.12

// tipped is by how much more or less than as a rule the lateral axis rises: the sine of the roll of late; 0 while the
// rule is not known.
func (s *sight) tipped() float64 {
	if !s.downKnown {
		return 0
	}
	return math.Abs(-s.t.Across.Y - s.down)
}

// hipLift returns how far the hips are above their rest, in L, from their height over the floor and from the pose
// as a whole, nil if that says nothing.
func hipLift(heightL, lengthM float64, trunk *body.Trunk) float64 {
	lift := heightL - restHeightL
	if trunk == nil {
		return lift
	}
	lift += poseShare * (trunk.HipLift/lengthM - lift)
	return middleL + liftStretch*(lift-middleL)
}

// rest keeps what a person's hips have shown of their rest. They can't be below it, so where they seem to be, for longer
// than a moment, the lift is measured too low on this person. And where they have fallen by a hand's breadth to about the
// floor, they lie on it: what is still measured there is measured too high.
type rest struct {
	recent, now ema
	highest     float64 // of recent, in L
	low         bool    // whether they seem to have fallen to about the floor
	since       float64 // when they did
	shown       bool    // whether they have lain there
	level       float64 // in L: that of the floor as measured, 0 before it shows
}

// push adds a sure lift in L at time t and returns it over the rest seen so far.
func (r *rest) push(t, liftL float64) float64 {
	r.recent.tau, r.now.tau = 0.7, 0.3
	gap := r.now.begun && t-r.now.t > restGap
	recent, now := r.recent.push(t, liftL), r.now.push(t, liftL)
	if gap { // both are all but this frame's
		r.low = false
		return liftL - r.level
	}
	r.highest = math.Max(r.highest, recent)
	low := !r.shown && now < aboutFloorL && r.highest-now > fallL
	if low && !r.low {
		r.since = t
	}
	r.low = low
	if low && t-r.since >= restsFor {
		r.level, r.shown = math.Min(now, maxFloorL), true
	}
	r.level = math.Max(math.Min(r.level, recent), -maxRestL)
	return liftL - r.level
}

package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Posture is how the whole body is placed.
type Posture uint8

// The postures. The zero value says that nobody can tell.
const (
	PostureUnknown  Posture = iota
	PostureSupine           // on the back
	PostureProne            // on the belly, legs in line with the trunk
	PostureSide             // on one side
	PostureSitting          // trunk up, thighs level
	PostureKneeling         // on the knees: upright, on all fours, or sitting back on the heels
	PostureStanding
)

const postureCount = int(PostureStanding) + 1

var postureNames = [postureCount]string{"unknown", "supine", "prone", "side", "sitting", "kneeling", "standing"}

// String returns the posture's name.
func (p Posture) String() string { return postureNames[p] }

// MarshalText writes the posture by its name.
func (p Posture) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Side is a side of the person.
type Side uint8

// The sides.
const (
	SideNone Side = iota // neither, or nobody can tell
	SideLeft
	SideRight
)

var sideNames = [...]string{"none", "left", "right"}

// String returns "none", "left" or "right".
func (s Side) String() string { return sideNames[s] }

// MarshalText writes the side by its name.
func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

const (
	// levelFrom is the angle of the trunk from vertical that parts lying from sitting up, in degrees; a posture once
	// taken holds for levelHold more. Who sits on a roller and leans on the hands leans back by 20 to 50° (domain.md
	// §5, row 7).
	levelFrom, levelHold = 60.0, 6.0
	// rolledFrom is the roll of the trunk from the back, or from the front, that counts as lying on a side: OnBack's
	// limit.
	rolledFrom = 60.0
	// inLineFrom is the cosine between thigh and trunk from which the leg lies in line with it (heuristic).
	inLineFrom = 0.6
	// steepFrom is the cosine of a limb against the vertical from which it stands (heuristic: 45°).
	steepFrom = 0.7
	// postureTau is the memory of the posture in seconds, postureLead how much more likely a new one has to be.
	postureTau, postureLead = 0.5, 0.15
	// postureGap is the gap in seconds after which the posture begins anew.
	postureGap = 2.0
)

// stance keeps what posture was seen lately.
type stance struct {
	votes    [postureCount]ema
	now      Posture
	last     float64
	nearLeft ema
}

func newStance() stance {
	var s stance
	for i := range s.votes {
		s.votes[i].tau = postureTau
	}
	s.nearLeft.tau = postureTau
	return s
}

// step takes a pose at time t and returns the posture, smoothed.
func (s *stance) step(p *body.Pose, torso body.Torso, t float64) Posture {
	if t-s.last > postureGap {
		*s = newStance()
	}
	s.last = t
	seen := postureOf(p, torso, s.now)
	best := s.now
	for i := range s.votes {
		vote := 0.0
		if Posture(i) == seen {
			vote = 1
		}
		v := s.votes[i].push(t, vote)
		if lead := v - s.votes[best].v; Posture(i) != best && lead > 0 && (lead > postureLead || best == PostureUnknown) {
			best = Posture(i)
		}
	}
	s.now = best
	near := 0.0
	if nearIsLeft(p, torso, s.now) {
		near = 1
	}
	s.nearLeft.push(t, near)
	return s.now
}

// nearIsLeft tells whether the left side is the one to measure on: the side towards the camera, or of somebody who lies
// on a side the upper one, which nothing hides.
func nearIsLeft(p *body.Pose, t body.Torso, posture Posture) bool {
	if posture != PostureSide {
		return t.NearIsLeft
	}
	left := p.Landmarks[body.LeftShoulder].Y + p.Landmarks[body.LeftHip].Y
	return left < p.Landmarks[body.RightShoulder].Y+p.Landmarks[body.RightHip].Y
}

// leanOf returns the angle of H→S from vertical in the picture, in degrees: 0 upright, 90 level, more with the head
// lower than the hips.
func leanOf(t body.Torso) float64 {
	return math.Acos(math.Max(-1, math.Min(1, (t.H.Y-t.S.Y)/t.L))) / degree
}

// slopeOf returns the lean to tell postures by. A trunk that comes towards a camera looks steeper than it is; then the
// depth of the landmarks, poor as it is, has its say as well.
func slopeOf(t body.Torso) float64 {
	const towards = 0.35 // the sine of 20°
	picture := leanOf(t)
	if math.Abs(t.Headwards.Z) < towards {
		return picture
	}
	return math.Max(picture, math.Acos(math.Max(-1, math.Min(1, -t.Headwards.Y)))/degree)
}

// postureOf classifies one pose. Near a limit it keeps to the posture that was.
func postureOf(p *body.Pose, t body.Torso, was Posture) Posture {
	limit := levelFrom
	switch was {
	case PostureSupine, PostureProne, PostureSide:
		limit -= levelHold
	case PostureSitting, PostureStanding:
		limit += levelHold
	}
	if slopeOf(t) < limit {
		return uprightPosture(p)
	}
	across := t.Lateral.Y
	roll := math.Abs(math.Atan2(across, t.Posterior.Y)) / degree
	edge := rolledFrom
	if was == PostureSide {
		edge -= levelHold
	}
	switch {
	case roll < edge:
		return PostureSupine
	case roll <= 180-edge:
		return PostureSide
	}
	return facingDown(p, t)
}

// facingDown tells prone from kneeling: somebody prone has at least one leg in line with the trunk.
func facingDown(p *body.Pose, t body.Torso) Posture {
	footwards := t.H.Sub(t.S).Unit()
	best, any := -1.0, false
	for _, leg := range legs {
		if leastSeen(p, leg.hip, leg.knee) == Unseen {
			continue
		}
		thigh := p.Landmarks[leg.knee].At().Sub(p.Landmarks[leg.hip].At()).Unit()
		best, any = math.Max(best, thigh.Dot(footwards)), true
	}
	switch {
	case !any:
		return PostureUnknown
	case best >= inLineFrom:
		return PostureProne
	default:
		return PostureKneeling
	}
}

// uprightPosture tells standing, kneeling and sitting apart by the legs.
func uprightPosture(p *body.Pose) Posture {
	thigh, shank, folded, any := -1.0, -1.0, 180.0, false
	for _, leg := range legs {
		if leastSeen(p, leg.hip, leg.knee, leg.ankle) == Unseen {
			continue
		}
		hip, knee, ankle := p.Landmarks[leg.hip].At(), p.Landmarks[leg.knee].At(), p.Landmarks[leg.ankle].At()
		thigh = math.Max(thigh, knee.Sub(hip).Unit().Y)
		shank = math.Max(shank, ankle.Sub(knee).Unit().Y)
		folded = math.Min(folded, body.Angle(p.World[leg.hip], p.World[leg.knee], p.World[leg.ankle]))
		any = true
	}
	const onHeels = 60 // degrees of the knee: domain.md §5, row 11
	switch {
	case !any:
		return PostureUnknown
	case thigh >= steepFrom && shank >= steepFrom:
		return PostureStanding
	case thigh >= steepFrom, folded < onHeels && shank < 0.5:
		return PostureKneeling
	default:
		return PostureSitting
	}
}

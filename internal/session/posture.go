package session

import (
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/exercise"
)

const (
	// uprightFor is how long somebody has to sit or stand before the check pauses: reaching for the roller, or
	// sitting up to shift it, takes less (heuristic). lyingFor is how long they have to lie before it goes on.
	uprightFor = 3 * time.Second
	lyingFor   = 2 * time.Second
	// uprightSin is the sine of the least slope of the trunk that counts as sitting: 50°, for people lean back when
	// they sit on the floor; lyingSin that of the greatest that counts as lying: 40°. A back bent over a roller
	// stays below 30° (heuristic).
	uprightSin, lyingSin = 0.77, 0.64
	// sureOfTrunk is the visibility from which the trunk's slope is believed, as for readings.
	sureOfTrunk = 0.5
	// maxGlance is the most time that one frame stands for.
	maxGlance = 500 * time.Millisecond
)

// posture watches whether the person sits up or lies down. The two times only grow while the eye is sure.
type posture struct {
	last          time.Duration
	begun         bool
	upright, lies time.Duration
}

// step takes a frame's pose, nil if nobody was seen, at a session time, and the posture that the exercise asks for.
func (p *posture) step(t time.Duration, pose *body.Pose, wanted exercise.Posture) {
	dt := min(t-p.last, maxGlance)
	if !p.begun {
		dt = 0
	}
	p.begun, p.last = true, t
	up, lying := slopeOf(pose, wanted)
	if up {
		p.upright += dt
	} else {
		p.upright = 0
	}
	if lying {
		p.lies += dt
	} else {
		p.lies = 0
	}
}

// reset forgets what was seen.
func (p *posture) reset() { p.upright, p.lies = 0, 0 }

// slopeOf tells whether the trunk surely stands up, or surely lies: on its back, unless something else is wanted. Both
// are false for all in between and for what cannot be told.
func slopeOf(pose *body.Pose, wanted exercise.Posture) (up, lying bool) {
	if pose == nil {
		return false, false
	}
	torso, ok := body.NewTorso(pose)
	if !ok || torso.Visibility < sureOfTrunk {
		return false, false
	}
	// The slope in the picture and the one in space must agree: somebody who lies with the feet to the camera has a
	// trunk that stands upright in the picture, and none that stands in space.
	picture := (torso.H.Y - torso.S.Y) / torso.L
	space := -torso.Headwards.Y
	up = math.Min(picture, space) >= uprightSin
	onSide := wanted == exercise.Prone || wanted == exercise.OnSide
	lying = (torso.OnBack() || onSide) && math.Max(math.Abs(picture), math.Abs(space)) <= lyingSin
	return up, lying
}

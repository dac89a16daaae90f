package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// The One-Euro numbers for landmarks, with speeds in torso lengths per second. On eight rendered clips at 15
// frames per second these delay the trunk's motion by 26 ms and leave .6 of the frame-to-frame noise; a minimal
// cut-off of 1 Hz with a beta of 1 would leave .3 of it but delay by 100 ms, and with it falsify how fast the
// body moves against the roller.
const (
	smoothMinCutoff = 3
	smoothBeta      = 10
	smoothDCutoff   = 1
	// worldScale is a torso length in metres, domain.md §1.1.
	worldScale = .475
	// smoothGap is the time in seconds without a pose after which the past says nothing any more.
	smoothGap = .5
	// smoothJump is how far the middle of the trunk may go between two frames, in torso lengths per second,
	// before it counts as a jump to somewhere else.
	smoothJump = 8
)

// smoother smooths a body's landmarks over time.
type smoother struct {
	image [body.Count][3]body.OneEuro
	world [body.Count][3]body.OneEuro
	t     float64
	trunk body.Point
	scale float64 // torso length in pixels, itself smoothed
	has   bool
}

func newSmoother() *smoother {
	s := &smoother{}
	f := body.OneEuro{MinCutoff: smoothMinCutoff, Beta: smoothBeta, DCutoff: smoothDCutoff}
	for i := range s.image {
		for k := range 3 {
			s.image[i][k], s.world[i][k] = f, f
		}
	}
	return s
}

// apply replaces the pose's coordinates at the time t (seconds) by smoothed ones.
func (s *smoother) apply(t float64, p *body.Pose) {
	trunk, length := torso(p)
	length = math.Max(length, 8)
	if s.has {
		dt := t - s.t
		if dt <= 0 || dt > smoothGap || trunk.Sub(s.trunk).Len() > smoothJump*s.scale*math.Max(dt, 1./30) {
			s.reset()
		}
	}
	if s.has {
		s.scale += .1 * (length - s.scale)
	} else {
		s.scale = length
	}
	s.t, s.trunk, s.has = t, trunk, true
	for i := range p.Landmarks {
		l, f := &p.Landmarks[i], &s.image[i]
		l.X, l.Y, l.Z = f[0].Next(t, l.X, s.scale), f[1].Next(t, l.Y, s.scale), f[2].Next(t, l.Z, s.scale)
		w, g := &p.World[i], &s.world[i]
		w.X, w.Y, w.Z = g[0].Next(t, w.X, worldScale), g[1].Next(t, w.Y, worldScale), g[2].Next(t, w.Z, worldScale)
	}
}

// reset forgets the past, as after a change of subject.
func (s *smoother) reset() {
	s.has = false
	for i := range s.image {
		for k := range 3 {
			s.image[i][k].Reset()
			s.world[i][k].Reset()
		}
	}
}

// torso returns the middle of the trunk and its length from mid hip to mid shoulder, in pixels.
func torso(p *body.Pose) (mid body.Point, length float64) {
	h := body.Mid(p.Landmarks[body.LeftHip].At(), p.Landmarks[body.RightHip].At())
	s := body.Mid(p.Landmarks[body.LeftShoulder].At(), p.Landmarks[body.RightShoulder].At())
	return body.Mid(h, s), s.Sub(h).Len()
}

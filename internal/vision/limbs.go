package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// BlazePose can put the hips half-way to the knees with full confidence, when shorts and background agree in
// colour, and stretches bodies that are half hidden. Its visibility does not tell; the proportions do.
//
// The limits below are proportions in BlazePose's own metres, whose trunk is about 9 % too long. On 22 rendered
// clips the near side's trunk is 1.0 to 1.66 thighs long while the person is in plain sight, and 1.7 to 2.7 thighs
// where the fit is wrong (somebody walks through the picture, or has half left it). Anatomy says 1.1 (domain.md
// §4: trunk 47.5 cm, thigh 42 cm, shank 41 cm).
const (
	trunkPerThighLeast, trunkPerThighMost = .75, 1.7
	thighPerShankLeast, thighPerShankMost = .55, 1.7
	// trunkGrowth is how much longer than usual the trunk may be in the picture. Turning away only ever shortens
	// it, and coming closer lengthens it slowly.
	trunkGrowth = 1.25
	// trunkMemory is the seconds over which "usual" is averaged.
	trunkMemory = 3
	// doubtMargin is how far, as a share, beyond its limit a proportion has become impossible; leastBelief is
	// what is left of the visibility then.
	doubtMargin, leastBelief = .25, .1
)

// limbs lowers the visibility of landmarks whose limbs have impossible proportions.
type limbs struct {
	trunk float64 // the usual length in the picture, pixels; 0 while unknown
	t     float64
}

// reset forgets the past, as after a change of subject.
func (l *limbs) reset() { *l = limbs{} }

// doubt multiplies the visibilities of the hips, knees and ankles in p by how far their places can be believed. t
// is the time in seconds.
func (l *limbs) doubt(t float64, p *body.Pose) {
	belief := l.believeTrunk(t, p)
	for side := range 2 { // landmark indices of the right side follow the left's
		shoulder, hip := body.LeftShoulder+side, body.LeftHip+side
		knee, ankle := body.LeftKnee+side, body.LeftAnkle+side
		trunk, thigh := p.World[shoulder].Sub(p.World[hip]).Len(), p.World[hip].Sub(p.World[knee]).Len()
		shank := p.World[knee].Sub(p.World[ankle]).Len()
		upper := within(trunk/thigh, trunkPerThighLeast, trunkPerThighMost)
		lower := within(thigh/shank, thighPerShankLeast, thighPerShankMost)
		p.Landmarks[hip].Visibility *= math.Min(belief, upper)
		p.Landmarks[knee].Visibility *= math.Min(upper, lower)
		p.Landmarks[ankle].Visibility *= lower
	}
}

// believeTrunk compares the trunk's length in the picture with the usual one, and learns from it.
func (l *limbs) believeTrunk(t float64, p *body.Pose) float64 {
	_, length := torso(p)
	if l.trunk == 0 {
		l.trunk, l.t = length, t
		return 1
	}
	belief := within(length/l.trunk, 0, trunkGrowth)
	dt := clamp01((t - l.t) / trunkMemory)
	l.trunk += dt * (math.Min(length, trunkGrowth*l.trunk) - l.trunk)
	l.t = t
	return belief
}

// within is 1 for a proportion between the limits, and falls to leastBelief at doubtMargin beyond them.
func within(ratio, lo, hi float64) float64 {
	over := 0.
	switch {
	case !(ratio >= lo): // NaN too
		over = 1 - ratio/lo
	case ratio > hi:
		over = ratio/hi - 1
	}
	if math.IsNaN(over) {
		return leastBelief
	}
	return math.Max(leastBelief, 1-(1-leastBelief)*over/doubtMargin)
}

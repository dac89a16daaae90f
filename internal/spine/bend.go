package spine

import "math"

const (
	// bendTau is how fast the start pose is taken over, and bendAwayTau how slowly it is given up while the back is bent,
	// in seconds. A rep takes some five seconds, a pause between reps less than the latter.
	bendTau, bendAwayTau = 0.7, 25.0
	// bendSigma is the error of a change of the bend in degrees: 3 mm of the hip or the shoulder are a degree.
	bendSigma = 5.0
	// bendFirst is how long the start pose is learned for, in seconds.
	bendFirst = 1.0
)

// bend follows how far a back is bent over a roller.
type bend struct {
	base, t, since float64
	begun          bool
}

// push adds the angle at the roller in degrees, positive backwards, and returns how far it is over the start pose.
func (b *bend) push(t, angle float64) float64 {
	if !b.begun || t-b.t > postureGap {
		*b = bend{base: angle, t: t, since: t, begun: true}
		return 0
	}
	dt := math.Max(0, t-b.t)
	b.t = t
	tau := bendAwayTau
	if angle < b.base || t-b.since < bendFirst {
		tau = bendTau
	}
	b.base += (angle - b.base) * (1 - math.Exp(-dt/tau))
	return math.Max(0, angle-b.base)
}

// readBend fills β: how far hips and shoulders have gone back about the roller since the start pose. The angle
// hip–roller–shoulder also changes as the roller travels under a stiff back; that part, known from the expected depth,
// is taken off.
func (e *Estimator) readBend(c *contact, t float64, r *Reading) {
	if r.S.State == Unseen || !c.ok || c.s <= 0.3 || c.s >= 1.2 {
		return
	}
	opening := func(depth float64) float64 {
		return (math.Atan2(c.s, depth) + math.Atan2(1-c.s, depth)) / degree
	}
	stiff := expectedDepth(c.s, 0.15)
	r.Bend = known(e.bend.push(t, opening(c.depth)-opening(stiff)), bendSigma, r.S.State)
}

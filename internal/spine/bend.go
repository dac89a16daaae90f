package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// bendTau is how fast the start pose is taken over, and bendAwayTau how slowly it is given up while the back is bent,
	// in seconds. A rep takes some five seconds, a pause between reps less than the latter.
	bendTau, bendAwayTau = 0.7, 25.0
	// bendSigma is the error of a change of the bend in degrees: 3 mm of the ear or the shoulder are a degree. With the
	// landmarks of BlazePose half of a bend is lost (a rendered back, 21°: 11 are read).
	bendSigma = 5.0
	// bendGate is how far the start pose trembles, in degrees.
	bendGate = 3.0
	// bendFirst is how long the start pose is learned for, in seconds.
	bendFirst = 1.0
)

// bend follows how far a back is bent over a roller.
type bend struct {
	base, t, since float64
	begun          bool
}

// push adds the opening in degrees, which grows as the back goes backwards, and returns how far it is over the start pose.
func (b *bend) push(t, angle float64) float64 {
	if !b.begun || t-b.t > postureGap {
		*b = bend{base: angle, t: t, since: t, begun: true}
		return 0
	}
	dt := math.Max(0, t-b.t)
	b.t = t
	tau := bendAwayTau
	switch over := angle - b.base; {
	case t-b.since < bendFirst, over < -bendGate:
		tau = bendTau
	case over < bendGate: // trembling about the start pose
		tau = 3 * bendTau
	}
	b.base += (angle - b.base) * (1 - math.Exp(-dt/tau))
	return math.Max(0, angle-b.base)
}

// readBend fills β. The shoulder joints hardly tell of a back that bends over a roller, for the hips come down as the
// chest goes back: of 21° on a rendered back they show 4. So the angle hip–roller–ear is taken, which opens by half of
// the bend, and the neck's against the trunk, which takes the other half.
func (e *Estimator) readBend(s *sight, c *contact, t float64, r *Reading) {
	ears := body.Mid(s.at(body.LeftEar), s.at(body.RightEar))
	state := min(r.S.State, r.Neck.State)
	if state == Unseen || !c.ok || c.s <= 0.3 || c.s >= 1.2 {
		return
	}
	hips, head := s.t.H.Sub(c.mid), ears.Sub(c.mid)
	opening := math.Abs(math.Atan2(hips.Cross(head), hips.Dot(head))) / degree
	const stiff = 24 // degrees per L: a roller that travels up under a stiff back closes the angle (renders: 23)
	r.Bend = known(e.bend.push(t, opening-r.Neck.V+stiff*c.s), bendSigma, state)
}

package spine

import "math"

const (
	// restTau is the time in seconds that it takes for a height to become the resting level; while the height is away
	// by more than the gate it takes restAwayTau, so that a lift is seen as one for as long as it lasts.
	restTau, restAwayTau = 3.0, 30.0
	restGateL            = 0.03
)

// restLevel is the level at which something rested lately.
type restLevel struct {
	v, t, since float64
	begun       bool
}

// push adds x at time t and returns its change against the level. Values within gate of the level move it.
func (r *restLevel) push(t, x, gate float64) float64 {
	if !r.begun {
		*r = restLevel{v: x, t: t, since: t, begun: true}
		return 0
	}
	dt := math.Max(0, t-r.t)
	r.t = t
	tau := math.Min(restTau, 0.2+t-r.since)
	if math.Abs(x-r.v) > gate && t-r.since > restTau/2 {
		tau = restAwayTau
	}
	r.v += (x - r.v) * (1 - math.Exp(-dt/tau))
	return x - r.v
}

// readHeights fills the heights over the floor. ankles and the hips' height against the shoulders' are filled here only
// where no roller under the back has told them better.
func (e *Estimator) readHeights(s *sight, t float64, r *Reading) {
	g := &e.ground
	state := min(s.trunk, g.state)
	height := func(i int) Value {
		return known(g.height(s.plumb(i))/s.perL, limbSigmaL2, min(state, s.seen(i)))
	}
	hip, shoulder := g.height(s.hip())/s.perL, g.height(s.shoulder())/s.perL
	r.HipHeight = known(hip, limbSigmaL2, state)
	r.ShoulderHeight = known(shoulder, limbSigmaL2, state)
	ear := legEar[s.near]
	r.EarHeight = height(ear)
	r.EarOverShoulder = known((s.shoulder().Y-s.plumb(ear).Y)/s.perL, limbSigmaL2, s.seen(ear, legs[s.near].shoulder))
	wrist := -1
	for _, a := range arms {
		switch seen := s.seen(a.wrist); {
		case seen == Unseen, wrist >= 0 && seen < s.seen(wrist):
		case wrist < 0, seen > s.seen(wrist), g.height(s.plumb(a.wrist)) < g.height(s.plumb(wrist)):
			wrist = a.wrist
		}
	}
	if wrist >= 0 {
		r.WristHeight = height(wrist)
		if s.footwards != 0 {
			behind := (s.t.H.X - s.at(wrist).X) * s.footwards / s.perL
			r.WristBehindHip = known(behind, limbSigmaL2, min(s.trunk, s.seen(wrist)))
		}
	}
	if !r.AnkleHeight.Known() {
		r.AnkleHeight = height(legs[s.near].ankle)
	}
	if !r.HipOverShoulder.Known() {
		r.HipOverShoulder = known(hip-shoulder, limbSigmaL2, state)
	}
	if state != OK {
		return
	}
	// A height that changes with its floor is no change: both ends are of the same frame.
	r.HipChange = known(e.hipRest.push(t, hip, restGateL), 0.02, state)
	r.ShoulderChange = known(e.shoulderRest.push(t, shoulder, restGateL), 0.02, state)
}

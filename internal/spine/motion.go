package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	stillWindow = 0.5 // seconds (domain.md §8: shorter ones are noise)
	trunkWindow = 1.0
	bigJoints   = 5
)

// movement keeps the paths of the big joints and of the trunk's middle, in cm.
type movement struct {
	x, y   [bigJoints]window
	along  window // of the trunk's middle along the trunk, positive headwards
	path   float64
	middle body.Point
	near   int
	last   float64
}

func newMovement() movement {
	var m movement
	for i := range m.x {
		m.x[i].seconds, m.y[i].seconds = keepWindow, keepWindow
	}
	m.along.seconds = keepWindow
	return m
}

func (m *movement) reset() {
	for i := range m.x {
		m.x[i].reset()
		m.y[i].reset()
	}
	m.along.reset()
	m.path = 0
}

// readMotion fills how still the body is and how fast its trunk travels along itself.
func (e *Estimator) readMotion(s *sight, t float64, r *Reading) {
	m := &e.movement
	if t-m.last > forgetAfter || s.near != m.near {
		m.reset()
	}
	m.last, m.near = t, s.near
	l, a := legs[s.near], arms[s.near]
	cm := 100 / s.perM
	var fastest float64
	state, any := s.trunk, false
	for k, i := range [bigJoints]int{legEar[s.near], l.shoulder, a.elbow, l.hip, l.knee} {
		if stateOf(s.p.Landmarks[i].Visibility) != OK {
			m.x[k].reset()
			m.y[k].reset()
			continue
		}
		m.x[k].push(t, s.at(i).X*cm)
		m.y[k].push(t, s.at(i).Y*cm)
		vx, ex, okX := m.x[k].slope(stillWindow)
		vy, ey, okY := m.y[k].slope(stillWindow)
		if okX && okY { // what the scatter alone would show is no movement
			fastest, any = math.Max(fastest, vx*vx+vy*vy-ex*ex-ey*ey), true
		}
	}
	if r.CameraMoved.V > shakeL {
		state = min(state, Unsure)
	}
	if any {
		r.Still = known(math.Sqrt(fastest), 1.2, state)
	}
	middle := body.Mid(s.t.H, s.t.S)
	if m.along.n > 0 {
		m.path += middle.Sub(m.middle).Dot(s.t.S.Sub(s.t.H).Unit()) * cm
	}
	m.middle = middle
	m.along.push(t, m.path)
	if v, sigma, ok := m.along.slope(trunkWindow); ok {
		r.TrunkSpeed = known(v, math.Max(sigma, 0.3), state)
	}
}

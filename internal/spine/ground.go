package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// maxGroundSlope bounds the slope of the floor in the picture where only landmarks tell of it: a camera 20° off
	// side-on sees a floor of that slope.
	maxGroundSlope = 0.12
	// groundTau is the memory of the floor in seconds.
	groundTau = 2.0
	// groundLandmarks is how many landmarks may touch the floor, the roller included.
	groundLandmarks = 2*8 + 1
)

// ground is the floor under the body's middle, as a line in the picture, from the lowest points of the body. It
// serves every posture; on a roller under the back floorUnder is better.
type ground struct {
	level, slope ema // the line's height at x = 0 and its slope, y down
	state        State
}

// height returns how high q lies over the floor, in pixels.
func (g *ground) height(q body.Point) float64 { return g.level.v + g.slope.v*q.X - q.Y }

// push lays the floor as the lower hull of what may touch it. Each landmark counts lower by the height that it keeps over
// a floor it touches. underside is the roller's lowest point under the body, the zero Point if there is none.
func (g *ground) push(s *sight, underside body.Point, t float64) {
	g.level.tau, g.slope.tau = groundTau, groundTau
	var q [groundLandmarks]body.Point
	n := 0
	for i := range 2 {
		l, a := legs[i], arms[i]
		// Heights over the floor in L: the heel of our renders; ankle, knee, hip joint, wrist and elbow after the
		// ANSUR heights and depths of domain.md §4 (heuristic).
		for _, c := range [...]struct {
			index  int
			height float64
		}{{l.heel, 0.064}, {l.toe, 0.05}, {l.ankle, 0.15}, {l.knee, 0.11}, {l.hip, 0.21}, {a.index, 0.03}, {a.wrist, 0.07}, {a.elbow, 0.07}} {
			if stateOf(s.p.Landmarks[c.index].Visibility) == Unseen {
				continue
			}
			at := s.plumb(c.index)
			q[n] = body.Point{X: at.X, Y: at.Y + c.height*s.perL}
			n++
		}
	}
	if underside != (body.Point{}) {
		q[n] = underside
		n++
	}
	if n == 0 {
		return
	}
	level, slope := lowerHull(q[:n], 0.5*s.perL)
	g.level.push(t, level)
	g.slope.push(t, slope)
	g.state = s.trunk
}

// lowerHull returns the line y = level + slope·x with all points on it or above it (y down) that passes closest to them:
// the edge of their hull under their middle. Edges shorter than apart or too steep are passed over for a level line.
func lowerHull(q []body.Point, apart float64) (level, slope float64) {
	middle, lowest := 0.0, math.Inf(-1)
	for _, p := range q {
		middle += p.X / float64(len(q))
		lowest = math.Max(lowest, p.Y)
	}
	level = lowest
	best := lowest
	for i := range q {
		for j := range i {
			dx := q[j].X - q[i].X
			if math.Abs(dx) < apart {
				continue
			}
			m := (q[j].Y - q[i].Y) / dx
			c := q[i].Y - m*q[i].X
			at := c + m*middle
			if math.Abs(m) > maxGroundSlope || at >= best || !above(q, c, m) {
				continue
			}
			level, slope, best = c, m, at
		}
	}
	return level, slope
}

// above tells whether all points lie on the line or above it.
func above(q []body.Point, level, slope float64) bool {
	const slack = 1e-6 // pixels
	for _, p := range q {
		if p.Y > level+slope*p.X+slack {
			return false
		}
	}
	return true
}

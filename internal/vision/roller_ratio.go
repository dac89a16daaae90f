package vision

import "math"

// Rolling without slip, the trunk travels over the floor twice as far as the roller under it (domain.md §3): the roller
// moves half as far as the trunk, the floor, the mat and the furniture not at all, limbs and clothes as far as the
// trunk itself.
const (
	// rollRatio is the roller's way over the trunk's in the picture, its near end being some 10 % closer;
	// rollRatioTol how far a roller's may be off.
	rollRatio, rollRatioTol = 0.54, 0.15
	// standsBelow and limbAbove are the ratios of what stands and of what goes with the trunk. A roller that lies askew
	// turns as it rolls, so that its near end may go a quarter as far as it should.
	standsBelow, limbAbove = 0.12, 0.90
	// enoughTravelL is how far the trunk has to travel before the ratio tells anything, in L; enoughAgree how
	// well the two ways must agree (the squared correlation).
	enoughTravelL, enoughAgree = 0.14, 0.90
)

// verdict is what the motion says.
type verdict uint8

const (
	unclear verdict = iota
	rolls
	otherwise
)

// ratio compares two ways: running sums of a straight line's least-squares fit.
type ratio struct {
	n, x, y, xx, xy, yy float64
	x0, y0              float64 // the first sample, taken off for precision
	lo, hi              float64 // the range of x
}

func (r *ratio) add(x, y float64) {
	if r.n == 0 {
		r.x0, r.y0, r.lo, r.hi = x, y, x, x
	}
	r.lo, r.hi = math.Min(r.lo, x), math.Max(r.hi, x)
	x, y = x-r.x0, y-r.y0
	r.n, r.x, r.y = r.n+1, r.x+x, r.y+y
	r.xx, r.xy, r.yy = r.xx+x*x, r.xy+x*y, r.yy+y*y
}

// span is how far the first way reaches, in pixels.
func (r *ratio) span() float64 { return r.hi - r.lo }

// verdict judges the ways once the first one spans at least so many pixels.
func (r *ratio) verdict(span float64) verdict {
	if r.span() < span || r.n < 8 {
		return unclear
	}
	vx, vy, c := r.xx-r.x*r.x/r.n, r.yy-r.y*r.y/r.n, r.xy-r.x*r.y/r.n
	slope := c / vx
	switch {
	case slope < standsBelow || slope > limbAbove:
		return otherwise
	case math.Abs(slope-rollRatio) <= rollRatioTol && c*c >= enoughAgree*vx*vy:
		return rolls
	}
	return unclear
}

package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Priors of the contact geometry. Lengths with the suffix L are fractions of the torso length.
const (
	// The axis of the roller lies behind the hip–shoulder axis by the trunk's half depth plus the roller's
	// radius less the squeeze. Fitted to the bodies of our own renders, and within what domain.md §1.4 gives
	// (T8, D = 15 cm: .33 L); the spread is wider than there (.022), for real people differ more.
	depthBase, depthPerRadius, depthPerS, depthPerS2 = -0.141, 1.197, 0.635, -0.367
	depthSigmaL                                      = 0.04
	// minDepthL and maxDepthL are where a roller under a back can be at all (domain.md §1.4).
	minDepthL, maxDepthL = 0.10, 0.60

	// Rollers are 30 to 90 cm long (domain.md §2), and people lie over the middle.
	halfLengthM, halfLengthSigmaM = 0.22, 0.10
	offMiddleSigmaM               = 0.04
	minReachM, maxReachM          = 0.05, 0.5

	// lateralSigma is the error of the body's lateral direction, in radians; farSigma that of the roller's own axis
	// where its far end was measured (heuristic: the end's centre to 2 cm).
	lateralSigma, farSigma = 0.09, 0.06
	// farApart is how far the middle of a roller's measured axis may be from where the body's lateral direction has
	// it, as a share of the way there, before the far end counts as mistaken: a skew of 22°.
	farApart = 0.4
	// slantFrom is the share of a metre of the roller's axis that has to be seen for its length to be told from it.
	slantFrom = 0.3
	// endOnShare is the error of the way to the body's middle, as a share of it, where the far end tells how long a roller
	// seen nearly end-on is (heuristic: the end's centre to 2 cm, and people lie off the roller's middle).
	endOnShare = 0.2

	// sSigma is the error of s that stays with a perfect roller: people, keypoints, contact patch (domain.md
	// §1.3: .07 in all).
	sSigma = 0.07
)

// contact is where the roller crosses the plane in which a part of the body lies.
type contact struct {
	s, sigma float64
	// depth is the distance of the roller's axis from the part's axis, in lengths of the part.
	depth float64
	// reach is the way from the near end face to that plane, in metres.
	reach float64
	// mid is the roller's axis in that plane, in the picture; radius the roller's there, in pixels.
	mid    body.Point
	radius float64
	// lateral is what a metre of the roller's axis spans in the picture at the near end, divided by the scale, from the near
	// end to the far one; lateralSigma the error of its direction in radians.
	lateral      body.Point
	lateralSigma float64
	ok           bool
}

// solveContact finds s for a roller under a part of the body. The unknowns are s, the depth d and the reach m with
//
//	H + s·(S−H) + d·p = A + m·g
//
// where H and S are the part's ends, A is the near end's centre, g the roller's axis in pixels per metre and p the
// direction towards the roller in pixels per length of the part. That is two equations for three unknowns; Gaussian
// priors on d and on m decide (MAP): seen exactly from the side s does not depend on m, seen obliquely d tells m. told
// is the roller's size in metres, 0 if nobody said.
func solveContact(t part, r *Roller, width, height int, told Options) contact {
	pxPerL := t.scale * t.lengthM
	p := t.toward.XY().Mul(pxPerL)
	axis := t.to.Sub(t.from)
	det := axis.Cross(p)
	if math.Abs(det) < 0.25*axis.Len()*pxPerL { // it faces the camera or turns away: nothing to solve
		return contact{}
	}
	l := axisLine(t, r, width, height, told.RollerLengthM)
	l.reach += t.offMiddleM
	g := l.g
	nearScale := t.scale // refined below, once the reach is known
	s0, d0 := split(r.Near.Sub(t.from), axis, p, det)
	sg, dg := split(g, axis, p, det)

	m, mVar := l.reach, l.reachVar
	for range 2 { // the expected depth depends on s and on the radius, both of which depend on m
		nearScale = t.scale * (1 + m*t.scale*t.away/(body.FocalWidths*float64(width)))
		s := s0 + m*sg
		radiusM := r.Radius / nearScale
		if told.RollerDiameterM > 0 {
			radiusM = told.RollerDiameterM / 2
		}
		want := t.depthAt(s, radiusM)
		pm, pd := 1/mVar, dg*dg/(t.depthSigma*t.depthSigma)
		mean := (pm*l.reach + dg*(want-d0)/(t.depthSigma*t.depthSigma)) / (pm + pd)
		m = math.Min(math.Max(mean, minReachM), maxReachM)
	}
	mPost := 1 / (1/mVar + dg*dg/(t.depthSigma*t.depthSigma))
	yaw := m * l.sigma * t.scale / axis.Len()
	c := contact{s: s0 + m*sg, depth: d0 + m*dg, reach: m, lateral: g.Mul(1 / t.scale), lateralSigma: l.sigma}
	c.mid = r.Near.Add(g.Mul(m))
	c.radius = r.Radius * t.scale / nearScale
	c.sigma = math.Sqrt(sSigma*sSigma + sg*sg*mPost + yaw*yaw)
	if t.kind == onBack {
		c.s += surfaceShift(c.s)
	}
	c.ok = c.depth > t.minDepth && c.depth < t.maxDepth
	return c
}

// split writes q as a·axis + b·p.
func split(q, axis, p body.Point, det float64) (a, b float64) {
	return q.Cross(p) / det, axis.Cross(q) / det
}

// line is the roller's axis in the picture, as far as it is known.
type line struct {
	// g is what a metre of it spans at the near end, in pixels.
	g body.Point
	// reach is the way from the near end to the body's middle in metres, and reachVar its variance, before the
	// depth has its say; sigma the error of the direction, in radians.
	reach, reachVar, sigma float64
}

// axisLine returns the roller's axis: through its far end where that was measured, else square to the body.
func axisLine(t part, r *Roller, width, height int, lengthM float64) line {
	l := line{g: rollerAxis(t, r, width, height), sigma: lateralSigma}
	l.reach, l.reachVar = reachPrior(lengthM)
	if !r.FarSeen {
		return l
	}
	known := l
	length := l.g.Len()
	if lengthM <= 0 && length > slantFrom*t.scale { // an axis seen at a slant tells its own length
		l.reach = math.Min(math.Max(r.Far.Sub(r.Near).Len()/length/2, minReachM), maxReachM)
		l.reachVar = offMiddleSigmaM*offMiddleSigmaM + 0.03*0.03
	}
	// The nearer half of a roller spans more of the picture than the farther one.
	depth := 2 * l.reach * t.scale * t.away / (body.FocalWidths * float64(width))
	middle := r.Far.Sub(r.Near).Mul((1 + depth) / (2 + depth))
	square := l.g.Mul(l.reach) // the middle, as the body's lateral direction has it
	if t.kind == onBack && length <= slantFrom*t.scale && length > 0 {
		// Seen nearly end-on a roller may be of any length there is, which the far end tells and the body does not.
		unit := l.g.Mul(1 / length)
		square = unit.Mul(math.Min(math.Max(middle.Dot(unit), minReachM*length), maxReachM*length))
		l.reachVar = endOnShare * endOnShare * l.reach * l.reach
	}
	if middle.Sub(square).Len() > farApart*l.reach*t.scale {
		return known
	}
	// Both err: the mean by their weights.
	w := 1 / (1 + farSigma*farSigma/(lateralSigma*lateralSigma))
	l.g = body.Lerp(square, middle, w).Mul(1 / l.reach)
	l.sigma = lateralSigma * math.Sqrt(1-w)
	return l
}

// rollerAxis returns the image of the direction square to the body along the floor at the roller, from the near end into the picture, in
// pixels per metre at the near end. Lines that lead away from the camera also run towards the middle of the picture:
// the second term.
func rollerAxis(t part, r *Roller, width, height int) body.Point {
	centre := body.Point{X: float64(width-1) / 2, Y: float64(height-1) / 2}
	inward := centre.Sub(r.Near).Mul(t.away / (body.FocalWidths * float64(width)))
	return t.across.Add(inward).Mul(t.scale)
}

// reachPrior returns the mean and the variance of the reach in metres, of a roller of that length, 0 if nobody said.
func reachPrior(lengthM float64) (mean, variance float64) {
	if lengthM > 0 {
		return lengthM / 2, offMiddleSigmaM * offMiddleSigmaM
	}
	return halfLengthM, halfLengthSigmaM*halfLengthSigmaM + offMiddleSigmaM*offMiddleSigmaM
}

// expectedDepth returns how far behind the hip–shoulder axis a roller of radius radiusL lies at s, both in L.
func expectedDepth(s, radiusL float64) float64 {
	s = math.Min(math.Max(s, 0.3), 1.2)
	radiusL = math.Min(math.Max(radiusL, 0.08), 0.2)
	return depthBase + depthPerRadius*radiusL + depthPerS*s + depthPerS2*s*s
}

// surfaceShift is what has to be added to the roller centre's s to have the s of the touching surface, which
// slopes (domain.md §1.4). Lying over a roller flattens the slopes: half of the standing values.
func surfaceShift(s float64) float64 {
	switch {
	case s < 0.80:
		return 0.01
	case s < 0.95:
		return 0.01 - 0.025*(s-0.80)/0.15
	default:
		return -0.015
	}
}

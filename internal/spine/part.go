package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// partKind says which part of the body a roller may carry.
type partKind uint8

const (
	noPart  partKind = iota
	onBack           // the back, of somebody supine
	onFlank          // the side of the trunk, of somebody on a side
	onSeat           // the buttocks, of somebody sitting
	onThigh          // the front of hip and thigh, of somebody prone
)

// part is a part of the body that may lie on a roller: an axis, and where the roller lies from it.
type part struct {
	kind     partKind
	from, to body.Point // the ends of the axis in the picture
	lengthM  float64    // of the axis in space
	scale    float64    // pixels per metre
	// toward points from the axis to the roller and is square to it. across and away are the direction square to the body
	// along the floor, from the near side to the far side: what a metre of it spans in the picture divided by scale, and
	// how much of it leads away from the camera.
	toward body.Vec3
	across body.Point
	away   float64
	// offMiddleM is how much farther than the body's middle the part lies from the camera.
	offMiddleM float64
	// depthSigma is the spread of the roller's distance from the axis, minDepth and maxDepth where it can be at all, in
	// lengths of the part.
	depthSigma, minDepth, maxDepth float64
}

// Half thicknesses from the joints' line to the skin that lies on a roller, in metres, and their spread: the side of the
// chest below the armpit (half of ANSUR's chest breadth of 28 to 30 cm), the seat under the hip joint and the front
// of the thigh (ANSUR: buttock depth 24, thigh depth some 17 cm); heuristic. Rollers are squeezed by squeezeM.
const (
	flankM, flankSigmaM      = 0.145, 0.035
	thighFrontM, thighSigmaM = 0.085, 0.03
	squeezeM                 = 0.015
)

// slightRoll is the sine of a roll that does not show in the contact: 4° (heuristic).
const slightRoll = 0.07

// backPart is the trunk lying on its back.
func backPart(t body.Torso) part {
	return part{
		kind: onBack, from: t.H, to: t.S, lengthM: t.LengthM, scale: t.Scale, toward: t.Posterior, across: t.Across, away: t.Lateral.Z,
		depthSigma: depthSigmaL, minDepth: minDepthL, maxDepth: maxDepthL,
	}
}

// back is the trunk lying on its back. The roller stays on the floor when the body is rolled to a side: then the level
// direction square to the trunk counts instead of the trunk's own, the more the farther it is rolled.
func (s *sight) back() part {
	p := backPart(s.t)
	w := math.Min(1, (s.tipped()-slightRoll)/(leaningFrom-slightRoll))
	if w <= 0 {
		return p
	}
	up := body.Vec3{Y: -math.Sqrt(1 - s.down*s.down), Z: -s.down}
	level := s.t.Headwards.Cross(up).Unit()
	if level.Z < 0 {
		level = level.Mul(-1)
	}
	toward := level.Cross(s.t.Headwards)
	if toward.Y < 0 {
		toward = toward.Mul(-1)
	}
	// The pose as a whole tells the lateral direction better than the landmarks do, and how it turns with the roll they do.
	p.across = p.across.Add(level.Sub(s.t.Lateral).XY().Mul(w))
	p.away += w * (level.Z - p.away)
	p.toward = p.toward.Add(toward.Sub(p.toward).Mul(w)).Unit()
	return p
}

// flankPart is the trunk lying on a side: the roller is beneath, and lies along the direction in which chest and back
// face.
func flankPart(t body.Torso) part {
	p := backPart(t)
	p.kind, p.toward = onFlank, t.Lateral
	if p.toward.Y < 0 {
		p.toward = p.toward.Mul(-1)
	}
	across := t.Posterior
	if across.Z < 0 {
		across = across.Mul(-1)
	}
	p.across, p.away = across.XY(), across.Z
	p.depthSigma, p.minDepth, p.maxDepth = flankSigmaM/t.LengthM, 0.15, 0.85
	return p
}

// frontPart is the trunk lying on its front; the chest is about as deep before the joints' line as it is wide beside it.
func frontPart(t body.Torso) part {
	p := backPart(t)
	p.kind, p.toward = onFlank, t.Posterior.Mul(-1)
	p.depthSigma, p.minDepth, p.maxDepth = flankSigmaM/t.LengthM, 0.15, 0.85
	return p
}

// thighPart is the thigh of the leg that rests on the roller, of somebody prone: the straighter one.
func thighPart(s *sight) (p part, state State) {
	l, state := s.straighter()
	if state == Unseen {
		return part{}, Unseen
	}
	thigh := s.p.World[l.knee].Sub(s.p.World[l.hip])
	length := thigh.Len()
	along := thigh.Unit()
	down := body.Vec3{Y: 1}
	down = down.Sub(along.Mul(down.Dot(along))).Unit()
	if !(length > 0.2 && length < 0.8) || down == (body.Vec3{}) { // metres; no thigh is shorter or longer
		return part{}, Unseen
	}
	p = backPart(s.t)
	p.kind, p.from, p.to, p.lengthM, p.toward = onThigh, s.at(l.hip), s.at(l.knee), length, down
	const halfHipsM = 0.09
	p.offMiddleM = halfHipsM
	if l == legs[s.near] {
		p.offMiddleM = -halfHipsM
	}
	p.depthSigma, p.minDepth, p.maxDepth = thighSigmaM/length, 0.15, 0.7
	return p, state
}

// depthAt returns how far from the axis a roller of radius radiusM metres lies at s, in lengths of the part.
func (p *part) depthAt(s, radiusM float64) float64 {
	const thinnest, thickest = 0.03, 0.12 // radii of rollers: domain.md §2
	switch bounded := math.Min(math.Max(radiusM, thinnest), thickest); p.kind {
	case onFlank:
		return (flankM + bounded - squeezeM) / p.lengthM
	case onThigh:
		return (thighFrontM + bounded - squeezeM) / p.lengthM
	default:
		return expectedDepth(s, radiusM/p.lengthM)
	}
}

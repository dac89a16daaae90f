package body

import "math"

// Torso is the trunk as a frame of reference: where the hips and shoulders are, which way the back faces, how
// many pixels a metre is. Directions in space are in the camera's axes: x to the right, y down, z away.
type Torso struct {
	// H and S are the mid hip and the mid shoulder in the picture.
	H, S Point
	// L is |HS| in pixels of the picture.
	L float64
	// LengthM is the length of the trunk in metres, from the world landmarks.
	LengthM float64
	// Scale is the weak-perspective scale at the trunk, in pixels per metre.
	Scale float64
	// Headwards, Lateral and Posterior are unit vectors in space: along the trunk from the hips to the
	// shoulders, across it from the near side to the far side, and out of the back.
	Headwards, Lateral, Posterior Vec3
	// Across is what a metre along Lateral spans in the picture at the trunk, divided by Scale.
	Across Point
	// NearIsLeft tells that the person's left side is towards the camera.
	NearIsLeft bool
	// Visibility is the visibility of the worst seen of the near hip and the near shoulder, 0…1.
	Visibility float64
}

const (
	// minTorsoPx is the smallest trunk that is worth measuring: below it a pixel is more than 5 % of the trunk.
	minTorsoPx = 20
	// maxTorsoPx is far beyond any picture: a larger trunk, or more pixels to a metre, is a slip of the network.
	maxTorsoPx = 1e5
	// minTorsoM and maxTorsoM bound the length of a trunk in metres; adults have .38 to .60 (domain.md §2).
	minTorsoM, maxTorsoM = 0.1, 1.5
)

// NewTorso measures the trunk of p. It reports false if the pose has no usable trunk: too small, too large to be
// true, without width, or not finite.
func NewTorso(p *Pose) (Torso, bool) {
	ls, rs, lh, rh := p.Landmarks[LeftShoulder], p.Landmarks[RightShoulder], p.Landmarks[LeftHip], p.Landmarks[RightHip]
	t := Torso{H: Mid(lh.At(), rh.At()), S: Mid(ls.At(), rs.At())}
	t.L = t.S.Sub(t.H).Len()
	if !(t.L >= minTorsoPx && t.L <= maxTorsoPx) {
		return Torso{}, false
	}
	if !finite(p) {
		return Torso{}, false
	}
	t.Scale = scale(p)
	hips, shoulders := p.World[LeftHip].Mid(p.World[RightHip]), p.World[LeftShoulder].Mid(p.World[RightShoulder])
	trunk := shoulders.Sub(hips)
	t.LengthM = trunk.Len()
	if !(t.Scale >= minTorsoPx/maxTorsoM && t.Scale <= maxTorsoPx) || !(t.LengthM > minTorsoM && t.LengthM < maxTorsoM) {
		return Torso{}, false
	}
	t.Headwards = trunk.Unit()
	// Shoulders and hips are weighed by their width: the wider pair tells the direction better.
	leftToRight := p.World[RightShoulder].Sub(p.World[LeftShoulder]).Add(p.World[RightHip].Sub(p.World[LeftHip]))
	// Made square to the trunk, so that the three directions form a frame.
	leftToRight = leftToRight.Sub(t.Headwards.Mul(leftToRight.Dot(t.Headwards))).Unit()
	if leftToRight == (Vec3{}) {
		return Torso{}, false
	}
	t.Posterior = leftToRight.Cross(t.Headwards)
	t.NearIsLeft = leftToRight.Z > 0
	t.Lateral = leftToRight
	if !t.NearIsLeft {
		t.Lateral = leftToRight.Mul(-1)
	}
	t.Across = t.Lateral.XY()
	if p.Trunk != nil {
		t.Across = p.Trunk.Across
	}
	nearShoulder, nearHip := rs, rh
	if t.NearIsLeft {
		nearShoulder, nearHip = ls, lh
	}
	t.Visibility = math.Min(nearShoulder.Visibility, nearHip.Visibility)
	return t, true
}

// FocalWidths is the focal length of a usual webcam in widths of its picture: 67° across, between the 55° and 80° of
// most (heuristic).
const FocalWidths = 0.75

// OnBack tells whether the person lies on their back: the back faces the floor to within 60°, for the camera may look
// down by 35°, and the trunk is level to within about 45° (heuristic).
func (t Torso) OnBack() bool {
	const facingUp, maxTilt = 0.5, 0.7
	return t.Posterior.Y >= facingUp && math.Abs(t.Headwards.Y) <= maxTilt
}

// Near returns the index of the near-side landmark of a left/right pair.
func (t Torso) Near(left, right int) int {
	if t.NearIsLeft {
		return left
	}
	return right
}

// finite tells whether everything that scale does not look at is a number that a body can have.
func finite(p *Pose) bool {
	if t := p.Trunk; t != nil && !(math.Abs(t.HipLift) < maxTorsoM && t.Across.Len() < maxTorsoM) {
		return false
	}
	sum := 0.0
	for i := range p.World {
		sum += 0 * p.World[i].Z
	}
	return sum == 0
}

// scale fits image = k·world + t over the visible landmarks by least squares and returns k in pixels per metre.
func scale(p *Pose) float64 {
	var w, ix, iy, wx, wy float64
	for i := range p.Landmarks {
		v := p.Landmarks[i].Visibility
		w += v
		ix += v * p.Landmarks[i].X
		iy += v * p.Landmarks[i].Y
		wx += v * p.World[i].X
		wy += v * p.World[i].Y
	}
	if w == 0 {
		return 0
	}
	ix, iy, wx, wy = ix/w, iy/w, wx/w, wy/w
	var num, den float64
	for i := range p.Landmarks {
		v := p.Landmarks[i].Visibility
		dx, dy := p.World[i].X-wx, p.World[i].Y-wy
		num += v * ((p.Landmarks[i].X-ix)*dx + (p.Landmarks[i].Y-iy)*dy)
		den += v * (dx*dx + dy*dy)
	}
	if den == 0 {
		return 0
	}
	return num / den
}

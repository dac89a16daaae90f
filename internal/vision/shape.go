package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// The landmarker says "a person is here" with a presence of .95 and more to a body it looks at upside down, or of
// which its square holds a part only: then it squeezes a person into whatever it sees. The shape of what comes out
// tells: a trunk of half its length, beside the line from the hips to the rim.
//
// The limits are those of 368 right fits on frames of some 200 rendered bodies and on 13 photographs of people on foam
// rollers: 99 % of the right ones have a shape of .9 or more, the photographs at least .6 (a trunk seen from the front
// or bent forward), but of 852 wrong ones 3 % have .9 and 12 % have .5.
const (
	// trunkPerRim is the trunk's length in space over the radius of the circle around the body.
	trunkPerRimLeast, trunkPerRimMost, trunkPerRimMargin = .55, .64, .3
	// seenPerRim is the trunk's length in the picture over that radius: less where it is foreshortened.
	seenPerRimLeast, seenPerRimMost, seenPerRimMargin = .45, .68, .5
	// trunkLeast and trunkMost are the trunk's length in the network's own metres.
	trunkLeast, trunkMost, trunkMargin = .43, .58, .35
	// askewMost is the angle in degrees between the trunk and the line from the hips to the rim, which agree to
	// half a degree in most right fits.
	askewMost, askewMargin = 2, 8
	// The trunk over the thigh and the thigh over the shank, in space, of the leg that fits better.
	trunkThighLeast, trunkThighMost, trunkThighMargin = .95, 1.8, .4
	thighShankLeast, thighShankMost, thighShankMargin = .6, 1.5, .5
)

const (
	// wellShaped is the shape that hardly any wrong fit has, fairShape what most right ones have and most wrong
	// ones don't.
	wellShaped, fairShape = .9, .5
)

// shapeOf tells how much a fit has the shape of a body, 0…1, whoever or whatever is there.
func shapeOf(f *fit) float64 {
	t, ok := body.NewTorso(&f.pose)
	axis := f.rim.Sub(f.hips)
	r := axis.Len()
	if !ok || !(r > 0) {
		return 0
	}
	trunk := t.S.Sub(t.H)
	askew := math.Abs(math.Atan2(axis.Cross(trunk), axis.Dot(trunk))) * 180 / math.Pi
	return proportion(t.Scale*t.LengthM/r, trunkPerRimLeast, trunkPerRimMost, trunkPerRimMargin) *
		proportion(t.L/r, seenPerRimLeast, seenPerRimMost, seenPerRimMargin) *
		proportion(t.LengthM, trunkLeast, trunkMost, trunkMargin) *
		math.Max(1-math.Max(askew-askewMost, 0)/askewMargin, 0) *
		math.Max(leg(&f.pose, 0), leg(&f.pose, 1))
}

// leg tells how far the proportions of the left leg (side 0) or the right one (1) are those of a body, 0…1.
func leg(p *body.Pose, side int) float64 {
	shoulder, hip := p.World[body.LeftShoulder+side], p.World[body.LeftHip+side]
	knee, ankle := p.World[body.LeftKnee+side], p.World[body.LeftAnkle+side]
	trunk, thigh, shank := shoulder.Sub(hip).Len(), hip.Sub(knee).Len(), knee.Sub(ankle).Len()
	return proportion(trunk/thigh, trunkThighLeast, trunkThighMost, trunkThighMargin) *
		proportion(thigh/shank, thighShankLeast, thighShankMost, thighShankMargin)
}

// proportion is 1 for x between the limits and falls to 0 at the share margin beyond them.
func proportion(x, lo, hi, margin float64) float64 {
	over := 0.
	switch {
	case x < lo:
		over = lo/x - 1
	case x > hi:
		over = x/hi - 1
	}
	if x > 0 && over < margin { // not NaN
		return 1 - over/margin
	}
	return 0
}

// doubtShape lowers the visibility of the trunk's corners where the body is out of shape: nothing is corrected on them then.
func doubtShape(shape float64, p *body.Pose) {
	if shape >= fairShape {
		return
	}
	belief := leastBelief + (1-leastBelief)*shape/fairShape
	for _, i := range [...]int{body.LeftShoulder, body.RightShoulder, body.LeftHip, body.RightHip} {
		p.Landmarks[i].Visibility *= belief
	}
}

// quality is what one fit is preferred to another for.
func (f *fit) quality() float64 { return f.shape * f.pose.Score }

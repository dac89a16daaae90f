package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Where the near end of a roller can be under somebody who lies on it: the roller touches the back between the sacrum and
// the neck; what is open is where, and how far it sticks out towards the camera.
const (
	bandFromS, bandToS, bandStepS             = -0.2, 1.25, 0.05 // along the back, 0 hip, 1 shoulder
	bandFromReach, bandToReach, bandStepReach = 0.12, 0.54, 0.06 // metres from the body's middle to the near end
	// bandDepth is the distance of the roller's axis behind the hip–shoulder axis, in L (domain.md §1.4).
	bandDepth = 0.29
	// bandFree is how far from there a near end may be for free, in L: the pose errs, and people differ. bandSlope
	// is what each further L takes from the logit of its presence, bandMost the most of it: the pose of somebody seen at
	// a slant errs by more.
	bandFree, bandSlope, bandMost = 0.15, 10, 3
)

// offBand is what the place of a near end takes from the logit that it belongs to a roller in use, under somebody who
// lies on the back.
func offBand(t body.Torso, near body.Point, width, height int) float64 {
	centre := body.Point{X: float64(width-1) / 2, Y: float64(height-1) / 2}
	behind := t.Posterior.XY().Mul(t.Scale * t.LengthM * bandDepth)
	nearest := math.Inf(1)
	for s := bandFromS; s <= bandToS; s += bandStepS {
		mid := body.Lerp(t.H, t.S, s).Add(behind)
		for reach := bandFromReach; reach <= bandToReach; reach += bandStepReach {
			nearest = math.Min(nearest, towardsCamera(t, mid, centre, reach, width).Sub(near).Len())
		}
	}
	return math.Min(bandSlope*math.Max(0, nearest/t.L-bandFree), bandMost)
}

// towardsCamera returns where the roller's near end shows, reach metres from the body's middle at mid: across the trunk
// by the body's lateral direction, and away from the picture's centre as it comes closer.
func towardsCamera(t body.Torso, mid, centre body.Point, reach float64, width int) body.Point {
	closer := reach * t.Scale * t.Lateral.Z / (body.FocalWidths * float64(width)) // share of the distance
	near := mid.Sub(t.Across.Mul(reach * t.Scale))
	return centre.Add(near.Sub(centre).Mul(1 / (1 - math.Min(closer, 0.5))))
}

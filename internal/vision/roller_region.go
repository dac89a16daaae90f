package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// region is what a look is held against: the trunk, if one is seen, and how long a torso is in the picture, in pixels.
type region struct {
	trunk  body.Torso
	known  bool
	length float64
}

// regionOf takes the region from the pose; length is what a torso measured when one was seen last, 0 before that.
func regionOf(p *body.Pose, length float64) region {
	if p != nil {
		if t, ok := body.NewTorso(p); ok {
			return region{trunk: t, known: true, length: t.L}
		}
	}
	return region{length: length}
}

// lying tells that somebody lies on the back there.
func (r region) lying() bool { return r.known && r.trunk.OnBack() }

// bed is how somebody lies on a roller, who takes it along at half the trunk's pace.
type bed int

const (
	noBed bed = iota // nobody does
	onBack
	onFrontOrSide
)

// lies tells how somebody lies there.
func (r region) lies() bed {
	const maxTilt = 0.7 // as body.Torso.OnBack
	switch {
	case r.lying():
		return onBack
	case r.known && math.Abs(r.trunk.Headwards.Y) <= maxTilt:
		return onFrontOrSide
	}
	return noBed
}

// hint is where the trunk takes a roller along.
func (r region) hint() trunkHint {
	if !r.known {
		return trunkHint{}
	}
	return trunkHintOf(r.trunk)
}

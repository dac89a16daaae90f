package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// torsoShare is the trunk's length as a share of the height: .285 of men, .276 of women (domain.md §1.1).
	torsoShare = 0.28
	// minHeightM and maxHeightM bound the height that is believed.
	minHeightM, maxHeightM = 1.0, 2.5
	// maxSizeError bounds by how much the pose's metres may be off.
	maxSizeError = 1.3
	// sizeTau is the memory of the roller's measured size in seconds, sizeAfter the time it has to be seen for.
	sizeTau, sizeAfter = 2.0, 2.0
	// sizeSigma is the spread of a roller's measured size as a share: the scale errs by as much as people's builds do,
	// 7 %, and the radius by a few more.
	sizeSigma = 0.10
)

// lengthOf returns the length of the trunk in metres: from the height if somebody told it, else smoothed from the pose.
func (e *Estimator) lengthOf(torso body.Torso, t float64) float64 {
	length := e.lengthM.push(t, torso.LengthM)
	if h := e.opt.HeightM; h >= minHeightM && h <= maxHeightM {
		return torsoShare * h
	}
	return length
}

// metre returns the pixels per metre at the trunk, as lengthOf sees metres. It needs lengthOf before it.
func (e *Estimator) metre(torso body.Torso) float64 {
	h := e.opt.HeightM
	if !(h >= minHeightM && h <= maxHeightM) {
		return torso.Scale
	}
	wrong := e.lengthM.v / (torsoShare * h)
	return torso.Scale * math.Min(math.Max(wrong, 1/maxSizeError), maxSizeError)
}

// readSize compares the roller with the size that somebody told.
func (e *Estimator) readSize(c *contact, torso body.Torso, t float64, r *Reading) {
	told := e.opt.RollerDiameterM
	if told <= 0 || r.S.State != OK || !(c.radius > 0) {
		return
	}
	e.rollerSize.tau = sizeTau
	if !e.rollerSize.begun {
		e.sizedFrom = t
	}
	ratio := e.rollerSize.push(t, 2*c.radius/e.metre(torso)/told)
	state := OK
	if t-e.sizedFrom < sizeAfter {
		state = Unsure
	}
	r.RollerSize = known(ratio, sizeSigma, state)
}

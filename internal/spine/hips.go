package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// restHeightL is the height of the hip joint over the floor with the buttocks on it, as a fraction of L:
	// 10 cm for L = 47.5 cm (domain.md §4), and .201 ± .020 for the bodies of our renders.
	restHeightL = 0.20
	// hipSigmaL is the error of the hip's height over the floor, as a fraction of L.
	hipSigmaL = 0.035
	// maxFloorSlope is the slope of the floor in the picture up to which the line from the roller to the heels
	// is believed; cameras are propped up askew by a few degrees.
	maxFloorSlope = 0.2
)

// floorLine is the floor under the body's mid-sagittal plane, as a line in the picture.
type floorLine struct {
	at body.Point
	up body.Point // unit normal, away from the floor
	// pxPerM is what a metre of height over the floor spans in the picture.
	pxPerM float64
	state  State
}

// height returns how high q lies over the floor, in metres.
func (f floorLine) height(q body.Point) float64 { return q.Sub(f.at).Dot(f.up) / f.pxPerM }

// floorUnder lays the floor through the roller's underside in the mid-sagittal plane and through the heels; where
// no heel is seen it is taken as level in the picture, and is unsure.
func floorUnder(p *body.Pose, t body.Torso, c contact) floorLine {
	// The camera looks down by the angle whose sine is the rise of the lateral axis in the picture; heights
	// are foreshortened by its cosine.
	cos := math.Sqrt(1 - math.Min(t.Lateral.Y*t.Lateral.Y, 0.64))
	f := floorLine{at: c.mid.Add(body.Point{Y: c.radius * cos}), up: body.Point{Y: -1}, pxPerM: t.Scale * cos, state: Unsure}
	heels := body.Mid(p.Landmarks[body.LeftHeel].At(), p.Landmarks[body.RightHeel].At())
	seen := stateOf(p.Landmarks[t.Near(body.LeftHeel, body.RightHeel)].Visibility)
	along := heels.Sub(f.at)
	if seen == Unseen || math.Abs(along.X) < 0.5*t.L || math.Abs(along.Y) > maxFloorSlope*math.Abs(along.X) {
		return f
	}
	n := body.Point{X: along.Y, Y: -along.X}.Unit()
	if n.Y > 0 {
		n = n.Mul(-1)
	}
	f.up, f.state = n, seen
	return f
}

// restHeight keeps what is known of the height of a person's hips at rest. People differ little (±.02 L), but
// the hip landmark may sit too high or too low on a person; hips seen lower than the usual height at rest show
// that it sits too low.
type restHeight struct {
	lowest ema
	floorL float64 // the lowest height, in L, that lasted; 0 before the first
}

// push adds a sure height over the floor (in L, at time t) and returns the height at rest.
func (r *restHeight) push(t, heightL float64) float64 {
	r.lowest.tau = 0.5
	h := r.lowest.push(t, heightL)
	if r.floorL == 0 || h < r.floorL {
		r.floorL = h
	}
	return math.Min(restHeightL, r.floorL)
}

package session

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// The steps that observations are rounded to before anything is read from them, as parts of one: a hundredth of a
// pixel, a tenth of a millimetre, a thousandth of a probability. They lie far below what the networks can tell, and
// make what is stored the very thing that was judged: a stored session gives the same readings again, bit by bit.
const (
	perPixel  = 100
	perMetre  = 10_000
	perChance = 1000
)

// beyond is past every picture and every body: such a number is a slip, and is taken for not known.
const beyond = 1e9

// quantiser rounds observations. It keeps the copies that it makes, for an eye may go on using what it has given away.
type quantiser struct {
	pose   body.Pose
	trunk  body.Trunk
	roller spine.Roller
}

// round rounds o. What its pointers led to is left as it was: they lead into the quantiser afterwards, and are valid
// until the next call. The time is not rounded, for it is exact. Rounding again changes nothing.
func (q *quantiser) round(o *spine.Observation) {
	if o.Pose != nil {
		q.pose = *o.Pose
		o.Pose = &q.pose
		q.roundPose()
	}
	if o.Roller != nil {
		q.roller = *o.Roller
		o.Roller = &q.roller
		r := &q.roller
		r.Score, r.Radius = to(r.Score, perChance), to(r.Radius, perPixel)
		r.Near, r.Far = toPixel(r.Near), toPixel(r.Far)
	}
	o.Quality.Brightness = to(o.Quality.Brightness, perChance)
	o.Quality.Sharpness = to(o.Quality.Sharpness, perPixel)
	o.Quality.CameraMotion = to(o.Quality.CameraMotion, perPixel)
}

func (q *quantiser) roundPose() {
	p := &q.pose
	p.Score = to(p.Score, perChance)
	for i := range p.Landmarks {
		l, w := &p.Landmarks[i], &p.World[i]
		l.X, l.Y, l.Z = to(l.X, perPixel), to(l.Y, perPixel), to(l.Z, perPixel)
		l.Visibility, l.Presence = to(l.Visibility, perChance), to(l.Presence, perChance)
		w.X, w.Y, w.Z = to(w.X, perMetre), to(w.Y, perMetre), to(w.Z, perMetre)
	}
	if p.Trunk != nil {
		q.trunk = *p.Trunk
		p.Trunk = &q.trunk
		q.trunk.HipLift = to(q.trunk.HipLift, perMetre)
		q.trunk.Across = body.Point{X: to(q.trunk.Across.X, perMetre), Y: to(q.trunk.Across.Y, perMetre)}
	}
}

func toPixel(p body.Point) body.Point { return body.Point{X: to(p.X, perPixel), Y: to(p.Y, perPixel)} }

// to rounds x to so many parts of one. What is no number that was ever measured becomes NaN.
func to(x, parts float64) float64 {
	if !(math.Abs(x) <= beyond) {
		return math.NaN()
	}
	return math.Round(x*parts)/parts + 0 // no −0
}

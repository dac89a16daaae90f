package vision

import (
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

var black = color.RGBA{}

func imagePoint(x, y int) image.Point { return image.Pt(x, y) }

const (
	// patchRadius is the radius of the end face inside a patch, in pixels: larger ones are shrunk to it.
	patchRadius = 8
	// patchReach is how far the look goes beyond the face, in radii: the rim is what fixes the place.
	patchReach = 1.25
	// Half the size of the window that is searched, in radii, beside what the motion predicts.
	windowX, windowY = 0.9, 0.4
	// learn is the share of each sure frame in the recent look.
	learn = 0.15
	// maxLost is how long, in seconds, the window of a lost roller keeps growing; after that another search may
	// begin.
	maxLost = 3.0
	// growX and growY are how fast it grows, in radii per second to each side; widestX and widestY are its ends,
	// some 40 cm to each side and 6 cm up and down.
	growX, growY, widestX, widestY = 2.0, 0.25, 6.0, 1.0
	// offX and offY are how far, in radii, the near end may be from where its motion says (standard deviations).
	offX, offY = 0.4, 0.25
	// Where the trunk and the floor tell it: offXRidden and offXShare of the way, offYRidden and slope, the most that
	// the floor may rise, of the way.
	offXRidden, offXShare, offYRidden, slope = 0.2, 0.15, 0.08, 0.1
	// longGap is a gap between frames, in seconds, after which the roller has to be found again.
	longGap = 0.3
	// clearFrom is the likeness from which a match is to be trusted by itself.
	clearFrom = 0.45
	// glance and gaze are how many places are compared before the steps between them grow to 2 and to 3 pixels.
	glance, gaze = 300, 2400
)

// trunkHint is where the trunk is: a roller under it moves rollRatio times as far.
type trunkHint struct {
	at    body.Point
	known bool
}

// rollerTrack follows one end face from frame to frame by its look and its colours, and keeps account of how sure it
// is. When the face is covered it says that it is lost, and looks for it along the floor.
type rollerTrack struct {
	on     bool
	lost   float64 // since when the roller has not been seen, in seconds of the source; NaN while it is seen
	last   float64 // time of the last step
	face   circle
	v      body.Point // pixels per second, over the background
	belief belief
	again  sighting
	// sure is where it was seen for sure last, and trunk where the trunk was then; doubtful tells that the frame
	// before was not sure.
	sure     body.Point
	trunk    trunkHint
	doubtful bool
	zoom     float64
	side     int

	cut     cutter
	look    rollerLook
	colours rollerFace
	usual   usual
	window  gocv.Mat
	now     gocv.Mat
	like    []float32
}

func newRollerTrack() *rollerTrack {
	return &rollerTrack{cut: newCutter(), window: gocv.NewMat(), now: gocv.NewMat(), lost: math.NaN()}
}

func (k *rollerTrack) close() {
	for _, m := range []*gocv.Mat{&k.cut.m, &k.window, &k.now} {
		m.Close()
	}
}

// begin starts to follow c, which is in view now. One larger than the picture is cut down to it.
func (k *rollerTrack) begin(v view, c circle, trunk trunkHint) {
	c.r = math.Min(c.r, float64(max(v.width, v.height))/2)
	k.on, k.face, k.v, k.last, k.lost = true, c, body.Point{}, v.t, math.NaN()
	k.belief, k.again, k.usual, k.trunk = 1, sighting{}, newUsual(), trunk
	k.sure, k.doubtful = c.at, false
	k.learn(v)
}

// recentre sets a track right: the roller is at c, whatever the track has made of it. What was learnt of its motion and
// of how alike it is as a rule stays; the look belongs to the place, and is learnt anew.
func (k *rollerTrack) recentre(v view, c circle, trunk trunkHint) {
	c.r = math.Min(c.r, float64(max(v.width, v.height))/2)
	if !math.IsNaN(k.lost) {
		k.v, k.usual = body.Point{}, newUsual()
	}
	k.face, k.sure, k.trunk, k.lost, k.doubtful, k.again = c, c.at, trunk, math.NaN(), false, sighting{}
	k.belief = max(k.belief, againBelief)
	k.learn(v)
}

// steady moves a track that is seen a little, to where the roller was found to be: what was learnt of its look stays.
func (k *rollerTrack) steady(at body.Point) { k.face.at, k.sure = at, at }

// learn takes the look and the colours from the picture.
func (k *rollerTrack) learn(v view) {
	k.zoom = math.Min(1, patchRadius/k.face.r)
	r := k.face.r * k.zoom
	k.side = odd(2 * faceReach * r)
	k.cut.cut(v.bgr, &k.now, k.face.at, k.zoom, k.side, k.side)
	if p, ok := patchOf(k.now); ok {
		k.look.begin(p, patchReach*r)
	}
	w, h := k.side+odd(2*windowX*r)-1, k.side+odd(2*windowY*r)-1
	k.cut.cut(v.bgr, &k.window, k.face.at, k.zoom, w, h)
	if p, ok := patchOf(k.window); ok {
		k.colours.begin(p, r, v.gray.Mean().Val1)
	}
}

// rescale adapts the track to a picture so many times as large as the one before.
func (k *rollerTrack) rescale(v view, by float64) {
	for _, p := range []*body.Point{&k.face.at, &k.sure, &k.trunk.at} {
		*p = rescaled(*p, by)
	}
	k.v, k.face.r, k.again = k.v.Mul(by), k.face.r*by, sighting{}
	if zoom := math.Min(1, patchRadius/k.face.r); odd(2*faceReach*k.face.r*zoom) == k.side {
		k.zoom = zoom // patches look as before
		return
	}
	k.usual = newUsual()
	k.learn(v)
}

// rescaled is the place of p, between pixels' centres, in a picture that is k times as large.
func rescaled(p body.Point, k float64) body.Point {
	return body.Point{X: (p.X+0.5)*k - 0.5, Y: (p.Y+0.5)*k - 0.5}
}

// step looks for the roller in the next frame. It reports false where the roller is not seen.
func (k *rollerTrack) step(v view, trunk trunkHint) (circle, float64, bool) {
	dt := math.Min(math.Max(v.t-k.last, 0), 1)
	if math.IsNaN(dt) {
		dt = 0 // a source that does not know its times
	}
	k.last = v.t
	if v.shiftKnown {
		for _, p := range []*body.Point{&k.face.at, &k.trunk.at, &k.sure} {
			*p = p.Add(v.shift)
		}
	}
	if dt > longGap && math.IsNaN(k.lost) {
		k.lose(v.t - dt)
	}
	if !math.IsNaN(k.lost) {
		if !k.find(v, trunk) {
			return circle{}, 0, false
		}
	} else if !k.follow(v, dt, trunk) {
		return circle{}, 0, false
	}
	return k.face, float64(k.belief), true
}

// follow looks for a roller that was seen in the frame before.
func (k *rollerTrack) follow(v view, dt float64, trunk trunkHint) bool {
	s := search{at: k.face.at.Add(k.v.Mul(dt)), x: windowX, y: windowY, offX: offX, offY: offY, most: farMostSeen}
	if k.doubtful {
		// What half covers the roller, or is like it, would lead the track astray step by step: the floor, and the
		// trunk that rolls on it, hold it.
		s.at, s.offX = k.ridden(s.at, trunk, offX)
		s.at.Y, s.offY = k.sure.Y, offYRidden+slope*math.Abs(s.at.X-k.sure.X)/k.face.r
	}
	m, ok := k.match(v, s)
	if !ok {
		m = match{at: s.at, says: leastSaid}
	}
	k.belief = k.belief.next(math.Max(m.says, k.usual.saysColour(m.colour, k.colours.own)))
	if k.belief < seenFrom {
		k.lose(v.t)
		return false
	}
	moved := m.at.Sub(k.face.at)
	k.face.at = m.at
	k.usual.follow(m)
	whole := k.usual.whole(m)
	k.doubtful = !whole || m.likeness < clearFrom
	switch {
	case k.doubtful:
		k.v = k.v.Mul(math.Exp(-dt / 0.15))
	case dt > 0:
		fresh := moved.Mul(1 / dt)
		k.v = k.v.Add(fresh.Sub(k.v).Mul(1 - math.Exp(-dt/0.15)))
	}
	if !k.doubtful {
		k.sure, k.trunk = m.at, trunk
	}
	if whole && k.belief > 0.8 {
		k.renew(v, m)
	}
	return true
}

// ridden returns where the trunk has taken the roller since it was seen for sure, and how exact that is along the
// floor, in radii; otherwise and off where the trunk does not tell.
func (k *rollerTrack) ridden(otherwise body.Point, trunk trunkHint, off float64) (body.Point, float64) {
	if !trunk.known || !k.trunk.known {
		return otherwise, off
	}
	way := widestX * k.face.r
	ride := math.Min(math.Max(rollRatio*(trunk.at.X-k.trunk.at.X), -way), way)
	return body.Point{X: k.sure.X + ride, Y: otherwise.Y}, offXRidden + offXShare*math.Abs(ride)/k.face.r
}

// lose notes that the roller was not seen any more at t.
func (k *rollerTrack) lose(t float64) { k.lost, k.v, k.again = t, body.Point{}, sighting{} }

// find looks for a roller that was lost. It stands on the floor under the back still, or was rolled on: it is looked
// for along the floor, in a window that grows, around where the trunk has taken it.
func (k *rollerTrack) find(v view, trunk trunkHint) bool {
	gone := math.Min(math.Max(v.t-k.lost, 0), maxLost)
	s := search{at: k.face.at, x: windowX + growX*gone, y: windowY + growY*gone, offY: 0.5, most: farMost}
	s.at, s.offX = k.ridden(s.at, trunk, 1+gone)
	s.offX = math.Max(s.offX, 0.7)
	s.x, s.y = math.Min(s.x, widestX), math.Min(s.y, widestY)
	m, ok := k.match(v, s)
	if !ok || !k.again.add(m, 0.6*k.face.r, s.at, k.colours.own) {
		return false
	}
	k.face.at, k.v, k.lost, k.belief = m.at, body.Point{}, math.NaN(), againBelief
	k.sure, k.trunk, k.doubtful, k.again = m.at, trunk, !k.usual.whole(m), sighting{}
	return true
}

// gone tells that the roller has not been seen for so long that another look for it, anywhere, is due.
func (k *rollerTrack) gone(t float64) bool { return t-k.lost > maxLost }

// renew lets the recent look and the colours follow the roller's.
func (k *rollerTrack) renew(v view, m match) {
	k.cut.cut(v.bgr, &k.now, k.face.at, k.zoom, k.side, k.side)
	if p, ok := patchOf(k.now); ok {
		k.look.renew(p, learn)
	}
	k.colours.renew(m.inPatch.X, m.inPatch.Y)
}

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
	// patchReach is how far the patch goes beyond the face, in radii: the rim is what fixes the place.
	patchReach = 1.25
	// Half the size of the window that is searched, in radii, beside what the motion predicts.
	windowX, windowY = 0.9, 0.4
	// keepFrom is the likeness (normalised correlation) from which the track believes a match and learns from
	// it; againFrom what it takes to find a lost roller again.
	keepFrom, againFrom = 0.45, 0.6
	// learn is the share of each sure frame in the recent look.
	learn = 0.15
	// maxLost is how long a lost roller is looked for along its way, in seconds; after that the whole window
	// stays open.
	maxLost = 3.0
	// maxSpeedPx is how fast the near end may travel, in radii per second (about 25 cm/s).
	maxSpeedPx = 4.0
)

// rollerTrack follows one end face from frame to frame by its look: as it was when the track began, which keeps it
// from drifting, and as it was lately, for a roller turns and light changes.
type rollerTrack struct {
	on     bool
	lost   float64 // since when the roller has not been seen, in seconds of the source; NaN while it is seen
	last   float64 // time of the last step
	face   circle
	v      body.Point // pixels per second, over the background
	prior  float64    // the score that the track began with
	again  int        // frames in a row in which a lost roller was seen again
	zoom   float64
	side   int
	cut    cutter
	anchor gocv.Mat
	recent gocv.Mat
	mask   gocv.Mat
	window gocv.Mat
	like   gocv.Mat
	liker  gocv.Mat
	now    gocv.Mat
	blend  gocv.Mat
}

func newRollerTrack() *rollerTrack {
	return &rollerTrack{
		cut: newCutter(), anchor: gocv.NewMat(), recent: gocv.NewMat(), mask: gocv.NewMat(), window: gocv.NewMat(),
		like: gocv.NewMat(), liker: gocv.NewMat(), now: gocv.NewMat(), blend: gocv.NewMat(), lost: math.NaN(),
	}
}

func (k *rollerTrack) close() {
	for _, m := range []*gocv.Mat{&k.cut.m, &k.anchor, &k.recent, &k.mask, &k.window, &k.like, &k.liker, &k.now, &k.blend} {
		m.Close()
	}
}

// begin starts to follow c, which is in view now. One larger than the picture is cut down to it.
func (k *rollerTrack) begin(v view, c circle) {
	c.r = math.Min(c.r, float64(max(v.width, v.height))/2)
	k.on, k.face, k.v, k.last, k.lost, k.prior = true, c, body.Point{}, v.t, math.NaN(), 1
	k.zoom = math.Min(1, patchRadius/c.r)
	k.side = odd(2 * patchReach * c.r * k.zoom)
	k.cut.cut(v.bgr, &k.anchor, c.at, k.zoom, k.side, k.side)
	k.anchor.CopyTo(&k.recent)
	k.mask.Close()
	k.mask = gocv.NewMatWithSize(k.side, k.side, gocv.MatTypeCV8UC3)
	gocv.Circle(&k.mask, imagePoint(k.side/2, k.side/2), int(patchReach*c.r*k.zoom), color.RGBA{R: 255, G: 255, B: 255}, -1)
}

// step looks for the roller in the next frame. It reports false where the roller is not seen.
func (k *rollerTrack) step(v view) (circle, float64, bool) {
	dt := math.Min(math.Max(v.t-k.last, 0), 1)
	if math.IsNaN(dt) {
		dt = 0 // a source that does not know its times
	}
	k.last = v.t
	want := k.face.at.Add(k.v.Mul(dt))
	if v.shiftKnown {
		want = want.Add(v.shift)
		k.face.at = k.face.at.Add(v.shift)
	}
	wx, wy := windowX, windowY
	if lost := v.t - k.lost; lost > 0 { // NaN, that is "seen", fails this
		want = k.face.at
		wx += math.Min(lost, maxLost) * maxSpeedPx / 2
		wy += math.Min(lost, maxLost) * 0.5
	}
	at, likeness := k.match(v, want, wx, wy)
	if !k.believe(v.t, likeness) {
		return circle{}, 0, false
	}
	moved := at.Sub(k.face.at)
	if dt > 0 {
		fresh := moved.Mul(1 / dt)
		k.v = k.v.Add(fresh.Sub(k.v).Mul(1 - math.Exp(-dt/0.15)))
	}
	k.face.at = at
	k.renew(v)
	return k.face, k.prior * rollerScore(likeness), true
}

// believe decides whether a match of that likeness is the roller, and keeps count of a loss.
func (k *rollerTrack) believe(t, likeness float64) bool {
	if math.IsNaN(k.lost) {
		if likeness >= keepFrom {
			return true
		}
		k.lost, k.v, k.again = t, body.Point{}, 0
		return false
	}
	if likeness < againFrom {
		k.again = 0
		return false
	}
	if k.again++; k.again < 2 {
		return false
	}
	k.lost = math.NaN()
	return true
}

// gone tells that the roller has not been seen for so long that another look for it, anywhere, is due.
func (k *rollerTrack) gone(t float64) bool { return t-k.lost > maxLost }

// match returns the place that looks most like the roller within wx and wy radii of want, and how much.
func (k *rollerTrack) match(v view, want body.Point, wx, wy float64) (body.Point, float64) {
	w := k.side + odd(2*wx*k.face.r*k.zoom) - 1
	h := k.side + odd(2*wy*k.face.r*k.zoom) - 1
	k.cut.cut(v.bgr, &k.window, want, k.zoom, w, h)
	gocv.MatchTemplate(k.window, k.anchor, &k.like, gocv.TmCcoeffNormed, k.mask)
	gocv.MatchTemplate(k.window, k.recent, &k.liker, gocv.TmCcoeffNormed, k.mask)
	gocv.AddWeighted(k.like, 0.5, k.liker, 0.5, 0, &k.like)
	like, err := k.like.DataPtrFloat32()
	if err != nil {
		return want, 0
	}
	cols, rows := k.like.Cols(), k.like.Rows()
	best, bx, by := float32(-2), 0, 0
	for y := range rows {
		for x := range cols {
			// A patch without any texture gives no finite likeness.
			if q := like[y*cols+x]; q > best && q <= 1.0001 {
				best, bx, by = q, x, y
			}
		}
	}
	if best < -1 {
		return want, 0
	}
	fx := float64(bx) + summit(like, by*cols+bx, 1, bx, cols)
	fy := float64(by) + summit(like, by*cols+bx, cols, by, rows)
	off := body.Point{X: fx - float64(cols-1)/2, Y: fy - float64(rows-1)/2}
	return want.Add(off.Mul(1 / k.zoom)), float64(best)
}

// summit returns the offset in −½…½ of a parabola's top from index i, along neighbours step apart.
func summit(q []float32, i, step, pos, n int) float64 {
	if pos == 0 || pos == n-1 {
		return 0
	}
	a, b, c := float64(q[i-step]), float64(q[i]), float64(q[i+step])
	bend := a - 2*b + c
	if !(bend < -1e-9) {
		return 0
	}
	return math.Min(math.Max((a-c)/(2*bend), -0.5), 0.5)
}

// renew lets the recent look follow the roller's.
func (k *rollerTrack) renew(v view) {
	k.cut.cut(v.bgr, &k.now, k.face.at, k.zoom, k.side, k.side)
	gocv.AddWeighted(k.recent, 1-learn, k.now, learn, 0, &k.blend)
	k.recent, k.blend = k.blend, k.recent
}

// rollerScore turns a likeness into the probability that the match is right to an IoU of a half.
func rollerScore(likeness float64) float64 {
	return 1 / (1 + math.Exp(-(likeness-0.45)*12))
}

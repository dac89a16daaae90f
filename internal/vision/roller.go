package vision

import (
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// rollerFinder is the first version of the roller's stage: a person's word wins, a track follows what was found, and
// without either the suspects under the back are watched until one of them rolls. A trained finder will take the
// suspects' place.
type rollerFinder struct {
	words    []Placement
	track    *rollerTrack
	suspects *suspects
	// placed tells that a person gave the roller: then the search stays silent and only their roller is looked
	// for again after a loss.
	placed bool
	// width and height are the size of the picture before; 0 before the first.
	width, height int
}

// circle is the outline of an end face, in pixels of the frame.
type circle struct {
	at body.Point
	r  float64
}

// touches tells whether any of the circle's box lies in the picture.
func (c circle) touches(v view) bool {
	return c.at.X > -c.r && c.at.Y > -c.r && c.at.X < float64(v.width)+c.r && c.at.Y < float64(v.height)+c.r
}

// finite tells that all of them are numbers that a place can have.
func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

func newRollerFinder() *rollerFinder {
	return &rollerFinder{track: newRollerTrack(), suspects: newSuspects()}
}

// place keeps a person's word until its time comes. One that is no place at all is ignored.
func (f *rollerFinder) place(p Placement) {
	if p.Radius > 0 && finite(p.At, p.Near.X, p.Near.Y, p.Radius) {
		f.words = append(f.words, p)
	}
}

func (f *rollerFinder) close() {
	f.track.close()
	f.suspects.close()
}

// step returns the roller in this frame, or nil.
func (f *rollerFinder) step(v view, obs *spine.Observation) *spine.Roller {
	if v.bgr.Empty() || v.gray.Empty() {
		return nil
	}
	v.shiftKnown = v.shiftKnown && finite(v.shift.X, v.shift.Y)
	f.resize(v)
	if w, ok := f.due(v.t); ok && (circle{w.Near, w.Radius}).touches(v) {
		f.placed = true
		f.track.begin(v, circle{w.Near, w.Radius}, trunkOf(obs.Pose))
		c := f.track.face
		return &spine.Roller{Score: 1, Near: c.at, Radius: c.r, Source: spine.RollerPlaced}
	}
	if f.track.on {
		if c, score, ok := f.track.step(v, trunkOf(obs.Pose)); ok {
			return &spine.Roller{Score: score, Near: c.at, Radius: c.r, Source: spine.RollerTracked}
		}
		if f.placed || !f.track.gone(v.t) {
			return nil
		}
		f.track.on = false
		f.suspects.clear()
	}
	if f.placed || obs.Pose == nil {
		return nil
	}
	found := f.suspects.step(v, obs.Pose)
	if found == nil {
		return nil
	}
	// The suspect's track becomes the roller's, and goes on with all that it has learned.
	f.track, found.track = found.track, f.track
	f.track.prior = rolledScore
	f.suspects.clear()
	return &spine.Roller{Score: f.track.prior, Near: f.track.face.at, Radius: f.track.face.r, Source: spine.RollerSearched}
}

// sameShape is by how much the aspect of two pictures may differ, rounded to whole pixels as they are, and the two
// still show the same.
const sameShape = 0.02

// resize adapts what is known to the size of the picture. One of the same shape shows the same things larger or
// smaller; in any other nobody can tell where the roller went, and a person's word about it is void.
func (f *rollerFinder) resize(v view) {
	w, h := f.width, f.height
	f.width, f.height = v.width, v.height
	if w == 0 || (w == v.width && h == v.height) {
		return
	}
	f.suspects.clear()
	kx, ky := float64(v.width)/float64(w), float64(v.height)/float64(h)
	if math.Abs(kx/ky-1) > sameShape {
		f.track.on, f.placed, f.words = false, false, f.words[:0]
		return
	}
	k := math.Sqrt(kx * ky)
	for i := range f.words {
		f.words[i].Near, f.words[i].Radius = rescaled(f.words[i].Near, k), f.words[i].Radius*k
	}
	if f.track.on {
		f.track.rescale(v, k)
	}
}

// trunkOf tells where the trunk is, if the person lies on the back and it is seen well.
func trunkOf(p *body.Pose) trunkHint {
	if p == nil {
		return trunkHint{}
	}
	t, ok := body.NewTorso(p)
	return trunkHint{at: body.Mid(t.H, t.S), known: ok && t.OnBack() && t.Visibility >= 0.5}
}

// due takes the newest of the words whose time has come, to within half a frame at 30 frames/s.
func (f *rollerFinder) due(t float64) (Placement, bool) {
	best := -1
	for i, w := range f.words {
		if w.At <= t+1.0/60 && (best < 0 || w.At >= f.words[best].At) {
			best = i
		}
	}
	if best < 0 {
		return Placement{}, false
	}
	w := f.words[best]
	kept := f.words[:0]
	for _, o := range f.words {
		if o.At > t+1.0/60 {
			kept = append(kept, o)
		}
	}
	f.words = kept
	return w, true
}

// cutter takes square or oblong pieces out of a picture, resampled about a point between pixels.
type cutter struct{ m gocv.Mat }

func newCutter() cutter { return cutter{gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F)} }

// cut writes the w×h piece of src around at to dst; zoom is how many pixels of the piece one of src spans.
// Beyond the edge of src its border is repeated.
func (c cutter) cut(src gocv.Mat, dst *gocv.Mat, at body.Point, zoom float64, w, h int) {
	c.m.SetDoubleAt(0, 0, zoom)
	c.m.SetDoubleAt(0, 1, 0)
	c.m.SetDoubleAt(0, 2, float64(w-1)/2-zoom*at.X)
	c.m.SetDoubleAt(1, 0, 0)
	c.m.SetDoubleAt(1, 1, zoom)
	c.m.SetDoubleAt(1, 2, float64(h-1)/2-zoom*at.Y)
	gocv.WarpAffineWithParams(src, dst, c.m, imagePoint(w, h), gocv.InterpolationLinear, gocv.BorderReplicate, black)
}

func odd(x float64) int { return 2*int(math.Ceil(x/2)) + 1 }

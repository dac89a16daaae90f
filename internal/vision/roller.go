package vision

import (
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// rollerFinder is the roller's stage: a person's word wins and is followed; without one the network's looks at single
// frames are watched until they agree.
type rollerFinder struct {
	words []Placement
	track *rollerTrack
	watch *watch
	// placed tells that a person gave the roller: then only their roller is looked for again after a loss.
	placed bool
	again  regained
	far    farEnd
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

func newRollerFinder(l looker) *rollerFinder {
	return &rollerFinder{track: newRollerTrack(), watch: newWatch(l)}
}

// place keeps a person's word until its time comes. One that is no place at all is ignored.
func (f *rollerFinder) place(p Placement) {
	if p.Radius > 0 && finite(p.At, p.Near.X, p.Near.Y, p.Radius) {
		f.words = append(f.words, p)
	}
}

func (f *rollerFinder) close() error {
	f.track.close()
	return f.watch.close()
}

// step returns the roller in this frame, or nil. An error means that the engine failed.
func (f *rollerFinder) step(v view, obs *spine.Observation) (*spine.Roller, error) {
	if v.bgr.Empty() || v.gray.Empty() {
		return nil, nil
	}
	v.shiftKnown = v.shiftKnown && finite(v.shift.X, v.shift.Y)
	f.resize(v)
	if w, ok := f.due(v.t); ok && (circle{w.Near, w.Radius}).touches(v) {
		f.placed, f.far = true, farEnd{}
		f.watch.clear()
		f.track.begin(v, circle{w.Near, w.Radius}, trunkOf(obs.Pose))
		c := f.track.face
		return &spine.Roller{Score: 1, Near: c.at, Radius: c.r, Source: spine.RollerPlaced}, nil
	}
	if !f.placed {
		return f.watch.step(v, obs.Pose)
	}
	if c, score, ok := f.track.step(v, trunkOf(obs.Pose)); ok {
		err := f.far.look(f.watch, v, obs.Pose, c)
		r := &spine.Roller{Score: score, Near: c.at, Radius: c.r, Source: spine.RollerTracked}
		if f.far.known() {
			r.Far, r.FarSeen, r.FarHidden = c.at.Add(f.far.way), true, true
		}
		return r, err
	}
	return nil, f.regain(v, obs.Pose)
}

// A told roller that has been lost for regainAfter seconds is looked for with the network too, every regainEvery
// seconds: two looks in a row have to find one of about its size, surely, and in the same place.
const (
	regainAfter, regainEvery = 0.5, 0.3
	regainLogit, regainSize  = 1.4, 1.33
)

// regained is what the last such look has found.
type regained struct {
	looked float64
	at     body.Point
	found  bool
}

// regain looks for a told roller that the track has lost, and sets the track onto it.
func (f *rollerFinder) regain(v view, p *body.Pose) error {
	if p == nil || !(v.t-f.track.lost > regainAfter) {
		f.again.found = false
		return nil
	}
	t, ok := body.NewTorso(p)
	if !ok || (f.again.looked <= v.t && v.t-f.again.looked < regainEvery) {
		return nil
	}
	f.again.looked = v.t
	g, err := f.watch.net.find(v.bgr, t.H, t.S)
	if err != nil {
		return err
	}
	r := f.track.face.r
	found := g.possible() && f.watch.logit(v, g, regionOf(p, 0)) >= regainLogit && g.radius < regainSize*r && g.radius > r/regainSize
	if found && f.again.found && g.near.Sub(f.again.at).Len() < agreeR*r {
		f.track.recentre(v, circle{g.near, r}, trunkOf(p))
		f.far = farEnd{}
	}
	f.again.at, f.again.found = g.near, found
	return nil
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
	f.watch.clear()
	kx, ky := float64(v.width)/float64(w), float64(v.height)/float64(h)
	if math.Abs(kx/ky-1) > sameShape {
		f.track.on, f.placed, f.words, f.far = false, false, f.words[:0], farEnd{}
		return
	}
	k := math.Sqrt(kx * ky)
	f.far.way = f.far.way.Mul(k)
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
	h := trunkHintOf(t)
	h.known = h.known && ok
	return h
}

func trunkHintOf(t body.Torso) trunkHint {
	return trunkHint{at: body.Mid(t.H, t.S), known: t.OnBack() && t.Visibility >= 0.5}
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

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
	told   toldRoller
	torso  float64 // the torso's length when it was seen last, in pixels; 0: never
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
	seen := regionOf(obs.Pose, f.torso)
	f.torso = seen.length
	if w, ok := f.due(v.t); ok && (circle{w.Near, w.Radius}).touches(v) {
		return f.hear(v, seen, w)
	}
	if !f.placed {
		return f.watch.step(v, seen)
	}
	c, score, ok := f.track.step(v, seen.hint())
	if !ok {
		back, found, err := f.told.regain(f.watch, v, seen, v.t-f.track.lost, f.track.face.r)
		if found {
			f.track.recentre(v, back, seen.hint())
			f.told.agree = 0
		}
		return nil, err
	}
	better, believed, err := f.told.look(f.watch, v, seen, c, !f.track.doubtful)
	if believed {
		f.track.steady(better.at)
		c = f.track.face
	}
	return f.roller(c, score, spine.RollerTracked), err
}

// hear takes a person's word.
func (f *rollerFinder) hear(v view, seen region, w Placement) (*spine.Roller, error) {
	f.placed, f.told = true, toldRoller{}
	f.watch.clear()
	f.track.begin(v, circle{w.Near, w.Radius}, seen.hint())
	c := f.track.face
	_, _, err := f.told.look(f.watch, v, seen, c, true)
	return f.roller(c, 1, spine.RollerPlaced), err
}

// roller is a told roller as the rest of the pipeline gets it.
func (f *rollerFinder) roller(c circle, score float64, source spine.RollerSource) *spine.Roller {
	r := &spine.Roller{Score: score, Near: c.at, Radius: c.r, Source: source}
	if f.told.farKnown() {
		r.Far, r.FarSeen, r.FarHidden = c.at.Add(f.told.way), true, true
	}
	return r
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
		f.track.on, f.placed, f.words, f.told = false, false, f.words[:0], toldRoller{}
		return
	}
	k := math.Sqrt(kx * ky)
	f.told.rescale(k)
	f.torso *= k
	for i := range f.words {
		f.words[i].Near, f.words[i].Radius = rescaled(f.words[i].Near, k), f.words[i].Radius*k
	}
	if f.track.on {
		f.track.rescale(v, k)
	}
}

// trunkHintOf tells where the trunk is, if the person lies on the back and it is seen well.
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

package vision

import (
	"cmp"
	"slices"
)

const (
	// misshapen is the seconds for which a fit may be out of shape before another one is looked for: a wrist
	// before the hips or a blurred frame passes sooner.
	misshapen = .25
	// opinionEvery is the seconds between looks for a better fit while there is none, opinionRarely after
	// opinionsOften of them in a row: the person may really look so, foreshortened or half out of the picture.
	opinionEvery, opinionRarely = .25, 1.
	opinionsOften               = 12
	// betterShape is how much better the shape of another fit must be to be preferred.
	betterShape = .25
)

// doubts is how long and how often the shape of the fit has been doubted.
type doubts struct {
	since, next float64
	standing    bool
	asked       int
	// turn counts all looks, so that each is in another turn of the frame.
	turn int
}

// due tells whether it is time for another opinion on a fit of that shape at time t.
func (d *doubts) due(t, shape float64) bool {
	if shape >= fairShape {
		*d = doubts{turn: d.turn}
		return false
	}
	if !d.standing || t < d.since {
		d.since, d.next, d.standing = t, t+misshapen, true
	}
	return t >= d.next
}

// ask notes a look at time t and sets the time of the next one.
func (d *doubts) ask(t float64) {
	d.asked++
	d.turn++
	d.next = t + opinionEvery
	if d.asked > opinionsOften {
		d.next = t + opinionRarely
	}
}

// opinion looks for a better fit while the one followed is out of shape: the detector looks anew, in one turn of the
// frame after the other, and so does the landmarker at the same place, turned. It returns true if there is one, which is
// in t.now then.
func (t *tracker) opinion(v view) (bool, error) {
	if !t.doubts.due(v.t, t.now.shape) {
		return false, nil
	}
	was, d := t.now, &t.doubts
	d.ask(v.t)
	var err error
	t.found, err = t.detector.look(v.bgr, searchView(d.turn%wholeViews, v.width, v.height), t.found[:0])
	if err != nil {
		return false, err
	}
	slices.SortFunc(t.found, func(a, b candidate) int { return cmp.Compare(t.suits(b, v.t), t.suits(a, v.t)) })
	t.found = t.found[:min(len(t.found), verifyMost)]
	ok, err := t.choose(v)
	if err == nil && !(ok && t.now.shape >= fairShape) {
		ok, err = t.tryTurned(v, was.next(), d.turn)
	}
	if err == nil && ok && t.now.shape >= was.shape+betterShape && t.suits(t.now.candidate(), v.t) > t.suits(was.candidate(), v.t) {
		*d = doubts{turn: d.turn}
		return true, nil
	}
	t.now = was
	return false, err
}

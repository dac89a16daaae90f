package vision

import (
	"cmp"
	"math"
	"slices"
)

// verifyMost bounds how many of the persons that one search found the landmarker looks at: two and
// a half or the wrong way round of each.
const verifyMost = 4

// search looks for somebody to follow, and leaves them in t.now. Right after a loss it goes through the whole
// frame in every turn; then it spends one look a frame, going round through all the squares.
func (t *tracker) search(v view) (bool, error) {
	looks := 1
	if t.searched == 0 {
		looks = wholeViews
	}
	t.found = t.found[:0]
	var err error
	for range looks {
		s := searchView(t.searched%searchViews, v.width, v.height)
		t.searched++
		if t.found, err = t.detector.look(v.bgr, s, t.found); err != nil {
			return false, err
		}
	}
	slices.SortFunc(t.found, func(a, b candidate) int { return cmp.Compare(t.suits(b, v.t), t.suits(a, v.t)) })
	t.found = t.found[:min(len(t.found), verifyMost)]
	ok, err := t.choose(v)
	if err != nil || len(t.found) == 0 || ok && t.now.quality() >= wellShaped {
		return ok, err
	}
	// The detector may have seen somebody the wrong way round.
	turned, err := t.tryTurned(v, t.found[0].square(), t.searched)
	return ok || turned, err
}

// choose puts the best fit to the candidates in t.found into t.now, and tells whether there was any. Candidates of
// different people stand in the order in which they suit; those of one person, of which the detector at times sees
// a half, or the head where the feet are, compete with the shape that comes out.
func (t *tracker) choose(v view) (bool, error) {
	has, most := false, 0.
	for _, c := range t.found {
		if has && t.now.quality() >= fairShape {
			if best := t.now.candidate(); c.agrees(best) || !c.touches(best) {
				continue
			}
		}
		ok, err := t.fitTwice(v, c.square(), keepScore)
		if err != nil {
			return false, err
		}
		// Between two shapes without blame the detector's word decides.
		if suits := t.suits(t.trial.candidate(), v.t) * (1 + c.score); ok && (!has || suits > most) {
			t.now, has, most = t.trial, true, suits
		}
	}
	return has, nil
}

// turns are the quarters by which a square is turned to see whether a body fits in better.
var turns = [...]float64{math.Pi, math.Pi / 2, -math.Pi / 2}

// tryTurned fits a body to the square s turned in the i-th way, and puts it into t.now if it is without blame there.
func (t *tracker) tryTurned(v view, s square, i int) (bool, error) {
	s.angle += turns[i%len(turns)]
	ok, err := t.fitTwice(v, s.onGrid(), provenScore)
	if err != nil || !ok || t.trial.quality() < wellShaped {
		return false, err
	}
	t.now = t.trial
	return true, nil
}

// fitTwice fits landmarks to a square and then to the one that these ask for, which is what tracking will see.
func (t *tracker) fitTwice(v view, roi square, least float64) (bool, error) {
	ok, err := t.fit(v, roi, keepScore)
	if err != nil || !ok {
		return false, err
	}
	return t.fit(v, t.trial.next(), least)
}

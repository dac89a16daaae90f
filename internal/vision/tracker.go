package vision

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// keepScore is the presence below which the person counts as lost.
	keepScore = .5
	// findScore is the presence at which the landmarker confirms what the detector found.
	findScore = .5
	// otherScore is the same for people besides the subject, of whom a false one costs more than a missed one.
	otherScore = .7
	// lookEvery and lookEveryContested are the seconds between looks over the whole frame while somebody is
	// followed: normally, and while somebody else looks like the better subject.
	lookEvery, lookEveryContested = 1.5, .5
	// switchVotes is how many looks in a row must prefer somebody else before the subject changes, switchRatio
	// how much better that one must be each time.
	switchVotes, switchRatio = 3, 1.5
	// verifyMost bounds the landmarker's runs to confirm what one search found.
	verifyMost = 3
)

// tracker finds one person and follows them: the one who exercises, not the one who walks by.
type tracker struct {
	detector   *detector
	landmarker *landmarker

	// now is the fit of the last frame, meaningful while following; trial is scratch.
	now, trial fit
	following  bool

	// searched counts the search's looks since the person was lost; 0 makes the next search a thorough one.
	searched int
	// nextLook is the time of the next look over the whole frame while following.
	nextLook float64
	looks    int
	// seen is the people besides the subject that the last look in each turn of the frame found.
	seen [wholeViews]int
	// votes is how many looks in a row preferred the rival.
	votes int
	rival candidate

	// last is where the subject was when last seen, at lastT.
	last    candidate
	lastT   float64
	hasLast bool

	// roller is where the roller was last known to be.
	roller    body.Point
	hasRoller bool

	found []candidate
}

// outcome says what became of the person in a frame.
type outcome uint8

const (
	nobody   outcome = iota
	followed         // the same person as in the frame before
	acquired         // somebody found anew, or another person than before
)

// step looks for the person in the view. Unless the outcome is nobody, t.now is the fit.
func (t *tracker) step(v view) (outcome, error) {
	if t.following {
		ok, err := t.follow(v)
		if err != nil {
			return nobody, err
		}
		if ok {
			changed, err := t.reconsider(v)
			if changed {
				return acquired, err
			}
			return followed, err
		}
		t.following, t.searched, t.votes = false, 0, 0
	}
	ok, err := t.search(v)
	if err != nil || !ok {
		return nobody, err
	}
	t.following = true
	t.nextLook = v.t + lookEvery
	t.remember(v.t)
	return acquired, nil
}

// follow fits the landmarks to where the last frame says the person is.
func (t *tracker) follow(v view) (bool, error) {
	roi := t.now.next()
	if !roi.usable(v.width, v.height) {
		return false, nil
	}
	if err := t.landmarker.look(v.bgr, roi, &t.trial); err != nil {
		return false, err
	}
	if t.trial.pose.Score < keepScore {
		return false, nil
	}
	t.now = t.trial
	t.remember(v.t)
	return true, nil
}

func (t *tracker) remember(at float64) {
	t.last, t.lastT, t.hasLast = t.now.candidate(), at, true
}

// search looks for somebody to follow. Right after a loss it goes through the whole frame in every turn;
// then it spends one look a frame, going round through all the squares.
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
	slices.SortFunc(t.found, func(a, b candidate) int {
		if t.suits(a, v.t) > t.suits(b, v.t) {
			return -1
		}
		return 1
	})
	for i := range min(len(t.found), verifyMost) {
		ok, err := t.confirm(v, t.found[i], findScore)
		if err != nil {
			return false, err
		}
		if ok {
			t.now = t.trial
			return true, nil
		}
	}
	return false, nil
}

// confirm fits landmarks to a candidate, into t.trial, and tells whether somebody is there.
func (t *tracker) confirm(v view, c candidate, least float64) (bool, error) {
	roi := squareAround(c.hips, c.rim)
	if !roi.usable(v.width, v.height) {
		return false, nil
	}
	if err := t.landmarker.look(v.bgr, roi, &t.trial); err != nil {
		return false, err
	}
	return t.trial.pose.Score >= least, nil
}

// suits tells how much a candidate looks like the one who exercises: lying rather than standing, near the
// roller, large, and where the subject was a moment ago. Only ratios mean anything.
func (t *tracker) suits(c candidate, at float64) float64 {
	axis := c.axis()
	r := axis.Len()
	if r == 0 {
		return 0
	}
	lying := math.Abs(axis.X) / r // the cosine of the angle to the floor
	s := c.score * (.3 + lying*lying)
	if t.hasRoller && c.hips.Sub(t.roller).Len() < 1.2*r {
		s *= 1.5
	}
	if t.hasLast && at-t.lastT < 3 && c.hips.Sub(t.last.hips).Len() < .7*t.last.axis().Len() {
		s *= 1.5
	}
	return s
}

// reconsider looks over the whole frame now and then: how many people are there, and is the one followed still
// the one who exercises? The subject changes only after several looks in a row say so. It returns true if it
// did, with the new one in t.now.
func (t *tracker) reconsider(v view) (changed bool, err error) {
	if v.t < t.nextLook && v.t >= t.lastT-1 {
		return false, nil
	}
	turn := t.looks % wholeViews
	t.looks++
	t.found, err = t.detector.look(v.bgr, searchView(turn, v.width, v.height), t.found[:0])
	if err != nil {
		return false, err
	}
	best, others, err := t.others(v)
	if err != nil {
		return false, err
	}
	t.seen[turn] = others
	t.vote(best, v.t)
	t.nextLook = v.t + lookEvery
	if t.votes > 0 {
		t.nextLook = v.t + lookEveryContested
	}
	if t.votes < switchVotes {
		return false, nil
	}
	t.votes = 0
	ok, err := t.confirm(v, t.rival, findScore)
	if err != nil || !ok {
		return false, err
	}
	t.now = t.trial
	t.remember(v.t)
	return true, nil
}

// others counts the people in t.found besides the subject, each confirmed by the landmarker, and returns the one
// that suits best (score 0 if there is none). At most one is confirmed unless there are several, at most two
// then: more than "several" is of no use to anybody.
func (t *tracker) others(v view) (best candidate, count int, err error) {
	subject := t.now.candidate()
	for _, c := range t.found {
		// The detector at times sees the same body upside down or half: whoever has hips within the body's
		// circle is the subject.
		if c.hips.Sub(subject.hips).Len() < .7*subject.axis().Len() || c.sameAs(subject) {
			continue
		}
		ok, err := t.confirm(v, c, otherScore)
		if err != nil {
			return best, count, err
		}
		confirmed := t.trial.candidate()
		if !ok || confirmed.hips.Sub(subject.hips).Len() < .7*subject.axis().Len() {
			continue
		}
		count++
		if best.score == 0 || t.suits(confirmed, v.t) > t.suits(best, v.t) {
			best = confirmed
		}
		if count == 2 {
			break
		}
	}
	return best, count, nil
}

// vote counts how often in a row the same other person suited better than the subject. Looks in the turns of the
// frame in which nobody else is seen do not count against them, unless none of a whole round saw them.
func (t *tracker) vote(best candidate, at float64) {
	subject := t.now.candidate()
	if best.score == 0 {
		if t.seen == [wholeViews]int{} {
			t.votes = 0
		}
		return
	}
	if t.suits(best, at) < switchRatio*t.suits(subject, at) {
		t.votes = 0
		return
	}
	if t.votes > 0 && best.hips.Sub(t.rival.hips).Len() > t.rival.axis().Len() {
		t.votes = 0
	}
	t.rival = best
	t.votes++
}

// people is how many persons the last looks over the frame found.
func (t *tracker) people() int {
	if !t.following {
		return 0
	}
	return 1 + slices.Max(t.seen[:])
}

func (t *tracker) close() error {
	err := t.detector.close()
	if e := t.landmarker.close(); err == nil {
		err = e
	}
	return err
}

package vision

import (
	"math"
	"slices"
)

const (
	// otherScore is the presence from which somebody besides the subject is counted.
	otherScore = .9
	// lookEvery and lookEveryContested are the seconds between looks over the whole frame while somebody is
	// followed: normally, and while somebody else looks like the better subject.
	lookEvery, lookEveryContested = 1.5, .5
	// switchVotes is how many looks in a row must prefer somebody else before the subject changes, switchRatio
	// how much better that one must be each time.
	switchVotes, switchRatio = 3, 1.5
)

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
	if t.recent(at) && c.resembles(t.sure) {
		s *= 1.5
	}
	return s
}

// reconsider looks over the whole frame now and then: how many people are there, and is the one followed still
// the one who exercises? The subject changes only after several looks in a row say so. It returns true if it
// did, with the new one in t.now.
func (t *tracker) reconsider(v view) (changed bool, err error) {
	if v.t < t.nextLook && t.nextLook-v.t <= lookEvery {
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
	ok, err := t.fit(v, t.rival.square(), sureScore)
	if err != nil || !ok {
		return false, err
	}
	t.now = t.trial
	t.sure, t.sureT = t.now.candidate(), v.t
	return true, nil
}

// others counts the people in t.found besides the subject, each confirmed by the landmarker, and returns the one
// that suits best (score 0 if there is none). It stops at two: more than "several" is of no use to anybody.
func (t *tracker) others(v view) (best candidate, count int, err error) {
	subject := t.now.candidate()
	var first candidate
	for _, c := range t.found {
		// The detector at times sees the same body upside down or half: whoever has hips within the body's
		// circle is the subject.
		if c.hips.Sub(subject.hips).Len() < .7*subject.axis().Len() || c.sameAs(subject) {
			continue
		}
		ok, err := t.fit(v, c.square(), otherScore)
		if err != nil {
			return best, count, err
		}
		confirmed := t.trial.candidate()
		if count > 0 && confirmed.touches(first) { // seen twice, in another size or the other way round
			continue
		}
		if !ok || t.trial.shape < fairShape || confirmed.hips.Sub(subject.hips).Len() < .7*subject.axis().Len() {
			continue
		}
		if count++; count == 1 {
			first = confirmed
		}
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
	if !t.following || t.doubtful {
		return 0
	}
	return 1 + slices.Max(t.seen[:])
}

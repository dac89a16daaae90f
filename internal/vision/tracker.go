package vision

import (
	"cmp"
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// keepScore is the presence below which the person counts as lost.
	keepScore = .5
	// sureScore is the presence of a person in plain sight. What is found below it may be a plant or a ball: in
	// empty rooms the landmarker says .5 to .85 to such things, and to people hardly ever less than .95.
	sureScore = .9
	// otherScore is the presence from which somebody besides the subject is counted.
	otherScore = .9
	// probation is the seconds for which a doubtful finding must last before it is reported, provenScore the
	// presence it must have then.
	probation, provenScore = .5, .75
	// recall is the seconds after a loss in which the subject is expected back where they were.
	recall = 2
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
	// provenAt is the time from which somebody doubtful is reported, if they last until then.
	provenAt float64
	doubtful bool

	// sure is the subject when last seen in plain sight, at sureT; hasSure tells that there was one.
	sure    candidate
	sureT   float64
	hasSure bool

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
			return t.keep(v)
		}
		t.lose()
	}
	// Somebody hidden for a moment is usually still where they were.
	ok, err := t.recallAt(v)
	if err == nil && !ok {
		ok, err = t.search(v)
	}
	if err != nil || !ok {
		return nobody, err
	}
	return t.begin(v), nil
}

// follow fits the landmarks to where the last frame says the person is.
func (t *tracker) follow(v view) (bool, error) {
	before := t.now.candidate()
	ok, err := t.fit(v, t.now.next(), keepScore)
	if err != nil || !ok || !t.trial.candidate().continues(before) {
		return false, err
	}
	t.now = t.trial
	return true, nil
}

// keep is what a frame asks for besides following: remembering, ending a probation, and the look around.
func (t *tracker) keep(v view) (outcome, error) {
	if t.doubtful {
		return t.prove(v)
	}
	if t.now.pose.Score >= sureScore {
		t.sure, t.sureT, t.hasSure = t.now.candidate(), v.t, true
	}
	changed, err := t.reconsider(v)
	if changed {
		return acquired, err
	}
	return followed, err
}

// prove decides on somebody doubtful: the subject of before, back in plain sight, takes their place at once;
// otherwise they have to last.
func (t *tracker) prove(v view) (outcome, error) {
	ok, err := t.recallAt(v)
	if err != nil {
		return nobody, err
	}
	switch {
	case ok:
		return t.begin(v), nil
	case t.now.pose.Score >= sureScore && !t.recent(v.t):
		return t.begin(v), nil
	case v.t < t.provenAt:
		return nobody, nil
	case t.now.pose.Score < provenScore:
		t.lose()
		return nobody, nil
	}
	t.doubtful = false
	return acquired, nil
}

// begin starts to follow t.now, found in this frame, and tells whether to report them yet.
func (t *tracker) begin(v view) outcome {
	t.following, t.votes, t.seen = true, 0, [wholeViews]int{}
	t.nextLook = v.t + lookEvery
	c := t.now.candidate()
	if t.now.pose.Score >= sureScore && (!t.recent(v.t) || c.resembles(t.sure)) {
		t.doubtful = false
		t.sure, t.sureT, t.hasSure = c, v.t, true
		return acquired
	}
	t.doubtful, t.provenAt = true, v.t+probation
	return nobody
}

// lose forgets whom we followed, but not the subject last seen in plain sight.
func (t *tracker) lose() {
	t.following, t.doubtful, t.searched, t.votes = false, false, 0, 0
}

// recent tells whether the subject was in plain sight a short time ago.
func (t *tracker) recent(at float64) bool {
	return t.hasSure && at >= t.sureT && at-t.sureT <= recall
}

// recallAt looks for the subject where they were when last in plain sight, a short time ago; it leaves them in
// t.now.
func (t *tracker) recallAt(v view) (bool, error) {
	if !t.recent(v.t) {
		return false, nil
	}
	ok, err := t.fit(v, t.sure.square(), provenScore)
	if err != nil || !ok || !t.trial.candidate().resembles(t.sure) {
		return false, err
	}
	t.now = t.trial
	return true, nil
}

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
	for _, c := range t.found[:min(len(t.found), verifyMost)] {
		// The second fit, in the square that the first one asks for, is what tracking will see.
		ok, err := t.fit(v, c.square(), keepScore)
		if err == nil && ok {
			ok, err = t.fit(v, t.trial.next(), keepScore)
		}
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

// fit fits landmarks to a square of the frame, into t.trial, and tells whether somebody is there.
func (t *tracker) fit(v view, roi square, least float64) (bool, error) {
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
	if !t.following || t.doubtful {
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

package vision

import "github.com/rollwell/rollwell/internal/body"

const (
	// keepScore is the presence below which the person counts as lost.
	keepScore = .5
	// sureScore is the presence of a person in plain sight. What is found below it may be a plant or a ball: in
	// empty rooms the landmarker says .5 to .85 to such things, and to people hardly ever less than .95.
	sureScore = .9
	// probation is the seconds for which a doubtful finding must last before it is reported, provenScore the
	// presence it must have then.
	probation, provenScore = .5, .75
	// recall is the seconds after a loss in which the subject is expected back where they were.
	recall = 2
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

	// doubts is about the shape of the fit.
	doubts doubts

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
	if better, err := t.opinion(v); better || err != nil {
		if err != nil {
			return nobody, err
		}
		return t.begin(v), nil
	}
	if t.doubtful {
		return t.prove(v)
	}
	if t.now.inPlainSight() {
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
	case t.now.inPlainSight() && !t.recent(v.t):
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
	if t.now.inPlainSight() && (!t.recent(v.t) || c.resembles(t.sure)) {
		t.doubtful = false
		t.sure, t.sureT, t.hasSure = c, v.t, true
		return acquired
	}
	t.doubtful, t.provenAt = true, v.t+probation
	return nobody
}

// lose forgets whom we followed, but not the subject last seen in plain sight.
func (t *tracker) lose() {
	t.following, t.doubtful, t.searched, t.votes, t.doubts = false, false, 0, 0, doubts{}
}

// inPlainSight tells that somebody is there without a doubt.
func (f *fit) inPlainSight() bool { return f.pose.Score >= sureScore && f.shape >= fairShape }

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

func (t *tracker) close() error {
	err := t.detector.close()
	if e := t.landmarker.close(); err == nil {
		err = e
	}
	return err
}

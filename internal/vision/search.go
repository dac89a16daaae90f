package vision

import (
	"cmp"
	"slices"
)

// verifyMost bounds how many of the persons that one search found the landmarker looks at.
const verifyMost = 3

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

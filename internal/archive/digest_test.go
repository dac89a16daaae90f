package archive

import (
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
)

// Somebody is seen for ten seconds, but never surely on a roller: only rules that ask for no place on the back can judge
// that, and not while the camera is in the way.
func TestNothingSeenIsNoScore(t *testing.T) {
	for _, c := range []struct {
		exercise string
		unseen   bool
		want     float64
	}{
		{"thoracic-roll", false, math.NaN()},
		{"of-somebody-else", false, math.NaN()},
		{"lats", false, 100},
		{"lats", true, math.NaN()},
	} {
		s := &results.Session{Exercise: results.Exercise{ID: c.exercise}, Cues: []coach.Finding{
			{Code: "roller_not_seen", Severity: exercise.Setup, Spoken: true}, {Code: "pass_done", Severity: exercise.Praise, Spoken: true},
		}}
		sum := newScorer(s)
		for i := range 300 {
			f := Frame{T: float64(i) / 30, Phase: "checking", Pose: true, PoseScore: 0.9, State: "unseen"}
			if c.unseen {
				f.Active = []string{"roller_not_seen"}
			}
			sum.add(&f)
		}
		d := sum.digest()
		if d.Score != c.want && !(math.IsNaN(d.Score) && math.IsNaN(c.want)) {
			t.Errorf("%s, the camera in the way %t: score %g, want %g", c.exercise, c.unseen, d.Score, c.want)
		}
		if d.Corrections != 0 {
			t.Errorf("%s: %d corrections of set-up and praise alone", c.exercise, d.Corrections)
		}
	}
}

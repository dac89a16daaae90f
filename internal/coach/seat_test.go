package coach

import (
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// seated is a reading of somebody who rolls a buttock well, sitting on the roller: strokes between s = -.1 and .1. The
// back is not on the roller.
func seated(t float64, r *spine.Reading) {
	const reach, speed = 0.1, 3.0
	stroke := 2 * reach * torsoCM / speed
	phase := math.Mod(t/stroke, 2)
	s, v := -reach+2*reach*phase, speed
	if phase > 1 {
		s, v = 3*reach-2*reach*phase, -speed
	}
	r.S, r.Speed, r.OnRoller, r.Posture = ok(s), ok(v), ok(0), spine.PostureSitting
	r.RollerHip, r.RollerUnder, r.TrunkLean = ok(0.4), ok(0.38), ok(35)
	r.WristHeight, r.WristBehindHip, r.AnkleKnee = ok(0.08), ok(0.8), ok(0.15)
	r.Zone, r.Level = spine.ZoneOff, ""
}

func TestASeatOnTheRollerCounts(t *testing.T) {
	ex, err := exercise.Get("glutes")
	if err != nil {
		t.Fatal(err)
	}
	c := run(ex, filmed(30, 40, func(x float64, r *spine.Reading) {
		seated(x, r)
		if x >= 10 && x < 34 {
			r.S, r.Speed = ok(0), ok(0)
		}
	}))
	if c.Summary.Passes < 3 || len(c.Summary.Holds) != 1 {
		t.Errorf("%d passes and %d holds, want three at least and one", c.Summary.Passes, len(c.Summary.Holds))
	}
	for _, f := range c.Summary.Cues {
		if f.Severity != exercise.Praise {
			t.Errorf("%s of somebody who does it right", f.Code)
		}
	}
}

func TestWhatNobodySeesFillsNoDose(t *testing.T) {
	ex, err := exercise.Get("glutes")
	if err != nil {
		t.Fatal(err)
	}
	seen := run(ex, filmed(30, 20, seated))
	hidden := run(ex, filmed(30, 20, func(x float64, r *spine.Reading) {
		seated(x, r)
		if x >= 10 {
			r.S, r.Speed, r.RollerHip, r.RollerUnder = spine.Value{}, spine.Value{}, spine.Value{}, spine.Value{}
		}
	}))
	whole, half := seen.Summary.Doses[0].DoneS, hidden.Summary.Doses[0].DoneS
	if whole < 18 || half < 8 || half > 10.5 {
		t.Errorf("%.1f s of 20 seen and %.1f s with the roller hidden after 10", whole, half)
	}
}

package coach

import (
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// stepped returns the last update of a session.
func stepped(ex *exercise.Exercise, o Options, readings []spine.Reading) Update {
	c := New(ex, o)
	var u Update
	for i := range readings {
		u = c.Step(&readings[i])
	}
	return u
}

func TestDoses(t *testing.T) {
	once := []scene{{2, 0, nil}, {4, 0.3, nil}, {2, 0, nil}}
	readings := played(30, append(once, once...)...)
	for _, tt := range []struct {
		name    string
		oldnew  []string
		dose    string
		want    Progress // only what belongs to the dose
		seconds float64
	}{
		{"in repetitions", nil, "mobility", Progress{Reps: 2, RepsTarget: 2, DoseShare: 1, DoseDone: true}, 7.6},
		{"the first one where none is named", nil, "", Progress{Reps: 2, RepsTarget: 2, DoseShare: 1, DoseDone: true}, 7.6},
		{"the first one where an unknown one is named", nil, "party", Progress{Reps: 2, RepsTarget: 2, DoseShare: 1, DoseDone: true}, 7.6},
		{"by phase", nil, "warm_up", Progress{Reps: 2, RepsTarget: 3, DoseTargetS: 5, DoseShare: 1, DoseDone: true}, 7.6},
		{"not yet done", []string{"min_s: 5, max_s: 10", "min_s: 10, max_s: 20"}, "warm_up", Progress{Reps: 2, RepsTarget: 3, DoseTargetS: 10, DoseShare: 0.76}, 7.6},
		{"by time", []string{"counts: phase", "counts: time"}, "warm_up", Progress{Reps: 2, RepsTarget: 3, DoseTargetS: 5, DoseShare: 1, DoseDone: true}, 16},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := stepped(bridge(t, tt.oldnew...), Options{Dose: tt.dose}, readings).Progress
			if p.Reps != tt.want.Reps || p.RepsTarget != tt.want.RepsTarget || p.DoseTargetS != tt.want.DoseTargetS || p.DoseDone != tt.want.DoseDone {
				t.Errorf("%+v, want %+v", p, tt.want)
			}
			if math.Abs(p.DoseS-tt.seconds) > 0.15 || math.Abs(p.DoseShare-tt.want.DoseShare) > 0.02 {
				t.Errorf("%.2f s and a share of %.2f, want %g and %g", p.DoseS, p.DoseShare, tt.seconds, tt.want.DoseShare)
			}
		})
	}
}

// The dose of an exercise on the roller is the time on its zones, and the chosen one is what is praised.
func TestTheChosenDoseIsReached(t *testing.T) {
	ex := thoracicRoll(t)
	readings := filmed(30, 70, nil)
	for dose, at := range map[string]float64{"warm_up": 30, "recovery": 60} {
		c := New(ex, Options{Dose: dose})
		done := -1.0
		for i := range readings {
			if u := c.Step(&readings[i]); u.Progress.DoseDone && done < 0 {
				done = u.T
			}
		}
		s := c.Finish(70)
		praised := 0
		for _, f := range s.Cues {
			if f.Code == "zone_done" {
				praised++
			}
		}
		if math.Abs(done-at) > 0.1 || s.Dose != dose || praised != 1 {
			t.Errorf("%s: done at %.1f s, want %g; the summary says %q, praised %d times", dose, done, at, s.Dose, praised)
		}
	}
}

func TestTheSummaryNamesTheRules(t *testing.T) {
	ex := bridge(t)
	c := New(ex, Options{Side: exercise.Left, Dose: "warm_up"})
	for _, r := range played(10, scene{3, 0, nil}) {
		c.Step(&r)
	}
	s := c.Finish(3)
	if s.ExerciseID != "bridge" || s.ExerciseVersion != 3 || s.ExerciseHash != ex.Hash || ex.Hash == "" || s.Side != exercise.Left || s.Dose != "warm_up" {
		t.Errorf("%+v", s)
	}
	if d := s.Doses; len(d) != 2 || d[0].RepsMin != 2 || d[0].MinS != 0 || d[1].MinS != 5 || d[1].RepsMin != 0 {
		t.Errorf("doses %+v", d)
	}
}

package coach

import (
	"math"
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/spine"
)

func TestPhases(t *testing.T) {
	for _, tt := range []struct {
		name   string
		scenes []scene
		want   []string
	}{
		{"down, up, down", []scene{{2, 0, nil}, {3, 0.3, nil}, {2, 0, nil}}, []string{"away", "down", "up", "down"}},
		{"up comes after down only", []scene{{3, 0.3, nil}, {2, 0, nil}}, []string{"away", "down"}},
		{"a short moment is none", []scene{{2, 0, nil}, {0.3, 0.3, nil}, {2, 0, nil}}, []string{"away", "down"}},
		{"between the two it stays", []scene{{2, 0, nil}, {2, 0.3, nil}, {2, 0.15, nil}}, []string{"away", "down", "up"}},
		{"what is unsure leads nowhere", []scene{{2, 0, nil}, {3, 0.3, unsure}}, []string{"away", "down"}},
		{"a flicker is forgiven", []scene{{2, 0, nil}, {0.3, 0.3, nil}, {0.2, 0.3, unsure}, {0.4, 0.3, nil}}, []string{"away", "down", "up"}},
		{"getting up", []scene{{2, 0, nil}, {3, 0.3, sits}}, []string{"away", "down", "sitting"}},
		{"lost from sight", []scene{{2, 0, nil}, {3, 0.3, unseen}, {2, 0, nil}}, []string{"away", "down", "away", "down"}},
		{"out of sight for a moment", []scene{{2, 0, nil}, {0.8, 0.3, unseen}, {2, 0, nil}}, []string{"away", "down"}},
		{"never there", []scene{{4, 0, unseen}}, []string{"away"}},
	} {
		for _, fps := range []float64{8, 30} {
			c := run(bridge(t), played(fps, tt.scenes...))
			if got := visits(&c); !slices.Equal(got, tt.want) {
				t.Errorf("%s at %g fps: %v, want %v", tt.name, fps, got, tt.want)
			}
		}
	}
}

func TestAPhaseLastsSinceItsConditionIsTrue(t *testing.T) {
	c := New(bridge(t), Options{})
	readings := played(10, scene{2, 0, nil}, scene{3, 0.3, nil})
	entered := -1.0
	var last Update
	for i := range readings {
		last = c.Step(&readings[i])
		if last.Phase == "up" && entered < 0 {
			entered = last.T
			if math.Abs(last.PhaseS-0.5) > 0.11 {
				t.Errorf("the phase begins at %.1f s, as its persistence of .5 s", last.PhaseS)
			}
		}
	}
	if math.Abs(entered-2.5) > 0.11 || math.Abs(last.PhaseS-3) > 0.11 {
		t.Errorf("entered at %.2f s and lasting %.2f s, want 2.5 and 3", entered, last.PhaseS)
	}
}

func TestTimeIsBookedToPhases(t *testing.T) {
	c := run(bridge(t), played(20, scene{2, 0, nil}, scene{4, 0.3, nil}, scene{2, 0, nil}))
	want := map[string]PhaseTime{"away": {"away", 0.3, 1}, "down": {"down", 3.9, 2}, "up": {"up", 3.8, 1}, "sitting": {"sitting", 0, 0}}
	sum := 0.0
	for _, p := range c.Summary.Phases {
		w := want[p.ID]
		if math.Abs(p.TimeS-w.TimeS) > 0.11 || p.Visits != w.Visits {
			t.Errorf("%+v, want %+v", p, w)
		}
		sum += p.TimeS
	}
	if len(c.Summary.Phases) != len(want) || math.Abs(sum-8) > 1e-9 {
		t.Errorf("%d phases over %g s, want %d over 8", len(c.Summary.Phases), sum, len(want))
	}
}

func TestTwoPhasesThatAreBothTrueDoNotAlternate(t *testing.T) {
	ex := bridge(t, "hip_lift_l < 0.1\n    persist_s: 0.3", "hip_lift_l < 0.5\n    persist_s: 0.3", "    from: [down]\n", "")
	c := run(ex, played(30, scene{5, 0.3, nil}))
	if got := visits(&c); !slices.Equal(got, []string{"away", "down"}) {
		t.Errorf("%v, want the one that stands first", got)
	}
}

func TestAGapOrABreakLeadsAway(t *testing.T) {
	readings := played(30, scene{2, 0, nil}, scene{4, 0.3, nil})
	var late []spine.Reading
	for _, r := range readings {
		if r.T >= 5 {
			r.T += 3
		}
		late = append(late, r)
	}
	c := run(bridge(t), late)
	if got := visits(&c); !slices.Equal(got, []string{"away", "down", "up", "away"}) || c.Summary.Reps != 0 {
		t.Errorf("%v and %d repetitions, want away after the gap and none", got, c.Summary.Reps)
	}
	coach := New(bridge(t), Options{})
	for i := range readings {
		coach.Step(&readings[i])
	}
	if u := coach.Break(); u.Phase != "away" || u.PhaseS != 0 {
		t.Errorf("after a break %q for %g s", u.Phase, u.PhaseS)
	}
}

func TestRepetitions(t *testing.T) {
	up := func(s float64) []scene { return []scene{{2, 0, nil}, {s, 0.3, nil}, {2, 0, nil}} }
	for _, tt := range []struct {
		name   string
		scenes []scene
		want   int
	}{
		{"held long enough", up(3), 1},
		{"just long enough", up(2.2), 1},
		{"not long enough", up(1.6), 0},
		{"three", slices.Concat(up(3), up(3), up(3)), 3},
		{"two of three", slices.Concat(up(3), up(1), up(3)), 2},
		{"still up at the end", up(3)[:2], 0},
		{"lost from sight while up", []scene{{2, 0, nil}, {3, 0.3, nil}, {3, 0.3, unseen}, {2, 0, nil}}, 0},
	} {
		for _, fps := range []float64{10, 30} {
			c := run(bridge(t), played(fps, tt.scenes...))
			if c.Summary.Reps != tt.want || len(c.of("counted")) != tt.want {
				t.Errorf("%s at %g fps: %d repetitions and %d times praised, want %d", tt.name, fps, c.Summary.Reps, len(c.of("counted")), tt.want)
			}
		}
	}
}

package coach

import (
	"math"
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
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

// The whole way through an exercise on the roller: sitting down, getting into place, rolling, holding, resting, and up
// again.
func TestThePhasesOfTheThoracicRoll(t *testing.T) {
	off := func(p spine.Posture) func(float64, *spine.Reading) {
		return func(_ float64, r *spine.Reading) { r.Posture, r.OnRoller, r.S = p, ok(0.05), spine.Value{} }
	}
	lying := func(lift float64) func(float64, *spine.Reading) {
		return func(x float64, r *spine.Reading) {
			still(0, 1e6, 0.8)(x, r)
			r.HipLiftL = ok(lift)
		}
	}
	scenes := []struct {
		until float64
		edit  func(float64, *spine.Reading)
		phase string
	}{
		{3, off(spine.PostureStanding), "getting_ready"},
		{6, off(spine.PostureSitting), "sitting"},
		{10, off(spine.PostureSupine), "getting_ready"},
		{11.5, lying(0.02), "ready"},
		{25, func(float64, *spine.Reading) {}, "rolling"},
		{35, lying(0.1), "holding"},
		{42, lying(0.01), "resting"},
		{50, func(float64, *spine.Reading) {}, "rolling"},
		{53, off(spine.PostureSupine), "getting_ready"},
		{56, func(float64, *spine.Reading) {}, "rolling"},
		{60, off(spine.PostureSitting), "leaving"},
	}
	c := New(thoracicRoll(t), Options{})
	readings := filmed(20, 60, func(x float64, r *spine.Reading) {
		r.Posture = spine.PostureSupine
		for _, sc := range scenes {
			if x < sc.until {
				sc.edit(x, r)
				return
			}
		}
	})
	k := 0
	for i := range readings {
		u := c.Step(&readings[i])
		if u.T > scenes[k].until-0.06 {
			if u.Phase != scenes[k].phase {
				t.Errorf("at %.2f s %q, want %q", u.T, u.Phase, scenes[k].phase)
			}
			k = min(k+1, len(scenes)-1)
		}
	}
	// Rolling and holding work, and what goes on beside the roller does not.
	worked := 0.0
	for _, p := range c.Finish(60).Phases {
		if p.ID == "rolling" || p.ID == "holding" {
			worked += p.TimeS
		}
	}
	if worked < 30 || worked > 38 {
		t.Errorf("%.1f s of work, want about 34", worked)
	}
}

// Whoever gets up works no longer, whatever the exercise and the phase.
func TestWhoGetsUpWorksNoLonger(t *testing.T) {
	readings := filmed(15, 8, func(_ float64, r *spine.Reading) {
		r.Posture, r.OnRoller, r.OnThigh, r.S, r.ThighT = spine.PostureStanding, ok(0), ok(0), spine.Value{}, spine.Value{}
		r.Speed, r.PeakSpeed, r.PeakAccel, r.HipLift, r.HipLiftL = spine.Value{}, spine.Value{}, spine.Value{}, ok(40), ok(0.9)
		r.RollerHip, r.RollerUnder, r.RollerSeen = ok(2), ok(1.6), ok(0.9)
		r.TrunkLean, r.SHK, r.Knee, r.HipOverShoulder, r.AnkleHeight = ok(5), ok(175), ok(170), ok(-0.98), ok(0.15)
		r.EarHeight, r.EarOverShoulder, r.ShoulderHeight, r.HipHeight, r.HipAnkle = ok(3), ok(0.4), ok(2.7), ok(1.8), ok(1.7)
		r.WristHeight, r.WristBeyondHead, r.WristBehindHip, r.WristShoulder, r.ElbowShoulder = ok(1.5), ok(-1.3), ok(0), ok(0.1), ok(0.1)
		r.KneeHip, r.ThighUpright, r.ArmUpright, r.ArmRaise, r.LowArmRaise = ok(0.05), ok(5), ok(5), ok(5), ok(5)
		r.HipChange, r.ShoulderChange, r.HipSag, r.Bend, r.AnkleKnee = ok(0), ok(0), spine.Value{}, spine.Value{}, ok(0.9)
		r.Still, r.TrunkSpeed = ok(30), ok(0)
	})
	for _, ex := range catalogue(t) {
		if ex.Posture == exercise.Standing {
			continue // it is done standing
		}
		for i := range ex.Phases {
			if !ex.Phases[i].Works {
				continue
			}
			c := New(ex, Options{})
			c.phases.now = i
			var u Update
			for k := range readings {
				u = c.Step(&readings[k])
			}
			if c.phases.works() {
				t.Errorf("%s: from %s on somebody who stands is still %s", ex.ID, ex.Phases[i].ID, u.Phase)
			}
		}
	}
}

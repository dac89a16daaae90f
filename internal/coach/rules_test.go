package coach

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestAValueIsComparedWithHysteresis(t *testing.T) {
	// knee_deg - |neck_deg| passes 100 at 3 s, falls between the limits at 5 s and below both at 7 s.
	knee := func(deg float64) func(*spine.Reading) {
		return func(r *spine.Reading) { r.Knee, r.Neck = ok(deg+20), ok(-20) }
	}
	c := run(bridge(t), played(30, scene{1, 0, nil}, scene{2, 0.3, knee(80)}, scene{2, 0.3, knee(110)}, scene{2, 0.3, knee(95)}, scene{2, 0.3, knee(85)}))
	got := c.of("uneven")
	if len(got) != 1 || math.Abs(got[0].StartS-3.5) > 0.1 || math.Abs(got[0].EndS-7) > 0.1 {
		t.Fatalf("%+v, want one finding from 3.5 to 7 s", got)
	}
	if f := got[0]; f.Value != 110 || f.Limit != 100 || f.Unit != exercise.UnitDeg || !f.Measured {
		t.Errorf("%+v, want 110 against 100 deg", f)
	}
	hidden := run(bridge(t), played(30, scene{1, 0, nil}, scene{6, 0.3, func(r *spine.Reading) { r.Knee = ok(150); r.Neck.State = spine.Unsure }}))
	if got := hidden.of("uneven"); len(got) != 0 {
		t.Errorf("%+v of what is unsure", got)
	}
}

func TestAPhaseIsAGate(t *testing.T) {
	bad := func(r *spine.Reading) { r.Knee = ok(150) }
	c := run(bridge(t), played(30, scene{4, 0, bad}, scene{3, 0.3, bad}, scene{3, 0, bad}))
	got := c.of("uneven")
	if len(got) != 1 || got[0].StartS < 4.4 || got[0].EndS > 7.5 {
		t.Errorf("%+v, want one finding while up", got)
	}
}

func TestExpressionsKnowWhatTheCoachKnows(t *testing.T) {
	up := []scene{{1, 0, nil}, {9, 0.3, nil}}
	c := run(bridge(t), played(30, up...))
	if got := c.of("too_long"); len(got) != 1 || math.Abs(got[0].StartS-7) > 0.1 || got[0].Measured {
		t.Errorf("%+v, want one finding 6 s after the beginning of the phase", got)
	}
	rep := []scene{{1, 0, nil}, {3, 0.3, nil}, {1, 0, nil}}
	c = run(bridge(t), played(30, append(append(rep, rep...), up...)...))
	if got := c.of("too_long"); len(got) != 0 {
		t.Errorf("%+v after two repetitions", got)
	}
}

func TestTheWantedSide(t *testing.T) {
	left := func(r *spine.Reading) { r.Side = spine.SideLeft }
	for _, tt := range []struct {
		wanted exercise.Side
		edit   func(*spine.Reading)
		want   bool
	}{
		{exercise.Right, left, true},
		{exercise.Left, left, false},
		{exercise.NoSide, left, false},
		{exercise.Right, nil, false}, // nobody can tell which side it is
	} {
		u := stepped(bridge(t), Options{Side: tt.wanted}, played(30, scene{4, 0, tt.edit}))
		if got := len(u.Active) > 0; got != tt.want {
			t.Errorf("%q is wanted: %v", tt.wanted, u.Active)
		}
	}
}

func TestOptionsChooseTheWords(t *testing.T) {
	bad := func(r *spine.Reading) { r.Knee = ok(150) }
	for lang, want := range map[string]string{"": "Even out", "en": "Even out", "de": "Gleich", "de-AT": "Gleich", "xx": "Even out"} {
		u := stepped(bridge(t), Options{Language: lang}, played(30, scene{2, 0, nil}, scene{3, 0.3, bad}))
		if u.Banner == nil || u.Banner.Text != want || u.Banner.Say != want {
			t.Errorf("%q: %+v", lang, u.Banner)
		}
	}
}

// catalogue returns every exercise there is.
func catalogue(t testing.TB) []*exercise.Exercise {
	t.Helper()
	list, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The same readings give the same bytes, for every exercise, whatever happens in them.
func TestTheSameReadingsGiveTheSameBytes(t *testing.T) {
	list := catalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		ex := rapid.SampledFrom(list).Draw(t, "exercise")
		readings := wild().Draw(t, "readings")
		for i := range readings {
			readings[i].Posture = spine.Posture(i / 40 % 7)
		}
		var all [2][]byte
		for k := range all {
			c := New(ex, Options{Language: "fr", Side: exercise.Left})
			for i := range readings {
				u := c.Step(&readings[i])
				b, err := json.Marshal(u)
				if err != nil {
					t.Fatal(err)
				}
				all[k] = append(all[k], b...)
			}
			b, err := json.Marshal(c.Finish(readings[len(readings)-1].T))
			if err != nil {
				t.Fatal(err)
			}
			all[k] = append(all[k], b...)
		}
		if !bytes.Equal(all[0], all[1]) {
			t.Fatalf("%s: two runs differ", ex.ID)
		}
	})
}

// A step costs next to no memory in any exercise.
func TestAStepHardlyAllocatesInAnyExercise(t *testing.T) {
	readings := filmed(30, 60, func(x float64, r *spine.Reading) {
		r.Posture = spine.Posture(int(x) / 9 % 7)
		if int(x)/5%2 == 1 {
			faults[int(x)/10%len(faults)].fault(r)
		}
	})
	for _, ex := range catalogue(t) {
		c := New(ex, Options{})
		i := 0
		if n := testing.AllocsPerRun(len(readings)-2, func() { c.Step(&readings[i]); i++ }); n > 1 {
			t.Errorf("%s: %g allocations per step, want at most 1 on average", ex.ID, n)
		}
	}
}

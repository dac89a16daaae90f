package coach

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// wild draws sessions in which anything may be wrong, unsure or unseen for a while, at any frame rate, with
// jitter and gaps. Times lie on a grid of a millisecond, so that shifting them is exact.
func wild() *rapid.Generator[[]spine.Reading] {
	return rapid.Custom(func(t *rapid.T) []spine.Reading {
		ms := 0
		var out []spine.Reading
		for range rapid.IntRange(1, 6).Draw(t, "scenes") {
			fault := rapid.SampledFrom(faults).Draw(t, "fault").fault
			faulty := rapid.Bool().Draw(t, "faulty")
			state := rapid.SampledFrom([]spine.State{spine.OK, spine.OK, spine.Unsure, spine.Unseen}).Draw(t, "state")
			step := rapid.IntRange(16, 200).Draw(t, "ms per frame")
			jitter := rapid.IntRange(0, step/2).Draw(t, "jitter")
			for i := range rapid.IntRange(5, 150).Draw(t, "frames") {
				r := correct(float64(ms) / 1000)
				if faulty {
					fault(&r)
				}
				if state != spine.OK {
					degrade(&r, state)
				}
				out = append(out, r)
				ms += step - jitter + (i*7919)%(2*jitter+1)
			}
			ms += rapid.SampledFrom([]int{0, 0, 400, 1500}).Draw(t, "gap")
		}
		return out
	})
}

// degrade makes everything about the body and the roller unsure or unseen.
func degrade(r *spine.Reading, s spine.State) {
	for _, v := range []*spine.Value{
		&r.S, &r.PLumbar, &r.PNeck, &r.OnRoller, &r.Speed, &r.StrokeSpeed, &r.PeakSpeed, &r.PeakAccel, &r.HipLift, &r.HipLiftL,
		&r.HipOverShoulder, &r.Knee, &r.SHK, &r.Neck, &r.AnkleHeight, &r.RollerSkew, &r.TrunkRoll,
	} {
		v.State = min(v.State, s)
	}
}

func TestProperties(t *testing.T) {
	ex := thoracicRoll(t)
	rapid.Check(t, func(t *rapid.T) {
		readings := wild().Draw(t, "readings")
		c := run(ex, readings)
		wellFormed(t, &c, readings)
		neverOnTheUnsure(t, ex, &c, readings)
		spokenInTurn(t, ex, &c)
	})
}

func wellFormed(t *rapid.T, c *coached, readings []spine.Reading) {
	open := map[int]bool{}
	for _, e := range c.Events {
		switch e.Kind {
		case Started:
			open[e.Finding.ID] = true
		case Spoken, Cleared:
			if !open[e.Finding.ID] {
				t.Fatalf("%v of a finding that is not open: %+v", e.Kind, e.Finding)
			}
			open[e.Finding.ID] = e.Kind == Spoken
		}
	}
	lastEnd := map[string]float64{}
	previous := math.Inf(-1)
	for _, f := range c.Summary.Cues {
		if f.StartS > f.EndS || f.StartS < readings[0].T || f.EndS > readings[len(readings)-1].T {
			t.Fatalf("interval outside the session or the wrong way round: %+v", f)
		}
		if f.StartS < previous {
			t.Fatalf("cues are not in order: %+v", f)
		}
		previous = f.StartS
		if end, ok := lastEnd[f.Code]; ok && f.StartS <= end {
			t.Fatalf("two findings of %s overlap at %g s", f.Code, f.StartS)
		}
		lastEnd[f.Code] = f.EndS
		if f.Measured && (math.IsNaN(f.Value) || math.IsInf(f.Value, 0)) {
			t.Fatalf("no number: %+v", f)
		}
	}
	for i, active := range c.Active {
		if !slices.IsSorted(active) || len(slices.Compact(slices.Clone(active))) != len(active) {
			t.Fatalf("active codes at %g s not sorted or twice: %v", c.Times[i], active)
		}
	}
}

// neverOnTheUnsure demands that every correction starts and ends on a reading whose watched quantity is sure.
func neverOnTheUnsure(t *rapid.T, ex *exercise.Exercise, c *coached, readings []spine.Reading) {
	at := map[float64]*spine.Reading{}
	for i := range readings {
		at[readings[i].T] = &readings[i]
	}
	for _, f := range c.Summary.Cues {
		if f.Severity == exercise.Setup || f.Severity == exercise.Praise {
			continue
		}
		i := slices.IndexFunc(ex.Checks, func(k exercise.Check) bool { return k.Code == f.Code })
		for _, when := range []float64{f.StartS, f.EndS} {
			r := at[when]
			if r == nil {
				t.Fatalf("%s starts or ends at %g s, where no reading is", f.Code, when)
			}
			sure := slices.ContainsFunc(ex.Checks[i].When, func(k exercise.Condition) bool {
				v, _ := r.Value(k.Quantity)
				return v.State == spine.OK
			})
			for _, k := range ex.Checks[i].While {
				if k.Test.IsSet() {
					sure = sure && k.Test.Of(&knowledge{reading: r}) != exercise.Unknown
					continue
				}
				v, _ := r.Value(k.Quantity)
				sure = sure && v.State == spine.OK
			}
			if !sure {
				t.Fatalf("%s at %g s rests on what was not sure", f.Code, when)
			}
		}
	}
}

func spokenInTurn(t *rapid.T, ex *exercise.Exercise, c *coached) {
	inARow := map[string]int{}
	lastAt := map[string]float64{}
	for i, u := range c.Spoken {
		k := ex.Checks[slices.IndexFunc(ex.Checks, func(k exercise.Check) bool { return k.Code == u.Code })]
		if i > 0 {
			p := c.Spoken[i-1]
			interrupts := p.Severity == exercise.Praise || u.Severity == exercise.Safety && p.Severity != exercise.Safety
			if u.T < p.T+sayTime.Seconds()-1e-6 && (!interrupts || u.Severity == exercise.Praise) {
				t.Fatalf("%s at %g s talks over %s at %g s", u.Code, u.T, p.Code, p.T)
			}
		}
		if at, ok := lastAt[u.Code]; ok {
			if u.T < at+k.CooldownS-1e-6 {
				t.Fatalf("%s at %g s, %g s after the last", u.Code, u.T, u.T-at)
			}
			if u.T-at >= forgetAfter.Seconds() {
				inARow[u.Code] = 0
			}
		}
		lastAt[u.Code] = u.T
		if inARow[u.Code]++; inARow[u.Code] > k.RepeatMax {
			t.Fatalf("%s spoken %d times in a row", u.Code, inARow[u.Code])
		}
	}
}

func TestOnlyDifferencesOfTimeMatter(t *testing.T) {
	ex := thoracicRoll(t)
	rapid.Check(t, func(t *rapid.T) {
		readings := wild().Draw(t, "readings")
		shift := float64(rapid.IntRange(-5_000_000, 5_000_000).Draw(t, "shift in ms")) / 1000
		later := slices.Clone(readings)
		for i := range later {
			later[i].T += shift
		}
		a, b := run(ex, readings).Summary, run(ex, later).Summary
		if len(a.Cues) != len(b.Cues) || a.Passes != b.Passes || a.TimeInZoneS != b.TimeInZoneS {
			t.Fatalf("%d cues, %d passes became %d, %d by a shift of %g s", len(a.Cues), a.Passes, len(b.Cues), b.Passes, shift)
		}
		for i := range a.Cues {
			x, y := a.Cues[i], b.Cues[i]
			if x.Code != y.Code || x.Spoken != y.Spoken || math.Abs(y.StartS-x.StartS-shift) > 1e-6 || math.Abs(y.EndS-x.EndS-shift) > 1e-6 {
				t.Fatalf("a shift of %g s made %+v of %+v", shift, y, x)
			}
		}
	})
}

func TestTheFrameRateDoesNotMatter(t *testing.T) {
	ex := thoracicRoll(t)
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(faults).Draw(t, "fault")
		from := rapid.Float64Range(2, 4).Draw(t, "from")
		ideal := cueTime(ex, f.code, 200, from, f.fault)
		fps := rapid.Float64Range(5, 60).Draw(t, "fps")
		got := cueTime(ex, f.code, fps, from, f.fault)
		// The onset is seen up to a frame late, and so is the end of the persistence.
		if early, late := ideal-got, got-ideal; early > 1/fps+0.01 || late > 2/fps+0.01 {
			t.Fatalf("%s at %.3f s with %.1f fps, %.3f s with 200", f.code, got, fps, ideal)
		}
	})
}

// cueTime returns when the cue comes for a fault that begins at from.
func cueTime(ex *exercise.Exercise, code string, fps, from float64, fault func(*spine.Reading)) float64 {
	c := run(ex, filmed(fps, from+8, during(from, from+8, fault)))
	if got := c.of(code); len(got) > 0 {
		return got[0].StartS
	}
	return math.Inf(1)
}

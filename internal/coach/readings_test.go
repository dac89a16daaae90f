package coach

import (
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// torsoCM is the torso length of the made-up person.
const torsoCM = 45.0

// ok returns a sure value.
func ok(v float64) spine.Value { return spine.Value{V: v, State: spine.OK} }

// thoracicRoll returns the exercise that the tests coach.
func thoracicRoll(t testing.TB) *exercise.Exercise {
	t.Helper()
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

// correct is a reading of somebody who does everything right at time t: strokes between s = .72 and .98 at
// 3 cm/s.
func correct(t float64) spine.Reading {
	const lo, hi, speed = 0.72, 0.98, 3.0
	stroke := (hi - lo) * torsoCM / speed
	phase := math.Mod(t/stroke, 2)
	if phase < 0 {
		phase += 2
	}
	s, v := lo+(hi-lo)*phase, speed
	if phase > 1 {
		s, v = hi-(hi-lo)*(phase-1), -speed
	}
	r := spine.Reading{
		T: t, Speed: ok(v), PeakSpeed: ok(4), PeakAccel: ok(20), OnRoller: ok(0.98),
		HipLift: ok(6), HipLiftL: ok(6 / torsoCM), HipOverShoulder: ok(-0.1),
		Knee: ok(95), SHK: ok(145), Neck: ok(7), AnkleHeight: ok(0.17), Arms: spine.ArmsCrossed,
		RollerSkew: ok(2), TrunkRoll: ok(2), Person: spine.OK, People: 1, InFrame: ok(1), SideOn: ok(0.05),
		RollerSeen: ok(0.97), Brightness: ok(0.5), CameraMoved: ok(0), FrameRate: ok(30),
	}
	place(&r, s)
	return r
}

// place puts the contact at s, with the probabilities of domain.md §1.3.
func place(r *spine.Reading, s float64) {
	r.S = ok(s)
	r.PLumbar, r.PNeck = ok(phi((0.562-s)/0.07)), ok(phi((s-1.155)/0.075))
	r.Zone, r.Level = spine.ZoneThoracic, "T7"
	switch {
	case s < 0.562:
		r.Zone, r.Level = spine.ZoneLumbar, "L2"
	case s < 0.67:
		r.Zone, r.Level = spine.ZoneLowerThoracic, "T11"
	case s > 1.155:
		r.Zone, r.Level = spine.ZoneNeck, "C6"
	}
}

func phi(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// filmed returns readings of dur seconds at a steady frame rate, changed by edit (nil: all correct).
func filmed(fps, dur float64, edit func(t float64, r *spine.Reading)) []spine.Reading {
	n := int(math.Round(dur*fps)) + 1
	out := make([]spine.Reading, n)
	for i := range out {
		t := float64(i) / fps
		out[i] = correct(t)
		if edit != nil {
			edit(t, &out[i])
		}
		out[i].StrokeSpeed = out[i].Speed // made-up speeds are exact over any window
	}
	return out
}

// during applies a fault from a to b seconds.
func during(a, b float64, fault func(r *spine.Reading)) func(float64, *spine.Reading) {
	return func(t float64, r *spine.Reading) {
		if t >= a && t < b {
			fault(r)
		}
	}
}

// coached is what a coach made of a run of readings.
type coached struct {
	Summary Summary
	// Events and Active are copies of what each step said; Times are the steps' times.
	Events []Event
	Times  []float64
	Active [][]string
	// Phases are the phases that the steps told.
	Phases []string
	// Spoken are the times at which a cue was spoken, with their codes.
	Spoken []utterance
}

type utterance struct {
	T        float64
	Code     string
	Severity exercise.Severity
}

// run coaches the readings from the first to the last.
func run(ex *exercise.Exercise, readings []spine.Reading) coached {
	c := New(ex, Options{})
	var out coached
	last := math.Inf(-1)
	for i := range readings {
		u := c.Step(&readings[i])
		out.Events = append(out.Events, u.Events...)
		out.Times = append(out.Times, u.T)
		out.Active = append(out.Active, append([]string{}, u.Active...))
		out.Phases = append(out.Phases, u.Phase)
		if u.Banner != nil && u.Banner.Speak {
			out.Spoken = append(out.Spoken, utterance{u.T, u.Banner.Code, u.Banner.Severity})
		}
		if t := readings[i].T; math.Abs(t) <= maxT {
			last = math.Max(last, t)
		}
	}
	out.Summary = c.Finish(last)
	return out
}

// corrections returns the findings that are not praise.
func (c *coached) corrections() []Finding {
	var out []Finding
	for _, f := range c.Summary.Cues {
		if f.Severity != exercise.Praise {
			out = append(out, f)
		}
	}
	return out
}

// of returns the findings of one code.
func (c *coached) of(code string) []Finding {
	var out []Finding
	for _, f := range c.Summary.Cues {
		if f.Code == code {
			out = append(out, f)
		}
	}
	return out
}

// correctionsSpoken returns what was spoken but for praise.
func (c *coached) correctionsSpoken() []utterance {
	var out []utterance
	for _, u := range c.Spoken {
		if u.Severity != exercise.Praise {
			out = append(out, u)
		}
	}
	return out
}

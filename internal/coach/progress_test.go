package coach

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/spine"
)

func TestPassesAreCountedByDirection(t *testing.T) {
	ex := thoracicRoll(t)
	stroke := (0.98 - 0.72) * torsoCM / 3 // seconds per direction of the correct roll
	tests := []struct {
		name string
		edit func(x float64, r *spine.Reading)
		want int
	}{
		{"six strokes", nil, 6},
		{"jitter is no turn", func(x float64, r *spine.Reading) { place(r, r.S.V+0.015*math.Sin(40*x)) }, 6},
		{"short strokes are none", func(x float64, r *spine.Reading) { place(r, 0.85+0.06*math.Sin(2*x)) }, 0},
		{"outside the stroke nothing counts", func(x float64, r *spine.Reading) { place(r, 0.4+0.2*math.Sin(x)) }, 0},
		{"unsure places count for nothing", func(_ float64, r *spine.Reading) { r.S.State = spine.Unsure }, 0},
	}
	for _, tt := range tests {
		c := run(ex, filmed(30, 6*stroke, tt.edit))
		if c.Summary.Passes != tt.want {
			t.Errorf("%s: %d passes, want %d", tt.name, c.Summary.Passes, tt.want)
		}
		if n := len(c.of("pass_done")); n > tt.want {
			t.Errorf("%s: %d findings pass_done for %d passes", tt.name, n, tt.want)
		}
	}
}

// still makes the contact rest at s from a to b seconds.
func still(a, b, s float64) func(float64, *spine.Reading) {
	return during(a, b, func(r *spine.Reading) { place(r, s); r.Speed = ok(0.3) })
}

func TestHolds(t *testing.T) {
	ex := thoracicRoll(t)
	tests := []struct {
		name string
		edit func(x float64, r *spine.Reading)
		want int
	}{
		{"24 s on a spot", still(5, 29, 0.85), 1},
		{"15 s is too short", still(5, 20, 0.85), 0},
		{"a short twitch does not end it", func(x float64, r *spine.Reading) {
			still(5, 29, 0.85)(x, r)
			if x > 14 && x < 14.5 {
				r.Speed = ok(2)
			}
		}, 1},
		{"drifting along is no hold", func(x float64, r *spine.Reading) {
			still(5, 29, 0.75+0.009*(x-5))(x, r)
		}, 0},
		{"jitter of s is no drift", func(x float64, r *spine.Reading) {
			still(5, 29, 0.85+0.03*math.Sin(50*x))(x, r)
		}, 1},
	}
	for _, tt := range tests {
		c := run(ex, filmed(30, 34, tt.edit))
		if len(c.Summary.Holds) != tt.want || len(c.of("hold_done")) != tt.want {
			t.Errorf("%s: %d holds and %d hold_done, want %d", tt.name, len(c.Summary.Holds), len(c.of("hold_done")), tt.want)
			continue
		}
		if tt.want == 1 {
			h := c.Summary.Holds[0]
			if math.Abs(h.StartS-5) > 0.2 || math.Abs(h.EndS-29) > 0.2 || math.Abs(h.S-0.85) > 0.02 || h.Level != "T7" {
				t.Errorf("%s: hold %+v, want 5–29 s at .85, T7", tt.name, h)
			}
		}
	}
}

func TestTimeIsBookedToZonesAndLevels(t *testing.T) {
	c := run(thoracicRoll(t), filmed(25, 20, func(x float64, r *spine.Reading) {
		switch {
		case x < 4:
			place(r, 0.45)
		case x < 10:
			place(r, 0.63)
		case x < 11:
			place(r, 1.2)
		case x < 14:
			r.OnRoller = ok(0.1)
		case x < 15:
			r.S.State = spine.Unseen
		}
	}))
	want := ZoneTimes{Lumbar: 4, LowerThoracic: 6, Thoracic: 5, Neck: 1, Off: 4}
	if c.Summary.TimeInZoneS != want {
		t.Errorf("zones %+v, want %+v", c.Summary.TimeInZoneS, want)
	}
	levels := map[string]float64{}
	for _, l := range c.Summary.TimeAtLevelS {
		levels[l.Level] = l.TimeS
	}
	if levels["L2"] != 4 || levels["T11"] != 6 || levels["T7"] != 5 || levels["C6"] != 1 {
		t.Errorf("levels %v", levels)
	}
	if d := c.Summary.Doses[0]; d.ID != "warm_up" || d.DoneS != 11 {
		t.Errorf("dose %+v, want 11 s on the worked zones", d)
	}
}

func TestAGapIsNobodysTime(t *testing.T) {
	readings := append(filmed(25, 2, nil), correct(60))
	c := run(thoracicRoll(t), readings)
	if z := c.Summary.TimeInZoneS; z.Thoracic != 2 || z.Off != 0 || c.Summary.DurationS != 60 {
		t.Errorf("zones %+v over %g s, want 2 s thoracic", z, c.Summary.DurationS)
	}
}

func TestTheDoseIsReachedOnce(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 80, nil))
	got := c.of("zone_done")
	if len(got) != 1 || math.Abs(got[0].StartS-30) > 0.2 {
		t.Errorf("zone_done %+v, want one at 30 s", got)
	}
}

func TestTheSummaryAsJSON(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 8, during(2, 8, func(r *spine.Reading) { r.Person = spine.Unseen; r.RollerSkew = ok(25) })))
	b, err := json.Marshal(c.Summary)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Cues []map[string]any
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	keys := []string{"code", "severity", "start_s", "end_s", "value", "limit", "unit", "text", "spoken"}
	for _, cue := range got.Cues {
		for _, k := range keys {
			if _, ok := cue[k]; !ok {
				t.Errorf("cue without %q: %v", k, cue)
			}
		}
		if len(cue) != len(keys) {
			t.Errorf("cue with other keys: %v", cue)
		}
		switch cue["code"] {
		case "no_person":
			if cue["value"] != nil || cue["limit"] != nil || cue["unit"] != nil {
				t.Errorf("what is not seen has no value: %v", cue)
			}
		case "roller_not_square":
			if cue["value"] != 25.0 || cue["limit"] != 18.0 || cue["unit"] != "deg" {
				t.Errorf("got %v, want 25 against 18 deg", cue)
			}
		}
	}
}

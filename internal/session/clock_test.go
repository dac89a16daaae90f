package session

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/media"
)

func TestLiveClock(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	unit := func(stream int, arrived, told time.Duration) arrival {
		return arrival{stream, arrived, told}
	}
	for _, tt := range []struct {
		name  string
		units []arrival
		want  []time.Duration
	}{
		{"even", []arrival{unit(1, 0, 0), unit(1, 33*ms, 33*ms), unit(1, 66*ms, 66*ms)}, []time.Duration{0, 33 * ms, 66 * ms}},
		{"jitter on the way does not show", []arrival{unit(1, 0, 0), unit(1, 90*ms, 33*ms), unit(1, 91*ms, 66*ms)}, []time.Duration{0, 33 * ms, 66 * ms}},
		{"a media clock that begins anywhere", []arrival{unit(1, 0, 5*time.Hour), unit(1, 33*ms, 5*time.Hour+33*ms)}, []time.Duration{0, 33 * ms}},
		{
			"a new publication goes on by arrival",
			[]arrival{unit(1, 0, 0), unit(1, 33*ms, 33*ms), unit(2, 5*time.Second, 0), unit(2, 5100*ms, 33*ms)},
			[]time.Duration{0, 33 * ms, 5 * time.Second, 5033 * ms},
		},
		{"times that stand still rise all the same", []arrival{unit(1, 0, 0), unit(1, 33*ms, 0), unit(1, 66*ms, -9*ms)}, []time.Duration{0, ms, 2 * ms}},
		{"a clock that jumps is set anew", []arrival{unit(1, 0, 0), unit(1, 33*ms, time.Hour), unit(1, 66*ms, time.Hour+33*ms)}, []time.Duration{0, 33 * ms, 66 * ms}},
		{"and one that falls back", []arrival{unit(1, 0, time.Hour), unit(1, 33*ms, 0), unit(1, 66*ms, 33*ms)}, []time.Duration{0, 33 * ms, 66 * ms}},
		{
			"the sender slept",
			[]arrival{unit(1, 0, 0), unit(1, 20*time.Second, 33*ms), unit(1, 20*time.Second+33*ms, 66*ms)},
			[]time.Duration{0, 20 * time.Second, 20*time.Second + 33*ms},
		},
	} {
		var c liveClock
		for i, u := range tt.units {
			got := c.at(&media.AccessUnit{Codec: media.VP8, Stream: u.stream, Time: u.told, Received: begin.Add(u.arrived)})
			if got != tt.want[i] {
				t.Errorf("%s: picture %d is at %s, want %s", tt.name, i, got, tt.want[i])
			}
		}
	}
}

// arrival is a picture as the clock sees it.
type arrival struct {
	stream        int
	arrived, told time.Duration
}

// Whatever a sender tells, times rise and stay near the time of arrival.
func TestLiveClockOnAnything(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var c liveClock
		arrived, last := time.Duration(0), time.Duration(-1)
		for i := range rapid.IntRange(1, 100).Draw(t, "pictures") {
			u := media.AccessUnit{
				Codec:  rapid.SampledFrom([]media.Codec{media.VP8, media.JPEG}).Draw(t, "codec"),
				Stream: rapid.IntRange(1, 3).Draw(t, "stream"),
				Time:   time.Duration(rapid.Int64().Draw(t, "told")), Received: begin.Add(arrived),
			}
			if rapid.Bool().Draw(t, "captured") {
				u.Captured = begin.Add(time.Duration(rapid.Int64().Draw(t, "captured at")))
			}
			at := c.at(&u)
			if at <= last {
				t.Fatalf("picture %d is at %s after %s", i, at, last)
			}
			if off := at - arrived; off > farOff+time.Duration(i)*leastStep || off < -farOff {
				t.Fatalf("picture %d, arrived at %s, is at %s", i, arrived, at)
			}
			last = at
			arrived += time.Duration(rapid.IntRange(0, 3000).Draw(t, "gap")) * ms
		}
	})
}

func TestRate(t *testing.T) {
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		name string
		fps  float64
		n    int
		wait time.Duration // after the last
		want float64
	}{
		{"nothing", 30, 0, 0, 0},
		{"30 a second for 10 s", 30, 300, 0, 30},
		{"10 a second for 10 s", 10, 100, 0, 10},
		{"the first second", 30, 30, 0, 30},
		{"stopped a second ago", 30, 300, time.Second, 15},
		{"stopped long ago", 30, 300, 10 * time.Second, 0},
		{"more than can be counted", 200, 2000, 0, 64},
	} {
		var r rate
		at := begin
		for i := range tt.n {
			at = begin.Add(time.Duration(float64(i) / tt.fps * float64(time.Second)))
			r.add(at)
		}
		if got := r.perSecond(at.Add(tt.wait)); math.Abs(got-tt.want) > 1.1 {
			t.Errorf("%s: %g a second, want %g", tt.name, got, tt.want)
		}
	}
}

func TestSlopeOfTheTrunk(t *testing.T) {
	if up, lying := slopeOf(nil, exercise.Supine); up || lying {
		t.Error("nobody stands or lies")
	}
	for degrees := -90.0; degrees <= 90; degrees += 5 {
		up, lying := slopeOf(trunk(degrees), exercise.Supine)
		if wantUp := degrees > 50; up != wantUp {
			t.Errorf("at %g° upright is %v", degrees, up)
		}
		if wantLying := math.Abs(degrees) < 39; lying != wantLying {
			t.Errorf("at %g° lying is %v", degrees, lying)
		}
		hidden := trunk(degrees)
		for i := range hidden.Landmarks {
			hidden.Landmarks[i].Visibility = min(hidden.Landmarks[i].Visibility, 0.3)
		}
		if up, lying := slopeOf(hidden, exercise.Supine); up || lying {
			t.Errorf("at %g° a hidden trunk counts", degrees)
		}
	}
}

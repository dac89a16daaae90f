package coach

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/spine"
)

// At every moment the standing is what a summary would say if the session ended there.
func TestStandingIsTheSummarySoFar(t *testing.T) {
	ex := thoracicRoll(t)
	readings := filmed(30, 80, func(x float64, r *spine.Reading) {
		switch {
		case x < 5:
			place(r, 0.45)
		case x < 10:
			place(r, 0.63)
		}
		still(20, 45, 0.8)(x, r)
	})
	for _, n := range []int{1, 2, 100, 700, 1500, len(readings)} {
		c := New(ex, Options{})
		for i := range n {
			c.Step(&readings[i])
		}
		got := c.Standing()
		levels, holds := slices.Clone(got.Levels), slices.Clone(got.Holds)
		want := c.Finish(readings[n-1].T)
		if got.Zones != want.TimeInZoneS {
			t.Errorf("after %d readings: zones %+v, want %+v", n, got.Zones, want.TimeInZoneS)
		}
		if d := cmp.Diff(want.TimeAtLevelS, append([]LevelTime{}, levels...)); d != "" {
			t.Errorf("after %d readings: levels (-want +got)\n%s", n, d)
		}
		// The summary also has the hold that is not over yet.
		if len(holds) > len(want.Holds) || !slices.Equal(holds, want.Holds[:len(holds)]) {
			t.Errorf("after %d readings: holds %+v, want %+v", n, holds, want.Holds)
		}
		if n == len(readings) && (len(levels) < 3 || len(holds) != 1) {
			t.Errorf("in the end %d levels and %d holds, want several and one", len(levels), len(holds))
		}
	}
}

func TestStandingDoesNotAllocate(t *testing.T) {
	c := New(thoracicRoll(t), Options{})
	for _, r := range filmed(30, 20, nil) {
		c.Step(&r)
	}
	if n := testing.AllocsPerRun(100, func() { c.Standing() }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// A break clears everything that is open, keeps what was done, and starts persistence anew.
func TestABreakClearsEverything(t *testing.T) {
	ex := thoracicRoll(t)
	c := New(ex, Options{})
	if u := c.Break(); len(u.Events) != 0 {
		t.Errorf("a break before the beginning tells of %v", u.Events)
	}
	low := during(1, 100, func(r *spine.Reading) { place(r, 0.3) })
	readings := filmed(30, 10, low)
	var before Update
	for i := range readings[:150] {
		before = c.Step(&readings[i])
	}
	if !slices.Contains(before.Active, "roller_too_low") {
		t.Fatalf("active %v, want roller_too_low", before.Active)
	}
	open, passes := len(before.Active), before.Progress.Passes
	u := c.Break()
	cleared := 0
	for _, e := range u.Events {
		if e.Kind == Cleared {
			cleared++
		}
	}
	if cleared != open || len(u.Active) != 0 || u.Banner != nil || len(u.Notices) != 0 {
		t.Errorf("the break leaves %v, banner %v, and tells of %d cleared of %d", u.Active, u.Banner, cleared, open)
	}
	if u.Progress.Passes != passes || u.Progress.TargetS != before.Progress.TargetS {
		t.Errorf("progress %+v, want %+v", u.Progress, before.Progress)
	}
	if again := c.Break(); len(again.Events) != 0 {
		t.Errorf("a second break tells of %v", again.Events)
	}
	// The fault goes on and needs its half second again, wherever in the pause time went on.
	start, found := readings[150].T, 0.0
	for i := range readings[150:] {
		if u := c.Step(&readings[150+i]); found == 0 && slices.Contains(u.Active, "roller_too_low") {
			found = u.T
		}
	}
	if wait := found - start; wait < 0.45 || wait > 0.6 {
		t.Errorf("after the break the fault was found again after %.2f s, want .5 s", wait)
	}
}

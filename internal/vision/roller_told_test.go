package vision

import (
	"testing"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// TestFarEndOfAToldRoller: the looks give it, once enough of them agree with the near end that was told.
func TestFarEndOfAToldRoller(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		off  float64 // of what the looks see from what was told, in radii
		want bool
	}{{"the same roller", .3, true}, {"another one", 1.5, false}} {
		now := 0
		f := newRollerFinder(&scripted{say: func() (glimpse, error) { return saw(rolling(18, .5, now).disc, c.off, 2) }})
		told := rolling(18, .5, 0).disc
		f.place(Placement{Near: told.at, Radius: told.r})
		seen := 0
		for now = range 45 {
			v, done := rolling(18, .5, now).view(t, float64(now)/sceneFPS)
			r := stepOf(t, f, v, &spine.Observation{Pose: onTheDisc()})
			done()
			if r == nil {
				t.Fatalf("%s: lost at frame %d", c.name, now)
			}
			if r.FarSeen {
				seen++
				if way := r.Far.Sub(r.Near); way.Sub(body.Point{X: 10, Y: -20}).Len() > 1e-9 {
					t.Errorf("%s: the far end lies %v from the near one", c.name, way)
				}
			}
		}
		if (seen > 25) != c.want || (seen == 0) == c.want {
			t.Errorf("%s: the far end was seen in %d frames of 45", c.name, seen)
		}
		if err := f.close(); err != nil {
			t.Error(err)
		}
	}
}

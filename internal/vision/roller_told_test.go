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
		name  string
		off   float64 // of what the looks see from what was told, in radii
		logit float64 // what they say, caution taken off
		want  bool
	}{
		{"the same roller", .3, 2, true},
		{"one seen as surely as needed", .3, toldLogit - caution + .1, true},
		{"one not seen", .3, leastLogit - caution - .1, false},
		{"another one", 1.5, 2, false},
	} {
		now := 0
		f := newRollerFinder(&scripted{say: func() (glimpse, error) { return saw(rolling(18, .5, now).disc, c.off, c.logit) }})
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

// TestAToldRollerIsFoundAgainByHowTheNetworkSeesIt: a network that sees this roller half a radius beside its place, a fifth
// too small and hardly at all tells where it is, once it has seen it where it was told to be.
func TestAToldRollerIsFoundAgainByHowTheNetworkSeesIt(t *testing.T) {
	t.Parallel()
	disc := rolling(18, 0, 0).disc
	w := newWatch(&scripted{say: func() (glimpse, error) {
		return saw(circle{disc.at.Add(body.Point{X: .5 * disc.r}), .8 * disc.r}, 0, .5)
	}})
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	seen := regionOf(onTheDisc(), 0)
	regained := func(o *toldRoller, from float64) (c circle, ok bool) {
		for i := range 2 {
			v, done := rolling(18, 0, 0).view(t, from+float64(i)*1.2*regainEvery)
			var err error
			if c, ok, err = o.regain(w, v, seen, 1, disc.r); err != nil {
				t.Fatal(err)
			}
			done()
		}
		return c, ok
	}
	if c, ok := regained(&toldRoller{}, 0); ok {
		t.Errorf("found at %v by looks that are hardly sure, of a roller that it has never seen before", c.at)
	}
	var o toldRoller
	for i := range farLooks {
		v, done := rolling(18, 0, 0).view(t, float64(i)*toldSoon)
		if _, _, err := o.look(w, v, seen, disc, true); err != nil {
			t.Fatal(err)
		}
		done()
	}
	c, ok := regained(&o, 5)
	if !ok || c.at.Sub(disc.at).Len() > .05*disc.r || c.r != disc.r {
		t.Errorf("found %t at %v, it is at %v", ok, c.at, disc.at)
	}
}

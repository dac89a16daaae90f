//go:build matprofile

package vision

import (
	"testing"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/spine"
)

// TestRollerLeavesNoMatOpen runs only with -tags matprofile. A word, a track, a loss and another word come by, and
// a search under somebody who lies.
func TestRollerLeavesNoMatOpen(t *testing.T) {
	before := gocv.MatProfile.Count()
	f := newRollerFinder(blind())
	steady := 0
	for i := range 60 {
		s := rolling(18, 1, i)
		s.cover = i >= 30 && i < 40
		if i%25 == 20 {
			f.place(Placement{Near: s.disc.at, Radius: s.disc.r})
		}
		v, done := s.view(t, float64(i)/sceneFPS)
		stepOf(t, f, v, &spine.Observation{Pose: onTheBack()})
		done()
		if i == 0 {
			steady = gocv.MatProfile.Count()
		}
	}
	if n := gocv.MatProfile.Count(); n != steady {
		t.Errorf("%d Mats after one frame, %d after 60", steady, n)
	}
	if err := f.close(); err != nil {
		t.Error(err)
	}
	if n := gocv.MatProfile.Count(); n != before {
		t.Errorf("%d Mats are left open", n-before)
	}
}

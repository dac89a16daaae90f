package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Rolling without slip, the trunk travels over the floor twice as far as the roller under it (domain.md §3). What
// the search proposes is followed for a while: the roller moves half as far as the trunk, the floor, the mat and
// the furniture not at all, limbs and clothes as far as the trunk itself.
const (
	suspectCount = 5
	// suspectEvery is the time between searches, in seconds.
	suspectEvery = 0.25
	// rollRatio is the roller's way over the trunk's in the picture, its near end being some 10 % closer;
	// rollRatioTol how far a roller's may be off.
	rollRatio, rollRatioTol = 0.54, 0.15
	// enoughTravelL is how far the trunk has to travel before the ratio tells anything, in L; enoughAgree how
	// well the two ways must agree (the squared correlation).
	enoughTravelL, enoughAgree = 0.14, 0.90
	// suspectLife is how long a suspect is followed without a verdict, in seconds.
	suspectLife = 5.0
	// enoughLooks and clearestShare are how often a suspect must have been the clearest circle in sight.
	enoughLooks, clearestShare = 3, 0.75
	// rolledScore is the score of what rolls and stands out: 12 of 15 such circles were the roller's end in 25
	// renders, and two more lay on its side.
	rolledScore = 0.78
)

// suspect is a circle that may be the roller.
type suspect struct {
	track   *rollerTrack
	clarity float64
	since   float64
	ways    ratio
	// looks counts the searches since it came under watch, firsts those that found this very circle clearest.
	looks, firsts float64
}

// stands tells whether the circle was the clearest one in most of the searches while it was watched. A circle on the
// roller's side or on the mat's edge under it rolls too, but seldom stands out for long.
func (c *suspect) stands() bool {
	return c.looks >= enoughLooks && c.firsts >= clearestShare*c.looks
}

// suspects are the circles under watch. It finds out which of them rolls.
type suspects struct {
	search *bandSearch
	all    [suspectCount]*suspect
	best   [2 * suspectCount]proposal
	looked float64
	begun  bool
	drift  body.Point // how far the camera has moved since the beginning
}

func newSuspects() *suspects {
	s := &suspects{search: newBandSearch()}
	for i := range s.all {
		s.all[i] = &suspect{track: newRollerTrack()}
	}
	return s
}

func (s *suspects) close() {
	s.search.close()
	for _, c := range s.all {
		c.track.close()
	}
}

// clear forgets all of them.
func (s *suspects) clear() {
	for _, c := range s.all {
		c.track.on = false
	}
	s.begun = false
}

// step follows the suspects in the next frame and returns the one that has been found to roll, or nil.
func (s *suspects) step(v view, p *body.Pose) *suspect {
	if v.shiftKnown {
		s.drift = s.drift.Add(v.shift)
	}
	t, ok := body.NewTorso(p)
	if !ok {
		return nil
	}
	trunk := body.Mid(t.H, t.S).Sub(s.drift).X
	var found *suspect
	for _, c := range s.all {
		if !c.track.on {
			continue
		}
		at, _, seen := c.track.step(v, trunkHint{})
		if !seen || v.t-c.since > suspectLife {
			c.track.on = false
			continue
		}
		c.ways.add(trunk, at.at.Sub(s.drift).X)
		switch c.ways.verdict(enoughTravelL * t.L) {
		case rolls:
			if c.stands() && (found == nil || c.clarity > found.clarity) {
				found = c
			}
		case otherwise:
			c.track.on = false
		case unclear:
		}
	}
	if found == nil && (!s.begun || v.t-s.looked >= suspectEvery) {
		s.look(v, p)
	}
	return found
}

// look searches the frame and puts new circles under watch, in place of less clear ones where all are taken.
func (s *suspects) look(v view, p *body.Pose) {
	s.begun, s.looked = true, v.t
	n := s.search.find(v, p, s.best[:])
	for _, c := range s.all {
		if c.track.on {
			c.looks++
			if n > 0 && c.covers(s.best[0].circle) {
				c.firsts++
			}
		}
	}
	for _, b := range s.best[:n] {
		if c := s.room(b); c != nil {
			c.track.begin(v, b.circle, trunkHint{})
			c.clarity, c.since, c.ways, c.looks, c.firsts = b.clarity, v.t, ratio{}, 0, 0
		}
	}
}

// room returns the place for a new proposal, or nil if it is under watch already or all the others are clearer.
func (s *suspects) room(b proposal) *suspect {
	var free *suspect
	for _, c := range s.all {
		switch {
		case !c.track.on:
			if free == nil || free.track.on {
				free = c
			}
		case c.covers(b.circle):
			return nil
		case free == nil && c.clarity < 0.7*b.clarity:
			free = c
		}
	}
	return free
}

// covers tells whether b is as good as the same circle.
func (c *suspect) covers(b circle) bool {
	return c.track.face.at.Sub(b.at).Len() < 0.7*b.r && math.Abs(c.track.face.r-b.r) < 0.3*b.r
}

// verdict is what the motion says.
type verdict uint8

const (
	unclear verdict = iota
	rolls
	otherwise
)

// ratio compares two ways: running sums of a straight line's least-squares fit.
type ratio struct {
	n, x, y, xx, xy, yy float64
	x0, y0              float64 // the first sample, taken off for precision
	lo, hi              float64 // the range of x
}

func (r *ratio) add(x, y float64) {
	if r.n == 0 {
		r.x0, r.y0, r.lo, r.hi = x, y, x, x
	}
	r.lo, r.hi = math.Min(r.lo, x), math.Max(r.hi, x)
	x, y = x-r.x0, y-r.y0
	r.n, r.x, r.y = r.n+1, r.x+x, r.y+y
	r.xx, r.xy, r.yy = r.xx+x*x, r.xy+x*y, r.yy+y*y
}

// verdict judges the ways once the first one spans at least so many pixels.
func (r *ratio) verdict(span float64) verdict {
	if r.hi-r.lo < span || r.n < 8 {
		return unclear
	}
	vx, vy, c := r.xx-r.x*r.x/r.n, r.yy-r.y*r.y/r.n, r.xy-r.x*r.y/r.n
	slope := c / vx
	switch {
	case math.Abs(slope-rollRatio) > 2*rollRatioTol:
		return otherwise
	case math.Abs(slope-rollRatio) <= rollRatioTol && c*c >= enoughAgree*vx*vy:
		return rolls
	}
	return unclear
}

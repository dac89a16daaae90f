package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
)

func TestBeliefInAFrame(t *testing.T) {
	for _, c := range []struct {
		name   string
		before belief
		says   float64
		lo, hi float64
	}{
		{"said again", 1, 3, .99, 1},
		{"nothing said", .9, 0, .85, .9},
		{"one bad frame", 1, -2, .8, .95},
		{"covered at once", 1, leastSaid, 0, seenFrom},
		{"never certain of its absence", 0, 3, .1, .3},
	} {
		if got := float64(c.before.next(c.says)); got < c.lo || got > c.hi {
			t.Errorf("%s: %.3f, want %.2f to %.2f", c.name, got, c.lo, c.hi)
		}
	}
}

// TestBeliefStaysAProbability: and the more a frame says, the more is believed.
func TestBeliefStaysAProbability(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := belief(rapid.Float64Range(0, 1).Draw(t, "before"))
		says := rapid.Float64Range(leastSaid, mostSaid).Draw(t, "says")
		more := rapid.Float64Range(says, mostSaid).Draw(t, "more")
		p, q := b.next(says), b.next(more)
		if !(p > 0 && p < 1 && q >= p) {
			t.Fatalf("%v becomes %v by %.2f and %v by %.2f nats", b, p, says, q, more)
		}
	})
}

func TestUsualSays(t *testing.T) {
	clear, noisy := usual{likeness: .95, frames: 50}, usual{likeness: .4, frames: 50}
	for _, c := range []struct {
		name                  string
		u                     usual
		likeness, colour, own float64
		lo, hi                float64
	}{
		{"as usual", clear, .95, 1, 2, 3, 9},
		{"noise takes from every frame alike", noisy, .4, 1, 2, 3, 9},
		{"the likeness of noise, where the look is clear", clear, .4, 1, 2, -4, 0},
		{"something else", clear, .05, 0, 2, -20, -6},
		{"something else of its colours", clear, .2, 1, 2, -20, -3},
		{"as usual, in the colours of the mat", clear, .95, 0, .1, 1, 9},
		{"something else, in the colours of the mat", clear, .3, 1, .1, -20, -4},
	} {
		if got := c.u.says(c.likeness, c.colour, c.own); got < c.lo || got > c.hi {
			t.Errorf("%s: %.2f nats, want %.0f to %.0f", c.name, got, c.lo, c.hi)
		}
	}
	if got := clear.saysColour(1, 2); got > 0 {
		t.Errorf("the colours alone say %.2f nats for a look that should be clear", got)
	}
	if got := noisy.saysColour(1, 2); got <= 0 {
		t.Errorf("the colours alone say %.2f nats for a look that is smeared", got)
	}
	if got := noisy.saysColour(1, .1); got != leastSaid {
		t.Errorf("colours that do not stand out say %.2f nats", got)
	}
}

func TestUsualFollowsOnlyTheRoller(t *testing.T) {
	u := newUsual()
	for range 40 {
		u.follow(match{likeness: .5, colour: 1})
	}
	if math.Abs(u.likeness-.5) > .03 {
		t.Errorf("the usual likeness is %.2f after 40 frames of .5", u.likeness)
	}
	before := u
	u.follow(match{likeness: 0, colour: .1})
	if u != before {
		t.Errorf("a covered face changed the usual likeness to %.2f", u.likeness)
	}
}

func TestSighting(t *testing.T) {
	good := func(x float64) match {
		return match{at: body.Point{X: x, Y: 100}, likeness: .9, colour: 1, says: 3, rival: -5}
	}
	poor := func(x float64) match {
		m := good(x)
		m.says = -1
		return m
	}
	rivalled := good(100)
	rivalled.rival = 2.9
	far := good(100)
	far.far = 3
	absent := match{at: body.Point{X: 100, Y: 100}, colour: .1, says: leastSaid, rival: -9}
	for _, c := range []struct {
		name string
		seen []match
		want int // the frame that is enough; -1 for none
	}{
		{"clear in two frames", []match{good(100), good(101)}, 1},
		{"here and there", []match{good(100), good(140), good(180), good(220)}, -1},
		{"by its colours", []match{poor(100), poor(102), poor(99), poor(100)}, 1},
		{"as likely elsewhere", []match{rivalled, rivalled, rivalled}, -1},
		{"where it cannot have rolled", []match{far, far, far}, -1},
		{"not at all", []match{absent, absent, absent}, -1},
		{"interrupted", []match{good(100), absent, good(100), good(100)}, 3},
	} {
		var s sighting
		got := -1
		for i, m := range c.seen {
			if s.add(m, 10, body.Point{X: 90, Y: 100}, 2) {
				got = i
				break
			}
		}
		if got != c.want {
			t.Errorf("%s: believed in frame %d, want %d", c.name, got, c.want)
		}
	}
}

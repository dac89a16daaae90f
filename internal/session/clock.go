package session

import (
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

const (
	// farOff is how far the sender's media clock may run away from ours before it is set anew: more than any delay
	// on the way, less than what a person would notice as a wrong hold time.
	farOff = 2 * time.Second
	// leastStep keeps the session's time rising.
	leastStep = time.Millisecond
)

// liveClock gives every picture its session time: counted from the first picture, always rising, as even as the
// sender's media clock, and going on over a new publication by when its pictures arrive.
type liveClock struct {
	begun  bool
	start  time.Time // when the first picture came
	offset time.Duration
	last   time.Duration
	// stream and jpeg tell which publication offset belongs to; first is its first picture's capture.
	stream int
	jpeg   bool
	first  time.Time
}

// at returns the session time of u.
func (c *liveClock) at(u *media.AccessUnit) time.Duration {
	jpeg := u.Codec == media.JPEG
	if !c.begun {
		c.start = u.Received
	}
	arrived := u.Received.Sub(c.start)
	fresh := !c.begun || c.stream != u.Stream || c.jpeg != jpeg
	if fresh {
		c.stream, c.jpeg, c.first = u.Stream, jpeg, taken(u)
	}
	told := u.Time
	if jpeg { // it has no media clock
		told = taken(u).Sub(c.first)
	}
	t := told + c.offset
	if off := t - arrived; fresh || off > farOff || off < -farOff {
		c.offset = arrived - told
		t = arrived
	}
	if c.begun && t < c.last+leastStep {
		t = c.last + leastStep
	}
	c.begun, c.last = true, t
	return t
}

// taken is when a picture was taken, by the best that is known of it.
func taken(u *media.AccessUnit) time.Time {
	if u.Captured.IsZero() {
		return u.Received
	}
	return u.Captured
}

// now is the session time of a moment by our own clock, for what people do; 0 before the first picture.
func (c *liveClock) now(at time.Time) time.Duration {
	if !c.begun {
		return 0
	}
	return max(c.last, at.Sub(c.start))
}

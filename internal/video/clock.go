package video

import (
	"math"
	"time"
)

const (
	// unknownTime stands for a timestamp that the stream does not tell, as RV_UNKNOWN does in C.
	unknownTime = time.Duration(math.MinInt64)
	// usualStep is the time between two pictures of a stream that does not tell its speed: 30 a second, as most phones.
	usualStep = time.Second / 30
	// backJump is how far timestamps must fall back to be a new count (two recordings joined, say) and not pictures
	// in a wrong order.
	backJump = time.Second
	// foreJump is a gap that no recording of an exercise has; a timestamp beyond it is damaged.
	foreJump = time.Hour
	// farthest is the farthest from zero that a timestamp can be meant: a few years, as of cameras that count from when
	// they were switched on. Sums of such times never overflow.
	farthest = 10 * 365 * 24 * time.Hour
)

// clock turns a stream's timestamps into times that start at 0 and always rise, whatever the stream tells.
type clock struct {
	step    time.Duration // usual time between pictures, for the gaps that must be guessed
	started bool
	told    time.Duration // last timestamp the stream told
	offset  time.Duration // told − offset = time from the start
	last    time.Duration // last time given out
}

// newClock returns a clock for a stream of so many pictures a second; 0 if unknown.
func newClock(fps float64) *clock {
	c := &clock{step: usualStep}
	if fps >= 0.1 && fps <= 1000 {
		c.step = time.Duration(float64(time.Second) / fps)
	}
	return c
}

// next gives the time of the next picture. told is its timestamp, or unknownTime; shown how long the stream says
// that the picture stands, or 0.
//
// A good timestamp passes unchanged but for the start. A picture without one follows its predecessor by the usual
// step. Timestamps that stand still or fall back by little are passed by half a step each, or by a whole one as long
// as they do not move at all, so that the times given out are soon caught up by good ones. Great jumps start a new count.
func (c *clock) next(told, shown time.Duration) time.Duration {
	known := told >= -farthest && told <= farthest
	switch {
	case !c.started:
		c.started = true
		if known {
			c.told, c.offset = told, told
		}
		return 0
	case !known:
		c.last += c.stepOf(shown)
		c.told += c.stepOf(shown)
		return c.last
	}
	moved := told - c.told
	if moved <= -backJump || moved >= foreJump {
		c.offset = told - (c.last + c.stepOf(shown))
		moved = c.step
	}
	c.told = told
	now := told - c.offset
	if now <= c.last {
		now = c.last + c.stepOf(shown)
		if moved != 0 {
			now = c.last + c.step/2
		}
	}
	c.last = now
	return now
}

func (c *clock) stepOf(shown time.Duration) time.Duration {
	if shown > 0 && shown <= backJump {
		return shown
	}
	return c.step
}

package coach

import (
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
)

const (
	// sayTime is how long the word is given to one cue: two seconds to speak it, and a breath (heuristic).
	sayTime = 2500 * time.Millisecond
	// forgetAfter is how long a code has to stay clear before its count of repeats starts anew (heuristic):
	// somebody who falls back into a fault a minute later should hear of it.
	forgetAfter = 30 * time.Second
)

// floor says who has the word.
type floor struct {
	// until is when the cue being spoken is over; holder is its severity.
	until  time.Duration
	holder exercise.Severity
	// shown is the check whose cue is in the banner, praised the praise; at most one is set.
	shown   *check
	praised *praise
}

func (f *floor) start(now time.Duration) { f.until = now }

// arbitrate decides which open finding is shown and which is spoken. Everything interrupts praise, safety also
// interrupts everything but safety; all others wait for the end of what is being said. While there is a safety finding nobody else gets the word.
// A cue that has been said and is cooling down, or was said often enough, gives way to the next.
func (c *Coach) arbitrate() {
	next := c.nextToSpeak()
	switch {
	case next != nil:
		c.say(next)
	case c.floor.praised != nil && c.top() == nil:
		c.banner.EndS = c.findings[c.floor.praised.finding].EndS
	default:
		c.show()
	}
}

// nextToSpeak returns the check that gets the word at this step, or nil.
func (c *Coach) nextToSpeak() *check {
	free := c.now >= c.floor.until
	danger := false
	for _, k := range c.checks { // in the order of severity
		if k.finding < 0 {
			continue
		}
		safety := k.spec.Severity == exercise.Safety
		if danger && !safety {
			return nil
		}
		danger = danger || safety
		interrupts := c.floor.holder == exercise.Praise || safety && c.floor.holder != exercise.Safety
		if (free || interrupts) && k.maySpeak(c.now) {
			return k
		}
	}
	return nil
}

// maySpeak tells whether neither the cooldown nor the count of repeats keeps the cue silent.
func (k *check) maySpeak(now time.Duration) bool {
	return !k.everSaid || k.said < k.spec.RepeatMax && now-k.saidAt >= seconds(k.spec.CooldownS)
}

// say gives a check the word.
func (c *Coach) say(k *check) {
	f := &c.findings[k.finding]
	f.Spoken = true
	k.everSaid = true
	k.said++
	k.saidAt = c.now
	c.floor.until, c.floor.holder = c.now+sayTime, k.spec.Severity
	c.dropPraise()
	c.floor.shown = k
	c.event(Spoken, f)
	c.banner = Banner{Finding: *f, Say: k.words.Say, Hint: k.words.Hint, Speak: true}
	c.update.Banner = &c.banner
}

// top returns the most severe open check, or nil.
func (c *Coach) top() *check {
	for _, k := range c.checks {
		if k.finding >= 0 {
			return k
		}
	}
	return nil
}

// show puts into the banner what was spoken last, as long as it is open, and otherwise the most severe finding.
// Safety always takes the banner.
func (c *Coach) show() {
	k := c.floor.shown
	best := c.top()
	if k == nil || k.finding < 0 || (best.spec.Severity == exercise.Safety && k.spec.Severity != exercise.Safety) {
		k = best
	}
	if k == nil {
		c.floor.shown, c.update.Banner = nil, nil
		return
	}
	c.dropPraise()
	c.floor.shown = k
	c.banner = Banner{Finding: c.findings[k.finding], Say: k.words.Say, Hint: k.words.Hint}
	c.update.Banner = &c.banner
}

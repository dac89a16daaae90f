package coach

import (
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
)

// praiseTime is how long praise is shown (heuristic).
const praiseTime = 2 * time.Second

// praise follows one praising check.
type praise struct {
	spec  *exercise.Check
	words exercise.Words
	// finding is the place of the praise being shown in Coach.findings, −1 while there is none.
	finding int
	until   time.Duration
	said    int
	saidAt  time.Duration
	// flawless is how long there has been nothing to correct; only for exercise.OnForm.
	flawless time.Duration
}

func newPraise(spec *exercise.Check, lang string) *praise {
	return &praise{spec: spec, words: spec.WordsIn(lang), finding: -1}
}

// praiseFor praises what happened at this step, if nothing is to be corrected and nobody has the word: praise
// never interrupts and never waits. What is not praised aloud is still a finding.
func (c *Coach) praiseFor(h happenings) {
	for _, p := range c.praise {
		if p.finding >= 0 && c.now >= p.until {
			c.endPraise(p)
		}
	}
	for _, p := range c.praise {
		if p.finding >= 0 || !p.due(h) {
			continue
		}
		p.finding = c.open(p.spec, p.words)
		p.until = c.now + praiseTime
		f := &c.findings[p.finding]
		c.event(Started, f)
		quiet := c.now >= c.floor.until && c.floor.praised == nil && c.top() == nil
		cool := p.said == 0 || c.now-p.saidAt >= seconds(p.spec.CooldownS)
		if !quiet || !cool || p.said >= p.spec.RepeatMax {
			c.endPraise(p)
			continue
		}
		f.Spoken = true
		p.said++
		p.saidAt = c.now
		c.floor.until, c.floor.holder = c.now+sayTime, exercise.Praise
		c.floor.praised = p
		c.event(Spoken, f)
		c.banner = Banner{Finding: *f, Say: p.words.Say, Hint: p.words.Hint, Speak: true}
		c.update.Banner = &c.banner
	}
	for _, p := range c.praise {
		if p.finding >= 0 {
			c.findings[p.finding].EndS = c.t
		}
	}
}

// due tells whether the occasion is there.
func (p *praise) due(h happenings) bool {
	switch p.spec.On {
	case exercise.OnPass:
		return h.pass
	case exercise.OnHold:
		return h.hold
	case exercise.OnDose:
		return h.dose
	case exercise.OnRep:
		return h.rep
	case exercise.OnForm:
		if !h.flawless {
			p.flawless = 0
			return false
		}
		p.flawless += h.dt
		if p.flawless < seconds(p.spec.PersistS) {
			return false
		}
		p.flawless = 0
		return true
	}
	return false
}

// endPraise takes praise off the banner.
func (c *Coach) endPraise(p *praise) {
	c.event(Cleared, &c.findings[p.finding])
	p.finding = -1
	if c.floor.praised == p {
		c.floor.praised = nil
	}
}

// dropPraise makes room for a correction.
func (c *Coach) dropPraise() {
	if p := c.floor.praised; p != nil {
		c.endPraise(p)
	}
}

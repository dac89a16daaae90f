package coach

// Standing is how far a session that still runs has come: where the time went, and the holds that are over. Its
// slices belong to the Coach and are valid until the next Step.
type Standing struct {
	Zones ZoneTimes
	// Levels lists the levels in the order in which they were first reached.
	Levels []LevelTime
	// Holds lists the pauses on one spot that are over and were long enough.
	Holds []Hold
}

// Standing tells how the session stands after the last Step. It does not allocate.
func (c *Coach) Standing() Standing {
	p := &c.progress
	c.levels = c.levels[:0]
	for _, l := range p.levels {
		c.levels = append(c.levels, LevelTime{l.level, l.time.Seconds()})
	}
	return Standing{Zones: p.zoneTimes(), Levels: c.levels, Holds: p.holding.finished}
}

// Break ends whatever is open because the person takes a break: the update tells of every finding that is cleared,
// and the next Step begins anew as after a gap. Progress stays.
func (c *Coach) Break() Update {
	c.update.Events = c.update.Events[:0]
	c.banner.Speak = false
	if !c.begun {
		return c.update
	}
	c.interrupt()
	for _, p := range c.praise {
		if p.finding >= 0 {
			c.endPraise(p)
		}
	}
	c.floor.shown, c.update.Banner = nil, nil
	c.floor.until = c.now
	c.report()
	return c.update
}

package coach

import (
	"math"
)

// Summary is what a session came to.
type Summary struct {
	ExerciseID      string  `json:"exercise_id"`
	ExerciseVersion int     `json:"exercise_version"`
	DurationS       float64 `json:"duration_s"`
	// Cues lists every finding by its start, spoken or not.
	Cues        []Finding `json:"cues"`
	Passes      int       `json:"passes"`
	Holds       []Hold    `json:"holds"`
	TimeInZoneS ZoneTimes `json:"time_in_zone_s"`
	// TimeAtLevelS lists the levels in the order in which they were first reached.
	TimeAtLevelS []LevelTime `json:"time_at_level_s"`
	Doses        []DoseDone  `json:"doses"`
}

// DoseDone is how much of a dose was done.
type DoseDone struct {
	ID    string  `json:"id"`
	DoneS float64 `json:"done_s"`
	MinS  float64 `json:"min_s"`
	MaxS  float64 `json:"max_s"`
}

// Finish ends the session at time t (s) and sums it up. Whatever is open ends where it was last sure; the time
// from the last reading to t counts as if there had been one more, but for gaps. Call it once, after the last
// Step.
func (c *Coach) Finish(t float64) Summary {
	if c.begun && math.Abs(t) <= maxT {
		if dt := seconds(t) - c.now; dt > 0 {
			if dt <= gapMax {
				c.progress.spend(dt)
			}
			c.t, c.now = t, seconds(t)
		}
	}
	for _, k := range c.checks {
		k.finding = -1
	}
	for _, p := range c.praise {
		p.finding = -1
	}
	c.progress.holding.end(&c.progress)
	p := &c.progress
	s := Summary{
		ExerciseID: c.ex.ID, ExerciseVersion: c.ex.Version, DurationS: c.t - c.first,
		Cues: append([]Finding{}, c.findings...), Passes: p.Passes, Holds: append([]Hold{}, p.holding.finished...),
		TimeInZoneS:  p.zoneTimes(),
		TimeAtLevelS: make([]LevelTime, 0, len(p.levels)), Doses: make([]DoseDone, 0, len(c.ex.Doses)),
	}
	for _, l := range p.levels {
		s.TimeAtLevelS = append(s.TimeAtLevelS, LevelTime{l.level, l.time.Seconds()})
	}
	for _, d := range c.ex.Doses {
		s.Doses = append(s.Doses, DoseDone{ID: d.ID, DoneS: p.TargetS, MinS: d.MinS, MaxS: d.MaxS})
	}
	return s
}

func (p *progress) zoneTimes() ZoneTimes {
	return ZoneTimes{
		Lumbar: p.zones[0].Seconds(), LowerThoracic: p.zones[1].Seconds(), Thoracic: p.zones[2].Seconds(),
		Neck: p.zones[3].Seconds(), Off: p.zones[offIndex].Seconds(),
	}
}

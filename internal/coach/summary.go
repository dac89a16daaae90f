package coach

import (
	"math"

	"github.com/rollwell/rollwell/internal/exercise"
)

// Summary is what a session came to.
type Summary struct {
	ExerciseID      string `json:"exercise_id"`
	ExerciseVersion int    `json:"exercise_version"`
	// ExerciseHash names the rules exactly: exercise.Exercise.Hash.
	ExerciseHash string `json:"exercise_hash"`
	// Side is the side that was to be worked, empty where there was none.
	Side      exercise.Side `json:"side"`
	DurationS float64       `json:"duration_s"`
	// Cues lists every finding by its start, spoken or not.
	Cues   []Finding `json:"cues"`
	Passes int       `json:"passes"`
	Holds  []Hold    `json:"holds"`
	Reps   int       `json:"reps"`
	// Phases lists the exercise's phases in its order.
	Phases      []PhaseTime `json:"phases"`
	TimeInZoneS ZoneTimes   `json:"time_in_zone_s"`
	// TimeAtLevelS lists the levels in the order in which they were first reached.
	TimeAtLevelS []LevelTime `json:"time_at_level_s"`
	// Dose is the dose that was to be reached, empty where there was none; Doses tells how much of each was done.
	Dose  string     `json:"dose"`
	Doses []DoseDone `json:"doses"`
}

// PhaseTime is how often the person was in a phase, and for how long.
type PhaseTime struct {
	ID     string  `json:"id"`
	TimeS  float64 `json:"time_s"`
	Visits int     `json:"visits"`
}

// DoseDone is how much of a dose was done. A dose is measured in seconds or counted in repetitions; the bounds of the
// other are 0.
type DoseDone struct {
	ID      string  `json:"id"`
	DoneS   float64 `json:"done_s"`
	MinS    float64 `json:"min_s"`
	MaxS    float64 `json:"max_s"`
	Reps    int     `json:"reps"`
	RepsMin int     `json:"reps_min"`
	RepsMax int     `json:"reps_max"`
}

// Finish ends the session at time t (s) and sums it up. Whatever is open ends where it was last sure; the time
// from the last reading to t counts as if there had been one more, but for gaps. Call it once, after the last
// Step.
func (c *Coach) Finish(t float64) Summary {
	if c.begun && math.Abs(t) <= maxT {
		if dt := seconds(t) - c.now; dt > 0 {
			if dt <= gapMax {
				c.spend(dt)
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
	return c.sum()
}

func (c *Coach) sum() Summary {
	p := &c.progress
	s := Summary{
		ExerciseID: c.ex.ID, ExerciseVersion: c.ex.Version, ExerciseHash: c.ex.Hash, Side: c.known.side,
		DurationS: c.t - c.first, Cues: append([]Finding{}, c.findings...), Passes: p.Passes,
		Holds: append([]Hold{}, p.holding.finished...), Reps: c.phases.done, Phases: make([]PhaseTime, 0, len(c.phases.list)),
		TimeInZoneS: p.zoneTimes(), TimeAtLevelS: make([]LevelTime, 0, len(p.levels)), Doses: make([]DoseDone, 0, len(c.ex.Doses)),
	}
	for i := range c.phases.list {
		f := &c.phases.list[i]
		s.Phases = append(s.Phases, PhaseTime{f.spec.ID, f.total.Seconds(), f.visits})
	}
	for _, l := range p.levels {
		s.TimeAtLevelS = append(s.TimeAtLevelS, LevelTime{l.level, l.time.Seconds()})
	}
	if p.dose != nil {
		s.Dose = p.dose.ID
	}
	for _, d := range c.ex.Doses {
		s.Doses = append(s.Doses, DoseDone{
			ID: d.ID, DoneS: p.counted().Seconds(), MinS: d.MinS, MaxS: d.MaxS, Reps: c.phases.done, RepsMin: d.RepsMin, RepsMax: d.RepsMax,
		})
	}
	return s
}

func (p *progress) zoneTimes() ZoneTimes {
	return ZoneTimes{
		Lumbar: p.zones[0].Seconds(), LowerThoracic: p.zones[1].Seconds(), Thoracic: p.zones[2].Seconds(),
		Neck: p.zones[3].Seconds(), Off: p.zones[offIndex].Seconds(),
	}
}

// Package coach turns readings into cues and progress by the rules of an exercise. It is pure and
// deterministic: the same readings give the same bytes. Everything goes by the readings' own time, so frame
// rate, jitter and gaps do not matter.
//
// Every check that is true for long enough becomes a Finding with an interval. Of all that are open at a time,
// arbitration gives the word to one. Nothing but set-up cues is ever found on what is unsure or unseen.
package coach

import (
	"math"
	"slices"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// maxT is the latest time (s) a reading may have; beyond it microseconds would not fit.
const maxT = 1e9

// Coach follows one session. It belongs to one goroutine.
type Coach struct {
	ex     *exercise.Exercise
	checks []*check
	praise []*praise
	// findings holds every finding of the session in the order of StartS.
	findings []Finding
	progress progress
	phases   phases
	floor    floor
	// known is what conditions are judged on at this step.
	known knowledge

	begun bool
	// first and t are the times of the first and the last reading, now is t in whole microseconds.
	first, t float64
	now      time.Duration

	update Update
	banner Banner
	// levels backs what Standing returns.
	levels []LevelTime
}

// Options choose what a session is about. The zero value suits every exercise.
type Options struct {
	// Language is that of the words; exercise.DefaultLanguage if empty, the nearest there is if unknown.
	Language string
	// Dose is the dose to be reached; the exercise's first one if empty or unknown.
	Dose string
	// Side is the side to be worked, where the exercise has sides.
	Side exercise.Side
}

// New returns a coach for one session of the exercise. The exercise must have come from the loader and is not changed.
func New(ex *exercise.Exercise, o Options) *Coach {
	c := &Coach{
		ex: ex, progress: newProgress(ex, o.Dose), phases: newPhases(ex), known: knowledge{side: o.Side},
		levels: make([]LevelTime, 0, maxLevels),
	}
	c.known.phase = c.phases.id()
	c.update = Update{Phase: c.known.phase, Progress: c.progress.Progress}
	for i := range ex.Checks {
		spec := &ex.Checks[i]
		if spec.Severity == exercise.Praise {
			c.praise = append(c.praise, newPraise(spec, o.Language))
			continue
		}
		c.checks = append(c.checks, newCheck(spec, o.Language))
	}
	// The order of severity is the order of arbitration; within one, that of the file.
	slices.SortStableFunc(c.checks, func(a, b *check) int { return a.spec.Severity.Rank() - b.spec.Severity.Rank() })
	return c
}

// SetLanguage changes the words of the findings from now on.
func (c *Coach) SetLanguage(lang string) {
	for _, k := range c.checks {
		k.words = k.spec.WordsIn(lang)
	}
	for _, p := range c.praise {
		p.words = p.spec.WordsIn(lang)
	}
}

// Step takes the next reading. One whose time is not a number, or not after the one before, is left out: the
// update then repeats the state without events. The update is valid until the next Step.
func (c *Coach) Step(r *spine.Reading) Update {
	c.update.Events = c.update.Events[:0]
	c.banner.Speak = false
	if !(math.Abs(r.T) <= maxT) {
		return c.update
	}
	now := seconds(r.T)
	dt := now - c.now
	if !c.begun {
		c.begun, c.first, dt = true, r.T, 0
		c.floor.start(now)
		c.phases.begin(now)
	} else if dt <= 0 {
		return c.update
	}
	c.now, c.t = now, r.T
	if dt > gapMax {
		c.interrupt()
		dt = 0
	}
	c.spend(dt)
	rep := c.recognise(r, dt)
	for _, k := range c.checks {
		c.apply(k, k.step(&c.known, now, dt))
	}
	happened := c.progress.step(c, r, dt)
	happened.rep = rep
	c.praiseFor(happened)
	c.arbitrate()
	c.report()
	return c.update
}

// spend books dt to what the person did at the reading before.
func (c *Coach) spend(dt time.Duration) {
	c.progress.spend(dt, c.phases.works())
	c.phases.spend(dt)
}

// recognise works out the phase of a reading, and tells whether a repetition is complete with it.
func (c *Coach) recognise(r *spine.Reading, dt time.Duration) (rep bool) {
	k := &c.known
	k.reading, k.phaseS = r, c.phases.lasted(c.now).Seconds()
	rep = c.phases.step(k, c.now, dt)
	k.phase, k.phaseS, k.reps = c.phases.id(), c.phases.lasted(c.now).Seconds(), c.phases.done
	return rep
}

// interrupt ends what a gap in the readings makes unknowable.
func (c *Coach) interrupt() {
	for _, k := range c.checks {
		c.apply(k, k.interrupt())
	}
	for _, p := range c.praise {
		p.flawless = 0
	}
	c.progress.interrupt()
	c.phases.interrupt(c.now)
	c.known.phase, c.known.phaseS = c.phases.id(), 0
}

// apply writes what a step did to a check into the findings.
func (c *Coach) apply(k *check, what change) {
	switch what {
	case opened:
		if k.everSaid && c.now-k.clearAt >= forgetAfter {
			k.said = 0
		}
		limit, unit, ok := k.limit()
		k.finding = c.open(k.spec, k.words)
		f := &c.findings[k.finding]
		f.Limit, f.Unit, f.Measured = limit, unit, ok
		c.refresh(k, f)
		c.event(Started, f)
	case closed:
		f := &c.findings[k.finding]
		c.event(Cleared, f)
		k.finding, k.clearAt = -1, c.now
	case unchanged:
		if k.finding >= 0 {
			c.refresh(k, &c.findings[k.finding])
		}
	}
}

// open begins a finding at this reading.
func (c *Coach) open(spec *exercise.Check, words exercise.Words) int {
	c.findings = append(c.findings, Finding{
		ID: len(c.findings) + 1, Code: spec.Code, Severity: spec.Severity, StartS: c.t, EndS: c.t, Text: words.Text,
	})
	return len(c.findings) - 1
}

// refresh brings an open finding up to this reading, unless this reading was not sure of it.
func (c *Coach) refresh(k *check, f *Finding) {
	if k.run.sureAt == c.now {
		f.EndS = c.t
	}
	if f.Measured && k.hasWorst {
		f.Value = k.worst
	}
}

func (c *Coach) event(kind EventKind, f *Finding) {
	c.update.Events = append(c.update.Events, Event{kind, *f})
}

// flawless tells whether nothing is to be corrected now.
func (c *Coach) flawless() bool {
	for _, k := range c.checks {
		if k.finding >= 0 {
			return false
		}
	}
	return true
}

// report fills in what every step tells anew.
func (c *Coach) report() {
	u := &c.update
	u.T = c.t
	u.Active, u.Notices = u.Active[:0], u.Notices[:0]
	for _, k := range c.checks {
		if k.finding >= 0 {
			u.Active = append(u.Active, k.spec.Code)
		} else if k.notice != nil && k.noticeRun.open && k.notice.sure {
			limit, _ := k.notice.spec.Enter.Limit()
			u.Notices = append(u.Notices, Notice{k.spec.Code, k.words.Hint, k.notice.value, limit, k.notice.spec.Unit})
		}
	}
	for _, p := range c.praise {
		if p.finding >= 0 {
			u.Active = append(u.Active, p.spec.Code)
		}
	}
	slices.Sort(u.Active)
	u.Phase, u.PhaseS = c.known.phase, c.known.phaseS
	u.Progress = c.progress.Progress
}

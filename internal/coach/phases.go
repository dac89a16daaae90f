package coach

import (
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// phases follows what the person is doing. It belongs to the Coach.
type phases struct {
	list []phase
	// reps says what counts as a repetition; its phase is at place rep, −1 where nothing is counted.
	rep   int
	holdS time.Duration
	done  int

	// now is the place of the present phase, since when its condition has been true: before it was entered, by the
	// time that it had to persist.
	now   int
	since time.Duration
	// lost is for how long nobody has been seen.
	lost time.Duration
}

// phase follows one of them.
type phase struct {
	spec *exercise.Phase
	// from tells for each phase whether this one may follow it.
	from []bool
	// held is how long the condition has surely been true, last what it was at the reading before, and sureAt when it
	// was last true.
	held   time.Duration
	last   truth
	sureAt time.Duration
	// unsure is for how long nobody has been able to tell whether it is true.
	unsure time.Duration

	total  time.Duration
	visits int
}

func newPhases(ex *exercise.Exercise) phases {
	p := phases{list: make([]phase, len(ex.Phases)), rep: -1}
	for i := range ex.Phases {
		spec := &ex.Phases[i]
		p.list[i] = phase{spec: spec, from: make([]bool, len(ex.Phases))}
		for k := range ex.Phases {
			p.list[i].from[k] = len(spec.From) == 0
		}
		for _, id := range spec.From {
			p.list[i].from[ex.Phase(id)] = true
		}
	}
	if len(p.list) > 0 {
		p.list[0].visits = 1
	}
	if ex.Reps != nil {
		p.rep, p.holdS = ex.Phase(ex.Reps.Phase), seconds(ex.Reps.HoldS)
	}
	return p
}

// id returns the present phase, empty where the exercise has none.
func (p *phases) id() string {
	if len(p.list) == 0 {
		return ""
	}
	return p.list[p.now].spec.ID
}

// works tells whether time now fills the dose of an exercise that counts by phase: in a phase that works, as long as it
// can be told that it goes on.
func (p *phases) works() bool {
	return len(p.list) > 0 && p.list[p.now].spec.Works && p.list[p.now].unsure <= pauseMax
}

// lasted returns how long the present phase has lasted.
func (p *phases) lasted(now time.Duration) time.Duration { return now - p.since }

// begin is the first reading.
func (p *phases) begin(now time.Duration) { p.since = now }

// interrupt is what a gap does: nobody is known to be anywhere. A repetition that was going on is not counted.
func (p *phases) interrupt(now time.Duration) {
	for i := range p.list {
		p.list[i].held, p.list[i].last = 0, unknown
	}
	p.enter(0, now, now)
	p.lost = 0
}

// spend books dt to the present phase.
func (p *phases) spend(dt time.Duration) {
	if len(p.list) > 0 {
		p.list[p.now].total += dt
	}
}

// step judges the phases at a time, dt after the one before, and tells whether a repetition is complete with it.
func (p *phases) step(k *knowledge, now, dt time.Duration) (rep bool) {
	if len(p.list) == 0 {
		return false
	}
	if p.gone(k, dt) {
		p.interrupt(now)
		return false
	}
	for i := range p.list {
		p.list[i].step(k, now, dt)
	}
	next := p.next()
	if next == p.now {
		return false
	}
	// The next phase began when its condition became true, and the present one ended then.
	began := now - min(p.list[next].held, seconds(p.list[next].spec.PersistS))
	rep = p.now == p.rep && next != 0 && began-p.since >= p.holdS
	if rep {
		p.done++
	}
	p.enter(next, now, max(began, p.since))
	return rep
}

// gone tells whether nobody has been seen for longer than a gap may last.
func (p *phases) gone(k *knowledge, dt time.Duration) bool {
	if k.reading.Person != spine.Unseen {
		p.lost = 0
		return false
	}
	p.lost += dt
	return p.lost > gapMax && p.now != 0
}

// next returns the phase that is due: the first in the order of the file that has been true for long enough and may
// follow, or the present one if its own condition is true and it stands before that.
func (p *phases) next() int {
	for i := range p.list {
		f := &p.list[i]
		if i == p.now && f.last == yes {
			return p.now
		}
		if i != p.now && f.from[p.now] && f.last == yes && f.held >= seconds(f.spec.PersistS) {
			return i
		}
	}
	return p.now
}

func (p *phases) enter(next int, now, since time.Duration) {
	if len(p.list) == 0 || next == p.now {
		return
	}
	p.now, p.since = next, min(since, now)
	p.list[next].visits++
}

// step judges the condition of a phase and collects the time for which it has been true.
func (f *phase) step(k *knowledge, now, dt time.Duration) {
	t := no
	if f.spec.When.IsSet() {
		t = truthOf(f.spec.When.Of(k))
	}
	switch t {
	case yes:
		if f.last == yes {
			f.held += dt
		}
		f.sureAt, f.unsure = now, 0
	case no:
		f.held, f.unsure = 0, 0
	default:
		f.unsure += dt
		if now-f.sureAt > pauseMax {
			f.held = 0
		}
	}
	f.last = t
}

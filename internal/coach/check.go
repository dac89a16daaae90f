package coach

import (
	"slices"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
)

// check follows one exercise.Check through a session.
type check struct {
	spec  *exercise.Check
	words exercise.Words
	when  []condition
	gates []condition
	run   tracker
	// lead is the condition that speaks for the check: the one that is true, the first if several are.
	lead int
	// worst is the worst sure value since the check became true; hasWorst tells whether there is one.
	worst    float64
	hasWorst bool

	// notice watches the softer limit, or is nil.
	notice    *condition
	noticeRun tracker

	// finding is the place of the open finding in Coach.findings, −1 while there is none.
	finding int
	// said counts how often the cue was spoken in a row, saidAt and clearAt are when it was last spoken and
	// when its last finding ended.
	said            int
	everSaid        bool
	saidAt, clearAt time.Duration
}

const (
	// noticePersist and noticeClear keep a quiet hint from flickering (heuristic).
	noticePersist = 500 * time.Millisecond
	noticeClear   = 500 * time.Millisecond
)

func newCheck(spec *exercise.Check, lang string) *check {
	k := &check{
		spec: spec, words: spec.WordsIn(lang), finding: -1,
		when: newConditions(spec.When), gates: newConditions(spec.While),
		run: tracker{persist: seconds(spec.PersistS), clear: seconds(spec.ClearS)},
	}
	if spec.Notice != nil {
		soft := spec.When[0]
		soft.Band, soft.Share, soft.LeaveShare, soft.WindowS = *spec.Notice, 0, 0, 0
		k.notice = &condition{spec: &soft}
		k.noticeRun = tracker{persist: noticePersist, clear: noticeClear}
	}
	return k
}

// interrupt is what a gap in the readings does to the check.
func (k *check) interrupt() change {
	for i := range k.when {
		k.when[i].reset()
	}
	for i := range k.gates {
		k.gates[i].reset()
	}
	k.noticeRun.interrupt()
	k.hasWorst = false
	return k.run.interrupt()
}

// step judges a reading and tells whether a finding begins or ends.
func (k *check) step(r *knowledge, now, dt time.Duration) change {
	found, lead := k.anyOf(r, dt)
	gates := k.allGates(r, dt)
	if len(k.spec.Phases) > 0 && !slices.Contains(k.spec.Phases, r.phase) {
		gates = no
	}
	if k.notice != nil {
		k.noticeRun.step(gated(k.notice.eval(r, dt), gates), now, dt)
	}
	t := gated(found, gates)
	if t == yes && !k.run.open && lead != k.lead {
		k.lead, k.hasWorst = lead, false
	}
	c := k.run.step(t, now, dt)
	k.follow(c)
	return c
}

// anyOf judges the alternatives: true if one is, over only if all are.
func (k *check) anyOf(r *knowledge, dt time.Duration) (best truth, lead int) {
	unsure := false
	for i := range k.when {
		switch t := k.when[i].eval(r, dt); {
		case t == unknown:
			unsure = true
		case t > best:
			best, lead = t, i
		}
	}
	if best <= no && unsure {
		best = unknown
	}
	return best, lead
}

// allGates judges the gates: no if one is closed, unknown if none is but one cannot be told.
func (k *check) allGates(r *knowledge, dt time.Duration) truth {
	all := yes
	for i := range k.gates {
		// Every gate has to see every reading, or its hysteresis and window would miss some.
		switch k.gates[i].gate(r, dt) {
		case no:
			all = no
		case unknown:
			if all != no {
				all = unknown
			}
		}
	}
	return all
}

func gated(t, gates truth) truth {
	switch {
	case gates == no || t == no:
		return no
	case gates == unknown:
		return unknown
	}
	return t
}

// follow keeps the worst value up to date.
func (k *check) follow(c change) {
	cond := &k.when[k.lead]
	if !cond.spec.IsMeasured() {
		k.hasWorst = false
		return
	}
	if !k.run.open && k.run.held == 0 && k.run.last != yes {
		k.hasWorst = false // nothing collected: the next run starts afresh
	}
	if !cond.sure || k.run.last != yes && (k.run.last != holding || !k.run.open) {
		return
	}
	v := cond.value
	if cond.window != nil && c == opened {
		v = cond.window.worstOver(v, cond.spec)
	}
	if !k.hasWorst {
		k.worst, k.hasWorst = v, true
	}
	k.worst = worst(cond.spec, k.worst, v)
}

// limit returns the lead condition's limit and unit, and whether it has one.
func (k *check) limit() (float64, exercise.Unit, bool) {
	cond := k.when[k.lead].spec
	if !cond.IsMeasured() {
		return 0, "", false
	}
	limit, _ := cond.Enter.Limit()
	return limit, cond.Unit, true
}

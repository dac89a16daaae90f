package exercise

import (
	"errors"
	"math"
	"slices"
)

// checks checks a list of checks, each by itself.
func (v *validator) checks(list []Check) {
	if len(list) > maxChecks {
		v.fail(path{"checks", maxChecks}, "a file has %d checks at the most", maxChecks)
		return
	}
	seen := map[string]bool{}
	for i := range list {
		p := path{"checks", i}
		if code := list[i].Code; seen[code] {
			v.fail(p.to("code"), "%q is there twice", code)
		}
		seen[list[i].Code] = true
		v.check(p, &list[i])
	}
}

// check demands that a check can fire, can end, can be spoken, and corrects nothing that nobody saw.
func (v *validator) check(p path, c *Check) {
	if !codePattern.MatchString(c.Code) {
		v.fail(p.to("code"), "%q must be lower-case words joined by underscores", c.Code)
	}
	oneOf(v, p.to("severity"), "severity", c.Severity, severities...)
	v.within(p.to("persist_s"), c.PersistS, 0, maxTime)
	v.within(p.to("clear_s"), c.ClearS, 0, maxTime)
	v.within(p.to("cooldown_s"), c.CooldownS, 0, maxTime)
	v.within(p.to("repeat_max"), float64(c.RepeatMax), 1, 100)
	v.words(p, c.Words)
	if c.Severity == Praise {
		if len(c.When) > 0 || len(c.While) > 0 || c.Notice != nil {
			v.fail(p, "praise has an occasion (on), no conditions")
		}
		oneOf(v, p.to("on"), "occasion", c.On, OnPass, OnHold, OnDose, OnRep, OnForm)
		if c.On == OnForm && c.PersistS < 1 {
			v.fail(p.to("persist_s"), "good form has to last at least 1 s before it is praised")
		}
		return
	}
	if c.On != "" {
		v.fail(p.to("on"), "only a praising check has an occasion")
	}
	if len(c.When) == 0 {
		v.fail(p.to("when"), "the condition is missing")
	}
	for i := range c.When {
		v.condition(p.to("when", i), c, &c.When[i], false)
	}
	for i := range c.While {
		v.condition(p.to("while", i), c, &c.While[i], true)
	}
	if c.Notice != nil {
		v.notice(p, c)
	}
}

// fits demands that a check goes with the exercise. whose is put before the reasons, and for shared checks says which.
func (v *validator) fits(p path, whose string, ex *Exercise, c *Check) {
	for i, id := range c.Phases {
		if ex.Phase(id) >= 0 {
			continue
		}
		at := p
		if whose == "" {
			at = p.to("phases", i)
		}
		v.fail(at, "%s%q is no phase of this exercise", whose, id)
	}
	has := map[Occasion]bool{OnPass: ex.Stroke != nil, OnHold: ex.Hold != nil, OnDose: len(ex.Doses) > 0, OnRep: ex.Reps != nil}
	if met, needs := has[c.On]; needs && !met {
		at := p
		if whose == "" {
			at = p.to("on")
		}
		v.fail(at, "%sthe exercise has no %s that could be praised", whose, c.On)
	}
}

func (v *validator) words(p path, words map[string]Words) {
	p = p.to("words")
	each(v, p, "words", words)
	for _, lang := range sortedKeys(words) {
		w := words[lang]
		v.sentence(p.to(lang, "text"), w.Text, maxText)
		v.sentence(p.to(lang, "say"), w.Say, maxText)
		v.sentence(p.to(lang, "hint"), w.Hint, maxHint)
		if s := SpokenS(w.Say, lang); s > maxSpoken {
			v.fail(p.to(lang, "say"), "takes about %.1f s to speak; a cue has %d s", s, maxSpoken)
		}
	}
}

func (v *validator) condition(p path, c *Check, k *Condition, gate bool) {
	kinds := 0
	for _, there := range []bool{k.Quantity != "", k.Value.IsSet(), k.Test.IsSet()} {
		if there {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		v.fail(p, "a condition has either a quantity, or a value, or is an expression that is true or false")
	case k.Test.IsSet():
		v.test(p, &k.Test)
	case k.Value.IsSet():
		v.value(p, k, gate)
	default:
		v.quantity(p, c, k, gate)
	}
}

// quantity checks a condition on a quantity of a reading.
func (v *validator) quantity(p path, c *Check, k *Condition, gate bool) {
	m, ok := measureOf(k.Quantity)
	if !ok {
		v.fail(p.to("quantity"), "%q is no quantity of a reading", k.Quantity)
		return
	}
	if k.State != DemandNone {
		v.demand(p, c, k, gate)
		return
	}
	if k.Unit != m.unit {
		v.fail(p.to("unit"), "%s is measured in %q, not in %q", k.Quantity, m.unit, k.Unit)
	}
	v.number(p, k, m, gate)
}

// value checks a condition on an expression that is a number.
func (v *validator) value(p path, k *Condition, gate bool) {
	if k.State != DemandNone {
		v.fail(p.to("state"), "only a quantity has a state")
	}
	root := v.compile(p.to("value"), k.Value.source)
	if root == nil {
		return
	}
	if !root.op.isNumber() {
		v.fail(p.to("value"), "the expression is true or false; a value is a number")
		return
	}
	k.Value.root = root
	if fault := root.unitFault(k.Unit); fault != "" {
		v.fail(p.to("unit"), "%s", fault)
		return
	}
	m := root.measure()
	m.unit = k.Unit
	v.number(p, k, m, gate)
}

// test compiles an expression that is true or false.
func (v *validator) test(p path, t *Test) {
	root := v.compile(p, t.source)
	switch {
	case root == nil:
	case root.op.isNumber():
		v.fail(p, "the expression is a number; compare it with something")
	default:
		t.root = root
	}
}

// compile compiles the expression at a path, or reports what is wrong with it and where.
func (v *validator) compile(p path, source string) *node {
	root, err := compile(source, v.phases)
	var fault *expressionError
	if errors.As(err, &fault) {
		line, column := inside(v.root, p, source, fault.at)
		v.faults = append(v.faults, &Error{File: v.file, Line: line, Column: column, Key: p.String(), Reason: fault.reason})
		return nil
	}
	return root
}

// number checks the limits of a number, and the share of time that it has to be past them.
func (v *validator) number(p path, k *Condition, m measure, gate bool) {
	if k.Abs {
		m.lo, m.hi = math.Max(0, math.Max(m.lo, -m.hi)), math.Max(m.hi, -m.lo)
	}
	v.band(p, k.Band, m, gate)
	if k.Share == 0 && k.WindowS == 0 && k.LeaveShare == 0 {
		return
	}
	v.within(p.to("window_s"), k.WindowS, 0.2, 60)
	v.within(p.to("share"), k.Share, 0.01, 1)
	if !(k.LeaveShare >= 0 && k.LeaveShare < k.Share) {
		v.fail(p.to("leave_share"), "%g must be at least 0 and less than share, %g", k.LeaveShare, k.Share)
	}
}

// demand checks a condition on a state. Only a set-up check may fire because something is not seen: everybody
// else corrects the person, and nobody is corrected for what was not seen.
func (v *validator) demand(p path, c *Check, k *Condition, gate bool) {
	switch {
	case !slices.Contains([]Demand{DemandOK, DemandUnseen, DemandNotOK}, k.State):
		v.fail(p.to("state"), "%q is no state; use ok, unseen or not_ok", k.State)
	case k.State == DemandOK && !gate:
		v.fail(p.to("state"), "ok is a gate for while, not a finding")
	case k.State != DemandOK && c.Severity != Setup:
		v.fail(p.to("state"), "only set-up checks may fire on what is %s", k.State)
	}
	if k.Enter != nil || k.Leave != nil || k.Abs || k.Unit != "" || k.Share != 0 || k.LeaveShare != 0 || k.WindowS != 0 {
		v.fail(p.to("state"), "a condition asks for a state or compares a number, not both")
	}
}

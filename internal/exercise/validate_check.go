package exercise

import (
	"slices"
	"strings"
)

// check demands that a check can fire, can end, can be spoken, and corrects nothing that nobody saw.
func (v *validator) check(p path, ex *Exercise, c *Check) {
	if !codePattern.MatchString(c.Code) {
		v.fail(p.to("code"), "%q must be lower-case words joined by underscores", c.Code)
	}
	if c.Severity.Rank() == len(severities) {
		v.fail(p.to("severity"), "%q is no severity; use safety, setup, technique, pace or praise", c.Severity)
	}
	v.within(p.to("persist_s"), c.PersistS, 0, maxTime)
	v.within(p.to("clear_s"), c.ClearS, 0, maxTime)
	v.within(p.to("cooldown_s"), c.CooldownS, 0, maxTime)
	v.within(p.to("repeat_max"), float64(c.RepeatMax), 1, 100)
	v.words(p, c.Words)
	if c.Severity == Praise {
		v.praise(p, ex, c)
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

func (v *validator) praise(p path, ex *Exercise, c *Check) {
	if len(c.When) > 0 || len(c.While) > 0 || c.Notice != nil {
		v.fail(p, "praise has an occasion (on), no conditions")
	}
	needs := map[Occasion]bool{OnPass: ex.Stroke != nil, OnHold: ex.Hold != nil, OnDose: len(ex.Doses) > 0, OnForm: c.PersistS >= 1}
	met, known := needs[c.On]
	switch {
	case !known:
		v.fail(p.to("on"), "%q is no occasion; use pass, hold, dose or form", c.On)
	case !met && c.On == OnForm:
		v.fail(p.to("persist_s"), "good form has to last at least 1 s before it is praised")
	case !met:
		v.fail(p.to("on"), "the exercise has no %s that could be praised", c.On)
	}
}

func (v *validator) words(p path, words map[string]Words) {
	p = p.to("words")
	if _, ok := words[DefaultLanguage]; !ok {
		v.fail(p, "the words in %q are missing", DefaultLanguage)
	}
	for _, lang := range sortedKeys(words) {
		v.language(p, lang)
		w := words[lang]
		v.sentence(p.to(lang, "text"), w.Text, maxText)
		v.sentence(p.to(lang, "say"), w.Say, maxText)
		v.sentence(p.to(lang, "hint"), w.Hint, maxHint)
		if n := len(strings.Fields(w.Say)); n > maxSayWords {
			v.fail(p.to(lang, "say"), "has %d words; more than %d cannot be spoken in two seconds", n, maxSayWords)
		}
	}
}

func (v *validator) condition(p path, c *Check, k *Condition, gate bool) {
	m, ok := measures[k.Quantity]
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

// band checks the limits of a quantity. Leave has to lie on the far side of Enter, so that a value that
// trembles on the limit does not switch the finding on and off.
func (v *validator) band(p path, b Band, m measure, gate bool) {
	if b.Enter == nil {
		v.fail(p.to("enter"), "the threshold is missing")
		return
	}
	if !v.threshold(p.to("enter"), b.Enter, m) {
		return
	}
	v.basis(p.to("enter"), b.Enter.Basis)
	if b.Leave == nil {
		if !gate {
			v.fail(p.to("leave"), "the threshold is missing")
		}
		return
	}
	if !v.threshold(p.to("leave"), b.Leave, m) {
		return
	}
	if b.Leave.Mark != "" {
		v.basis(p.to("leave"), b.Leave.Basis)
	}
	enter, above := b.Enter.Limit()
	leave, leaveAbove := b.Leave.Limit()
	switch {
	case above == leaveAbove:
		v.fail(p.to("leave"), "enter and leave must point in opposite directions")
	case above && !(leave < enter), !above && !(leave > enter):
		v.fail(p.to("leave"), "%g leaves no hysteresis against enter, %g", leave, enter)
	}
}

func (v *validator) threshold(p path, t *Threshold, m measure) bool {
	if (t.Above == nil) == (t.Below == nil) {
		v.fail(p, "needs either above or below")
		return false
	}
	limit, _ := t.Limit()
	if !finite(limit) || limit < m.lo || limit > m.hi {
		v.fail(p, "%g %s is impossible; it must be between %g and %g", limit, m.unit, m.lo, m.hi)
		return false
	}
	return true
}

// notice checks the softer limit: it must be reached before the cue's own.
func (v *validator) notice(p path, c *Check) {
	p = p.to("notice")
	if len(c.When) == 0 || c.When[0].State != DemandNone {
		v.fail(p, "a notice needs a first condition that compares a number")
		return
	}
	first := &c.When[0]
	m, ok := measures[first.Quantity]
	if !ok {
		return // reported with the condition
	}
	before := len(v.faults)
	v.band(p, *c.Notice, m, false)
	if len(v.faults) > before || first.Enter == nil || (first.Enter.Above == nil) == (first.Enter.Below == nil) {
		return
	}
	soft, above := c.Notice.Enter.Limit()
	hard, hardAbove := first.Enter.Limit()
	if above != hardAbove || (above && soft >= hard) || (!above && soft <= hard) {
		v.fail(p.to("enter"), "%g is not reached before the cue's own limit %g", soft, hard)
	}
}

package exercise

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
	if len(c.When) == 0 || !c.When[0].IsMeasured() {
		v.fail(p, "a notice needs a first condition that compares a number")
		return
	}
	first := &c.When[0]
	m, ok := measureOf(first.Quantity)
	if first.Value.root != nil {
		m, ok = first.Value.root.measure(), true
	}
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

package exercise

import (
	"slices"
	"strings"

	"github.com/rollwell/rollwell/internal/spine"
)

// movement checks what the body and the roller do: zones, stroke, hold, phases, repetitions and doses.
func (v *validator) movement(ex *Exercise) {
	v.zones(ex.Zones)
	v.stroke(ex.Stroke)
	v.hold(ex.Hold)
	v.phaseList(ex)
	v.reps(ex)
	v.doses(ex)
	v.counts(ex)
}

func (v *validator) zones(z Zones) {
	names := map[string]bool{}
	for _, zone := range spine.Zones() {
		names[zone.String()] = zone != spine.ZoneOff
	}
	for i, n := range z.Target {
		if !names[n] {
			v.fail(path{"zones", "target", i}, "%q is no zone of the back", n)
		}
		if slices.Contains(z.Avoid, n) {
			v.fail(path{"zones", "target", i}, "%q cannot be both worked and avoided", n)
		}
	}
	for i, n := range z.Avoid {
		if !names[n] {
			v.fail(path{"zones", "avoid", i}, "%q is no zone of the back", n)
		}
	}
}

func (v *validator) stroke(s *Stroke) {
	if s == nil {
		return
	}
	p := path{"stroke"}
	if s.Of == "" {
		s.Of = AlongBack
	}
	oneOf(v, p.to("of"), "measure of a stroke", s.Of, AlongBack, AlongThigh)
	v.within(p.to("from"), s.From, -0.5, 2)
	v.within(p.to("to"), s.To, -0.5, 2)
	if !(s.To-s.From >= 0.05) {
		v.fail(p.to("to"), "the stroke must end at least 0.05 above its start %g, not at %g", s.From, s.To)
	}
	v.within(p.to("share"), s.Share, 0.1, 1)
	if !(s.Turn > 0 && s.Turn < s.Share*(s.To-s.From)) {
		v.fail(p.to("turn"), "%g must be more than 0 and less than the travel of a pass, %g", s.Turn, s.Share*(s.To-s.From))
	}
	v.basis(p, s.Basis)
}

func (v *validator) hold(h *Hold) {
	if h == nil {
		return
	}
	p := path{"hold"}
	v.within(p.to("speed_cm_s"), h.Speed, 0.1, 10)
	v.within(p.to("drift_l"), h.Drift, 0.005, 0.5)
	v.within(p.to("min_s"), h.MinS, 1, maxTime)
	v.within(p.to("max_s"), h.MaxS, h.MinS, maxTime)
	v.basis(p, h.Basis)
}

func (v *validator) reps(ex *Exercise) {
	r := ex.Reps
	if r == nil {
		return
	}
	p := path{"reps"}
	switch {
	case r.Phase == PhaseAway:
		v.fail(p.to("phase"), "nobody does anything in the phase %s", PhaseAway)
	case ex.Phase(r.Phase) < 0:
		v.fail(p.to("phase"), "%q is no phase of this exercise", r.Phase)
	}
	v.within(p.to("hold_s"), r.HoldS, 0, maxTime)
	v.within(p.to("min"), float64(r.Min), 1, 1000)
	v.within(p.to("max"), float64(r.Max), float64(r.Min), 1000)
	v.basis(p, r.Basis)
}

func (v *validator) doses(ex *Exercise) {
	seen := map[string]bool{}
	for i := range ex.Doses {
		d, p := &ex.Doses[i], path{"doses", i}
		if !codePattern.MatchString(d.ID) {
			v.fail(p.to("id"), "%q must be lower-case words joined by underscores", d.ID)
		}
		if seen[d.ID] {
			v.fail(p.to("id"), "%q is there twice", d.ID)
		}
		seen[d.ID] = true
		v.text(p.to("name"), d.Name, maxText)
		v.within(p.to("sets"), float64(d.Sets), 1, 20)
		v.basis(p, d.Basis)
		if d.RepsMin == 0 && d.RepsMax == 0 {
			v.within(p.to("min_s"), d.MinS, 1, 3600)
			v.within(p.to("max_s"), d.MaxS, d.MinS, 3600)
			continue
		}
		if d.MinS != 0 || d.MaxS != 0 {
			v.fail(p, "a dose is measured in seconds or counted in repetitions, not both")
		}
		if ex.Reps == nil {
			v.fail(p.to("reps_min"), "nothing is counted: the exercise needs reps")
		}
		v.within(p.to("reps_min"), float64(d.RepsMin), 1, 1000)
		v.within(p.to("reps_max"), float64(d.RepsMax), float64(d.RepsMin), 1000)
	}
}

// counts works out what fills the dose where the file does not say, and demands that something does.
func (v *validator) counts(ex *Exercise) {
	works := slices.ContainsFunc(ex.Phases, func(ph Phase) bool { return ph.Works })
	if ex.Counts == "" {
		switch {
		case len(ex.Zones.Target) > 0:
			ex.Counts = CountZones
		case works:
			ex.Counts = CountPhase
		case slices.ContainsFunc(ex.Doses, func(d Dose) bool { return !d.InReps() }):
			v.fail(path{"counts"}, "nothing fills the dose: name zones.target, a phase with works: true, or counts: time")
		default:
			ex.Counts = CountTime
		}
	}
	p := path{"counts"}
	oneOf(v, p, "way to count", ex.Counts, CountZones, CountPhase, CountTime)
	if ex.Counts == CountZones && len(ex.Zones.Target) == 0 {
		v.fail(p, "no zone of the back is worked: zones.target is empty")
	}
	if ex.Counts == CountPhase && !works {
		v.fail(p, "no phase has works: true")
	}
}

// phaseList checks the phases: that each can be entered, and that none can follow one another without end.
func (v *validator) phaseList(ex *Exercise) {
	if len(ex.Phases) > maxPhases {
		v.fail(path{"phases", maxPhases}, "an exercise has %d phases at the most", maxPhases)
		ex.Phases = ex.Phases[:maxPhases]
	}
	v.phases = make([]string, len(ex.Phases))
	for i := range ex.Phases {
		v.phases[i] = ex.Phases[i].ID
	}
	for i := range ex.Phases {
		ph, p := &ex.Phases[i], path{"phases", i}
		if !codePattern.MatchString(ph.ID) {
			v.fail(p.to("id"), "%q must be lower-case words joined by underscores", ph.ID)
		}
		if slices.Contains(v.phases[:i], ph.ID) {
			v.fail(p.to("id"), "%q is there twice", ph.ID)
		}
		if i == 0 && ph.ID != PhaseAway {
			v.fail(p.to("id"), "the first phase is %s: there everybody begins, and nobody is known to be anywhere else", PhaseAway)
		}
		if i == 0 && ph.Works {
			v.fail(p.to("works"), "nobody works in the phase %s", PhaseAway)
		}
		v.text(p.to("name"), ph.Name, maxText)
		v.within(p.to("persist_s"), ph.PersistS, 0, maxTime)
		if ph.When.IsSet() || i > 0 {
			v.test(p.to("when"), &ph.When)
		}
		for k, from := range ph.From {
			switch {
			case !slices.Contains(v.phases, from):
				v.fail(p.to("from", k), "%q is no phase of this exercise", from)
			case from == ph.ID:
				v.fail(p.to("from", k), "a phase does not lead to itself")
			}
		}
	}
	v.reachable(ex.Phases)
	v.endless(ex.Phases)
}

// leads tells whether phase b may follow phase a.
func leads(a, b *Phase) bool {
	return a != b && b.When.IsSet() && (len(b.From) == 0 || slices.Contains(b.From, a.ID))
}

func (v *validator) reachable(phases []Phase) {
	if len(phases) == 0 {
		return
	}
	reached := make([]bool, len(phases))
	reached[0] = true
	for more := true; more; {
		more = false
		for i := range phases {
			for k := range phases {
				if reached[i] && !reached[k] && leads(&phases[i], &phases[k]) {
					reached[k], more = true, true
				}
			}
		}
	}
	for i := range phases {
		if !reached[i] {
			v.fail(path{"phases", i, "id"}, "no way leads to the phase %q", phases[i].ID)
		}
	}
}

// endless looks for phases that may follow one another with no time between them: the first reading that suits two of
// them would send the exercise round and round.
func (v *validator) endless(phases []Phase) {
	// Phases that no cycle without time goes through are taken away until none is left.
	left := make([]*Phase, 0, len(phases))
	for i := range phases {
		if phases[i].PersistS == 0 && phases[i].When.IsSet() {
			left = append(left, &phases[i])
		}
	}
	for before := -1; before != len(left); {
		before = len(left)
		left = slices.DeleteFunc(left, func(ph *Phase) bool {
			in := slices.ContainsFunc(left, func(o *Phase) bool { return o != nil && leads(o, ph) })
			out := slices.ContainsFunc(left, func(o *Phase) bool { return o != nil && leads(ph, o) })
			return !in || !out
		})
	}
	if len(left) == 0 {
		return
	}
	names := make([]string, len(left))
	for i, ph := range left {
		names[i] = ph.ID
	}
	i := slices.IndexFunc(phases, func(ph Phase) bool { return ph.ID == names[0] })
	v.fail(path{"phases", i, "persist_s"}, "the phases %s can follow one another without end; give one of them a persist_s above 0", strings.Join(names, ", "))
}

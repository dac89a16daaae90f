package coach

import (
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// truth is what a condition or a whole check makes of one reading.
type truth uint8

// The truths. They are ordered: the greatest of several alternatives wins, but for unknown (see anyOf).
const (
	unknown truth = iota // not sure, so nothing may be concluded
	no                   // surely not, or surely over
	holding              // between enter and leave: not enough to begin, not enough to end
	yes
)

// condition evaluates one exercise.Condition from reading to reading. Expressions and phases, when they come,
// are further kinds of it: the tracker above sees nothing but truths.
type condition struct {
	spec *exercise.Condition
	// window is nil unless the condition asks for a share of time.
	window *window
	// value and sure are those of the last reading; on is the hysteresis of a gate.
	value float64
	sure  bool
	on    bool
}

func newConditions(specs []exercise.Condition) []condition {
	list := make([]condition, len(specs))
	for i := range specs {
		list[i].spec = &specs[i]
		if specs[i].Share > 0 {
			list[i].window = newWindow(seconds(specs[i].WindowS))
		}
	}
	return list
}

// reset forgets the past, after a gap in the readings.
func (c *condition) reset() {
	c.on = false
	if c.window != nil {
		c.window.reset()
	}
}

// eval judges a reading that came dt after the one before.
func (c *condition) eval(r *spine.Reading, dt time.Duration) truth {
	v := measured(r, c.spec.Quantity)
	c.value, c.sure = v.V, v.State == spine.OK
	if c.spec.State != exercise.DemandNone {
		return c.demand(v.State)
	}
	if c.spec.Abs {
		c.value = math.Abs(c.value)
	}
	enter := c.sure && c.spec.Enter.Met(c.value)
	stay := enter
	if c.spec.Leave != nil {
		stay = c.sure && !c.spec.Leave.Met(c.value)
	}
	if c.window == nil {
		return judge(c.sure, enter, stay)
	}
	c.window.add(dt, enter, stay, c.value, c.spec)
	need := c.window.part(c.spec.Share)
	left := c.window.part(c.spec.LeaveShare)
	return judge(c.sure, c.window.over >= need, c.window.stay > left)
}

func judge(sure, enter, stay bool) truth {
	switch {
	case !sure:
		return unknown
	case enter:
		return yes
	case stay:
		return holding
	}
	return no
}

// demand judges a state. It is never unknown: not seeing something is just what it is about.
func (c *condition) demand(s spine.State) truth {
	met := false
	switch c.spec.State {
	case exercise.DemandOK:
		met = s == spine.OK
	case exercise.DemandUnseen:
		met = s == spine.Unseen
	case exercise.DemandNotOK:
		met = s != spine.OK
	}
	if met {
		return yes
	}
	return no
}

// gate judges a reading with the condition's own hysteresis: yes, no or unknown.
func (c *condition) gate(r *spine.Reading, dt time.Duration) truth {
	t := c.eval(r, dt)
	switch t {
	case yes:
		c.on = true
	case no:
		c.on = false
	case holding:
		if !c.on {
			return no
		}
	case unknown:
		return unknown
	}
	if c.on {
		return yes
	}
	return no
}

// isMeasured tells whether the condition compares a number, rather than asking for a state.
func (c *condition) isMeasured() bool { return c.spec.State == exercise.DemandNone }

// worst returns the value that is further past the limit.
func worst(spec *exercise.Condition, a, b float64) float64 {
	if _, above := spec.Enter.Limit(); above {
		return math.Max(a, b)
	}
	return math.Min(a, b)
}

// measured returns a quantity of a reading. What is not a number was not seen.
func measured(r *spine.Reading, q spine.Quantity) spine.Value {
	v, _ := r.Value(q)
	if math.IsNaN(v.V) || math.IsInf(v.V, 0) || v.State > spine.OK {
		return spine.Value{}
	}
	return v
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s*1e6)) * time.Microsecond }

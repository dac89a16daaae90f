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

// condition evaluates one exercise.Condition from reading to reading.
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

// eval judges what is known now, dt after the time before.
func (c *condition) eval(k *knowledge, dt time.Duration) truth {
	switch {
	case c.spec.Test.IsSet():
		return truthOf(c.spec.Test.Of(k))
	case c.spec.State != exercise.DemandNone:
		return c.demand(k.quantity(c.spec.Quantity).State)
	}
	c.value, c.sure = c.number(k)
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

// number returns the number that the condition compares, and whether it is sure.
func (c *condition) number(k *knowledge) (float64, bool) {
	if c.spec.Value.IsSet() {
		return c.spec.Value.Of(k)
	}
	v := k.quantity(c.spec.Quantity)
	return v.V, v.State == spine.OK
}

// truthOf takes over what an expression comes to.
func truthOf(t exercise.Truth) truth {
	switch t {
	case exercise.True:
		return yes
	case exercise.False:
		return no
	}
	return unknown
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

// gate judges likewise, with the condition's own hysteresis: yes, no or unknown.
func (c *condition) gate(k *knowledge, dt time.Duration) truth {
	t := c.eval(k, dt)
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

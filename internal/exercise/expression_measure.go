package exercise

import (
	"fmt"
	"math"

	"github.com/expr-lang/expr/ast"
)

// arithmetic works out unit and bounds of a node of two numbers. It refuses what adds or compares different units, and
// comparisons that come out the same whatever the body does: both are slips that would otherwise never be noticed.
func (b *builder) arithmetic(n ast.Node, x *node) *node {
	l, r := x.left, x.right
	switch x.op {
	case opTimes, opOver:
		x.product()
	default:
		if l.hasUnit() && r.hasUnit() && l.unit != r.unit {
			return b.fail(n, "%s and %s cannot be %s", l.unit, r.unit, x.op.done())
		}
		x.unit, x.pure, x.mixed = l.unit, l.pure && r.pure, l.mixed || r.mixed
		if l.pure {
			x.unit = r.unit
		}
	}
	x.bounds()
	if x.op.isNumber() {
		return x
	}
	if always, never := x.decided(); always || never {
		return b.fail(n, "this is %s true: the left side lies between %g and %g, the right side between %g and %g",
			map[bool]string{true: "always", false: "never"}[always], l.lo, l.hi, r.lo, r.hi)
	}
	return x
}

// hasUnit tells whether the unit is known; plain numbers go with every unit, and products have one that has no name.
func (x *node) hasUnit() bool { return !x.pure && !x.mixed }

// product works out the unit of a product or a ratio.
func (x *node) product() {
	l, r := x.left, x.right
	switch {
	case r.pure:
		x.unit, x.pure, x.mixed = l.unit, l.pure, l.mixed
	case l.pure && x.op == opTimes:
		x.unit, x.mixed = r.unit, r.mixed
	case x.op == opOver && l.hasUnit() && r.hasUnit() && l.unit == r.unit:
		x.pure = true
	default:
		x.mixed = true
	}
}

// bounds works out between which values a number lies.
func (x *node) bounds() {
	l, r := x.left, x.right
	switch x.op {
	case opPlus:
		x.lo, x.hi = l.lo+r.lo, l.hi+r.hi
	case opMinus:
		x.lo, x.hi = l.lo-r.hi, l.hi-r.lo
	case opTimes:
		x.lo, x.hi = span(l.lo*r.lo, l.lo*r.hi, l.hi*r.lo, l.hi*r.hi)
	case opOver:
		x.lo, x.hi = math.Inf(-1), math.Inf(1)
		if r.lo > 0 || r.hi < 0 {
			x.lo, x.hi = span(l.lo/r.lo, l.lo/r.hi, l.hi/r.lo, l.hi/r.hi)
		}
	case opMin:
		x.lo, x.hi = math.Min(l.lo, r.lo), math.Min(l.hi, r.hi)
	case opMax:
		x.lo, x.hi = math.Max(l.lo, r.lo), math.Max(l.hi, r.hi)
	}
}

// span returns the least and the greatest of some numbers; what is not a number (∞ · 0) leaves them open.
func span(all ...float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range all {
		if math.IsNaN(v) {
			return math.Inf(-1), math.Inf(1)
		}
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	return lo, hi
}

func magnitude(x *node) *node {
	out := &node{op: opAbs, left: x, unit: x.unit, pure: x.pure, mixed: x.mixed, lo: 0, hi: math.Max(-x.lo, x.hi)}
	if x.lo > 0 {
		out.lo = x.lo
	} else if x.hi < 0 {
		out.lo = -x.hi
	}
	return out
}

// decided tells whether a comparison comes out the same for all values within the bounds.
func (x *node) decided() (always, never bool) {
	l, r := x.left, x.right
	switch x.op {
	case opLess:
		return l.hi < r.lo, l.lo >= r.hi
	case opAtMost:
		return l.hi <= r.lo, l.lo > r.hi
	case opMore:
		return l.lo > r.hi, l.hi <= r.lo
	case opAtLeast:
		return l.lo >= r.hi, l.hi < r.lo
	case opEqual:
		return false, l.hi < r.lo || l.lo > r.hi
	case opUnequal:
		return l.hi < r.lo || l.lo > r.hi, false
	}
	return false, false
}

// measure is what a threshold on the expression may look like.
func (x *node) measure() measure { return measure{x.unit, x.lo, x.hi} }

// unitFault says why a threshold in a unit does not go with the expression, or is empty.
func (x *node) unitFault(u Unit) string {
	switch {
	case !u.known():
		return fmt.Sprintf("%q is no unit; there are %s", u, unitList())
	case x.hasUnit() && u != x.unit:
		return fmt.Sprintf("the expression is measured in %q, not in %q", x.unit, u)
	}
	return ""
}

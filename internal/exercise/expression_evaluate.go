package exercise

import (
	"math"

	"github.com/rollwell/rollwell/internal/spine"
)

// Truth is what an expression makes of a reading.
type Truth uint8

// The truths. Unknown is the zero value: what cannot be told is never true.
const (
	Unknown Truth = iota
	False
	True
)

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Name is the name of a variable.
type Name = spine.Quantity

// Surroundings gives an expression the values of its variables.
type Surroundings interface {
	// Number returns the value of a variable, and whether it is sure.
	Number(Name) (value float64, known bool)
	// Text returns the value of a variable that is text, or "" where it is not known.
	Text(Name) string
}

// Of evaluates the expression: the number, and whether it is known. It does not allocate. A Measure that no loader has
// compiled is never known.
func (m Measure) Of(s Surroundings) (value float64, known bool) {
	if m.root == nil {
		return 0, false
	}
	return m.root.evalNumber(s)
}

// Of evaluates the expression. It does not allocate. A Test that no loader has compiled is Unknown.
func (t Test) Of(s Surroundings) Truth {
	if t.root == nil {
		return Unknown
	}
	return t.root.evalTruth(s)
}

// op is what a node does.
type op uint8

const (
	// Numbers.
	opConstant op = iota
	opVariable
	opNegative
	opAbs
	opPlus
	opMinus
	opTimes
	opOver
	opMin
	opMax
	lastNumber
	// Truths.
	opTruth
	opNot
	opAnd
	opOr
	opEqual
	opUnequal
	opLess
	opAtMost
	opMore
	opAtLeast
	opIsOneOf
)

func (o op) isNumber() bool { return o < lastNumber }

// done says what an operator does to two numbers.
func (o op) done() string {
	switch o {
	case opPlus, opMinus:
		return "added or subtracted"
	default:
		return "compared"
	}
}

// node is one step of an expression.
type node struct {
	op          op
	left, right *node
	number      float64
	truth       Truth
	variable    Name
	texts       []string

	// unit is that of a number. pure marks a plain number, which goes with every unit, mixed a product whose unit has
	// no name. lo and hi bound the number.
	unit        Unit
	pure, mixed bool
	lo, hi      float64
}

// evalNumber returns a number and whether it is known. A number is known if all that it is made of is.
func (x *node) evalNumber(s Surroundings) (float64, bool) {
	switch x.op {
	case opConstant:
		return x.number, true
	case opVariable:
		v, known := s.Number(x.variable)
		return v, known && finite(v)
	}
	l, known := x.left.evalNumber(s)
	if !known {
		return 0, false
	}
	switch x.op {
	case opNegative:
		return -l, true
	case opAbs:
		return math.Abs(l), true
	}
	r, known := x.right.evalNumber(s)
	if !known {
		return 0, false
	}
	v := l
	switch x.op {
	case opPlus:
		v = l + r
	case opMinus:
		v = l - r
	case opTimes:
		v = l * r
	case opOver:
		v = l / r
	case opMin:
		v = math.Min(l, r)
	case opMax:
		v = math.Max(l, r)
	}
	return v, finite(v)
}

// evalTruth returns what the node comes to. And and or are decided by one side where that is enough.
func (x *node) evalTruth(s Surroundings) Truth {
	switch x.op {
	case opTruth:
		return x.truth
	case opNot:
		return opposite(x.left.evalTruth(s))
	case opAnd:
		return both(x.left.evalTruth(s), x.right, s, False)
	case opOr:
		return both(x.left.evalTruth(s), x.right, s, True)
	case opIsOneOf:
		return x.isOneOf(s.Text(x.variable))
	}
	l, known := x.left.evalNumber(s)
	if !known {
		return Unknown
	}
	r, known := x.right.evalNumber(s)
	if !known {
		return Unknown
	}
	return truthOf(x.compare(l, r))
}

func opposite(t Truth) Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Unknown
}

// both joins two sides of which one that is decisive suffices: False for and, True for or.
func both(left Truth, right *node, s Surroundings, decisive Truth) Truth {
	if left == decisive {
		return decisive
	}
	r := right.evalTruth(s)
	if r == decisive || r == left {
		return r
	}
	return Unknown
}

func (x *node) isOneOf(text string) Truth {
	if text == "" {
		return Unknown
	}
	for _, t := range x.texts {
		if t == text {
			return True
		}
	}
	return False
}

func (x *node) compare(l, r float64) bool {
	switch x.op {
	case opEqual:
		return l == r
	case opUnequal:
		return l != r
	case opLess:
		return l < r
	case opAtMost:
		return l <= r
	case opMore:
		return l > r
	default:
		return l >= r
	}
}

package exercise

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// builder makes our tree of the library's.
type builder struct {
	phases []string
	nodes  int
	fault  *expressionError
}

func (b *builder) fail(n ast.Node, format string, args ...any) *node {
	if b.fault == nil {
		b.fault = &expressionError{n.Location().From, fmt.Sprintf(format, args...)}
	}
	return &node{op: opConstant}
}

// node converts a node and everything below it. After a fault its result means nothing.
func (b *builder) node(n ast.Node) *node {
	if b.nodes++; b.nodes > maxNodes {
		return b.fail(n, "the expression has more than %d parts", maxNodes)
	}
	switch n := n.(type) {
	case *ast.IntegerNode:
		return b.constant(float64(n.Value))
	case *ast.FloatNode:
		if !finite(n.Value) {
			return b.fail(n, "the number is too large")
		}
		return b.constant(n.Value)
	case *ast.BoolNode:
		return &node{op: opTruth, truth: truthOf(n.Value)}
	case *ast.IdentifierNode:
		return b.variable(n)
	case *ast.UnaryNode:
		return b.unary(n)
	case *ast.BinaryNode:
		return b.binary(n)
	case *ast.BuiltinNode:
		return b.call(n)
	case *ast.StringNode:
		return b.fail(n, "text can only be compared with a variable, such as posture == %q", Supine)
	}
	return b.fail(n, "this is not allowed here: use numbers, variables, and or not, comparisons, + - * /, abs min max")
}

func (b *builder) constant(x float64) *node {
	return &node{op: opConstant, number: x, lo: x, hi: x, pure: true}
}

func (b *builder) variable(n *ast.IdentifierNode) *node {
	v, ok := variable(n.Value)
	switch {
	case !ok:
		return b.fail(n, "%s", unknownName(n.Value))
	case v.IsText():
		return b.fail(n, "%s is text: compare it, such as %s == %q", v.Name, v.Name, exampleOf(v))
	}
	return &node{op: opVariable, variable: Name(v.Name), unit: v.Unit, lo: v.Lo, hi: v.Hi}
}

func exampleOf(v Variable) string {
	if len(v.Values) > 0 {
		return v.Values[0]
	}
	return "rolling"
}

func (b *builder) unary(n *ast.UnaryNode) *node {
	x := b.node(n.Node)
	switch n.Operator {
	case "not", "!":
		if b.boolean(n.Node, x) {
			return &node{op: opNot, left: x}
		}
	case "-":
		if b.numeric(n.Node, x) {
			return &node{op: opNegative, left: x, unit: x.unit, pure: x.pure, mixed: x.mixed, lo: -x.hi, hi: -x.lo}
		}
	case "+":
		if b.numeric(n.Node, x) {
			return x
		}
	}
	return b.fail(n, "%q is not allowed here", n.Operator)
}

func (b *builder) numeric(n ast.Node, x *node) bool {
	if b.fault == nil && !x.op.isNumber() {
		b.fail(n, "a number is needed here, not true or false")
	}
	return b.fault == nil
}

func (b *builder) boolean(n ast.Node, x *node) bool {
	if b.fault == nil && x.op.isNumber() {
		b.fail(n, "true or false is needed here, not a number; compare it with something")
	}
	return b.fault == nil
}

func (b *builder) binary(n *ast.BinaryNode) *node {
	if x, ok := n.Left.(*ast.IdentifierNode); ok {
		if v, ok := variable(x.Value); ok && v.IsText() {
			return b.text(n, v)
		}
	}
	op, ok := operators[n.Operator]
	if !ok {
		return b.fail(n, "%q is not allowed here", n.Operator)
	}
	left, right := b.node(n.Left), b.node(n.Right)
	if op == opAnd || op == opOr {
		if b.boolean(n.Left, left) && b.boolean(n.Right, right) {
			return &node{op: op, left: left, right: right}
		}
		return left
	}
	if !b.numeric(n.Left, left) || !b.numeric(n.Right, right) {
		return left
	}
	return b.arithmetic(n, &node{op: op, left: left, right: right})
}

var operators = map[string]op{
	"and": opAnd, "&&": opAnd, "or": opOr, "||": opOr, "+": opPlus, "-": opMinus, "*": opTimes, "/": opOver,
	"==": opEqual, "!=": opUnequal, "<": opLess, "<=": opAtMost, ">": opMore, ">=": opAtLeast,
}

// text converts a comparison of a variable that is text.
func (b *builder) text(n *ast.BinaryNode, v Variable) *node {
	out := &node{op: opIsOneOf, variable: Name(v.Name)}
	switch right := n.Right.(type) {
	case *ast.StringNode:
		if n.Operator != "==" && n.Operator != "!=" {
			return b.fail(n, "text is compared with ==, != or in")
		}
		out.texts = []string{b.literal(right, v)}
	case *ast.ArrayNode:
		if n.Operator != "in" || len(right.Nodes) == 0 {
			return b.fail(n, "a list is compared with in, such as %s in [%q]", v.Name, exampleOf(v))
		}
		for _, item := range right.Nodes {
			if b.nodes++; b.nodes > maxNodes {
				return b.fail(n, "the expression has more than %d parts", maxNodes)
			}
			out.texts = append(out.texts, b.literal(item, v))
		}
	default:
		return b.fail(n, "compare %s with text in quotes, such as %s == %q", v.Name, v.Name, exampleOf(v))
	}
	if n.Operator == "!=" {
		return &node{op: opNot, left: out}
	}
	return out
}

// literal checks that a variable can have the value at all.
func (b *builder) literal(n ast.Node, v Variable) string {
	s, ok := n.(*ast.StringNode)
	if !ok {
		b.fail(n, "text in quotes is needed here")
		return ""
	}
	values := v.Values
	if v.Name == VariablePhase {
		values = b.phases
	}
	if values != nil && !slices.Contains(values, s.Value) {
		b.fail(n, "%s is never %q; it is one of %s", v.Name, s.Value, strings.Join(values, ", "))
	}
	return s.Value
}

// call converts abs, min and max.
func (b *builder) call(n *ast.BuiltinNode) *node {
	op, ok := map[string]op{"abs": opAbs, "min": opMin, "max": opMax}[n.Name]
	if !ok {
		return b.fail(n, "there is no function %s; there are abs, min and max", n.Name)
	}
	if op == opAbs && len(n.Arguments) != 1 || op != opAbs && len(n.Arguments) < 2 {
		return b.fail(n, "abs takes one number, min and max take two or more")
	}
	out := b.node(n.Arguments[0])
	if !b.numeric(n.Arguments[0], out) {
		return out
	}
	if op == opAbs {
		return magnitude(out)
	}
	for _, a := range n.Arguments[1:] {
		right := b.node(a)
		if !b.numeric(a, right) {
			return right
		}
		out = b.arithmetic(n, &node{op: op, left: out, right: right})
	}
	return out
}

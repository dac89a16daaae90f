package exercise

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

const (
	// maxExpression bounds an expression's length in characters, maxNodes how many names, numbers and operators it may
	// have: a rule that is longer is two rules.
	maxExpression, maxNodes = 300, 64
)

// expressionError is what is wrong with an expression, and where.
type expressionError struct {
	// at counts the characters before the place.
	at     int
	reason string
}

// Error returns the reason.
func (e *expressionError) Error() string { return e.reason }

// compile reads an expression of numbers, booleans and names: library first, for syntax and types, then our own pass
// that keeps to the part of the language that can be judged with uncertainty. phases are the names that the variable
// "phase" may be compared with; nil allows any.
func compile(source string, phases []string) (*node, error) {
	if n := utf8.RuneCountInString(source); n > maxExpression {
		return nil, &expressionError{0, fmt.Sprintf("the expression has %d characters; at most %d are read", n, maxExpression)}
	}
	if strings.TrimSpace(source) == "" {
		return nil, &expressionError{0, "the expression is missing"}
	}
	var tree *parser.Tree
	err := guarded(func() (err error) {
		config := conf.New(environment())
		config.MaxNodes = maxNodes
		if tree, err = parser.ParseWithConfig(source, config); err == nil {
			_, err = checker.Check(tree, config)
		}
		return err
	})
	if err != nil {
		return nil, foreign(err)
	}
	b := &builder{phases: phases}
	root := b.node(tree.Node)
	if b.fault != nil {
		return nil, b.fault
	}
	return root, nil
}

// environment is what the library checks the types of names against.
func environment() map[string]any {
	env := map[string]any{}
	for _, v := range Variables() {
		if v.IsText() {
			env[v.Name] = ""
		} else {
			env[v.Name] = 0.0
		}
	}
	return env
}

// foreign puts an error of the library into our words.
func foreign(err error) *expressionError {
	var e *file.Error
	if !errors.As(err, &e) {
		return &expressionError{0, "this is no expression that can be read"}
	}
	reason := e.Message
	if name, ok := strings.CutPrefix(reason, "unknown name "); ok {
		reason = unknownName(name)
	}
	reason = strings.NewReplacer("float64", "number", "int", "number", "string", "text", "bool", "true or false").Replace(reason)
	return &expressionError{e.From, reason}
}

// unknownName says that there is no such variable, and which one may have been meant.
func unknownName(name string) string {
	best, least := "", 3
	for _, v := range Variables() {
		if d := distance(name, v.Name); d < least {
			best, least = v.Name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("there is no variable %q; did you mean %q?", name, best)
	}
	return fmt.Sprintf("there is no variable %q; `rollwell exercises variables` lists them", name)
}

// distance is the number of letters that have to be put in, left out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, corner := i+1, i
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j], left = left, min(change, corner+1, left+1)
		}
		row[len(b)] = left
	}
	return row[len(b)]
}

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

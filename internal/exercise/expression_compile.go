package exercise

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

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

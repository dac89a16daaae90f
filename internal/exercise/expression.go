package exercise

import (
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Measure is an expression whose result is a number. The zero value is none.
type Measure struct {
	source string
	root   *node
}

// Test is an expression whose result is true, false or not known. The zero value is none.
type Test struct {
	source string
	root   *node
}

// String returns the expression as the file has it.
func (m Measure) String() string { return m.source }

// String returns the expression as the file has it.
func (t Test) String() string { return t.source }

// IsSet tells whether there is an expression.
func (m Measure) IsSet() bool { return m.source != "" }

// IsSet tells whether there is an expression.
func (t Test) IsSet() bool { return t.source != "" }

// UnmarshalYAML takes the text of the expression; the validator compiles it.
func (m *Measure) UnmarshalYAML(n ast.Node) (err error) {
	m.source, err = sourceOf(n)
	return err
}

// UnmarshalYAML takes the text of the expression; the validator compiles it.
func (t *Test) UnmarshalYAML(n ast.Node) (err error) {
	t.source, err = sourceOf(n)
	return err
}

// UnmarshalYAML takes a map of keys, or bare text that is an expression.
func (c *Condition) UnmarshalYAML(n ast.Node) error {
	if _, ok := n.(*ast.MappingNode); !ok {
		return c.Test.UnmarshalYAML(n)
	}
	type plain Condition // without this method
	if err := yaml.NodeToValue(n, (*plain)(c), yaml.Strict()); err != nil {
		return fmt.Errorf("condition: %w", err)
	}
	return nil
}

// sourceOf returns the text of a scalar.
func sourceOf(n ast.Node) (string, error) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, nil
	case *ast.LiteralNode:
		return s.Value.Value, nil
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, nil
	}
	return "", &yaml.UnexpectedNodeTypeError{Actual: n.Type(), Expected: ast.StringType, Token: n.GetToken()}
}

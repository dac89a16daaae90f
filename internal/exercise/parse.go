package exercise

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxSize bounds a file. The longest of the catalogue is some 20 KiB, with six languages perhaps 100.
	maxSize = 256 << 10
	// maxNesting bounds how many collections may be opened within one another on a line. The format needs
	// three; without a bound a line of brackets exhausts the stack, which nothing can recover from.
	maxNesting = 16
	// maxCommas bounds how many there may be within brackets: the library takes time with the square of a
	// bracketed list's length, a minute for the largest file.
	maxCommas = 4096
	// maxReason cuts what a fault quotes from the file.
	maxReason = 200
)

// Load reads and checks one exercise file. Faults of the content match ErrInvalid and name file, line and
// reason; all faults found are reported together.
func Load(fsys fs.FS, name string) (*Exercise, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading exercise file: %w", err)
	}
	return Parse(name, data)
}

// Parse checks the content of one exercise file, which may use the shared checks that come with the program; name is
// what errors call it. It never panics, whatever the bytes.
func Parse(name string, data []byte) (*Exercise, error) {
	shared, err := builtIn()
	if err != nil {
		return nil, err
	}
	return parse(name, data, shared)
}

func parse(name string, data []byte, shared sharedChecks) (*Exercise, error) {
	ex := new(Exercise)
	root, err := decode(name, data, ex)
	if err != nil {
		return nil, err
	}
	v := &validator{file: name, root: root, shared: shared}
	v.exercise(ex)
	if err := joined(v.faults); err != nil {
		return nil, err
	}
	ex.Hash = v.hashOf(ex, data)
	return ex, nil
}

// decode reads a file's one document into a value, strictly, and returns its syntax tree.
func decode(name string, data []byte, into any) (ast.Node, error) {
	root, err := parseTree(name, data)
	if err != nil {
		return nil, err
	}
	if err := guarded(func() error { return yaml.NodeToValue(root, into, yaml.Strict()) }); err != nil {
		return nil, located(name, err)
	}
	return root, nil
}

// parseTree returns the file's one document as a syntax tree without anchors, aliases and tags.
func parseTree(name string, data []byte) (ast.Node, error) {
	if len(data) > maxSize {
		return nil, &Error{File: name, Reason: fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), maxSize)}
	}
	if !utf8.Valid(data) {
		return nil, &Error{File: name, Reason: "the file is not UTF-8 text"}
	}
	if line := tooInvolved(data); line > 0 {
		return nil, &Error{File: name, Line: line, Column: 1, Reason: fmt.Sprintf("more than %d lists or maps within one another, or %d commas within brackets; use indented lists", maxNesting, maxCommas)}
	}
	var file *ast.File
	err := guarded(func() (err error) {
		file, err = parser.ParseBytes(data, 0)
		return err
	})
	if err != nil {
		return nil, located(name, err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, &Error{File: name, Line: 1, Column: 1, Reason: "the file must hold exactly one document"}
	}
	root := file.Docs[0].Body
	if _, ok := root.(*ast.MappingNode); !ok {
		return nil, &Error{File: name, Line: 1, Column: 1, Reason: "the file must be a map of keys such as id and title"}
	}
	plain := &plainOnly{file: name}
	if err := guarded(func() error { ast.Walk(plain, root); return nil }); err != nil {
		return nil, located(name, err)
	}
	if plain.fault != nil {
		return nil, plain.fault
	}
	return root, nil
}

// tooInvolved returns the first line on which more than maxNesting collections are open or more than maxCommas
// commas have stood within brackets, or 0. It counts characters and so overcounts those in quoted text, which no
// sensible file has that many of. Nesting by indentation needs no bound of its own: its depth grows only with
// the square root of the size.
func tooInvolved(data []byte) int {
	open, commas, number := 0, 0, 0
	for line := range bytes.Lines(data) {
		number++
		for _, b := range line {
			switch b {
			case '[', '{':
				open++
			case ']', '}':
				open = max(0, open-1)
			case ',':
				commas += min(open, 1)
			}
		}
		if open > maxNesting || commas > maxCommas || entries(line) > maxNesting {
			return number
		}
	}
	return 0
}

// entries counts the signs on a line that open a collection without a bracket.
func entries(line []byte) (n int) {
	for _, field := range bytes.Fields(line) {
		if len(field) == 1 && (field[0] == '-' || field[0] == '?' || field[0] == ':') {
			n++
		}
	}
	return n
}

// errLibrary marks a panic inside the YAML library.
var errLibrary = errors.New("this is not YAML that can be read")

// guarded turns a panic of the YAML library into an error: the library is large, the bytes come from outside,
// and one bad file must not take the others down.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errLibrary, p)
		}
	}()
	return f()
}

// located gives an error of the YAML library its file and place.
func located(name string, err error) error {
	fault := &Error{File: name, Reason: err.Error()}
	var lib yaml.Error
	if errors.As(err, &lib) {
		fault.Reason = lib.GetMessage()
		var mistyped *yaml.TypeError
		if errors.As(err, &mistyped) {
			fault.Reason = fmt.Sprintf("%s expected, %s found", plainKind(mistyped.DstType), plainKind(mistyped.SrcType))
		}
		var misplaced *yaml.UnexpectedNodeTypeError
		if errors.As(err, &misplaced) {
			fault.Reason = fmt.Sprintf("%s expected, %s found", plainNode(misplaced.Expected), plainNode(misplaced.Actual))
		}
		fault.Line, fault.Column = place(lib.GetToken())
	}
	if r := []rune(fault.Reason); len(r) > maxReason {
		fault.Reason = string(r[:maxReason]) + "…"
	}
	return fault
}

// plainKind names a type for people who write YAML and no Go.
func plainKind(t reflect.Type) string {
	if t == nil {
		return "something else"
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a map of keys"
	}
	return "something else"
}

// plainNode names a part of a file likewise.
func plainNode(t ast.NodeType) string {
	switch t {
	case ast.StringType, ast.LiteralType:
		return "text"
	case ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType:
		return "a number"
	case ast.BoolType:
		return "true or false"
	case ast.SequenceType:
		return "a list"
	case ast.MappingType, ast.MappingValueType:
		return "a map of keys"
	case ast.NullType:
		return "nothing"
	}
	return "something else"
}

func place(t *token.Token) (line, column int) {
	if t == nil || t.Position == nil {
		return 0, 0
	}
	return t.Position.Line, t.Position.Column
}

// plainOnly looks for what an exercise file may not have: references make a rule mean something that its own
// lines do not show, and let a small file grow without bound.
type plainOnly struct {
	file  string
	fault *Error
}

// Visit implements ast.Visitor.
func (p *plainOnly) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		if p.fault == nil {
			line, column := place(n.GetToken())
			p.fault = &Error{File: p.file, Line: line, Column: column, Reason: "anchors, aliases, merge keys and tags are not allowed; write it out"}
		}
		return nil
	}
	return p
}

package exercise

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// path leads from the root of a file to a key: strings for keys of maps, ints for items of lists.
type path []any

// to returns the path one step or more further down. The receiver stays as it is.
func (p path) to(steps ...any) path {
	return append(p[:len(p):len(p)], steps...)
}

// String returns for example "checks[3].when[0].enter".
func (p path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch k := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", k)
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(k)
		}
	}
	return b.String()
}

// locate returns where a path is in the tree, or where the deepest part of it is that exists: the place to
// look at when a key is missing.
func locate(root ast.Node, p path) (line, column int) {
	line, column, _ = find(root, p)
	return line, column
}

// find returns where a path is in the tree, and the node that it leads to; nil where the tree ends before.
func find(root ast.Node, p path) (line, column int, found ast.Node) {
	line, column = 1, 1
	node := root
	for _, step := range p {
		var next ast.Node
		switch k := step.(type) {
		case string:
			if m, ok := node.(*ast.MappingNode); ok {
				for _, kv := range m.Values {
					if kv.Key.GetToken().Value == k {
						next = kv.Value
						line, column = place(kv.Key.GetToken())
					}
				}
			}
		case int:
			if s, ok := node.(*ast.SequenceNode); ok && k < len(s.Values) {
				next = s.Values[k]
				line, column = start(next)
			}
		}
		if next == nil {
			return line, column, nil
		}
		node = next
	}
	return line, column, node
}

// inside returns the place of a character of a text that the file has at a path. The place within text that takes
// several lines, or that has signs which are written differently, is that of its beginning.
func inside(root ast.Node, p path, text string, at int) (line, column int) {
	line, column, node := find(root, p)
	s, ok := node.(*ast.StringNode)
	if !ok {
		return line, column
	}
	line, column = place(s.GetToken())
	switch origin := strings.TrimSpace(s.GetToken().Origin); {
	case origin == text:
		column += min(at, utf8.RuneCountInString(text))
	case len(origin) > 2 && origin[1:len(origin)-1] == text:
		column += 1 + min(at, utf8.RuneCountInString(text))
	}
	return line, column
}

// start returns where a node begins. The token of a block map is its first colon, which may be some way off.
func start(n ast.Node) (line, column int) {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return place(m.Values[0].Key.GetToken())
	}
	return place(n.GetToken())
}

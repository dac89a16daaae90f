package words

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// literals are the strings that the program's sources hold, tests left out, with a place where each stands.
func literals(t *testing.T) map[string]string {
	t.Helper()
	const root = "../.."
	found := map[string]string{}
	for _, folder := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			set := token.NewFileSet()
			file := set.AddFile(path, set.Base(), len(source))
			var s scanner.Scanner
			s.Init(file, source, nil, 0)
			for {
				at, kind, text := s.Scan()
				if kind == token.EOF {
					return nil
				}
				if value, err := strconv.Unquote(text); kind == token.STRING && err == nil {
					found[value] = file.Position(at).String()
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// A sentence is named in the code by a whole string: its own name, or for a Line the name without its last part.
func TestSentencesAreUsedAndThere(t *testing.T) {
	english, named := sentencesOf(t, fallback), literals(t)
	var groups []string
	there := map[string]bool{}
	for name := range english {
		parent := name[:strings.LastIndex(name, ".")]
		there[name], there[parent] = true, true
		if group, _, _ := strings.Cut(name, "."); !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
		if named[name] == "" && named[parent] == "" {
			t.Errorf("%s is not used by any source", name)
		}
	}
	for literal, where := range named {
		group, rest, dotted := strings.Cut(literal, ".")
		looksLikeOne := dotted && slices.Contains(groups, group) && rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz_.0123456789") == "" &&
			!slices.Contains([]string{"go", "yaml", "json", "mp4"}, rest)
		if looksLikeOne && !there[literal] {
			t.Errorf("%s names the sentence %q, which there is not", where, literal)
		}
	}
}

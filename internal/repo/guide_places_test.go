package repo

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// product is what a place may lie in: exercises by their file's name, plans by their aim, and sentences by language and
// name.
type product struct {
	guide            guideFile
	exercises, plans map[string]any
	words, page      map[string]map[string]string
}

func readProduct(t *testing.T) *product {
	t.Helper()
	p := &product{
		exercises: map[string]any{}, plans: map[string]any{},
		words: map[string]map[string]string{}, page: map[string]map[string]string{},
	}
	b, err := os.ReadFile("testdata/guide.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(b, &p.guide, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	const catalogue = "internal/exercise/catalogue/"
	for _, folder := range []string{"", "shared/"} {
		files, err := filepath.Glob(filepath.Join(root, catalogue, folder, "*.yaml"))
		if err != nil || len(files) < 2 {
			t.Fatalf("exercises %v, error %v", files, err)
		}
		for _, file := range files {
			name := folder + strings.TrimSuffix(filepath.Base(file), ".yaml")
			var tree any
			decode(t, yaml.Unmarshal, catalogue+name+".yaml", &tree)
			p.exercises[name] = tree
		}
	}
	var plans struct {
		Plans []map[string]any `yaml:"plans"`
	}
	decode(t, yaml.Unmarshal, "internal/plan/plans.yaml", &plans)
	for _, plan := range plans.Plans {
		p.plans[fmt.Sprint(plan["aim"])] = plan
	}
	for _, lang := range p.guide.Languages {
		p.words[lang] = sentences(t, yaml.Unmarshal, "internal/words/active."+lang+".yaml")
		p.page[lang] = sentences(t, json.Unmarshal, "web/src/words/"+lang+".json")
	}
	return p
}

func decode(t *testing.T, unmarshal func([]byte, any) error, path string, into any) {
	t.Helper()
	if err := unmarshal([]byte(read(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// sentences reads a tree of texts and names each by its path with dots.
func sentences(t *testing.T, unmarshal func([]byte, any) error, path string) map[string]string {
	t.Helper()
	var tree map[string]any
	decode(t, unmarshal, path, &tree)
	flat := map[string]string{}
	var walk func(name string, node any)
	walk = func(name string, node any) {
		switch n := node.(type) {
		case map[string]any:
			for key, child := range n {
				walk(strings.TrimPrefix(name+"."+key, "."), child)
			}
		case []any:
			for i, child := range n {
				walk(fmt.Sprintf("%s.%d", name, i), child)
			}
		case string:
			flat[name] = n
		}
	}
	walk("", tree)
	return flat
}

// check tells what is wrong with a place, nil if it is there and says what it should.
func (p *product) check(at place) error {
	n := 0
	for _, name := range []string{at.Exercise, at.Plan, at.Words, at.Page} {
		if name != "" {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("a place is an exercise, a plan, a sentence of internal/words or one of the page, not %d of them", n)
	}
	switch {
	case at.Exercise != "":
		return p.inTree(p.exercises[at.Exercise], at)
	case at.Plan != "":
		return p.inTree(p.plans[at.Plan], at)
	}
	name, texts := at.Words, p.words
	if at.Page != "" {
		name, texts = at.Page, p.page
	}
	for _, lang := range p.guide.Languages {
		if strings.TrimSpace(sentence(texts[lang], name)) == "" {
			return fmt.Errorf("nothing in %s", lang)
		}
	}
	if at.Screen != "" {
		b, err := os.ReadFile(filepath.Join(root, "web/src", at.Screen))
		if err != nil {
			return err
		}
		if !shows(string(b), at.Page) {
			return fmt.Errorf("%s does not show it", at.Screen)
		}
	}
	return has(sentence(texts["en"], name), at.Has)
}

// sentence returns a text by its name; of one with plural forms the general form.
func sentence(texts map[string]string, name string) string {
	for _, form := range []string{name, name + ".other", name + "_other"} {
		if s := texts[form]; s != "" {
			return s
		}
	}
	return ""
}

// shows tells whether a screen names a sentence, as w.group.name or 'group.name': whole, or by a group in it, but not
// by the first part of its name alone.
func shows(screen, name string) bool {
	parts := strings.Split(name, ".")
	for n := len(parts); n >= min(2, len(parts)); n-- {
		named := regexp.QuoteMeta(strings.Join(parts[:n], "."))
		if regexp.MustCompile(`(\bw\.|['"` + "`" + `])` + named + `\b`).MatchString(screen) {
			return true
		}
	}
	return false
}

func has(text string, want []string) error {
	for _, w := range want {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			return fmt.Errorf("%q does not contain %q", text, w)
		}
	}
	return nil
}

// inTree looks a place up in an exercise or a plan, which is nil if there is none of that name.
func (p *product) inTree(tree any, at place) error {
	if tree == nil {
		return errors.New("there is no such exercise or plan")
	}
	found, err := p.look(tree, strings.Split(at.At, "."))
	if err != nil {
		return err
	}
	if at.Is != nil {
		if got, err := strconv.ParseFloat(fmt.Sprint(found["en"]), 64); err != nil || got != *at.Is {
			return fmt.Errorf("is %v, want %v", found["en"], *at.Is)
		}
	}
	for _, lang := range p.guide.Languages {
		if strings.Trim(fmt.Sprint(found[lang]), " []{}") == "" || found[lang] == nil {
			return fmt.Errorf("nothing in %s", lang)
		}
	}
	return has(fmt.Sprint(found["en"]), at.Has)
}

// look follows a path down a tree and returns what is there, by language. Where the tree has a branch for each
// language, every one is followed.
func (p *product) look(node any, path []string) (map[string]any, error) {
	found := map[string]any{}
	for _, lang := range p.guide.Languages {
		at := node
		for i := 0; i <= len(path); i++ {
			if branches, ok := at.(map[string]any); ok && branches["en"] != nil {
				at = branches[lang]
			}
			if i == len(path) {
				break
			}
			if at = pick(at, path[i]); at == nil {
				return nil, fmt.Errorf("nothing at %s in %s", strings.Join(path[:i+1], "."), lang)
			}
		}
		found[lang] = at
	}
	return found, nil
}

// pick returns a child of a node: by its key, its number, or its id or code; nil if there is none.
func pick(node any, name string) any {
	switch n := node.(type) {
	case map[string]any:
		return n[name]
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n) {
			return n[i]
		}
		for _, child := range n {
			if m, ok := child.(map[string]any); ok && (m["id"] == name || m["code"] == name) {
				return child
			}
		}
	}
	return nil
}

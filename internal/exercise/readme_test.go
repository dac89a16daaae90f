package exercise

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write the table of variables in README.md anew")

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// variableTable is the table of variables as README.md has it.
func variableTable() string {
	var b strings.Builder
	b.WriteString("| name | unit | values | meaning |\n| --- | --- | --- | --- |\n")
	for _, v := range Variables() {
		doc := v.Doc
		if v.FromCoach {
			doc += " (expressions only)"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.Name, v.UnitName(), v.Range(), doc)
	}
	return b.String()
}

func TestTheReadmeListsEveryVariable(t *testing.T) {
	text := readme(t)
	_, rest, found := strings.Cut(text, "<!-- variables: ")
	head, body, begins := strings.Cut(rest, "-->\n")
	table, tail, ends := strings.Cut(body, "<!-- variables end -->")
	if !found || !begins || !ends {
		t.Fatal("README.md has no place for the table")
	}
	if table == variableTable() {
		return
	}
	if !*update {
		t.Fatal("the table in README.md is not that of the code; run the test with -update")
	}
	start, _, _ := strings.Cut(text, "<!-- variables: ")
	text = start + "<!-- variables: " + head + "-->\n" + variableTable() + "<!-- variables end -->" + tail
	if err := os.WriteFile("README.md", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The example in README.md is a good file as it stands, for the loader and for the schema.
func TestTheExampleInTheReadmeIsGood(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("README.md has no example")
	}
	list, err := Folder{FS: fstest.MapFS{"bridge.yaml": {Data: []byte(example)}}}.Load()
	if err != nil || len(list) != 1 {
		t.Fatalf("%d exercises, %v", len(list), err)
	}
	if ex := list[0]; ex.ID != "bridge" || ex.Reps == nil || len(ex.Checks) < 5 {
		t.Errorf("%+v", ex)
	}
	doc, err := asJSON(t, []byte(example))
	if err == nil {
		err = schema(t).Validate(doc)
	}
	if err != nil {
		t.Error(err)
	}
}

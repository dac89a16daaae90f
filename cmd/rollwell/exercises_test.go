package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
)

// catalogueDir is where the built-in exercise files lie.
const catalogueDir = "../../internal/exercise/catalogue"

// custom writes an exercise file of one's own: a built-in one with another id and title.
func custom(t *testing.T, dir, id, title string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(catalogueDir, "thoracic-roll.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("id: thoracic-roll", "id: "+id, "  en: Thoracic roll", "  en: "+title).Replace(string(text))
	path := filepath.Join(dir, id+".yaml")
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExercisesListNamesEveryExercise(t *testing.T) {
	all, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range exercise.Languages() {
		code, out, errs := rollwell(t.Context(), "exercises", "list", "--language", lang)
		if code != exitOK || errs != "" {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != len(all)+1 {
			t.Fatalf("%d lines for %d exercises:\n%s", len(lines), len(all), out)
		}
		for i, ex := range all {
			if l := lines[i+1]; !strings.HasPrefix(l, ex.ID+" ") || !strings.HasSuffix(l, ex.Title.In(lang)) {
				t.Errorf("%s: line %q", ex.ID, l)
			}
		}
	}
}

// Whatever a check has to tell is there for people, for every exercise.
func TestExercisesShowTellsEverything(t *testing.T) {
	all, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range all {
		code, out, errs := rollwell(t.Context(), "exercises", "show", ex.ID, "--language", "fr")
		if code != exitOK || errs != "" {
			t.Fatalf("%s: exit code %d: %s", ex.ID, code, errs)
		}
		flat := strings.Join(strings.Fields(out), " ")
		want := []string{ex.Title.In("fr"), ex.Hash, string(ex.Posture)}
		for _, lines := range []exercise.Lines{ex.Why, ex.Steps, ex.Mistakes, ex.CannotVerify} {
			want = append(want, lines.In("fr")...)
		}
		for i := range ex.Phases {
			want = append(want, ex.Phases[i].Name.In("fr"), ex.Phases[i].When.String())
		}
		for i := range ex.Checks {
			w := ex.Checks[i].WordsIn("fr")
			want = append(want, ex.Checks[i].Code, w.Say, w.Hint)
		}
		for _, s := range ex.Sources {
			want = append(want, s.ID)
		}
		for _, w := range want {
			if !strings.Contains(flat, strings.Join(strings.Fields(w), " ")) {
				t.Errorf("%s: %q is not shown", ex.ID, w)
			}
		}
	}
}

func TestExercisesShowOfWhatIsNotThere(t *testing.T) {
	code, _, errs := rollwell(t.Context(), "exercises", "show", "moonwalk")
	if code != exitUsage || !strings.Contains(errs, "thoracic-roll") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestExercisesCheck(t *testing.T) {
	dir := t.TempDir()
	good := custom(t, dir, "my-roll", "My roll")
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("schema: 2\nid: bad\ncolour: red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrongName := filepath.Join(dir, "other.yaml")
	text, err := os.ReadFile(good)
	if err == nil {
		err = os.WriteFile(wrongName, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		args      []string
		code      int
		out, errs []string
	}{
		{"built in", []string{catalogueDir}, exitOK, []string{"thoracic-roll.yaml: good", "pace.yaml: good; 2 shared checks"}, nil},
		{"good", []string{good}, exitOK, []string{"my-roll.yaml: good; My roll, version"}, nil},
		{"bad", []string{bad}, exitInput, nil, []string{"bad.yaml:3:1: unknown field \"colour\""}},
		{"the good beside the bad", []string{dir}, exitInput, []string{"my-roll.yaml: good"}, []string{"bad.yaml:3:1", "has to be called my-roll.yaml"}},
		{"called by another name", []string{wrongName}, exitInput, nil, []string{"other.yaml: id: ", "my-roll.yaml"}},
		{"not there", []string{filepath.Join(dir, "none.yaml")}, exitInput, nil, []string{"there is no"}},
		{"a folder without any", []string{t.TempDir()}, exitInput, nil, []string{"no exercise file"}},
		{"none named", nil, exitUsage, nil, []string{"file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := rollwell(t.Context(), append([]string{"exercises", "check"}, tt.args...)...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, errs)
			}
			for _, want := range tt.out {
				if !strings.Contains(out, want) {
					t.Errorf("output %q lacks %q", out, want)
				}
			}
			for _, want := range tt.errs {
				if !strings.Contains(errs, want) {
					t.Errorf("errors %q lack %q", errs, want)
				}
			}
		})
	}
}

func TestExercisesSchemaAndVariables(t *testing.T) {
	code, out, _ := rollwell(t.Context(), "exercises", "schema")
	if code != exitOK || !json.Valid([]byte(out)) || !bytes.Equal([]byte(out), exercise.JSONSchema()) {
		t.Errorf("exit code %d, %d bytes", code, len(out))
	}
	code, out, _ = rollwell(t.Context(), "exercises", "variables")
	for _, v := range exercise.Variables() {
		if code != exitOK || !strings.Contains(out, "\n"+v.Name+" ") || !strings.Contains(out, v.Doc) {
			t.Errorf("%s is not listed", v.Name)
		}
	}
}

// A folder of one's own adds exercises and replaces built-in ones; what is bad in it keeps nothing else out.
func TestAFolderOfExercises(t *testing.T) {
	dir := t.TempDir()
	custom(t, dir, "my-roll", "My roll")
	custom(t, dir, "lats", "Lats my way")
	if err := os.WriteFile(filepath.Join(dir, "bad.yaml"), []byte("schema: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := rollwell(t.Context(), "exercises", "list", "--exercises", dir)
	if code != exitOK || !strings.Contains(out, "My roll") || !strings.Contains(out, "Lats my way") || !strings.Contains(out, "cat-cow") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if !strings.Contains(errs, "left out: "+filepath.Join(dir, "bad.yaml")+":1:1: id:") {
		t.Errorf("errors %q do not tell what was left out", errs)
	}
	code, out, _ = rollwell(t.Context(), "exercises", "show", "my-roll", "--exercises", dir)
	if code != exitOK || !strings.HasPrefix(out, "My roll (my-roll, version") {
		t.Errorf("exit code %d: %.60s", code, out)
	}
	if code, _, errs = rollwell(t.Context(), "exercises", "list", "--exercises", filepath.Join(dir, "none")); code != exitUsage {
		t.Errorf("a folder that is not there: exit code %d: %s", code, errs)
	}
}

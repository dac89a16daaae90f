package exercise

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// good returns the smallest file that has one of everything, for tests to break.
func good(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheSmallFileIsGood(t *testing.T) {
	ex, err := Parse("small.yaml", []byte(good(t)))
	if err != nil {
		t.Fatal(err)
	}
	k := ex.Checks[0]
	limit, above := k.When[0].Enter.Limit()
	if k.Code != "too_low" || k.Severity != Safety || limit != 0.8 || !above || k.When[0].Enter.Mark != Sourced || k.PersistS != 0.5 {
		t.Errorf("first check %+v", k)
	}
	if ex.Title.In("fr") != "Small" || ex.Title.In("de") != "Klein" || ex.Steps.In("de")[0] != "Leg dich hin." || k.WordsIn("xx").Say != "Go up" {
		t.Error("a text does not come in its language, or in English where it is not translated")
	}
}

// Every fault is refused with the line it is on and words that say what is wrong.
func TestBadFilesAreRefused(t *testing.T) {
	tests := []struct {
		name, old, new, reason string
	}{
		{"unknown key", "view: side", "view: side\ncolour: red", `unknown field "colour"`},
		{"unknown key deep down", "persist_s: 0.5\n    clear", "persists: 0.5\n    clear", `unknown field "persists"`},
		{"unknown key of a condition", "window_s: 2", "windows: 2", `unknown field "windows"`},
		{"key twice", "version: 2", "version: 2\nversion: 3", "already defined"},
		{"schema of another age", "schema: 2", "schema: 9", "schema 2, not 9"},
		{"id with a capital", "id: small", "id: Small", "lower-case"},
		{"version", "version: 2", "version: 0", "1 or more"},
		{"number as text", "version: 2", "version: two", "a whole number expected, text found"},
		{"list as text", "title: {en: Small, de: Klein}", "title: [Small]", "a map of keys expected, a list found"},
		{"view", "view: side", "view: top", "no view"},
		{"equipment", "equipment: roller", "equipment: rope", "no equipment"},
		{"posture", "posture: supine", "posture: flying", "no posture"},
		{"side", "sides: [left, right]", "sides: [left, top]", "no side"},
		{"side twice", "sides: [left, right]", "sides: [left, left]", "there twice"},
		{"level", "level: beginner", "level: expert", "no level"},
		{"languages without English", "languages: [en, de]", "languages: [de]", `"en" is missing`},
		{"language tag", "languages: [en, de]", "languages: [en, de, Deutsch]", "no language tag"},
		{"language that a text lacks", "title: {en: Small, de: Klein}", "title: {en: Small}", `the text in "de" is missing`},
		{"language that the file does not have", "title: {en: Small, de: Klein}", "title: {en: Small, de: Klein, fr: Petit}", "not in the file's list"},
		{"title empty", "title: {en: Small, de: Klein}", "title: {en: ' ', de: Klein}", "the text is missing"},
		{"translation with a line less", "de: [Leg dich hin., Roll.]", "de: [Leg dich hin.]", "has 1 lines"},
		{"why missing", "why: {en: [It helps.], de: [Es hilft.]}\n", "", `the text in "en" is missing`},
		{"zone", "target: [thoracic]", "target: [belly]", "no zone"},
		{"zone both ways", "avoid: [lumbar]", "avoid: [thoracic]", "both worked and avoided"},
		{"stroke backwards", "to: 1.0", "to: 0.5", "at least 0.05 above"},
		{"stroke never turns", "turn: 0.05", "turn: 0", "more than 0"},
		{"stroke of what", "  share: 0.5", "  of: neck\n  share: 0.5", "no measure of a stroke"},
		{"hold", "max_s: 30", "max_s: 10", "between 20 and"},
		{"reps of no phase", "reps: {phase: rolling", "reps: {phase: flying", "no phase of this exercise"},
		{"reps of nobody", "reps: {phase: rolling", "reps: {phase: away", "nobody does anything"},
		{"reps backwards", "min: 3, max: 5", "min: 3, max: 2", "between 3 and"},
		{"dose", "sets: 1", "sets: 0", "between 1 and 20"},
		{"dose twice", "{id: mobility,", "{id: warm_up,", "there twice"},
		{"dose in seconds and reps", "reps_min: 3,", "min_s: 5, reps_min: 3,", "not both"},
		{"dose of nothing counted", "reps: {phase: rolling, hold_s: 1, min: 3, max: 5, mark: heuristic}\n", "", "nothing is counted"},
		{"counts what", "phases:\n", "counts: stars\nphases:\n", "no way to count"},
		{"first phase", "- id: away", "- id: begin", "the first phase is away"},
		{"phase twice", "- id: rolling", "- id: ready", "there twice"},
		{"phase from nowhere", "from: [ready]", "from: [flying]", "no phase of this exercise"},
		{"phase from itself", "from: [ready]", "from: [rolling]", "does not lead to itself"},
		{"phase that nothing leads to", "from: [away]", "from: [rolling]", `no way leads to the phase "ready"`},
		{"phase without a condition", "    when: posture == \"supine\"\n", "", "the expression is missing"},
		{"cycle of phases", "checks:\n", `  - {id: up, name: {en: Up, de: Auf}, when: rep >= 1, from: [ready, down]}
  - {id: down, name: {en: Down, de: Ab}, when: rep >= 2, from: [up]}
checks:
`, "phases up, down can follow one another without end"},
		{"check in no phase", "phases: [rolling]", "phases: [flying]", "no phase of this exercise"},
		{"wrong unit", "unit: probability", "unit: cm", `measured in "probability", not in "cm"`},
		{"unknown quantity", "quantity: p_lumbar", "quantity: mood", "no quantity"},
		{"quantity of the coach", "quantity: p_lumbar", "quantity: phase_s", "no quantity"},
		{"impossible threshold", "enter: {above: 0.8,", "enter: {above: 80,", "80 probability is impossible"},
		{"no number", "enter: {above: 0.8,", "enter: {above: .nan,", "impossible"},
		{"infinite", "enter: {above: 0.8,", "enter: {above: .inf,", "impossible"},
		{"both above and below", "enter: {above: 0.8,", "enter: {above: 0.8, below: 0.9,", "either above or below"},
		{"enter missing", "        enter: {above: 0.8, mark: sourced, source: [book]}\n", "", "threshold is missing"},
		{"leave missing", "        leave: {below: 0.6}\n", "", "threshold is missing"},
		{"no hysteresis", "leave: {below: 0.6}", "leave: {below: 0.8}", "no hysteresis"},
		{"leave the same way", "leave: {below: 0.6}", "leave: {above: 0.6}", "opposite directions"},
		{"mark", "mark: sourced, source: [book]}", "mark: guessed}", "no mark"},
		{"sourced without a source", "mark: sourced, source: [book]}", "mark: sourced}", "needs its source"},
		{"unknown source", "mark: sourced, source: [book]}", "mark: sourced, source: [film]}", "not in the list of sources"},
		{"severity", "severity: safety", "severity: urgent", "no severity"},
		{"corrects the unseen", "- {quantity: on_roller, state: ok}", "- {quantity: on_roller, state: unseen}", "only set-up checks"},
		{"state and number", "- {quantity: on_roller, state: ok}", "- {quantity: on_roller, state: ok, abs: true}", "not both"},
		{"state", "- {quantity: person, state: unseen}", "- {quantity: person, state: lost}", "no state"},
		{"negative time", "persist_s: 0.5\n    clear", "persist_s: -1\n    clear", "impossible"},
		{"never spoken", "repeat_max: 3", "repeat_max: 0", "between 1 and"},
		{"words missing", "      de: {text: Hoch, say: Hoch, hint: Hoch ist besser.}\n", "", `the words in "de" is missing`},
		{"say missing", "say: Go up,", "", "text is missing"},
		{"too long to speak", "say: Go up,", "say: Now please go up a little bit more again friend,", "s to speak"},
		{"share without a window", "share: 0.4", "share: 0", "share"},
		{"leave share", "leave_share: 0.1", "leave_share: 0.5", "less than share"},
		{"late notice", "enter: {above: 5, mark", "enter: {above: 9, mark", "not reached before"},
		{"occasion", "on: pass", "on: party", "no occasion"},
		{"occasion that never comes", "on: pass", "on: rest", "no occasion"},
		{"occasion of a correction", "severity: safety", "severity: safety\n    on: pass", "only a praising check"},
		{"code twice", "code: nobody", "code: too_low", "there twice"},
		{"shared check of no name", "use: [too_dark, jerky]", "use: [too_bright]", `there is no shared check "too_bright"`},
		{"shared check twice", "use: [too_dark, jerky]", "use: [too_dark, too_dark]", "there twice"},
		{"shared check of the same name", "code: nobody", "code: too_dark", "a check \"too_dark\" of its own"},
		{"expression as a number", "'on_roller >= 0.5'", "'on_roller'", "compare it with something"},
		{"value as a truth", "value: max(knee_deg, 90) - shk_deg", "value: knee_deg > 90", "a value is a number"},
		{"unit of a value", "unit: deg\n        enter: {above: 40", "unit: L\n        enter: {above: 40", `measured in "deg", not in "L"`},
		{"impossible threshold of a value", "enter: {above: 40", "enter: {above: 400", "400 deg is impossible"},
		{"value and quantity", "value: max(knee_deg, 90) - shk_deg", "value: knee_deg\n        quantity: knee_deg", "either a quantity, or a value"},
		{"anchor", "view: side", "view: &v side", "anchors"},
		{"source twice", "{id: book, ref: A book.}", "{id: book, ref: A book.}\n  - {id: book, ref: B.}", "there twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := good(t)
			if strings.Count(text, tt.old) == 0 {
				t.Fatalf("the small file has no %q", tt.old)
			}
			_, err := Parse("small.yaml", []byte(strings.Replace(text, tt.old, tt.new, 1)))
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("got %v, want a fault of the file", err)
			}
			e := faultThatSays(err, tt.reason)
			if e == nil || e.File != "small.yaml" {
				t.Fatalf("got %q, want it to say %q", err, tt.reason)
			}
			before, _, _ := strings.Cut(text, tt.old)
			first := strings.Count(before, "\n") + 1
			last := first + strings.Count(tt.new, "\n")
			if line, ok := elsewhere[tt.name]; ok {
				first, last = line, line
			}
			if e.Line < first || e.Line > last || e.Column < 1 {
				t.Errorf("line %d, want %d to %d: %v", e.Line, first, last, err)
			}
		})
	}
}

// elsewhere are the lines of faults that are not told where the file was broken: what is missing is told where it should
// be, and what does not go together at one of the two.
var elsewhere = map[string]int{
	"why missing": 1, "zone both ways": 18, "dose of nothing counted": 41, "phase without a condition": 46,
	"phase that nothing leads to": 46, "enter missing": 60, "leave missing": 60, "words missing": 71,
	"shared check of the same name": 129,
}

// faultThatSays returns the first of several faults whose reason has the words.
func faultThatSays(err error, words string) *Error {
	list := []error{err}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		list = all.Unwrap()
	}
	for _, one := range list {
		var e *Error
		if errors.As(one, &e) && strings.Contains(e.Error(), words) {
			return e
		}
	}
	return nil
}

func TestWhatIsNoExerciseFileAtAll(t *testing.T) {
	for name, data := range map[string]string{
		"empty":               "",
		"only a comment":      "# nothing\n",
		"a list":              "- 1\n",
		"a number":            "7",
		"two documents":       "a: 1\n---\nb: 2\n",
		"no text":             "\xff\xfe\x00",
		"tabs":                "a:\n\t- b",
		"a thousand brackets": strings.Repeat("[", 1000),
		"a thousand dashes":   strings.Repeat("- ", 1000),
		"a very long list":    "a: [" + strings.Repeat("a,", 100_000) + "]",
		"a very long key":     strings.Repeat("a:", 100_000),
		"too large":           strings.Repeat("a", maxSize+1),
		"a tag":               "!!map {id: x}",
	} {
		ex, err := Parse("bad.yaml", []byte(data))
		if !errors.Is(err, ErrInvalid) || ex != nil || !strings.HasPrefix(err.Error(), "bad.yaml") || len(err.Error()) > 1000 {
			t.Errorf("%s: got %v, %v", name, ex, err)
		}
	}
}

// A file that is large, but no larger than may be, is refused or taken within moments.
func TestVeryManyPhasesAndChecks(t *testing.T) {
	phases, checks := "phases:\n", "checks:\n"
	for i := range 1000 {
		phases += fmt.Sprintf("  - {id: p%d, name: {en: P}, when: s > 0}\n", i)
		checks += fmt.Sprintf("  - {code: c%d, when: [s > 0]}\n", i)
	}
	for name, text := range map[string]string{"phases at the most": phases, "checks at the most": checks} {
		if _, err := Parse("many.yaml", []byte("schema: 2\n"+text)); faultThatSays(err, name) == nil {
			t.Errorf("got %.200v, want it to say %q", err, name)
		}
	}
}

func TestAllFaultsAreReportedInTheOrderOfTheFile(t *testing.T) {
	text := strings.NewReplacer("view: side", "view: top", "repeat_max: 3", "repeat_max: 0", "id: small", "id: S").Replace(good(t))
	_, err := Parse("small.yaml", []byte(text))
	if err == nil {
		t.Fatal("three faults were not seen")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) < 3 || !strings.Contains(lines[0], ": id:") || !strings.Contains(lines[1], ": view:") || !strings.Contains(lines[2], "repeat_max") {
		t.Errorf("got\n%v", err)
	}
}

func TestLoad(t *testing.T) {
	fsys := fstest.MapFS{"a/small.yaml": {Data: []byte(good(t))}}
	if _, err := Load(fsys, "a/small.yaml"); err != nil {
		t.Error(err)
	}
	if _, err := Load(fsys, "a/none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that the file does not exist", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good(f)))
	for _, s := range []string{"", "a: [", "? a\n: b", "- - - a", "a: &b [*b]", "checks: [{when: [{enter: {above: 1e999}}]}]", "<<: {a: 1}", "schema: 0x1\nid: |\n  x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ex, err := Parse("f.yaml", data)
		if (ex == nil) == (err == nil) {
			t.Fatalf("got %v and %v", ex, err)
		}
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Fatalf("%v does not match ErrInvalid", err)
		}
	})
}

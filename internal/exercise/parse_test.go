package exercise

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rollwell/rollwell/internal/spine"
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
		name, old, new string
		line           int
		reason         string
	}{
		{"unknown key", "view: side", "view: side\ncolour: red", 7, `unknown field "colour"`},
		{"unknown key deep down", "persist_s: 0.5", "persists: 0.5", 46, `unknown field "persists"`},
		{"key twice", "version: 2", "version: 2\nversion: 3", 4, "already defined"},
		{"schema of another age", "schema: 1", "schema: 9", 1, "schema 1, not 9"},
		{"id with a capital", "id: small", "id: Small", 2, "lower-case"},
		{"version", "version: 2", "version: 0", 3, "1 or more"},
		{"number as text", "version: 2", "version: two", 3, "a whole number expected, text found"},
		{"view", "view: side", "view: top", 6, "no view"},
		{"title missing", "title: {en: Small, de: Klein}", "title: {de: Klein}", 4, `"en" is missing`},
		{"title empty", "title: {en: Small, de: Klein}", "title: {en: ' '}", 4, "the text is missing"},
		{"language tag", "title: {en: Small, de: Klein}", "title: {en: Small, Deutsch: Klein}", 4, "no language tag"},
		{"translation with a line less", "de: [Leg dich hin., Roll.]", "de: [Leg dich hin.]", 9, "has 1 lines"},
		{"zone", "target: [thoracic]", "target: [belly]", 13, "no zone"},
		{"zone both ways", "avoid: [lumbar]", "avoid: [thoracic]", 13, "both worked and avoided"},
		{"stroke backwards", "to: 1.0", "to: 0.5", 17, "at least 0.05 above"},
		{"stroke never turns", "turn: 0.05", "turn: 0", 19, "more than 0"},
		{"hold", "max_s: 30", "max_s: 10", 26, "between 20 and"},
		{"dose", "sets: 1", "sets: 0", 33, "between 1 and 20"},
		{"wrong unit", "unit: probability", "unit: cm", 41, `measured in "probability", not in "cm"`},
		{"unknown quantity", "quantity: p_lumbar", "quantity: mood", 40, "no quantity"},
		{"impossible threshold", "enter: {above: 0.8,", "enter: {above: 80,", 42, "80 probability is impossible"},
		{"no number", "enter: {above: 0.8,", "enter: {above: .nan,", 42, "impossible"},
		{"infinite", "enter: {above: 0.8,", "enter: {above: .inf,", 42, "impossible"},
		{"both above and below", "enter: {above: 0.8,", "enter: {above: 0.8, below: 0.9,", 42, "either above or below"},
		{"enter missing", "enter: {above: 0.8, mark: sourced, source: [book]}", "", 40, "threshold is missing"},
		{"leave missing", "leave: {below: 0.6}", "", 40, "threshold is missing"},
		{"no hysteresis", "leave: {below: 0.6}", "leave: {below: 0.8}", 43, "no hysteresis"},
		{"leave the same way", "leave: {below: 0.6}", "leave: {above: 0.6}", 43, "opposite directions"},
		{"mark", "mark: sourced, source: [book]}", "mark: guessed}", 42, "no mark"},
		{"sourced without a source", "mark: sourced, source: [book]}", "mark: sourced}", 42, "needs its source"},
		{"unknown source", "mark: sourced, source: [book]}", "mark: sourced, source: [film]}", 42, "not in the list of sources"},
		{"severity", "severity: safety", "severity: urgent", 38, "no severity"},
		{"corrects the unseen", "- {quantity: on_roller, state: ok}", "- {quantity: on_roller, state: unseen}", 45, "only set-up checks"},
		{"state and number", "- {quantity: on_roller, state: ok}", "- {quantity: on_roller, state: ok, abs: true}", 45, "not both"},
		{"state", "- {quantity: person, state: unseen}", "- {quantity: person, state: lost}", 58, "no state"},
		{"negative time", "persist_s: 0.5", "persist_s: -1", 46, "impossible"},
		{"never spoken", "repeat_max: 3", "repeat_max: 0", 49, "between 1 and"},
		{"words missing", "en: {text: Go up, say: Go up, hint: Up is better.}", "de: {text: Hoch, say: Hoch, hint: Hoch.}", 50, `words in "en" are missing`},
		{"say missing", "say: Go up,", "", 51, "text is missing"},
		{"too long to speak", "say: Go up,", "say: Now please go up a little bit more again friend,", 51, "has 10 words"},
		{"share without a window", "share: 0.4", "share: 0", 71, "share"},
		{"leave share", "leave_share: 0.1", "leave_share: 0.5", 72, "less than share"},
		{"late notice", "enter: {above: 5, mark", "enter: {above: 9, mark", 80, "not reached before"},
		{"occasion", "on: pass", "on: party", 88, "no occasion"},
		{"occasion of a correction", "severity: safety", "severity: safety\n    on: pass", 39, "only a praising check"},
		{"code twice", "code: nobody", "code: too_low", 55, "there twice"},
		{"anchor", "view: side", "view: &v side", 6, "anchors"},
		{"source twice", "{id: book, ref: A book.}", "{id: book, ref: A book.}\n  - {id: book, ref: B.}", 96, "there twice"},
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
			var e *Error
			if !errors.As(err, &e) || e.File != "small.yaml" || !strings.Contains(err.Error(), tt.reason) {
				t.Fatalf("got %q, want it to say %q", err, tt.reason)
			}
			if e.Line != tt.line {
				t.Errorf("line %d, want %d: %v", e.Line, tt.line, err)
			}
		})
	}
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

func TestEveryQuantityHasAUnitAndAReading(t *testing.T) {
	var r spine.Reading
	for q, m := range measures {
		if _, ok := r.Value(q); !ok {
			t.Errorf("no reading has %q", q)
		}
		if u, ok := UnitOf(q); !ok || u == "" || !(m.lo < m.hi) {
			t.Errorf("%q: unit %q, from %g to %g", q, u, m.lo, m.hi)
		}
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

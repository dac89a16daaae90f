package exercise

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const sharedExample = `schema: 2
languages: [en, de]
checks:
  - code: upright
    severity: technique
    when:
      - value: trunk_lean_deg
        unit: deg
        enter: {above: 30, mark: sourced, source: [film]}
        leave: {below: 20}
    while: ['phase == "rolling"']
    persist_s: 1
    clear_s: 1
    cooldown_s: 8
    repeat_max: 2
    words:
      en: {text: Sit up, say: Sit up, hint: Upright.}
      de: {text: Setz dich auf, say: Setz dich auf, hint: Aufrecht.}
sources:
  - {id: film, ref: A film.}
`

// files makes a folder of the small exercise, with some texts replaced, and of other files.
func files(t *testing.T, others map[string]string, oldnew ...string) Folder {
	t.Helper()
	fsys := fstest.MapFS{"small.yaml": {Data: []byte(strings.NewReplacer(oldnew...).Replace(good(t)))}}
	for name, text := range others {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Folder{FS: fsys, Name: "mine"}
}

func TestBadFilesKeepNoOthersOut(t *testing.T) {
	list, err := files(t, map[string]string{
		"bad.yaml": "schema: 2\nid: bad\ncolour: red\n", "worse.yaml": "[", "other.txt": "no exercise", "shared/broken.yaml": "schema: 2\n",
	}).Load()
	if len(list) != 1 || list[0].ID != "small" {
		t.Fatalf("%d exercises", len(list))
	}
	for _, want := range []string{`mine/bad.yaml:3:1: unknown field "colour"`, "mine/worse.yaml:", "mine/shared/broken.yaml:1:1: languages"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not tell %q", err, want)
		}
	}
	if !errors.Is(err, ErrInvalid) || strings.Contains(err.Error(), "small.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestAFileIsCalledByItsID(t *testing.T) {
	f := Folder{FS: fstest.MapFS{"large.yaml": {Data: []byte(good(t))}}}
	if list, err := f.Load(); len(list) != 0 || !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "small.yaml") {
		t.Errorf("got %d exercises and %v", len(list), err)
	}
	if _, err := f.LoadFile("none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that the file does not exist", err)
	}
}

func TestSharedChecksOfAFolder(t *testing.T) {
	f := files(t, map[string]string{"shared/own.yaml": sharedExample}, "use: [too_dark, jerky]", "use: [too_dark, upright]")
	list, err := f.Load()
	if err != nil {
		t.Fatal(err)
	}
	ex := list[0]
	last := ex.Checks[len(ex.Checks)-1]
	if last.Code != "upright" || ex.Checks[len(ex.Checks)-2].Code != "too_dark" || ex.Sources[len(ex.Sources)-1].ID != "film" {
		t.Errorf("the shared checks are missing, or their source: %+v", ex.Checks)
	}
	if codes, err := f.LoadShared("shared/own.yaml"); err != nil || len(codes) != 1 || codes[0] != "upright" {
		t.Errorf("got %v, %v", codes, err)
	}
	// What is written here is the rules' name: a change of either file changes it.
	other := files(t, map[string]string{"shared/own.yaml": strings.Replace(sharedExample, "above: 30", "above: 31", 1)}, "use: [too_dark, jerky]", "use: [too_dark, upright]")
	changed, err := other.Load()
	if err != nil || changed[0].Hash == ex.Hash || !strings.HasPrefix(ex.Hash, "sha256:") || len(ex.Hash) != 7+64 {
		t.Errorf("hash %q after a change of the shared file, %q before; %v", changed[0].Hash, ex.Hash, err)
	}
}

func TestASharedCheckHasToFit(t *testing.T) {
	const use = "use: [too_dark, jerky]"
	head, _, _ := strings.Cut(sharedExample, "    when:")
	_, words, _ := strings.Cut(sharedExample, "    words:")
	praise := strings.Replace(head, "technique", "praise", 1) +
		"    on: hold\n    persist_s: 0\n    clear_s: 0\n    cooldown_s: 8\n    repeat_max: 2\n    words:" + words
	english, german, _ := strings.Cut(strings.Replace(sharedExample, "languages: [en, de]", "languages: [en]", 1), "      de:")
	_, sources, _ := strings.Cut(german, "sources:")
	for _, tt := range []struct {
		name, shared, reason string
		oldnew               []string
	}{
		{"a language it lacks", english + "sources:" + sources, `no words in "de"`, nil},
		{"a phase in an expression", strings.Replace(sharedExample, `"rolling"`, `"flying"`, 1), `phase is never "flying"`, nil},
		{"a phase it is made in", strings.Replace(sharedExample, "    when:", "    phases: [flying]\n    when:", 1), `"flying" is no phase`, nil},
		{"another source of the same name", strings.NewReplacer("[film]", "[book]", "id: film", "id: book").Replace(sharedExample), "another source", nil},
		{
			"praise of what there is not", praise, "no hold that could be praised",
			[]string{"hold:\n  speed_cm_s: 1\n  drift_l: 0.04\n  min_s: 20\n  max_s: 30\n  mark: heuristic\n", ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := files(t, map[string]string{"shared/own.yaml": tt.shared}, append(tt.oldnew, use, "use: [upright]")...)
			_, err := f.Load()
			e := faultThatSays(err, tt.reason)
			if e == nil || e.Key != "use[0]" || !strings.Contains(e.Reason, "shared check upright: ") {
				t.Errorf("got %v, want it to say %q", err, tt.reason)
			}
		})
	}
}

func TestSharedChecksAreCheckedThemselves(t *testing.T) {
	for _, tt := range [][3]string{
		{"schema: 2", "schema: 1", "schema 2, not 1"},
		{"languages: [en, de]", "languages: [de]", `"en" is missing`},
		{"severity: technique", "severity: urgent", "no severity"},
		{"trunk_lean_deg", "trunk_leen_deg", "did you mean"},
		{"source: [film]", "source: [book]", "not in the list of sources"},
		{"checks:", "title: {en: No}\nchecks:", "unknown field"},
	} {
		_, err := parseShared("own.yaml", []byte(strings.Replace(sharedExample, tt[0], tt[1], 1)))
		if faultThatSays(err, tt[2]) == nil {
			t.Errorf("%q: got %v, want it to say %q", tt[1], err, tt[2])
		}
	}
}

func TestMergeReplacesByID(t *testing.T) {
	a, b, c, d := &Exercise{ID: "a"}, &Exercise{ID: "b"}, &Exercise{ID: "c"}, &Exercise{ID: "b", Version: 2}
	got := Merge([]*Exercise{a, b}, []*Exercise{d, c})
	if len(got) != 3 || got[0] != a || got[1] != d || got[2] != c {
		t.Errorf("got %v", got)
	}
}

func TestTheHashIsThatOfTheFiles(t *testing.T) {
	ex, err := Parse("small.yaml", []byte(good(t)))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("other-name.yaml", bytes.Clone([]byte(good(t))))
	if err != nil || again.Hash != ex.Hash {
		t.Errorf("the same bytes have another hash: %v", err)
	}
	changed, err := Parse("small.yaml", []byte(good(t)+"# a remark\n"))
	if err != nil || changed.Hash == ex.Hash {
		t.Errorf("other bytes have the same hash: %v", err)
	}
}

package exercise

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema compiles the JSON Schema.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("exercise.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("exercise.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON turns YAML into what the schema is asked about.
func asJSON(t testing.TB, text []byte) (any, error) {
	t.Helper()
	b, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(b))
}

// Every built-in file suits the schema, and says where it is.
func TestBuiltInFilesSuitTheSchema(t *testing.T) {
	s := schema(t)
	files, shared := 0, 0
	err := fs.WalkDir(embedded, catalogueDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(embedded, name)
		if err != nil {
			return err
		}
		doc, err := asJSON(t, text)
		if err == nil {
			err = s.Validate(doc)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		line := "# yaml-language-server: $schema=../exercise.schema.json\n"
		if strings.Contains(name, "/"+sharedDir+"/") {
			line = strings.Replace(line, "../", "../../", 1)
			shared++
		}
		if !strings.HasPrefix(string(text), line) {
			t.Errorf("%s does not begin with %q", name, line)
		}
		files++
		return nil
	})
	if err != nil || files == shared || shared == 0 {
		t.Errorf("%d files, %d of them shared checks: %v", files, shared, err)
	}
}

// What a schema can tell it tells: these slips are refused by it as they are by the loader.
func TestTheSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	s := schema(t)
	for _, tt := range [][2]string{
		{"view: side", "view: side\ncolour: red"},
		{"persist_s: 0.5\n    clear", "persists: 0.5\n    clear"},
		{"window_s: 2", "windows: 2"},
		{"schema: 2", "schema: 1"},
		{"id: small", "id: Small"},
		{"version: 2", "version: 0"},
		{"version: 2", "version: two"},
		{"view: side", "view: top"},
		{"equipment: roller", "equipment: rope"},
		{"posture: supine", "posture: flying"},
		{"sides: [left, right]", "sides: [left, left]"},
		{"level: beginner", "level: expert"},
		{"languages: [en, de]", "languages: [de]"},
		{"languages: [en, de]", "languages: [en, de, Deutsch]"},
		{"title: {en: Small, de: Klein}", "title: {en: ' ', de: Klein}"},
		{"why: {en: [It helps.], de: [Es hilft.]}\n", ""},
		{"target: [thoracic]", "target: [belly]"},
		{"turn: 0.05", "turn: 0"},
		{"  share: 0.5", "  of: neck\n  share: 0.5"},
		{"sets: 1", "sets: 0"},
		{"reps_min: 3,", "min_s: 5, reps_min: 3,"},
		{"phases:\n", "counts: stars\nphases:\n"},
		{"quantity: p_lumbar", "quantity: mood"},
		{"quantity: p_lumbar", "quantity: phase_s"},
		{"unit: probability", "unit: inches"},
		{"enter: {above: 0.8,", "enter: {above: 0.8, below: 0.9,"},
		{"        enter: {above: 0.8, mark: sourced, source: [book]}\n", ""},
		{"mark: sourced, source: [book]}", "mark: guessed}"},
		{"severity: safety", "severity: urgent"},
		{"- {quantity: on_roller, state: ok}", "- {quantity: on_roller, state: ok, abs: true}"},
		{"- {quantity: person, state: unseen}", "- {quantity: person, state: lost}"},
		{"persist_s: 0.5\n    clear", "persist_s: -1\n    clear"},
		{"repeat_max: 3", "repeat_max: 0"},
		{"say: Go up,", ""},
		{"on: pass", "on: party"},
		{"severity: safety", "severity: safety\n    on: pass"},
		{"use: [too_dark, jerky]", "use: [too_dark, too_dark]"},
		{"value: max(knee_deg, 90) - shk_deg", "value: knee_deg\n        quantity: knee_deg"},
		{"{id: book, ref: A book.}", "{id: book, ref: ' '}"},
	} {
		bad := strings.Replace(good(t), tt[0], tt[1], 1)
		if bad == good(t) {
			t.Fatalf("the small file has no %q", tt[0])
		}
		if _, err := Parse("small.yaml", []byte(bad)); err == nil {
			t.Errorf("the loader takes %q", tt[1])
		}
		doc, err := asJSON(t, []byte(bad))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(doc) == nil {
			t.Errorf("the schema takes %q", tt[1])
		}
	}
	doc, err := asJSON(t, []byte(good(t)))
	if err != nil || s.Validate(doc) != nil {
		t.Errorf("the schema refuses the small file: %v, %v", err, s.Validate(doc))
	}
}

// The schema's lists of names are those of the code.
func TestTheSchemaKnowsEveryName(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	names := func(keys ...string) (list []string) {
		at := doc
		for _, k := range keys {
			at = at.(map[string]any)[k]
		}
		for _, v := range at.([]any) {
			list = append(list, v.(string))
		}
		return list
	}
	var quantities []string
	for _, v := range Variables() {
		if _, ok := measureOf(Name(v.Name)); ok {
			quantities = append(quantities, v.Name)
		}
	}
	if got := names("$defs", "quantity", "enum"); !slices.Equal(got, quantities) {
		t.Errorf("quantities: the schema has %v, the code %v", got, quantities)
	}
	got := names("$defs", "limit", "properties", "unit", "enum")
	for i, u := range units {
		if i >= len(got) || got[i] != string(u) {
			t.Errorf("units: the schema has %v, the code %v", got, units)
			break
		}
	}
	zone, _ := variable("zone")
	if got := append(names("$defs", "zone", "enum"), "off"); !slices.Equal(got, zone.Values) {
		t.Errorf("zones: the schema has %v, the code %v", got, zone.Values)
	}
}

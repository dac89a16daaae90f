package export

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
)

// What is exported keeps to the schema, with observations and without; what breaks it is found.
func TestDocumentKeepsToItsSchema(t *testing.T) {
	text, err := os.ReadFile("document.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("document.schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("document.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	dir := recorded(t, 12)
	about := About{Title: "x", Created: time.Now().UTC(), Score: 50}
	notes := []store.Note{{ID: "a", T: 1, Shapes: json.RawMessage(`[{"type":"line","points":[[1,2],[3,4]]}]`)}}
	marks := []store.Mark{{Kind: store.MarkMissed, Code: "jerky", StartS: 1, EndS: 2}}
	whole := document(t, dir, about, notes, marks)
	if err := check(whole); err != nil {
		t.Error(err)
	}
	for from, to := range map[string]string{`"schema":1`: `"schema":2`, `"kind":"missed"`: `"kind":"maybe"`, `"state":"ok"`: `"state":"fine"`, `"marks":`: `"remarks":`} {
		if bad := bytes.Replace(whole, []byte(from), []byte(to), 1); bytes.Equal(bad, whole) || check(bad) == nil {
			t.Errorf("%s instead of %s passes", to, from)
		}
	}
	if err := os.Remove(dir + "/" + archive.ObservationsFile); err != nil {
		t.Fatal(err)
	}
	if err := check(document(t, dir, about, nil, nil)); err != nil {
		t.Error(err)
	}
}

package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/simulate"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/store"
)

// recorded is a folder with a session of a simulated body that rolls too low from the eighth second on.
func recorded(t testing.TB, seconds float64) string {
	t.Helper()
	dir := t.TempDir()
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	h := results.Header{
		Source: results.Source{Name: "sim.mp4"}, Exercise: results.Exercise{ID: ex.ID, Version: ex.Version, Hash: ex.Hash},
		Options: results.Options{Language: "en"}, Models: map[string]string{"pose": "sha256:1"}, Engine: "opencv",
	}
	w, err := archive.Create(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(simulate.Run(simulate.Script{
		Exercise: "thoracic-roll", Seed: 7, Noise: 1, Seconds: seconds, Fault: "roller_too_low", FaultFrom: 8, FaultTo: 16,
	}))
	r, err := session.Replay(t.Context(), session.ReplayConfig{
		Next: func() (*spine.Observation, error) {
			if len(all) == 0 {
				return nil, io.EOF
			}
			o := &all[0]
			all = all[1:]
			return o, nil
		},
		Scale: 2, Exercise: ex, Coach: coach.Options{Language: "en"}, Sinks: []session.Sink{w},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := results.NewSession(r)
	s.Source, s.Models, s.Engine = h.Source, h.Models, h.Engine
	if _, err := w.Close(s); err != nil {
		t.Fatal(err)
	}
	return dir
}

// document exports the session of a folder.
func document(t interface {
	Helper()
	Fatal(...any)
}, dir string, about About, notes []store.Note, marks []store.Mark,
) []byte {
	t.Helper()
	s, a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.About, s.Notes, s.Marks = about, notes, marks
	raw, err := a.Raw()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(JSON(&b, s, raw), raw.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is imported is what was exported, to the last bit.
func TestDocumentRoundTrip(t *testing.T) {
	dirs := sync.OnceValue(func() []string { return []string{recorded(t, 2), recorded(t, 0.3)} })
	text := rapid.StringOfN(rapid.RuneFrom([]rune("aä中\u2028\"<>&=\n\t😀")), 0, 20, -1)
	parent := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		about := About{
			Title: text.Draw(rt, "title"), Language: rapid.SampledFrom([]string{"en", "zh-Hans"}).Draw(rt, "language"),
			Tags: rapid.SliceOfN(text, 0, 3).Draw(rt, "tags"), Score: rapid.SampledFrom([]float64{math.NaN(), 0, 83.5}).Draw(rt, "score"),
			Created: time.UnixMilli(rapid.Int64Range(0, 2e12).Draw(rt, "created")).UTC(),
		}
		second := rapid.Float64Range(0, 1e5)
		notes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) store.Note {
			return store.Note{
				ID: store.NewID(), T: second.Draw(t, "t"), Text: text.Draw(t, "text"), Shapes: json.RawMessage(`[{"type":"line","points":[[1,2.5],[3,4]]}]`),
				Created: about.Created, Updated: about.Created,
			}
		}), 0, 3).Draw(rt, "notes")
		marks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) store.Mark {
			m := store.Mark{Kind: rapid.SampledFrom([]store.MarkKind{store.MarkFalse, store.MarkMissed}).Draw(t, "kind"), Code: "jerky", StartS: second.Draw(t, "start"), Created: about.Created}
			if rapid.Bool().Draw(t, "on a cue") {
				m.Cue = new(int)
			}
			return m
		}), 0, 3).Draw(rt, "marks")
		first := document(rt, rapid.SampledFrom(dirs()).Draw(rt, "session"), about, notes, marks)

		dir := filepath.Join(parent, store.NewID())
		if err := os.Mkdir(dir, 0o700); err != nil {
			rt.Fatal(err)
		}
		got, err := Import(bytes.NewReader(first), dir, ample)
		if err != nil {
			rt.Fatal(err)
		}
		if again := document(rt, dir, got.About, got.Notes, got.Marks); !bytes.Equal(first, again) {
			rt.Fatalf("exported again it differs:\n%s", cmp.Diff(string(first[:2000]), string(again[:2000])))
		}
	})
}

func TestImportedSessionIsEqual(t *testing.T) {
	dir, to := recorded(t, 20), t.TempDir()
	if _, err := Import(bytes.NewReader(document(t, dir, About{Title: "x", Score: math.NaN()}, nil, nil)), to, ample); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{archive.ObservationsFile, archive.ReadingsFile, archive.EventsFile, archive.SessionFile, archive.TrackFile} {
		if _, err := os.Stat(to + "/" + name); err != nil {
			t.Error(err)
		}
	}
	want, a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, b, err := Open(to)
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Result.Cues) == 0 || len(want.Frames) < 300 {
		t.Fatalf("%d cues and %d frames to compare", len(want.Result.Cues), len(want.Frames))
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(Session{}, "Exercise"), cmpopts.IgnoreFields(coach.Finding{}, "ID")); diff != "" {
		t.Errorf("imported differs (-exported +imported):\n%s", diff)
	}
	if one, err := a.Digest(); err != nil {
		t.Error(err)
	} else if two, err := b.Digest(); err != nil || !cmp.Equal(one.Score, two.Score) || one.Corrections != two.Corrections {
		t.Errorf("digests %+v and %+v: %v", one, two, err)
	}
}

// A folder without observations can be exported and imported, too.
func TestDocumentWithoutObservations(t *testing.T) {
	dir, to := recorded(t, 3), t.TempDir()
	if err := os.Remove(dir + "/" + archive.ObservationsFile); err != nil {
		t.Fatal(err)
	}
	text := document(t, dir, About{Score: math.NaN()}, nil, nil)
	if !bytes.Contains(text, []byte(`"seen":null`)) {
		t.Fatal("there is something seen")
	}
	if _, err := Import(bytes.NewReader(text), to, ample); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(to + "/" + archive.ObservationsFile); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("observations out of nothing: %v", err)
	}
}

func TestBadDocumentsAreRefusedAndLeaveNothing(t *testing.T) {
	good := string(document(t, recorded(t, 1), About{Score: math.NaN()}, nil, nil))
	change := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("the document has no %q", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	for name, text := range map[string]string{
		"empty": "", "no JSON": "rollwell", "a list": "[]", "another format": change("rollwell-session", "else"), "a newer version": change(`"schema":1`, `"schema":2`),
		"cut off": good[:len(good)-200], "more behind it": good + "{}", "an unknown member": change(`"marks":[]`, `"marks":[],"more":1`),
		"no frames": `{"format":"rollwell-session","schema":1}`, "frames first": `{"frames":[]}`, "frames twice": change(`"end":`, `"frames":[],"end":`),
		"a frame without observations": change(`"seen":{`, `"seen":null,"lost":{`), "no observation": change(`"seen":{"t":`, `"seen":{"u":`),
		"a line too many": change(`"end":{"end":{"read":`, `"end":{"end":{"read":9`), "no end": change(`"end":{"end":{`, `"end":null,"end":{"ende":{`),
		"a long line": change(`"cue":null`, `"cue":"`+strings.Repeat("x", 200<<10)+`"`), "a long value": change(`"title":""`, `"title":"`+strings.Repeat("x", 2*maxValue)+`"`),
		"a late frame": change(`"seen":{"t":0,`, `"seen":{"t":1e9,`), "a time that falls": change(`"seen":{"t":0,`, `"seen":{"t":9,`),
		"another session": change(`"session":{"schema":1`, `"session":{"schema":7`),
	} {
		dir := t.TempDir()
		if _, err := Import(strings.NewReader(text), dir, ample); !errors.Is(err, ErrDocument) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s leaves %v", name, left)
		}
	}
}

// Where there is no room for what becomes of a document, that is said of the room and not of the document.
func TestImportAsksBeforeItFinishes(t *testing.T) {
	text, dir := document(t, recorded(t, 2), About{Score: math.NaN()}, nil, nil), t.TempDir()
	var need int64
	_, err := Import(bytes.NewReader(text), dir, func(bytes int64) error { need = bytes; return store.ErrFull })
	if !errors.Is(err, store.ErrFull) || errors.Is(err, ErrDocument) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if _, err := Import(bytes.NewReader(text), dir, ample); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, archive.TrackFile))
	if err != nil || need < info.Size()*9/10 || need > info.Size()*11/10 {
		t.Errorf("asked for %d bytes of %d: %v", need, info.Size(), err)
	}
}

func FuzzImport(f *testing.F) {
	good := document(f, recorded(f, 0.2), About{Score: math.NaN()}, nil, nil)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"format":"rollwell-session","schema":1,"frames":[{"seen":null,"read":{}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if _, err := Import(bytes.NewReader(text), dir, ample); err == nil {
			if _, _, err := Open(dir); err != nil {
				t.Errorf("what was imported cannot be opened: %v", err)
			}
		} else if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%v leaves %v", err, left)
		}
	})
}

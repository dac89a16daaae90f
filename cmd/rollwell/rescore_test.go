package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// judged is a session.json without what differs from run to run: the times that it took.
func judged(t *testing.T, path string) map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	delete(all, "timings_ms")
	delete(all, "cpu_s")
	return all
}

func contents(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// otherRules is the thoracic roll with a higher version, where nothing is too low.
func otherRules(t *testing.T) string {
	t.Helper()
	const use = "\n  - roller_too_low\n"
	text := contents(t, "../../internal/exercise/catalogue/thoracic-roll.yaml")
	if strings.Count(text, use) != 1 || strings.Count(text, "\nversion: 2\n") != 1 {
		t.Fatal("the exercise does not use that check, or has another version")
	}
	text = strings.Replace(text, use, "\n", 1)
	text = strings.Replace(text, "\nversion: ", "\nversion: 7", 1)
	return written(t, "thoracic-roll.yaml", []byte(text))
}

// A stored clip is judged without its video: the same rules say the same, others say something else.
func TestRescore(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := analyze(t, testClips+"lumbar.mp4", "--out", dir, "--model=lite", placed(truth(t, "lumbar")), "--roller-diameter=14"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	folder := filepath.Join(dir, "lumbar")
	first := judged(t, filepath.Join(folder, sessionFile))
	if !strings.Contains(string(first["cues"]), "roller_too_low") {
		t.Fatalf("the first analysis says only %s", first["cues"])
	}

	code, out, errs := rollwell(t.Context(), "rescore", folder, "--rules=thoracic-roll")
	if code != exitOK || !strings.Contains(out, "roller_too_low") || !strings.Contains(out, filepath.Join(folder, rescored, sessionFile)) {
		t.Fatalf("exit code %d with %q and %q", code, out, errs)
	}
	if diff := cmp.Diff(first, judged(t, filepath.Join(folder, rescored, sessionFile))); diff != "" {
		t.Errorf("the same rules say otherwise (-first +again):\n%s", diff)
	}
	if contents(t, folder, framesFile) != contents(t, folder, rescored, framesFile) {
		t.Error("the frames are read otherwise")
	}

	other := t.TempDir()
	code, out, errs = rollwell(t.Context(), "rescore", filepath.Join(folder, observationsFile), "--rules", otherRules(t), "--out", other, "--json")
	if code != exitOK || strings.Contains(out, "roller_too_low") {
		t.Errorf("other rules: exit code %d with %q and %q", code, out, errs)
	}
	s, _ := resultsOf(t, other)
	if slices.Contains(saidHeadlines(&s), "roller_too_low") || s.Exercise.Version != 72 || s.Source.Name != "lumbar.mp4" {
		t.Errorf("by other rules %+v", s)
	}
	if diff := cmp.Diff(first, judged(t, filepath.Join(folder, sessionFile))); diff != "" {
		t.Errorf("the first result was changed (-before +after):\n%s", diff)
	}
}

// Of observations that are cut off, what is there is judged, and the user is told.
func TestRescoreWhatIsCutOff(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := analyze(t, testClips+"correct.mp4", "--out", dir, "--model=lite"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	whole := filepath.Join(dir, "correct", observationsFile)
	out := t.TempDir()
	code, said, errs := rollwell(t.Context(), "rescore", cut(t, whole, 0.99), "--out", out)
	if code != exitOK || !strings.Contains(errs, "cut off after") || !strings.Contains(said, "correct.mp4") {
		t.Errorf("exit code %d with %q and %q", code, said, errs)
	}
	if s, _ := resultsOf(t, out); s.Frames.Analysed > 104 || s.Frames.Dropped != 0 {
		t.Errorf("%+v of 105 frames", s.Frames)
	}
	// Without observations there is nothing to judge, and those of an earlier analysis do not stay.
	if code, _, errs := analyze(t, testClips+"correct.mp4", "--out", dir, "--model=lite", "--no-observations"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if code, _, errs := rollwell(t.Context(), "rescore", filepath.Join(dir, "correct")); code != exitInput || !strings.Contains(errs, "--no-observations") {
		t.Errorf("exit code %d with %q", code, errs)
	}
}

func TestRescoreRefusals(t *testing.T) {
	text := written(t, "notes.zst", []byte("Dear physiotherapist, the observations are attached.\n"))
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing there":        {[]string{filepath.Join(t.TempDir(), "x.zst")}, exitInput, "there is no"},
		"an empty folder":      {[]string{t.TempDir()}, exitInput, "--no-observations"},
		"no observations":      {[]string{text}, exitInput, "no observations"},
		"nothing to look into": {nil, exitUsage, "folder"},
	} {
		code, out, errs := rollwell(t.Context(), append([]string{"rescore"}, tt.args...)...)
		if code != tt.code || !strings.Contains(errs, tt.says) || out != "" {
			t.Errorf("%s: exit code %d with %q and %q", name, code, out, errs)
		}
	}
}

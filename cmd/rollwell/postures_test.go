package main

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestGoldenPostures judges what the eye saw of three rendered clips beside the back (testdata/README.md): correct
// performances, but for the glutes, where both feet stay on the floor. Nothing else may be corrected.
func TestGoldenPostures(t *testing.T) {
	for _, tt := range []struct {
		exercise string
		passes   int
		want     []string
	}{
		{"lats", 1, nil},
		{"hip-flexors", 2, nil},
		{"glutes", 0, []string{"ankle_not_crossed"}},
	} {
		dir := t.TempDir()
		code, _, errs := rollwell(t.Context(), "rescore", "../../testdata/observations/"+tt.exercise+".jsonl.zst", "--rules", tt.exercise, "--out", dir)
		if code != exitOK {
			t.Fatalf("%s: exit code %d: %s", tt.exercise, code, errs)
		}
		found, err := filepath.Glob(filepath.Join(dir, "*", sessionFile))
		if err != nil || len(found) == 0 {
			found = []string{filepath.Join(dir, sessionFile)}
		}
		s, _ := resultsOf(t, filepath.Dir(found[0]))
		if got := corrections(&s); !slices.Equal(got, tt.want) || s.Passes != tt.passes {
			t.Errorf("%s: corrections %v and %d passes, want %v and %d", tt.exercise, got, s.Passes, tt.want, tt.passes)
		}
	}
}

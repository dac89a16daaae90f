package main

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
)

var update = flag.Bool("update", false, "write testdata/cues.golden.json anew")

const goldenFile = "testdata/cues.golden.json"

// goldenCue is a finding in the golden file; times are rounded to tenths of a second.
type goldenCue struct {
	Code   string  `json:"code"`
	StartS float64 `json:"start_s"`
	EndS   float64 `json:"end_s"`
}

// slack is by how much times may differ from the golden ones: processors round differently, and then a finding may
// begin a frame, 1/15 s, earlier.
const slack = 0.15

// headlines are the three cues that matter most.
func headlines() []string { return []string{"roller_too_low", "hips_not_lifted", "rolling_too_fast"} }

// TestGoldenReplay takes the test clips through the whole program, models and all, with the roller given in the first
// frame, and holds what is said to what is true and to what was said before.
func TestGoldenReplay(t *testing.T) {
	golden := readGolden(t)
	for _, tt := range []struct {
		clip     string
		frames   int64
		headline []string
	}{
		{"correct", 105, nil},
		{"lumbar", 120, []string{"roller_too_low"}},
		{"hips", 150, []string{"hips_not_lifted"}},
		{"fast", 105, []string{"rolling_too_fast"}},
	} {
		t.Run(tt.clip, func(t *testing.T) {
			dir, facts := t.TempDir(), truth(t, tt.clip)
			code, _, errs := analyze(t, testClips+tt.clip+".mp4", "--out", dir, placed(facts))
			if code != exitOK {
				t.Fatalf("exit code %d: %s", code, errs)
			}
			s, frames := resultsOf(t, filepath.Join(dir, tt.clip))
			if s.Frames.Analysed != tt.frames || s.Frames.Dropped != 0 {
				t.Errorf("frames %+v, want %d", s.Frames, tt.frames)
			}
			if s.Schema != 1 || s.Source.Name != tt.clip+".mp4" || s.Source.Width != 640 || *s.Source.FPS != 15 || s.Exercise.ID != "thoracic-roll" || len(s.Models) != 3 {
				t.Errorf("session %+v", s.Session)
			}
			if d := medianError(t, frames, facts); d > 0.05 {
				t.Errorf("the contact is off by %.3f L in the median, at most .05 is allowed", d)
			}
			said := saidHeadlines(&s)
			if !sameSet(said, tt.headline) {
				t.Errorf("said %v, want %v", said, tt.headline)
			}
			got := cuesOf(&s)
			if *update {
				golden[tt.clip] = got
			} else if !alike(got, golden[tt.clip]) {
				t.Errorf("got the cues %v\nthe golden file has %v; if the change is meant, run the test with -update", got, golden[tt.clip])
			}
		})
	}
	if *update {
		writeGolden(t, golden)
	}
}

// medianError is the median of |s − u| over the frames in which both are known.
func medianError(t *testing.T, frames []frameLine, facts []truthLine) float64 {
	t.Helper()
	if len(frames) != len(facts) {
		t.Fatalf("%d frames, the truth has %d", len(frames), len(facts))
	}
	var all []float64
	for i, f := range frames {
		if f.Read.State == "ok" && facts[i].U != nil {
			all = append(all, math.Abs(*f.Read.S-*facts[i].U))
		}
	}
	if len(all) < len(frames)*9/10 {
		t.Fatalf("only %d of %d frames have a sure contact", len(all), len(frames))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func saidHeadlines(s *sessionDoc) (said []string) {
	for _, c := range s.Cues {
		if slices.Contains(headlines(), c.Code) && !slices.Contains(said, c.Code) {
			said = append(said, c.Code)
		}
	}
	return said
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func cuesOf(s *sessionDoc) []goldenCue {
	tenths := func(x float64) float64 { return math.Round(x*10) / 10 }
	cues := []goldenCue{}
	for _, c := range s.Cues {
		if c.Severity != exercise.Praise {
			cues = append(cues, goldenCue{c.Code, tenths(c.StartS), tenths(c.EndS)})
		}
	}
	return cues
}

func alike(a, b []goldenCue) bool {
	return slices.EqualFunc(a, b, func(x, y goldenCue) bool {
		return x.Code == y.Code && math.Abs(x.StartS-y.StartS) <= slack && math.Abs(x.EndS-y.EndS) <= slack
	})
}

func readGolden(t *testing.T) map[string][]goldenCue {
	t.Helper()
	golden := map[string][]goldenCue{}
	text, err := os.ReadFile(goldenFile)
	if err == nil {
		err = json.Unmarshal(text, &golden)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	return golden
}

func writeGolden(t *testing.T, golden map[string][]goldenCue) {
	t.Helper()
	text, err := json.MarshalIndent(golden, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(goldenFile), 0o755)
	}
	if err == nil {
		err = os.WriteFile(goldenFile, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

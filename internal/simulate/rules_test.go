package simulate

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

var (
	bodies = flag.Int("bodies", 6, "random bodies before random cameras that the acceptance test performs each exercise with")
	update = flag.Bool("update", false, "write testdata/cues.golden.json anew")
)

const (
	goldenFile = "testdata/cues.golden.json"
	// faultAt is when faults begin: later than any phase takes to be recognised.
	faultAt = 8.0
)

// outcome is what the coach said of one performance.
type outcome struct {
	// corrections are all findings but praise.
	corrections []coach.Finding
	// presentAt is when the fault was fully there first, NaN if it never was.
	presentAt float64
	seconds   float64
}

// judged performs a script and lets the coach follow it.
func judged(ex *exercise.Exercise, s Script) outcome {
	s = s.whole()
	side := spine.SideLeft
	if s.Side == spine.SideRight {
		side = spine.SideRight
	}
	e, c := spine.New(spine.Options{}), coach.New(ex, coach.Options{Side: exercise.Side(side.String())})
	out := outcome{presentAt: math.NaN(), seconds: s.Seconds}
	perform(&s, func(o spine.Observation, present bool) bool {
		if present && math.IsNaN(out.presentAt) {
			out.presentAt = o.T
		}
		r := e.Step(&o)
		c.Step(&r)
		return true
	})
	for _, f := range c.Finish(s.Seconds).Cues {
		if f.Severity != exercise.Praise {
			out.corrections = append(out.corrections, f)
		}
	}
	return out
}

// script is the performance of an exercise with a fault, or without one if that is empty, as long as it takes.
func script(id, fault string) Script {
	s := Script{Exercise: id, Fault: fault, FaultFrom: faultAt, Seconds: 24, FPS: 30}
	switch fault {
	case "":
		s.Seconds, s.FaultFrom = 45, 0
	case "held_too_long":
		s.Seconds, s.FPS = 175, 10
	case "not_staying":
		s.Seconds = 45
	case "low_frame_rate", "bent_too_far", "dropping_fast":
		s.Seconds = 32
	case "body_out_of_frame", "not_side_on", "not_sideways": // so the camera stands from the beginning
		s.FaultFrom = 0
	}
	return s
}

// every calls f for each exercise of the catalogue, loaded.
func every(t *testing.T, f func(t *testing.T, ex *exercise.Exercise)) {
	t.Helper()
	for _, id := range Exercises() {
		ex, err := exercise.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(id, func(t *testing.T) { f(t, ex) })
	}
}

// Every exercise of the catalogue can be performed, and each of its corrections has a fault that must draw it.
func TestEveryRuleHasItsFault(t *testing.T) {
	all, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range all {
		var codes []string
		for _, c := range ex.Checks {
			if c.Severity != exercise.Praise {
				codes = append(codes, c.Code)
			}
		}
		slices.Sort(codes)
		if diff := cmp.Diff(codes, Faults(ex.ID)); diff != "" {
			t.Errorf("%s: checks and faults differ (- checks, + faults): %s", ex.ID, diff)
		}
	}
}

// golden holds the corrections of each performance, "code at 9.3", by exercise and fault.
type golden map[string]map[string][]string

// Exact landmarks of the usual body before the usual camera: what is right draws nothing, each fault its own cue, and
// all of it as before.
func TestGoldenPerformances(t *testing.T) {
	got, want := golden{}, golden{}
	if text, err := os.ReadFile(goldenFile); err == nil {
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
	} else if !*update {
		t.Fatal(err)
	}
	every(t, func(t *testing.T, ex *exercise.Exercise) {
		got[ex.ID] = map[string][]string{}
		for _, fault := range append([]string{""}, Faults(ex.ID)...) {
			s := script(ex.ID, fault)
			s.FPS = 15
			out := judged(ex, s)
			said := []string{}
			for _, f := range out.corrections {
				said = append(said, fmt.Sprintf("%s at %.1f", f.Code, f.StartS))
			}
			got[ex.ID][fault] = said
			switch own := own(&out, fault, s.FaultFrom); {
			case fault == "" && len(said) > 0:
				t.Errorf("right, and yet %v", said)
			case fault != "" && !own:
				t.Errorf("%s (there from %.1f s) is not found: %v", fault, out.presentAt, said)
			}
		}
	})
	if *update {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenFile, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as in the golden file; if the change is meant, run the test with -update (- golden, + now): %s", diff)
	}
}

// own tells whether a fault's own cue was drawn once the fault was setting in.
func own(out *outcome, fault string, from float64) bool {
	return slices.ContainsFunc(out.corrections, func(f coach.Finding) bool { return f.Code == fault && f.StartS >= from })
}

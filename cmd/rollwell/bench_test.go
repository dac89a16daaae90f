package main

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestBenchTable(t *testing.T) {
	procs := runtime.GOMAXPROCS(0)
	code, out, errs := rollwell(t.Context(), "bench", testClips+"correct.mp4", "--models", testModels, "--model", "lite", "--frames", "13", "--warm-up", "1")
	if code != exitOK || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[0], "correct.mp4, 640×360, 15.0 frames/s") {
		t.Fatalf("got\n%s", out)
	}
	for _, column := range []string{"decode", "pose", "roller", "rules", "total", "frames/s", "× real time", "Go allocs", "CPU s"} {
		if !strings.Contains(lines[1], column) {
			t.Errorf("no column %q in %q", column, lines[1])
		}
	}
	for i, engine := range []string{"onnxruntime", "opencv"} {
		if words := strings.Fields(lines[2+i]); !slices.Equal(words[:3], []string{engine, "lite", "13"}) || strings.Count(lines[2+i], "✓")+strings.Count(lines[2+i], "✗") != 4 {
			t.Errorf("row %q", lines[2+i])
		}
	}
	if !strings.Contains(lines[4], "median ≤ 16 ms, 95th percentile ≤ 25 ms, ≥ 60 frames/s") {
		t.Errorf("last line %q", lines[4])
	}
	if got := runtime.GOMAXPROCS(0); got != procs {
		t.Errorf("%d processors are left to Go, there were %d", got, procs)
	}
}

func TestBenchAsJSON(t *testing.T) {
	code, out, errs := rollwell(t.Context(), "bench", testClips+"correct.mp4", "--models", testModels,
		"--engine", "onnxruntime", "--model", "lite", "--frames", "40", "--warm-up", "0", "--json")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var r benchReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Clip != "correct.mp4" || len(r.Rows) != 1 {
		t.Fatalf("got %+v", r)
	}
	row := r.Rows[0]
	if row.Frames != 40 || row.CPUS <= 0 || row.FramesPerS <= 0 || row.RealTime == nil || row.TimingsMS.Pose.P50 <= 0 {
		t.Errorf("row %+v", row)
	}
	// The one budget that holds on any machine. The detector's looks over the whole frame are in it.
	if row.Allocs > budgetAllocs {
		t.Errorf("%.1f allocations per frame, the budget is %g", row.Allocs, budgetAllocs)
	}
}

func TestBenchRefusals(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{}, exitUsage, "name a clip"}, // the tests' folder has no testdata/clips
		{[]string{testClips + "nowhere.mp4"}, exitInput, "there is no such file"},
		{[]string{testClips + "correct.mp4", "--frames", "1"}, exitUsage, "at least 2"},
		{[]string{testClips + "correct.mp4", "--engine", "abacus"}, exitUsage, "abacus"},
		{[]string{testClips + "correct.mp4", "--models", t.TempDir()}, exitSetup, "models install"},
	} {
		args := slices.Concat([]string{"bench", "--models", testModels}, tt.args)
		code, _, errs := rollwell(t.Context(), args...)
		if code != tt.code || !strings.Contains(errs, tt.says) {
			t.Errorf("%v: exit code %d, %q, want %d and %q", tt.args, code, errs, tt.code, tt.says)
		}
	}
}

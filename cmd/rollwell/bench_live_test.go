package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBenchLive(t *testing.T) {
	t.Setenv(beTheProgram, "1") // the server that it starts is this very program
	code, out, errs := rollwell(t.Context(), "bench", "live", testClips+"lumbar.mp4", "--models", testModels, "--sessions", "2", "--seconds", "3", "--fps", "15", "--json")
	if code != exitOK || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var rows []liveRow
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	r := rows[0]
	if r.Sessions != 2 || r.FPS[0] <= 0 || r.FPS[2] > 25 || r.StateMS.N < 2 || r.StateMS.P50 <= 0 || r.StateMS.P95 < r.StateMS.P50 {
		t.Errorf("analysed and delays: %+v", r)
	}
	if r.ServerCores <= 0 || r.CameraCores <= 0 || r.PeakMB < 20 || !r.Refused {
		t.Errorf("what it took, and the visitor too many: %+v", r)
	}
}

func TestBenchLiveRefusals(t *testing.T) {
	for _, args := range [][]string{{"--sessions", "0"}, {"--seconds", "0"}, {"--fps", "0"}} {
		code, _, errs := rollwell(t.Context(), append([]string{"bench", "live", testClips + "lumbar.mp4"}, args...)...)
		if code != exitUsage || !strings.Contains(errs, args[0]) {
			t.Errorf("%v: exit code %d: %s", args, code, errs)
		}
	}
	code, _, errs := rollwell(t.Context(), "bench", "live", testClips+"nothing.mp4", "--models", testModels)
	if code != exitInput {
		t.Errorf("no clip: exit code %d: %s", code, errs)
	}
}

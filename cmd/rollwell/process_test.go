package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// waitFor polls until done says so; it fails with what was still missing after a time that no machine needs.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("still waiting for %s", what)
		}
	}
}

// Ctrl-C in the middle of a clip leaves valid files of what was done, and everything else as it was.
func TestCtrlC(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other", sessionFile)
	if code, _, errs := analyze(t, piece(t, "correct", "other.mp4"), "--out", dir, "--model=lite"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	before, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	long := ffmpeg(t, "long.mp4", "-stream_loop", "20", "-i", testClips+"correct.mp4", "-c", "copy")
	waiting := ffmpeg(t, "waiting.mp4", "-i", testClips+"hips.mp4", "-c", "copy")

	var out, errs bytes.Buffer
	cmd := program(t, "analyze", "--models", testModels, "--model=lite", "--overlay", "--jobs=1", "--out", dir, long, waiting)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // the exit code is looked at below
	waitFor(t, "the first frames", func() bool {
		select {
		case <-ended:
			t.Fatalf("ended with %d: %s", cmd.ProcessState.ExitCode(), errs.String())
		default:
		}
		part, err := os.Stat(filepath.Join(dir, "long", framesFile+".part"))
		return err == nil && part.Size() > 0
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end", func() bool {
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(errs.String(), "rollwell: interrupted\n") {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
	s, _ := resultsOf(t, filepath.Join(dir, "long"))
	if s.Frames.Analysed < 20 || s.Frames.Analysed > 2000 {
		t.Errorf("frames %+v", s.Frames)
	}
	if n, _ := pictures(t, filepath.Join(dir, "long", overlayFile)); n != s.Frames.Analysed {
		t.Errorf("the overlay has %d pictures for %d frames", n, s.Frames.Analysed)
	}
	if after, err := os.ReadFile(other); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the other clip's results have changed: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "waiting")); err == nil {
		t.Error("the clip that was never begun has results")
	}
}

// On a disk without room the program says so, leaves no half files and does not lose what was there. Readings that
// fit are kept where only the overlay does not.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	clip := piece(t, "correct", "clip.mp4")
	folder := filepath.Join(dir, "clip")
	if code, _, errs := analyze(t, clip, "--out", dir, "--model=lite"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, tt := range []struct {
		name string
		room string // bytes that a file may have
		args []string
		kept bool // the earlier results, and not new ones, must be there
	}{
		{"no room for the readings", "20000", nil, true},
		{"no room for the overlay", "70000", []string{"--overlay"}, false},
		{"no room for anything", "0", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, frames := resultsOf(t, folder)
			cmd := program(t, append([]string{"analyze", "--models", testModels, "--model=lite", "--out", dir, clip}, tt.args...)...)
			cmd.Env = append(cmd.Env, smallDisk+"="+tt.room)
			out, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != exitOutput || !strings.Contains(string(out), "results not written") {
				t.Errorf("exit code %d (%v): %s", code, err, out)
			}
			after, framesAfter := resultsOf(t, folder)
			if before.Frames != after.Frames || len(frames) != len(framesAfter) || (before.CPUS == after.CPUS) != tt.kept {
				t.Errorf("results %+v, then %+v", before.Session, after.Session)
			}
			if _, err := os.Stat(filepath.Join(folder, overlayFile)); err == nil {
				t.Error("there is an overlay")
			}
		})
	}
}

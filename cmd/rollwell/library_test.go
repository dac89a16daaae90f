package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/video"
)

// inLibrary runs `rollwell library` with a data folder.
func inLibrary(t *testing.T, data, command string, args ...string) (code int, out, errs string) {
	t.Helper()
	return rollwell(t.Context(), append([]string{"library", command, "--data", data}, args...)...)
}

// addClips analyses clips into a library and returns its sessions, the oldest first.
func addClips(t *testing.T, data string, clips ...string) []store.Session {
	t.Helper()
	args := append([]string{"--models", testModels, "--model=lite"}, clips...)
	if code, _, errs := inLibrary(t, data, "add", args...); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	return listed(t, data)
}

func listed(t *testing.T, data string, flags ...string) (all []store.Session) {
	t.Helper()
	code, out, errs := inLibrary(t, data, "list", append([]string{"--json"}, flags...)...)
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	all = jsonLines[store.Session](t, strings.NewReader(out))
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// outcomeIn is a session.json without what depends on the machine and the moment.
func outcomeIn(t *testing.T, dir string) results.Session {
	t.Helper()
	a, err := archive.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := a.Session
	s.TimingsMS, s.CPUS, s.Source.Name = results.Timings{}, 0, ""
	return s
}

// The same clip under two names comes to the same, also beside another one.
func TestSameClipTwice(t *testing.T) {
	data := t.TempDir()
	clip := piece(t, "lumbar", "one.mp4")
	text, err := os.ReadFile(clip)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(filepath.Dir(clip), "two.mp4")
	if err := os.WriteFile(other, text, 0o600); err != nil {
		t.Fatal(err)
	}
	all := addClips(t, data, clip, other)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	folder := func(n store.Session) string { return filepath.Join(data, "sessions", n.ID) }
	one, two := outcomeIn(t, folder(all[0])), outcomeIn(t, folder(all[1]))
	if diff := cmp.Diff(one, two); diff != "" || one.Frames.Analysed == 0 {
		t.Errorf("%d frames\n%s", one.Frames.Analysed, diff)
	}
	for _, name := range []string{archive.TrackFile, archive.ReadingsFile, archive.EventsFile, archive.ThumbFile} {
		a, err := os.ReadFile(filepath.Join(folder(all[0]), name))
		b, other := os.ReadFile(filepath.Join(folder(all[1]), name))
		if err != nil || other != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v %v", name, err, other)
		}
	}
	for _, n := range all {
		if n.State != store.Ready || n.DurationS == nil || !n.Thumb || n.Video == nil || n.Bytes == 0 || n.Frames != one.Frames.Analysed {
			t.Errorf("%+v", n)
		}
	}
}

// What browsers do not play gets a copy that they do, with the same times.
func TestClipsThatBrowsersDoNotPlay(t *testing.T) {
	data := t.TempDir()
	clip := piece(t, "correct", "piece.mp4")
	mkv := ffmpeg(t, "a.mkv", "-i", clip, "-c", "copy")
	late := ffmpeg(t, "b.mp4", "-itsoffset", "0.5", "-i", clip, "-f", "lavfi", "-i", "sine=d=2", "-map", "0:v", "-map", "1:a", "-c:v", "copy")
	all := addClips(t, data, mkv, late)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	played := all[0]
	dir := filepath.Join(data, "sessions", played.ID)
	if v := played.Video; v == nil || v.File != "play.mp4" || v.Type != "video/mp4" || v.OffsetS != 0 {
		t.Errorf("%+v", v)
	}
	if _, err := os.Stat(filepath.Join(dir, "video.bin")); err != nil {
		t.Errorf("the original: %v", err)
	}
	if diff := cmp.Diff(times(t, clip), times(t, filepath.Join(dir, "play.mp4"))); diff != "" {
		t.Error(diff)
	}
	if v := all[1].Video; v == nil || v.File != "video.mp4" || v.OffsetS != -0.5 {
		t.Errorf("the offset of a clip that begins with sound: %+v", v)
	}
}

// A library that is full, or in use, says so and stays as it was.
func TestAddRefusals(t *testing.T) {
	data := t.TempDir()
	clip := piece(t, "correct", "piece.mp4")
	code, _, errs := inLibrary(t, data, "add", "--models", testModels, "--model=lite", "--disk-budget", "10KiB", clip)
	if code != exitOutput || !strings.Contains(errs, "the library is full") || !strings.Contains(errs, "--disk-budget") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	cmd := program(t, "library", "add", "--data", data, "--models", testModels, "--model=lite", clip)
	cmd.Env = append(cmd.Env, smallDisk+"=100000")
	text, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitOutput || !strings.Contains(string(text), "the disk is full; free some space") {
		t.Errorf("exit code %d (%v): %s", code, err, text)
	}
	if all := listed(t, data); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	if list, err := os.ReadDir(filepath.Join(data, "sessions")); err != nil || len(list) != 0 {
		t.Errorf("%v: %v", err, list)
	}
	serve(t, "--data", data)
	if code, _, errs := inLibrary(t, data, "add", "--models", testModels, clip); code != exitUsage || !strings.Contains(errs, "in use") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

// times are those of a video's frames, in milliseconds.
func times(t *testing.T, path string) (all []int64) {
	t.Helper()
	r, err := video.Open(t.Context(), path, video.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		f, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.PTS.Round(time.Millisecond).Milliseconds())
		f.Release()
	}
}

func TestLibraryCommands(t *testing.T) {
	data := t.TempDir()
	clip := piece(t, "correct", "piece.mp4")
	text := filepath.Join(t.TempDir(), "text.mp4")
	if err := os.WriteFile(text, []byte("no video"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := inLibrary(t, data, "add", "--models", testModels, "--model=lite", "--tag", "Anna", "--title", "First", text, clip)
	if code != exitInput || !strings.Contains(errs, "not a video") || !strings.Contains(out, "piece.mp4") {
		t.Fatalf("exit code %d: %s %s", code, out, errs)
	}
	all := listed(t, data)
	if len(all) != 1 || all[0].Title != "First" || len(all[0].Tags) != 1 {
		t.Fatalf("%+v", all)
	}
	id := all[0].ID
	if code, out, errs := inLibrary(t, data, "show", id); code != exitOK || !strings.Contains(out, id) {
		t.Errorf("exit code %d: %s %s", code, out, errs)
	}
	if code, _, errs := inLibrary(t, data, "show", "../x"); code != exitUsage || !strings.Contains(errs, "no id") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if code, _, errs := inLibrary(t, data, "show", store.NewID()); code != exitInput || !strings.Contains(errs, "not in the library") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if code, out, _ := inLibrary(t, data, "remove", id); code != exitOK || !strings.Contains(out, "takes it back") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if len(listed(t, data)) != 0 || len(listed(t, data, "--trash")) != 1 {
		t.Error("it is not in the trash")
	}
	if code, out, _ := inLibrary(t, data, "restore", id); code != exitOK || !strings.Contains(out, "is back") {
		t.Errorf("exit code %d: %s", code, out)
	}
	file := filepath.Join(t.TempDir(), "b.tar.zst")
	if code, out, errs := rollwell(t.Context(), "backup", "--data", data, file); code != exitOK || !strings.Contains(out, "1 sessions") {
		t.Fatalf("exit code %d: %s %s", code, out, errs)
	}
	if code, _, errs := rollwell(t.Context(), "backup", "--data", data, file); code != exitUsage || !strings.Contains(errs, "overwrites nothing") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	again := filepath.Join(t.TempDir(), "again")
	if code, _, errs := rollwell(t.Context(), "restore", "--data", again, file); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if diff := cmp.Diff(listed(t, data), listed(t, again)); diff != "" {
		t.Error(diff)
	}
	if code, _, errs := rollwell(t.Context(), "restore", "--data", again, file); code != exitUsage || !strings.Contains(errs, "already") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if code, _, errs := rollwell(t.Context(), "restore", "--data", filepath.Join(again, "x"), clip); code != exitInput || !strings.Contains(errs, "no backup") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if code, _, errs := inLibrary(t, data, "remove", "--now", id); code != exitOK {
		t.Errorf("exit code %d: %s", code, errs)
	}
	if _, err := os.Stat(filepath.Join(data, "sessions", id)); err == nil {
		t.Error("the folder is there")
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// piece is the first second and a half of a test clip, 22 frames.
func piece(t *testing.T, clip, name string) string {
	t.Helper()
	return ffmpeg(t, name, "-i", testClips+clip+".mp4", "-t", "1.4", "-c:v", "libx264", "-preset", "ultrafast", "-an")
}

func TestAnalyzeWritesTheOverlay(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := analyze(t, piece(t, "correct", "mine.mov"), "--out", dir, "--overlay", "--model", "lite", placed(truth(t, "correct")))
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	s, _ := resultsOf(t, filepath.Join(dir, "mine"))
	overlay := filepath.Join(dir, "mine", overlayFile)
	if n, info := pictures(t, overlay); n != s.Frames.Analysed || n < 20 || info.Width < 640 || info.Codec != "h264" {
		t.Errorf("%d pictures for %d frames: %+v", n, s.Frames.Analysed, info)
	}
	for _, want := range []string{"mine.mov  0:01.", "nothing to correct", "overlay: " + overlay, filepath.Join(dir, "mine", sessionFile)} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the summary:\n%s", want, out)
		}
	}
}

func TestAnalyzeSeveralClipsAtOnce(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--out", dir, "--model", "lite", "--json", "--jobs", "2"}
	names := []string{"lumbar", "correct", "hips"}
	for _, name := range names {
		args = append(args, piece(t, name, name+".mp4"))
	}
	// One that cannot be read does not keep the others from being analysed.
	args = append(args, filepath.Join(dir, "nowhere.mp4"))
	code, out, errs := analyze(t, args...)
	if code != exitInput || !strings.Contains(errs, "nowhere.mp4: there is no such file") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(names) {
		t.Fatalf("%d lines for %d clips:\n%s", len(lines), len(names), out)
	}
	for i, name := range names {
		var printed sessionDoc
		if err := json.Unmarshal([]byte(lines[i]), &printed); err != nil {
			t.Fatal(err)
		}
		written, _ := resultsOf(t, filepath.Join(dir, name))
		if printed.Source.Name != name+".mp4" || printed.Frames != written.Frames || printed.Frames.Analysed < 20 {
			t.Errorf("line %d is of %s with %+v; the file has %+v", i, printed.Source.Name, printed.Frames, written.Frames)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a clip that is not there has a folder")
	}
}

// The same clip gives the same readings, whatever else runs at the time.
func TestAnalyzeIsRepeatable(t *testing.T) {
	clip := piece(t, "fast", "fast.mp4")
	read := func() string {
		dir := t.TempDir()
		if code, _, errs := analyze(t, clip, "--out", dir, "--model", "lite"); code != exitOK {
			t.Fatalf("exit code %d: %s", code, errs)
		}
		text, err := os.ReadFile(filepath.Join(dir, "fast", framesFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if first, again := read(), read(); first != again {
		t.Error("two runs over one clip differ")
	}
}

func TestAnalyzeRefusals(t *testing.T) {
	clip := testClips + "correct.mp4"
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, []byte("in the way"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"the same name twice", []string{clip, "elsewhere/correct.webm"}, exitUsage, "rename one"},
		{"no clip", nil, exitUsage, "expected \"<clip>"},
		{"negative jobs", []string{clip, "--jobs=-1"}, exitUsage, "--jobs is -1"},
		{"one roller for two clips", []string{clip, testClips + "hips.mp4", "--roller=1,2,3@0"}, exitUsage, "one by one"},
		{"no roller of that form", []string{clip, "--roller=1,2@0"}, exitUsage, "X,Y,RADIUS@TIME"},
		{"a roller outside of the picture", []string{clip, "--roller=5000,20,18@0"}, exitUsage, "outside the picture of 640×360"},
		{"a roller larger than the picture", []string{clip, "--roller=50,20,400@0"}, exitUsage, "does not fit"},
		{"a huge roller", []string{clip, "--roller-diameter=80"}, exitUsage, "5 to 25 cm"},
		{"a short roller", []string{clip, "--roller-length=3"}, exitUsage, "10 to 120 cm"},
		{"an unknown exercise", []string{clip, "--exercise=juggling"}, exitUsage, "thoracic-roll"},
		{"an exercise file that is not there", []string{clip, "--exercise=" + file + ".yaml"}, exitUsage, "no such file"},
		{"no models", []string{clip, "--models=" + t.TempDir()}, exitSetup, "models install"},
		{"a file in place of the output folder", []string{clip, "--out=" + file}, exitOutput, "choose another"},
		{"an output folder below a file", []string{clip, "--out=" + filepath.Join(file, "deeper")}, exitOutput, "choose another"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := tt.args
			if !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--out") }) {
				args = append(args, "--out="+t.TempDir())
			}
			code, out, errs := analyze(t, append(args, "--model=lite")...)
			if code != tt.code || !strings.Contains(errs, tt.says) || out != "" {
				t.Errorf("exit code %d with %q and output %q, want %d with %q", code, errs, out, tt.code, tt.says)
			}
		})
	}
}

// Root may write everywhere; anybody else gets told.
func TestAnalyzeIntoAFolderOfSomebodyElse(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	want := exitOutput
	if os.Geteuid() == 0 {
		want = exitOK
	}
	if code, _, errs := analyze(t, piece(t, "correct", "a.mp4"), "--out", dir, "--model=lite"); code != want {
		t.Errorf("exit code %d, want %d: %s", code, want, errs)
	}
}

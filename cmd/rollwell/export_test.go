package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/score"
)

// A clip is analysed once; then all that can be made of it is made.
func TestExportImportScore(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := analyze(t, testClips+"lumbar.mp4", "--out", dir, "--model=lite", placed(truth(t, "lumbar"))); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	folder := filepath.Join(dir, "lumbar")
	out := func(name string) string { return filepath.Join(dir, name) }
	export := func(session, name, format string, more ...string) {
		t.Helper()
		code, told, errs := rollwell(t.Context(), append([]string{"export", session, "--format", format, "--out", out(name)}, more...)...)
		if code != exitOK || strings.TrimSpace(told) != out(name) {
			t.Fatalf("%s: exit code %d with %q and %q", name, code, told, errs)
		}
	}
	video := "--video=" + testClips + "lumbar.mp4"
	for name, begin := range map[string]string{
		"a.csv": "t_s,phase,", "a.json": `{"format":"rollwell-session"`, "a.trc": "PathFileType\t4\t(X/Y/Z)\ta.trc\n", "a.mot": "a.mot\nversion=1\n",
		"a.png": "\x89PNG", "a.pdf": "%PDF-", "a.mp4": "\x00\x00\x00",
	} {
		format := filepath.Ext(name)[1:]
		more := []string{}
		if format == "png" || format == "pdf" || format == "mp4" {
			more = append(more, video, "--language=de")
		}
		export(folder, name, format, more...)
		if got := contents(t, out(name)); !strings.HasPrefix(got, begin) || len(got) < 2000 {
			t.Errorf("%s has %d bytes and begins with %.30q", name, len(got), got)
		}
	}
	export(folder, "figure.png", "png", "--at=2")

	library := "--data=" + out("library")
	code, id, errs := rollwell(t.Context(), "import", out("a.json"), library)
	if code != exitOK || len(strings.TrimSpace(id)) != 26 {
		t.Fatalf("import: exit code %d with %q and %q", code, id, errs)
	}
	if code, _, errs := rollwell(t.Context(), "import", out("a.json"), library, "--disk-budget=1KiB"); code != exitOutput || !strings.Contains(errs, "--disk-budget") {
		t.Errorf("import into a full library: exit code %d with %q", code, errs)
	}
	export(strings.TrimSpace(id), "b.csv", "csv", library)
	if contents(t, out("a.csv")) != contents(t, out("b.csv")) {
		t.Error("the imported session has another table")
	}

	var r score.Report
	code, text, errs := rollwell(t.Context(), "score", testClips+"lumbar.jsonl.gz", folder, "--json")
	if code != exitOK || json.Unmarshal([]byte(text), &r) != nil {
		t.Fatalf("score: exit code %d with %q and %q", code, text, errs)
	}
	if r.Sessions != 1 || r.Headline.Hit != 1 || r.Headline.Missed+r.Headline.False != 0 || r.Headline.DelayS == nil || *r.Headline.DelayS > 2 {
		t.Errorf("score %+v", r)
	}
	if code, text, _ = rollwell(t.Context(), "score", testClips+"lumbar.jsonl.gz", strings.TrimSpace(id), library); code != exitOK || !strings.Contains(text, "roller_too_low *          1") {
		t.Errorf("score by id: exit code %d with %q", code, text)
	}
	if code, text, _ = rollwell(t.Context(), "score", "--library", library); code != exitOK || !strings.Contains(text, "1 sessions without marks") {
		t.Errorf("score of the library: exit code %d with %q", code, text)
	}
}

func TestExportRefusesWhatMakesNoSense(t *testing.T) {
	there := written(t, "there.csv", []byte("x"))
	empty := t.TempDir()
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no format":         {[]string{"export", empty}, exitUsage, "format"},
		"another format":    {[]string{"export", empty, "--format=xls"}, exitUsage, "csv"},
		"nothing there":     {[]string{"export", "nowhere", "--format=csv"}, exitInput, "neither a folder nor the id"},
		"an empty folder":   {[]string{"export", empty, "--format=csv"}, exitInput, "no whole session"},
		"a time of a table": {[]string{"export", empty, "--format=csv", "--at=3"}, exitUsage, "--at"},
		"before the start":  {[]string{"export", empty, "--format=png", "--at=-1"}, exitUsage, "--at"},
		"no library":        {[]string{"export", strings.Repeat("A", 26), "--format=csv", "--data=" + empty}, exitInput, "no library"},
		"no document":       {[]string{"import", there, "--data=" + filepath.Join(empty, "lib")}, exitInput, "not an exported session"},
		"no file":           {[]string{"import", filepath.Join(empty, "x.json")}, exitInput, "no such file"},
		"no truth":          {[]string{"score"}, exitUsage, "--library"},
		"truth only":        {[]string{"score", there}, exitUsage, "session"},
		"backup of nothing": {[]string{"backup", "--data=" + filepath.Join(empty, "typo"), filepath.Join(empty, "b.tar.zst")}, exitInput, "no library"},
		"bad truth":         {[]string{"score", there, empty}, exitInput, "no usable truth"},
		"a folder without":  {[]string{"score", empty, empty}, exitInput, "holds no truth"},
	} {
		code, out, errs := rollwell(t.Context(), tt.args...)
		if code != tt.code || !strings.Contains(errs, tt.says) || out != "" {
			t.Errorf("%s: exit code %d with %q and %q", name, code, out, errs)
		}
	}
	for _, name := range []string{"typo", "b.tar.zst"} {
		if _, err := os.Stat(filepath.Join(empty, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was made of nothing: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(empty, "lib", "sessions")); err == nil {
		if left, _ := os.ReadDir(filepath.Join(empty, "lib", "sessions")); len(left) > 0 {
			t.Errorf("a bad document leaves %v", left)
		}
	}
}

func TestExportDoesNotReplace(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := analyze(t, testClips+"fast.mp4", "--out", dir, "--model=lite"); code != exitOK {
		t.Fatal(errs)
	}
	file := filepath.Join(dir, "x.csv")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"export", filepath.Join(dir, "fast"), "--format=csv", "--out=" + file}
	if code, _, errs := rollwell(t.Context(), args...); code != exitOutput || !strings.Contains(errs, "--force") || contents(t, file) != "mine" {
		t.Errorf("exit code %d with %q", code, errs)
	}
	if code, _, errs := rollwell(t.Context(), append(args, "--force")...); code != exitOK || contents(t, file) == "mine" {
		t.Errorf("with --force: exit code %d with %q", code, errs)
	}
}

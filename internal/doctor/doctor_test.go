package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// found and failing are probes with fixed answers.
func found(detail string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return detail, nil }
}

func failing(detail, why string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return detail, errors.New(why) }
}

func TestExamineReportsEachCheck(t *testing.T) {
	r, err := Examine(t.Context(), []Check{
		{Name: "OpenCV", Needed: true, Remedy: "install it", Probe: found("4.6.0")},
		{Name: "node", Remedy: "install node", Probe: failing("", "not in PATH")},
		{Name: "disk", Needed: true, Remedy: "delete something", Probe: failing("0.1 GB free", "too little")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Findings: []Finding{
		{Name: "OpenCV", OK: true, Needed: true, Detail: "4.6.0"},
		{Name: "node", Detail: "not in PATH", Remedy: "install node"},
		{Name: "disk", Needed: true, Detail: "0.1 GB free: too little", Remedy: "delete something"},
	}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if r.Missing() != 1 {
		t.Errorf("missing = %d, want 1: what is merely nice to have does not count", r.Missing())
	}
}

func TestReportIsFineWithoutTheNiceToHave(t *testing.T) {
	r, err := Examine(t.Context(), []Check{
		{Name: "OpenCV", Needed: true, Probe: found("4.6.0")},
		{Name: "npm", Probe: failing("", "not in PATH")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK {
		t.Error("not OK although everything needed was found")
	}
}

func TestExamineLeavesAHangingProbeBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		start := time.Now()
		r, err := Examine(t.Context(), []Check{{Name: "hangs", Needed: true, Probe: func(context.Context) (string, error) {
			<-release
			return "", nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != timeLimit {
			t.Errorf("took %v, want the limit of %v", took, timeLimit)
		}
		if r.OK || !strings.Contains(r.Findings[0].Detail, "no answer") {
			t.Errorf("finding %+v, want one that says that no answer came", r.Findings[0])
		}
	})
}

func TestExamineEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Examine(ctx, []Check{
		{Name: "first", Probe: func(context.Context) (string, error) { cancel(); return "", nil }},
		{Name: "second", Probe: func(context.Context) (string, error) { t.Error("ran after the end"); return "", nil }},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestWriteTable(t *testing.T) {
	r := Report{Findings: []Finding{
		{Name: "OpenCV", OK: true, Needed: true, Detail: "4.6.0"},
		{Name: "node", Detail: "not\nin PATH", Remedy: "install node"},
		{Name: "disk", Needed: true, Detail: "full", Remedy: "delete something"},
	}}
	var out bytes.Buffer
	if err := r.WriteTable(&out); err != nil {
		t.Fatal(err)
	}
	want := "✓ OpenCV  4.6.0\n" +
		"! node    not; in PATH\n" +
		"          → install node\n" +
		"✗ disk    full\n" +
		"          → delete something\n" +
		"\n1 of 3 checks failed that Rollwell needs.\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestWriteJSONCanBeReadBack(t *testing.T) {
	want := Report{OK: true, Findings: []Finding{{Name: "a <b>", OK: true, Detail: "c & d"}}}
	var out bytes.Buffer
	if err := want.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestAtLeast(t *testing.T) {
	for _, tc := range []struct {
		version, least string
		ok             bool
	}{
		{"4.6.0", "4.6", true},
		{"4.10.0", "4.6", true},
		{"4.5.9", "4.6", false},
		{"5.0", "4.6", true},
		{"4", "4.6", false},
		{"v20.20.2", "18", true},
		{"v16.1", "18", false},
		{"4.6.0-dev", "4.6", true},
		{"nonsense", "1", false},
		{"nonsense", "", true},
	} {
		err := AtLeast(tc.version, tc.least)
		if (err == nil) != tc.ok {
			t.Errorf("AtLeast(%q, %q) = %v, want ok %v", tc.version, tc.least, err, tc.ok)
		}
		if err != nil && !errors.Is(err, ErrTooOld) {
			t.Errorf("AtLeast(%q, %q) = %v, want ErrTooOld", tc.version, tc.least, err)
		}
	}
}

func TestCommand(t *testing.T) {
	if got, err := Command("1", "echo", "1.2.3")(t.Context()); err != nil || got != "1.2.3" {
		t.Errorf("echo: %q, %v", got, err)
	}
	if _, err := Command("2", "echo", "1.2.3")(t.Context()); !errors.Is(err, ErrTooOld) {
		t.Errorf("old program: %v, want ErrTooOld", err)
	}
	if _, err := Command("", "no-such-program-here")(t.Context()); err == nil {
		t.Error("a program that is not there passed")
	}
	if _, err := Command("", "false")(t.Context()); err == nil {
		t.Error("a program that fails passed")
	}
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		dir string
		ok  bool
	}{
		{dir, true},
		{filepath.Join(dir, "not", "yet"), true},
		{file, false},
		{filepath.Join(file, "below"), false},
		{"/proc/1/fdinfo/x", false},
	} {
		if got, err := Writable(tc.dir)(t.Context()); (err == nil) != tc.ok {
			t.Errorf("%s: %q, %v, want ok %v", tc.dir, got, err, tc.ok)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("the probe left files behind: %v", left)
	}
}

func TestSpace(t *testing.T) {
	dir := t.TempDir()
	if got, err := Space(dir, 1)(t.Context()); err != nil {
		t.Errorf("one byte: %q, %v", got, err)
	}
	if got, err := Space(dir, 1<<62)(t.Context()); !errors.Is(err, ErrTooLittle) || !strings.Contains(got, "GB free") {
		t.Errorf("four exabytes: %q, %v, want ErrTooLittle", got, err)
	}
}

func TestProcessorNamesTheCores(t *testing.T) {
	if got, _ := Processor(t.Context()); !strings.Contains(got, "cores") {
		t.Errorf("%q does not tell the cores", got)
	}
}

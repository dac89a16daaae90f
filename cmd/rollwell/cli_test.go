package main

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/rollwell/rollwell/internal/doctor"
)

// rollwell runs the command line and returns its exit code and what it printed.
func rollwell(ctx context.Context, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(ctx, args, streams{out: &o, err: &e})
	return code, o.String(), e.String()
}

func TestCommandLine(t *testing.T) {
	for _, tc := range []struct {
		name      string
		args      []string
		code      int
		out, errs string // what the output and the errors must contain
	}{
		{"help", []string{"--help"}, exitOK, "Exit codes: 0 done", ""},
		{"help of a command", []string{"doctor", "--help"}, exitOK, "--quiet", ""},
		{"version", []string{"version"}, exitOK, "rollwell unreleased (go", ""},
		{"no command", nil, exitUsage, "", "rollwell --help"},
		{"unknown command", []string{"dance"}, exitUsage, "", "dance"},
		{"unknown flag", []string{"version", "--loud"}, exitUsage, "", "--loud"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, out, errs := rollwell(t.Context(), tc.args...)
			if code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			if !strings.Contains(out, tc.out) || !strings.Contains(errs, tc.errs) {
				t.Errorf("output %q, errors %q, want them to contain %q and %q", out, errs, tc.out, tc.errs)
			}
			if (errs != "") != (tc.code != exitOK) {
				t.Errorf("exit code %d with errors %q", code, errs)
			}
		})
	}
}

func TestExitCodeOfEachKindOfError(t *testing.T) {
	for _, tc := range []struct {
		err  error
		code int
		want string
	}{
		{context.Canceled, exitInterrupted, "rollwell: interrupted\n"},
		{fmt.Errorf("read clip.mp4: %w", context.Canceled), exitInterrupted, "rollwell: interrupted\n"},
		{fmt.Errorf("%w: no such flag", errUsage), exitUsage, "--help"},
		{fmt.Errorf("%w: a.mp4 is empty", errInput), exitInput, "a.mp4 is empty"},
		{errors.Join(fmt.Errorf("a.mp4: %w", errInput), fmt.Errorf("b.mp4: %w", errInput)), exitInput, "rollwell: b.mp4"},
		{fmt.Errorf("%w: the disk is full", errOutput), exitOutput, "the disk is full"},
		{errors.Join(fmt.Errorf("a.mp4: %w", errInput), context.Canceled), exitInterrupted, "rollwell: a.mp4"},
		{fmt.Errorf("%w: no models", errSetup), exitSetup, "rollwell doctor"},
		{errors.New("the sky fell"), exitInternal, "the sky fell"},
	} {
		var w bytes.Buffer
		if code := fail(&w, tc.err); code != tc.code || !strings.Contains(w.String(), tc.want) {
			t.Errorf("%v: exit code %d with %q, want %d with %q", tc.err, code, w.String(), tc.code, tc.want)
		}
	}
}

// Every exit code of the table is told in the help text.
func TestHelpTellsEveryExitCode(t *testing.T) {
	for _, o := range outcomes() {
		if !strings.Contains(exitCodesHelp, fmt.Sprintf(" %d ", o.code)) {
			t.Errorf("the help text does not mention exit code %d", o.code)
		}
	}
}

func TestDiagnose(t *testing.T) {
	good := doctor.Check{Name: "good", Needed: true, Probe: func(context.Context) (string, error) { return "fine", nil }}
	nice := doctor.Check{Name: "nice", Remedy: "get it", Probe: func(context.Context) (string, error) { return "", errors.New("absent") }}
	bad := nice
	bad.Needed = true

	for _, tc := range []struct {
		name   string
		cmd    doctorCmd
		checks []doctor.Check
		err    error
		out    string
	}{
		{"all there", doctorCmd{}, []doctor.Check{good, nice}, nil, "! nice  absent\n        → get it\n"},
		{"something missing", doctorCmd{}, []doctor.Check{good, bad}, errSetup, "✗ nice  absent\n"},
		{"quiet and all there", doctorCmd{Quiet: true}, []doctor.Check{good, nice}, nil, ""},
		{"quiet but missing", doctorCmd{Quiet: true}, []doctor.Check{bad}, errSetup, "✗ nice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			err := diagnose(t.Context(), streams{out: &out}, tc.cmd, tc.checks)
			if !errors.Is(err, tc.err) {
				t.Errorf("error %v, want %v", err, tc.err)
			}
			if !strings.Contains(out.String(), tc.out) || (tc.out == "") != (out.Len() == 0) {
				t.Errorf("printed %q, want %q in it", out.String(), tc.out)
			}
		})
	}
}

func TestDiagnoseAsJSON(t *testing.T) {
	var out bytes.Buffer
	checks := []doctor.Check{{
		Name: "bad", Needed: true, Remedy: "get it",
		Probe: func(context.Context) (string, error) { return "", errors.New("absent") },
	}}
	if err := diagnose(t.Context(), streams{out: &out}, doctorCmd{JSON: true}, checks); !errors.Is(err, errSetup) {
		t.Errorf("error %v, want errSetup", err)
	}
	var r doctor.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, out.String())
	}
	if r.OK || len(r.Findings) != 1 || r.Findings[0].Remedy != "get it" {
		t.Errorf("report %+v", r)
	}
}

func TestDiagnoseInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	code := run(ctx, []string{"doctor"}, streams{out: &bytes.Buffer{}, err: &errs})
	if code != exitInterrupted {
		t.Errorf("exit code %d (%s), want %d", code, errs.String(), exitInterrupted)
	}
}

// This machine runs the tests, so it has to have what the program needs, models included: `make models`.
func TestThisMachinePassesItsOwnChecks(t *testing.T) {
	r, err := doctor.Examine(t.Context(), machineChecks("../../models", t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Needed && !f.OK {
			t.Errorf("%s: %s (%s)", f.Name, f.Detail, f.Remedy)
		}
	}
}

// The documents and the image name only commands that exist.
func TestEveryCommandNamedExists(t *testing.T) {
	var commands cli
	parser, err := kong.New(&commands)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, node := range parser.Model.Children {
		known = append(known, node.Name)
	}
	named := regexp.MustCompile("(?:`|build/|RUN |&& |ENTRYPOINT \\[\"|CMD \\[\"|docker run .* )rollwell(?:\", \"| )([a-z]+)")
	total := 0
	for _, path := range []string{"README.md", "SECURITY.md", "CHANGELOG.md", "Dockerfile", "Makefile", "testdata/README.md"} {
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			total++
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s names `rollwell %s`; the commands are %v", path, m[1], known)
			}
		}
	}
	if total < 5 {
		t.Errorf("only %d commands found in the documents", total)
	}
}

// The image holds the libraries that this program, linked as the real one, asks for.
func TestImageHasTheLibrariesThatTheProgramNeeds(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	libraries, err := program.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	dockerfile, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, final, _ := strings.Cut(string(dockerfile), "FROM debian:12-slim")
	// Debian names such packages after the library and its binary interface: libopencv_core.so.406 is in
	// libopencv-core406, libavcodec.so.59 in libavcodec59.
	name := regexp.MustCompile(`^(lib(?:opencv_|av|sw)\w+)\.so\.(\d+)$`)
	found := 0
	for _, library := range libraries {
		m := name.FindStringSubmatch(library)
		if m == nil {
			continue
		}
		found++
		if pkg := strings.ReplaceAll(m[1], "_", "-") + m[2]; !slices.Contains(strings.Fields(final), pkg) {
			t.Errorf("the program needs %s, but the image does not install %s", library, pkg)
		}
	}
	if found < 10 {
		t.Errorf("only %d libraries of OpenCV and FFmpeg among %v", found, libraries)
	}
}

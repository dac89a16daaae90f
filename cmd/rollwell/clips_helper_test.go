package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/video"
)

const testClips, testModels = "../../testdata/clips/", "../../models"

// Environment variables that turn the test binary into the program: the first does, the second sets the size in bytes
// at which files stop growing, as on a full disk.
const (
	beTheProgram = "ROLLWELL_TEST_BE_THE_PROGRAM"
	smallDisk    = "ROLLWELL_TEST_SMALL_DISK"
)

func TestMain(m *testing.M) {
	if os.Getenv(beTheProgram) == "" {
		data, err := os.MkdirTemp("", "rollwell-test")
		if err != nil {
			panic(err)
		}
		if err := os.Setenv("XDG_DATA_HOME", data); err != nil { // never the library of whoever runs the tests
			panic(err)
		}
		m.Run()
		if err := os.RemoveAll(data); err != nil {
			panic(err)
		}
		return
	}
	if size, err := strconv.ParseUint(os.Getenv(smallDisk), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ) // so that writing fails instead
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
			panic(err)
		}
	}
	main()
}

// program returns a command that runs rollwell in a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), beTheProgram+"=1")
	return cmd
}

// analyze runs `rollwell analyze` with the models of this checkout.
func analyze(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	return rollwell(t.Context(), append([]string{"analyze", "--models", testModels}, args...)...)
}

// ffmpeg makes a clip in a folder of its own and returns its path.
func ffmpeg(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args = append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), path)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	return path
}

// truthLine is what a test needs of a frame's truth; see testdata/README.md.
type truthLine struct {
	U       *float64 `json:"u"`
	TorsoPx float64  `json:"torso_px"`
	Roller  struct {
		Near truthEnd `json:"near"`
		Far  truthEnd `json:"far"`
	} `json:"roller"`
}

// truthEnd is one end face of the roller.
type truthEnd struct {
	Px     [2]float64 `json:"px"`
	Radius float64    `json:"radius_px"`
	Face   float64    `json:"face_visible"`
}

func truth(t *testing.T, clip string) []truthLine {
	t.Helper()
	file, err := os.Open(testClips + clip + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return jsonLines[truthLine](t, plain)
}

func jsonLines[T any](t *testing.T, r io.Reader) (all []T) {
	t.Helper()
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line T
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("line %d: %v", len(all)+1, err)
		}
		all = append(all, line)
	}
	if scanner.Err() != nil {
		t.Fatal(scanner.Err())
	}
	return all
}

// placed is the --roller flag for where the truth says it is in the first frame.
func placed(lines []truthLine) string {
	n := lines[0].Roller.Near
	return fmt.Sprintf("--roller=%g,%g,%g@0", n.Px[0], n.Px[1], n.Radius)
}

// frameLine is what a test needs of a line of frames.jsonl.
type frameLine struct {
	T      float64          `json:"t"`
	Pose   *json.RawMessage `json:"pose"`
	Roller *json.RawMessage `json:"roller"`
	Read   struct {
		S     *float64 `json:"s"`
		State string   `json:"state"`
	} `json:"reading"`
	Active []string `json:"active"`
}

// sessionDoc is session.json as a script reads it: findings have null where there is no number.
type sessionDoc struct {
	results.Session
	Cues []cueDoc `json:"cues"`
}

type cueDoc struct {
	Code     string            `json:"code"`
	Severity exercise.Severity `json:"severity"`
	StartS   float64           `json:"start_s"`
	EndS     float64           `json:"end_s"`
	Value    *float64          `json:"value"`
	Text     string            `json:"text"`
}

// resultsOf reads what analyze has left in a clip's folder, and fails unless all of it is whole and consistent.
func resultsOf(t *testing.T, folder string) (s sessionDoc, frames []frameLine) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, sessionFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatalf("%s: %v", sessionFile, err)
	}
	lines, err := os.ReadFile(filepath.Join(folder, framesFile))
	if err != nil {
		t.Fatal(err)
	}
	frames = jsonLines[frameLine](t, bytes.NewReader(lines))
	if n := s.Frames; int64(len(frames)) != n.Analysed || n.Read != n.Analysed+n.Dropped {
		t.Errorf("%d lines for %+v", len(frames), n)
	}
	zones, length := s.TimeInZoneS, 0.0
	if len(frames) > 0 {
		length = frames[len(frames)-1].T - frames[0].T
	}
	if sum := total(zones); sum < length-0.01 || sum > length+0.1 {
		t.Errorf("times in zones %+v sum to %.3f s, the frames span %.3f s", zones, sum, length)
	}
	noParts(t, folder)
	return s, frames
}

func total(z coach.ZoneTimes) float64 {
	return z.Lumbar + z.LowerThoracic + z.Thoracic + z.Neck + z.Off
}

// noParts fails if an unfinished file is left behind.
func noParts(t *testing.T, folder string) {
	t.Helper()
	parts, err := filepath.Glob(filepath.Join(folder, "*.part"))
	if err != nil || len(parts) > 0 {
		t.Errorf("left behind: %v, %v", parts, err)
	}
}

// pictures decodes a video and counts its pictures.
func pictures(t *testing.T, path string) (n int64, info video.Info) {
	t.Helper()
	r, err := video.Open(t.Context(), path, video.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		f, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Release()
		n++
	}
	if r.Warning() != nil {
		t.Errorf("%s: %v", path, r.Warning())
	}
	return n, r.Info()
}

// corrections are the findings that tell somebody to move otherwise.
func corrections(s *sessionDoc) (codes []string) {
	for _, c := range s.Cues {
		if c.Severity != exercise.Praise && c.Severity != exercise.Setup {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

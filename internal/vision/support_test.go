package vision

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

const (
	modelDir = "../../models"
	clipDir  = "../../testdata/clips"
)

var ortLibrary = filepath.Join(modelDir, "libonnxruntime.so.1")

// open loads the full model on an engine, for the length of a test.
func open(t testing.TB, e Engine) *Runtime {
	t.Helper()
	rt, err := NewRuntime(Options{Engine: e, ModelDir: modelDir, ORTLibrary: ortLibrary})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return rt
}

func newEye(t testing.TB, rt *Runtime) *Eye {
	t.Helper()
	e, err := rt.NewEye(EyeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// observe fails the test on an error.
func observe(t testing.TB, e *Eye, f *frame.Frame) spine.Observation {
	t.Helper()
	obs, err := e.Observe(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

// frames decodes at most n frames of a test clip; all of them for n = 0.
func frames(t testing.TB, name string, n int) []*frame.Frame {
	t.Helper()
	c, err := gocv.VideoCaptureFile(filepath.Join(clipDir, name+".mp4"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := gocv.NewMat()
	defer m.Close()
	const fps = 15 // testdata/README.md
	var list []*frame.Frame
	for (n == 0 || len(list) < n) && c.Read(&m) {
		list = append(list, &frame.Frame{
			Picture: frame.Picture{Pix: m.ToBytes(), Width: m.Cols(), Height: m.Rows()},
			Seq:     int64(len(list)),
			PTS:     time.Duration(len(list)) * time.Second / fps,
			Scale:   1,
		})
	}
	if len(list) == 0 {
		t.Fatalf("clip %s has no frames", name)
	}
	return list
}

// truth is what a clip's description says of one frame.
type truth struct {
	Visible  bool    `json:"person_visible"`
	Hips     spot    `json:"hip_mid"`
	Shoulder spot    `json:"shoulder_mid"`
	Torso    float64 `json:"torso_px"`
	Roller   struct {
		Near end `json:"near"`
	} `json:"roller"`
}

// end is the end face of the roller; Seen is the share of it that is not hidden.
type end struct {
	spot
	Radius float64 `json:"radius_px"`
	Seen   float64 `json:"face_visible"`
}

type spot struct {
	Px [2]float64 `json:"px"`
}

func (s spot) at() body.Point { return body.Point{X: s.Px[0], Y: s.Px[1]} }

func truths(t testing.TB, name string) []truth {
	t.Helper()
	f, err := os.Open(filepath.Join(clipDir, name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var list []truth
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one truth
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// blank is a grey frame of the size of f, at the time at.
func blank(f *frame.Frame, at time.Duration) *frame.Frame {
	b := &frame.Frame{Picture: f.Picture, PTS: at, Scale: 1}
	b.Pix = make([]byte, len(f.Pix))
	for i := range b.Pix {
		b.Pix[i] = 110
	}
	return b
}

package vision

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestErrorsSayWhatToDo(t *testing.T) {
	empty := t.TempDir()
	damaged := t.TempDir()
	for _, name := range []string{"pose_detector.onnx", "pose_landmark_full.onnx"} {
		if err := os.WriteFile(filepath.Join(damaged, name), []byte(strings.Repeat("no model. ", 50)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library := filepath.Join(damaged, "libonnxruntime.so.1")
	if err := os.WriteFile(library, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    Options
		is   error
		says []string
	}{
		{
			"no model",
			Options{Engine: EngineOpenCV, ModelDir: empty},
			ErrMissing,
			[]string{"pose_detector.onnx", "rollwell models install"},
		},
		{
			"no model, ONNX Runtime",
			Options{Engine: EngineONNXRuntime, ModelDir: empty, ORTLibrary: ortLibrary},
			ErrMissing,
			[]string{"pose_detector.onnx", "rollwell models install"},
		},
		{
			"no library",
			Options{Engine: EngineONNXRuntime, ModelDir: modelDir, ORTLibrary: filepath.Join(empty, "lib.so")},
			ErrMissing,
			[]string{"lib.so", "rollwell models install"},
		},
		{
			"a text file for a model",
			Options{Engine: EngineOpenCV, ModelDir: damaged},
			ErrUnusable,
			[]string{"pose_detector.onnx", "rollwell models install"},
		},
		{
			"the same, ONNX Runtime",
			Options{Engine: EngineONNXRuntime, ModelDir: damaged, ORTLibrary: ortLibrary},
			ErrUnusable,
			[]string{"pose_detector.onnx", "rollwell models install"},
		},
		{
			"a text file for the library",
			Options{Engine: EngineONNXRuntime, ModelDir: modelDir, ORTLibrary: library},
			ErrUnusable,
			[]string{"libonnxruntime.so.1", "rollwell models install"},
		},
		{"an unknown model", Options{Model: "huge", ModelDir: modelDir}, nil, []string{"huge", "lite, full or heavy"}},
		{"an unknown engine", Options{Engine: "tpu", ModelDir: modelDir}, nil, []string{"tpu", "auto"}},
	} {
		rt, err := NewRuntime(c.o)
		if err == nil {
			rt.Close()
			t.Errorf("%s: no error", c.name)
			continue
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v is not %v", c.name, err, c.is)
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q does not say %q", c.name, err, word)
			}
		}
	}
	if ortEnv.users != 0 {
		t.Errorf("%d users of ONNX Runtime are left after failures", ortEnv.users)
	}
}

func TestAutoTakesTheBestEngineThere(t *testing.T) {
	fast, err := NewRuntime(Options{ModelDir: modelDir, ORTLibrary: ortLibrary})
	if err != nil {
		t.Fatal(err)
	}
	defer fast.Close()
	if i := fast.Info(); i.Engine != EngineONNXRuntime || i.Note != "" || i.Model != ModelFull {
		t.Errorf("with the library: %+v", i)
	}
	slow, err := NewRuntime(Options{ModelDir: modelDir, ORTLibrary: filepath.Join(t.TempDir(), "none.so")})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if i := slow.Info(); i.Engine != EngineOpenCV || !strings.Contains(i.Note, "none.so") {
		t.Errorf("without the library: %+v", i)
	}
}

// TestLibraryOutlivesNoRuntime: the wrapper's one environment is counted, through double closes too.
func TestLibraryOutlivesNoRuntime(t *testing.T) {
	a, b := open(t, EngineONNXRuntime), open(t, EngineONNXRuntime)
	if ortEnv.users != 2 {
		t.Errorf("%d users, want 2", ortEnv.users)
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if ortEnv.users != 1 {
		t.Errorf("%d users after one was closed twice, want 1", ortEnv.users)
	}
	other := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
	if err := acquireORT(other); err == nil || !strings.Contains(err.Error(), "only one") {
		t.Errorf("a second library: %v", err)
	}
	if observe(t, newEye(t, b), frames(t, "correct", 1)[0]).Pose == nil {
		t.Error("the other runtime does not work any more")
	}
}

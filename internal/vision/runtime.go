// Package vision turns pixels into an observation: the body's landmarks, the roller and the picture's quality.
// It is the only package that knows OpenCV and the inference engines; pixels stop here.
//
// A Runtime holds the networks' weights, once per process. Each person's session has an Eye of its own on it,
// with its own tensors, scratch pictures and memory of the frames before.
package vision

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Model names a size of the pose landmarker.
type Model string

// The landmarkers: more accurate is slower (about 5, 9 and 43 ms on one core with ONNX Runtime).
const (
	ModelLite  Model = "lite"
	ModelFull  Model = "full"
	ModelHeavy Model = "heavy"
)

// Options says what a Runtime loads and from where.
type Options struct {
	// Engine is EngineAuto if empty.
	Engine Engine
	// Model is ModelFull if empty.
	Model Model
	// ModelDir is the folder with pose_detector.onnx and pose_landmark_MODEL.onnx.
	ModelDir string
	// ORTLibrary is the path of libonnxruntime.so.1. It may be empty with EngineOpenCV and EngineAuto.
	ORTLibrary string
	// Threads is how many cores one run on ONNX Runtime may use; 1 if zero, which serves many sessions best.
	// OpenCV chooses for itself.
	Threads int
}

// Info says what a Runtime runs, for reports.
type Info struct {
	Engine Engine
	// EngineVersion is the engine in words, "ONNX Runtime 1.24.3".
	EngineVersion string
	Model         Model
	// Note says why EngineAuto fell back to OpenCV; empty otherwise.
	Note string
}

// Runtime is the loaded networks. Its methods are safe for concurrent use.
type Runtime struct {
	info       Info
	engine     engine
	detector   network
	landmarker network
	finder     network
	close      sync.Once
}

// NewRuntime loads the networks. It takes some 100 ms. A file that is missing or damaged is named in the error,
// which wraps ErrMissing or ErrUnusable and says what to do.
func NewRuntime(o Options) (*Runtime, error) {
	if o.Model == "" {
		o.Model = ModelFull
	}
	switch o.Model {
	case ModelLite, ModelFull, ModelHeavy:
	default:
		return nil, fmt.Errorf("pose model %q is unknown: choose lite, full or heavy", o.Model)
	}
	eng, note, err := newEngine(o)
	if err != nil {
		return nil, err
	}
	r := &Runtime{
		engine: eng,
		info:   Info{Engine: eng.name(), EngineVersion: eng.version(), Model: o.Model, Note: note},
	}
	if r.detector, err = eng.load(detectorGraph(o.ModelDir)); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if r.landmarker, err = eng.load(landmarkerGraph(o.ModelDir, o.Model)); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if r.finder, err = eng.load(finderGraph()); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// newEngine opens the engine asked for. The note tells why EngineAuto did not take ONNX Runtime.
func newEngine(o Options) (eng engine, note string, err error) {
	threads := max(o.Threads, 1)
	switch o.Engine {
	case EngineOpenCV:
		return opencvEngine{}, "", nil
	case EngineONNXRuntime:
		eng, err = newORTEngine(o.ORTLibrary, threads)
		return eng, "", err
	case EngineAuto, "":
		if o.ORTLibrary == "" {
			return opencvEngine{}, "no ONNX Runtime library was given", nil
		}
		if !exists(o.ORTLibrary) {
			return opencvEngine{}, fmt.Sprintf("the ONNX Runtime library %s is not there", o.ORTLibrary), nil
		}
		eng, err = newORTEngine(o.ORTLibrary, threads)
		return eng, "", err
	default:
		return nil, "", fmt.Errorf("engine %q is unknown: choose auto, onnxruntime or opencv", o.Engine)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Info says what runs.
func (r *Runtime) Info() Info { return r.info }

// Close frees the networks. Every Eye must be closed before. Closing twice is harmless.
func (r *Runtime) Close() error {
	var errs []error
	r.close.Do(func() {
		if r.detector != nil {
			errs = append(errs, r.detector.close())
		}
		if r.landmarker != nil {
			errs = append(errs, r.landmarker.close())
		}
		if r.finder != nil {
			errs = append(errs, r.finder.close())
		}
		errs = append(errs, r.engine.close())
	})
	return errors.Join(errs...)
}

// Sizes of the networks' inputs, in pixels.
const (
	detectorSize   = 224
	landmarkerSize = 256
)

// anchorCount is the number of the detector's guesses, see anchors.
const anchorCount = 2254

func detectorGraph(dir string) graph {
	return graph{
		path:  filepath.Join(dir, "pose_detector.onnx"),
		input: "image",
		shape: []int{1, 3, detectorSize, detectorSize},
		outputs: []output{
			{"boxes", []int{1, anchorCount, detectionWidth}},
			{"scores", []int{1, anchorCount, 1}},
		},
	}
}

func landmarkerGraph(dir string, m Model) graph {
	return graph{
		path:  filepath.Join(dir, "pose_landmark_"+string(m)+".onnx"),
		input: "image",
		shape: []int{1, 3, landmarkerSize, landmarkerSize},
		outputs: []output{
			{"landmarks", []int{1, rawLandmarks * rawImageWidth}},
			{"presence", []int{1, 1}},
			{"world", []int{1, rawLandmarks * rawWorldWidth}},
		},
	}
}

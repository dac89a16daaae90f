package vision

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// ortEnv counts who uses ONNX Runtime's environment. The Go wrapper keeps that environment, and the library it
// was loaded from, in package variables of its own, so this process can have but one: the count has to be
// global too. The library stays loaded until the last Runtime is closed.
var ortEnv struct {
	sync.Mutex
	users   int
	library string
}

// acquireORT loads the library at path, or counts one more user of it if it is loaded already.
func acquireORT(path string) error {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	ortEnv.Lock()
	defer ortEnv.Unlock()
	if ortEnv.users > 0 {
		if ortEnv.library != path {
			return fmt.Errorf("ONNX Runtime library %s: %s is loaded already, and a process can hold only one",
				path, ortEnv.library)
		}
		ortEnv.users++
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return missing("ONNX Runtime library", path)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return unusable("ONNX Runtime library", path, err)
	}
	ortEnv.users, ortEnv.library = 1, path
	return nil
}

func releaseORT() error {
	ortEnv.Lock()
	defer ortEnv.Unlock()
	ortEnv.users--
	if ortEnv.users > 0 {
		return nil
	}
	ortEnv.library = ""
	return ort.DestroyEnvironment()
}

// ortEngine runs networks on ONNX Runtime's CPU provider.
type ortEngine struct {
	threads int
	once    sync.Once
}

func newORTEngine(library string, threads int) (*ortEngine, error) {
	if err := acquireORT(library); err != nil {
		return nil, err
	}
	return &ortEngine{threads: threads}, nil
}

func (*ortEngine) name() Engine    { return EngineONNXRuntime }
func (*ortEngine) version() string { return "ONNX Runtime " + ort.GetVersion() }

func (e *ortEngine) close() error {
	var err error
	e.once.Do(func() { err = releaseORT() })
	return err
}

func (e *ortEngine) load(g graph) (network, error) {
	data, err := g.read()
	if err != nil {
		return nil, err
	}
	opts, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("ONNX Runtime options: %w", err)
	}
	defer func() { _ = opts.Destroy() }() // the session has its own copy by then
	for _, err := range []error{
		opts.SetIntraOpNumThreads(e.threads),
		opts.SetInterOpNumThreads(1),
		opts.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		// Without this, idle workers burn a core between frames.
		opts.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
	} {
		if err != nil {
			return nil, fmt.Errorf("ONNX Runtime options: %w", err)
		}
	}
	names := make([]string, len(g.outputs))
	for i, o := range g.outputs {
		names[i] = o.name
	}
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(data, []string{g.input}, names, opts)
	if err != nil {
		return nil, unusable("model", g.path, err)
	}
	return &ortNetwork{graph: g, session: s}, nil
}

// ortNetwork holds the weights. ONNX Runtime allows concurrent runs of one session as long as each brings its
// own tensors.
type ortNetwork struct {
	graph   graph
	session *ort.DynamicAdvancedSession
}

func (n *ortNetwork) close() error { return n.session.Destroy() }

func (n *ortNetwork) newInference() (inference, error) {
	inf := &ortInference{network: n}
	if err := inf.bind(); err != nil {
		return nil, errors.Join(fmt.Errorf("tensors of %s: %w", filepath.Base(n.graph.path), err), inf.close())
	}
	return inf, nil
}

// ortInference is one set of tensors, bound to the session once, so that a run allocates nothing.
type ortInference struct {
	network *ortNetwork
	binding *ort.IoBinding
	in      *tensor
	outs    []*tensor
	values  []*ort.Tensor[float32]
}

func (f *ortInference) bind() error {
	var err error
	if f.binding, err = f.network.session.CreateIoBinding(); err != nil {
		return err
	}
	g := f.network.graph
	f.in = newTensor(product(g.shape))
	v, err := ort.NewTensor(ortShape(g.shape), f.in.data)
	if err != nil {
		return err
	}
	f.values = append(f.values, v)
	if err := f.binding.BindInput(g.input, v); err != nil {
		return err
	}
	for _, o := range g.outputs {
		if err := f.bindOutput(o); err != nil {
			return fmt.Errorf("output %s: %w", o.name, err)
		}
	}
	return nil
}

func (f *ortInference) bindOutput(o output) error {
	t := newTensor(product(o.shape))
	f.outs = append(f.outs, t)
	v, err := ort.NewTensor(ortShape(o.shape), t.data)
	if err != nil {
		return err
	}
	f.values = append(f.values, v)
	return f.binding.BindOutput(o.name, v)
}

func (f *ortInference) input() []float32       { return f.in.data }
func (f *ortInference) output(i int) []float32 { return f.outs[i].data }

func (f *ortInference) run() error {
	if err := f.network.session.RunWithBinding(f.binding); err != nil {
		return fmt.Errorf("ONNX Runtime, %s: %w", filepath.Base(f.network.graph.path), err)
	}
	return nil
}

func (f *ortInference) close() error {
	var errs []error
	if f.binding != nil {
		errs = append(errs, f.binding.Destroy())
	}
	for _, v := range f.values {
		errs = append(errs, v.Destroy())
	}
	if f.in != nil {
		f.in.free()
	}
	for _, t := range f.outs {
		t.free()
	}
	f.binding, f.values, f.in, f.outs = nil, nil, nil, nil
	return errors.Join(errs...)
}

func ortShape(dims []int) ort.Shape {
	shape := make(ort.Shape, len(dims))
	for i, d := range dims {
		shape[i] = int64(d)
	}
	return shape
}

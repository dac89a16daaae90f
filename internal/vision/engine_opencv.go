package vision

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"gocv.io/x/gocv"
)

// opencvEngine runs networks on OpenCV's dnn module, CPU only.
type opencvEngine struct{}

func (opencvEngine) name() Engine    { return EngineOpenCV }
func (opencvEngine) version() string { return "OpenCV " + gocv.OpenCVVersion() }
func (opencvEngine) close() error    { return nil }

func (opencvEngine) load(g graph) (network, error) {
	// OpenCV throws on a malformed model and GoCV does not catch: reading looks before it leaps.
	data, err := g.read()
	if err != nil {
		return nil, err
	}
	net, err := gocv.ReadNetFromONNXBytes(data)
	if err != nil {
		return nil, unusable("model", g.path, err)
	}
	if net.Empty() {
		return nil, unusable("model", g.path, fmt.Errorf("OpenCV found no layers in it"))
	}
	if err := errors.Join(net.SetPreferableBackend(gocv.NetBackendOpenCV), net.SetPreferableTarget(gocv.NetTargetCPU)); err != nil {
		return nil, unusable("model", g.path, errors.Join(err, net.Close()))
	}
	names := make([]string, len(g.outputs))
	for i, o := range g.outputs {
		names[i] = o.name
	}
	return &opencvNetwork{graph: g, net: net, names: names}, nil
}

// opencvNetwork holds the weights. A cv::dnn::Net keeps its activations inside itself, and its copies share
// them, so OpenCV has no way to share weights between independent runs: here one Net serves all eyes, one run
// at a time. OpenCV spreads each run over the cores, so little is lost by waiting for one's turn.
type opencvNetwork struct {
	graph graph
	names []string

	mu  sync.Mutex
	net gocv.Net // guarded by mu
}

func (n *opencvNetwork) close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.net.Close()
}

func (n *opencvNetwork) newInference() (inference, error) {
	f := &opencvInference{network: n, in: newTensor(product(n.graph.shape))}
	blob, err := gocv.NewMatWithSizesFromBytes(n.graph.shape, gocv.MatTypeCV32F, f.in.bytes())
	if err != nil {
		f.in.free()
		return nil, fmt.Errorf("input of %s: %w", filepath.Base(n.graph.path), err)
	}
	f.blob = blob
	for _, o := range n.graph.outputs {
		f.outs = append(f.outs, make([]float32, product(o.shape)))
	}
	return f, nil
}

// opencvInference is one eye's input blob and copies of its outputs.
type opencvInference struct {
	network *opencvNetwork
	in      *tensor
	blob    gocv.Mat // a view of in
	outs    [][]float32
}

func (f *opencvInference) input() []float32       { return f.in.data }
func (f *opencvInference) output(i int) []float32 { return f.outs[i] }

func (f *opencvInference) run() error {
	n := f.network
	n.mu.Lock()
	defer n.mu.Unlock()
	n.net.SetInput(f.blob, n.graph.input)
	blobs := n.net.ForwardLayers(n.names)
	var err error
	for i := range blobs {
		// The blobs are views of the net's own memory, overwritten by the next run: copy them under the lock.
		got, e := blobs[i].DataPtrFloat32()
		switch {
		case i >= len(f.outs) || err != nil:
		case e != nil:
			err = fmt.Errorf("OpenCV, %s, output %s: %w", filepath.Base(n.graph.path), n.names[i], e)
		case len(got) != len(f.outs[i]):
			err = fmt.Errorf("OpenCV, %s, output %s: %d numbers instead of %d",
				filepath.Base(n.graph.path), n.names[i], len(got), len(f.outs[i]))
		default:
			copy(f.outs[i], got)
		}
		blobs[i].Close()
	}
	if err == nil && len(blobs) != len(f.outs) {
		err = fmt.Errorf("OpenCV, %s: %d outputs instead of %d", filepath.Base(n.graph.path), len(blobs), len(f.outs))
	}
	return err
}

func (f *opencvInference) close() error {
	if f.in == nil {
		return nil
	}
	err := f.blob.Close()
	f.in.free()
	f.in = nil
	return err
}

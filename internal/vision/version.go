package vision

import (
	"errors"

	ort "github.com/yalue/onnxruntime_go"
	"gocv.io/x/gocv"
)

// OpenCVVersion is the release of the OpenCV library that this program runs with, like "4.6.0".
func OpenCVVersion() string { return gocv.OpenCVVersion() }

// ONNXRuntimeVersion loads the ONNX Runtime library at path, asks for its release, like "1.24.3", and lets go
// of it again. It returns ErrMissing or ErrUnusable where the engine would.
func ONNXRuntimeVersion(path string) (version string, err error) {
	if err := acquireORT(path); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, releaseORT()) }()
	return ort.GetVersion(), nil
}

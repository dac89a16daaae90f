// Package parity reads what the original TensorFlow Lite models answered to
// fixed images (testdata/parity), and makes those images again, so that tests
// can hold the converted models on any engine to them.
//
// It runs no engine itself: a test feeds Input to its engine and passes what
// comes out to Case.MaxDiff.
package parity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrReference means reference data that does not fit this code.
var ErrReference = errors.New("parity reference does not fit")

// perAnchor is the number of values for each anchor in an output of the
// detector.
func perAnchor(output string) int {
	if output == "boxes" {
		return 12
	}
	return 1
}

// anchors is the number of anchors of the detector.
const anchors = 2254

// Case is one model's answer to one scene.
type Case struct {
	// Model is the model's name, such as "pose_landmark_full".
	Model string `json:"model"`
	// Scene names the image.
	Scene string `json:"scene"`
	// Anchors are the detector's anchors that the outputs are kept for: those
	// with the best scores and an even sample. It is empty for other models.
	Anchors []int `json:"anchors"`
	// Best is the detector's anchor with the best score.
	Best int `json:"best"`
	// Outputs are the reference values by output name.
	Outputs map[string][]float32 `json:"outputs"`
}

// Load reads parity.json in dir and makes sure that Image makes the very
// images that the references were made from. Errors of content wrap
// ErrReference.
func Load(dir string) ([]Case, error) {
	data, err := os.ReadFile(filepath.Join(dir, "parity.json"))
	if err != nil {
		return nil, err
	}
	var file struct {
		Scenes map[string]map[string]string `json:"scenes"`
		Cases  []Case                       `json:"cases"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReference, err)
	}
	for scene, digests := range file.Scenes {
		for _, side := range []int{224, 256} {
			pixels, err := Image(scene, side)
			if err != nil {
				return nil, err
			}
			sum := sha256.Sum256(pixels)
			if got, want := hex.EncodeToString(sum[:]), digests[fmt.Sprintf("sha256_%d", side)]; got != want {
				return nil, fmt.Errorf("%w: scene %s at %d pixels has SHA-256 %s, the reference was made from %s", ErrReference, scene, side, got, want)
			}
		}
	}
	for _, c := range file.Cases {
		if err := c.check(); err != nil {
			return nil, err
		}
	}
	return file.Cases, nil
}

func (c Case) check() error {
	for _, a := range c.Anchors {
		if a < 0 || a >= anchors {
			return fmt.Errorf("%w: %s, %s: anchor %d of %d", ErrReference, c.Model, c.Scene, a, anchors)
		}
	}
	lengths := map[string]int{"landmarks": 195, "presence": 1, "world": 117}
	if c.Detector() {
		lengths = map[string]int{"boxes": 12 * len(c.Anchors), "scores": len(c.Anchors)}
	}
	for name, n := range lengths {
		if got := len(c.Outputs[name]); got != n || n == 0 {
			return fmt.Errorf("%w: %s, %s: %d values of %q, want %d", ErrReference, c.Model, c.Scene, got, name, n)
		}
	}
	return nil
}

// Detector reports whether the case is of the detector.
func (c Case) Detector() bool { return !strings.HasPrefix(c.Model, "pose_landmark") }

// Side is the side of the model's input in pixels.
func (c Case) Side() int {
	if c.Detector() {
		return 224
	}
	return 256
}

// Input is the case's image as the model wants it: 1×3×Side×Side, RGB, −1…1
// for the detector and 0…1 for the others.
func (c Case) Input() ([]float32, error) {
	pixels, err := Image(c.Scene, c.Side())
	if err != nil {
		return nil, err
	}
	plane := c.Side() * c.Side()
	input := make([]float32, 3*plane)
	for i, v := range pixels {
		x := float32(v) / 255
		if c.Detector() {
			x = float32(v)/127.5 - 1
		}
		input[i%3*plane+i/3] = x
	}
	return input, nil
}

// MaxDiff is the largest absolute difference between what an engine gave for
// the named output, whole, and the reference. Among landmarks, stride 5,
// only the values whose index modulo 5 is in fields count: 0 and 1 are pixels,
// 2 is depth, 3 and 4 are logits; for all else fields is left out.
func (c Case) MaxDiff(name string, got []float32, fields ...int) (float64, error) {
	want := c.Outputs[name]
	whole := len(want)
	if c.Detector() {
		whole = anchors * perAnchor(name)
	}
	if len(want) == 0 || len(got) != whole {
		return 0, fmt.Errorf("%w: %s gave %d values of %q, want %d", ErrReference, c.Model, len(got), name, whole)
	}
	worst := 0.0
	for i, w := range want {
		at := i
		if c.Detector() {
			n := perAnchor(name)
			at = c.Anchors[i/n]*n + i%n
		}
		if len(fields) > 0 && !slices.Contains(fields, i%5) {
			continue
		}
		d := math.Abs(float64(got[at]) - float64(w))
		if math.IsNaN(d) {
			return math.Inf(1), nil
		}
		worst = max(worst, d)
	}
	return worst, nil
}

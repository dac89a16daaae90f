package parity

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const folder = "../../../testdata/parity"

func TestLoadFindsEveryModelAndScene(t *testing.T) {
	cases, err := Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range cases {
		seen[c.Model+" "+c.Scene] = true
		input, err := c.Input()
		if err != nil || len(input) != 3*c.Side()*c.Side() {
			t.Fatalf("%s: %d values, %v", c.Model, len(input), err)
		}
		low, high := float32(0), float32(1)
		if c.Detector() {
			low = -1
		}
		for _, v := range input {
			if v < low || v > high {
				t.Fatalf("%s: input %g", c.Model, v)
			}
		}
	}
	if len(cases) != 12 || len(seen) != 12 {
		t.Errorf("%d cases, %d different", len(cases), len(seen))
	}
}

// TestInputIsPlanar: channel c of pixel (x, y) lies at c·S² + y·S + x.
func TestInputIsPlanar(t *testing.T) {
	c := Case{Model: "pose_landmark_lite", Scene: "stripes"}
	input, err := c.Input()
	if err != nil {
		t.Fatal(err)
	}
	pixels, _ := Image("stripes", 256)
	for channel := range 3 {
		const x, y = 5, 9
		if got, want := input[channel*256*256+y*256+x], float32(pixels[3*(y*256+x)+channel])/255; got != want {
			t.Errorf("channel %d is %g, want %g", channel, got, want)
		}
	}
}

func TestMaxDiff(t *testing.T) {
	detector := Case{Model: "pose_detector", Anchors: []int{0, 3}, Outputs: map[string][]float32{"scores": {1, 2}}}
	scores := make([]float32, 2254)
	scores[0], scores[3], scores[1] = 1.25, 2, 99 // anchor 1 is not kept
	if d, err := detector.MaxDiff("scores", scores); err != nil || d != 0.25 {
		t.Errorf("detector: %g, %v", d, err)
	}
	landmarks := Case{Model: "pose_landmark_full", Outputs: map[string][]float32{"landmarks": {1, 2, 3, 4, 5}}}
	got := []float32{1, 2.5, 9, 4, 5}
	if d, err := landmarks.MaxDiff("landmarks", got, 0, 1); err != nil || d != 0.5 {
		t.Errorf("pixels: %g, %v", d, err)
	}
	if d, _ := landmarks.MaxDiff("landmarks", got); d != 6 {
		t.Errorf("all: %g", d)
	}
	got[4] = float32(math.NaN())
	if d, _ := landmarks.MaxDiff("landmarks", got); !math.IsInf(d, 1) {
		t.Errorf("not a number: %g", d)
	}
	if _, err := landmarks.MaxDiff("landmarks", got[:4]); !errors.Is(err, ErrReference) {
		t.Errorf("short: %v", err)
	}
}

func TestLoadRefusesWhatDoesNotFit(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(folder, "parity.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"another image": {`"sha256_224": "c`, `"sha256_224": "d`},
		"unknown scene": {`"lying": {`, `"sitting": {`},
		"lost values":   {`"presence":[`, `"presents":[`},
		"wrong anchor":  {`"anchors":[0,`, `"anchors":[2254,`},
		"cut short":     {`"cases"`, `]`},
	} {
		dir := t.TempDir()
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Fatalf("%s: nothing to change", name)
		}
		if err := os.WriteFile(filepath.Join(dir, "parity.json"), []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); !errors.Is(err, ErrReference) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

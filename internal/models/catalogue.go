// Package models knows the neural networks and the inference library that
// Rollwell runs on: where they come from, what they must look like byte for
// byte, and how to put them in place.
//
// The networks are BlazePose GHUM as published in the npm package
// @mediapipe/pose (Apache-2.0). They are converted to ONNX once, at set-up.
// The library is ONNX Runtime as published in onnxruntime-node (MIT).
package models

import (
	"runtime"

	"github.com/rollwell/rollwell/internal/models/conversion"
)

// Name names a model; its file is Name.onnx in the models folder.
type Name string

// The models. Inputs are RGB images, float32, 1×3×H×W; see models/README.md
// for the outputs.
const (
	// PoseDetector finds people: 224×224 pixels in −1…1.
	PoseDetector Name = "pose_detector"
	// PoseLandmarkLite, PoseLandmarkFull and PoseLandmarkHeavy find the 33
	// landmarks of one person: 256×256 pixels in 0…1. Heavier is slower and
	// more exact.
	PoseLandmarkLite  Name = "pose_landmark_lite"
	PoseLandmarkFull  Name = "pose_landmark_full"
	PoseLandmarkHeavy Name = "pose_landmark_heavy"
	// The same with a fourth output, the person's silhouette, which makes them
	// slower. They are installed on demand only.
	PoseLandmarkLiteSegmentation  Name = "pose_landmark_lite_segmentation"
	PoseLandmarkFullSegmentation  Name = "pose_landmark_full_segmentation"
	PoseLandmarkHeavySegmentation Name = "pose_landmark_heavy_segmentation"
)

// Entry is one file of the models folder.
type Entry struct {
	// Name is the model's name, or the library's file name.
	Name string
	// File is the file's name in the models folder.
	File string
	// Source is the slash-separated path under node_modules that it is made from.
	Source string
	// SourceSHA256 and SHA256 are the digests, in hexadecimal, of the source and
	// of the file made from it.
	SourceSHA256 string
	SHA256       string
	// Optional entries may be missing without Verify complaining: models with
	// segmentation, and the library, which is also found in node_modules.
	Optional bool

	// convert says how to make the model; nil for the library, which is copied.
	convert *conversion.Options
}

// Catalogue lists everything that a models folder may hold on this machine's
// architecture, in the order of installation.
func Catalogue() []Entry {
	entries := []Entry{
		detector(),
		landmarker(PoseLandmarkLite, "lite",
			"f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
			"a8b64be41f1c97d8dbd38775a2d366833fcc5b48262d2ee8c96b1db7c278c6c1"),
		landmarker(PoseLandmarkFull, "full",
			"e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
			"6447066db2cda79373e4ca3322a8a3aa28fe2d0221c01259394288c9c06964a7"),
		landmarker(PoseLandmarkHeavy, "heavy",
			"59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
			"898d1df763f48121985da6c5431b8b27a80076068c686440f155478dc28c0d14"),
	}
	for _, s := range []struct {
		of     int
		name   Name
		sha256 string
	}{
		{1, PoseLandmarkLiteSegmentation, "ea2bcc31b83d1b26be9cd5c0e812d376c9376445d6569c677d0a2cffae6599d3"},
		{2, PoseLandmarkFullSegmentation, "2c97a1f3e47a76f12b3ff41216efb7ef6b501ffa66c24db330401efffe486773"},
		{3, PoseLandmarkHeavySegmentation, "9f718f59eeff540d440dbb32b321038a511520062ea266fd11fbb0f368e3bea8"},
	} {
		entries = append(entries, withSegmentation(entries[s.of], s.name, s.sha256))
	}
	if library, ok := runtimeEntry(runtime.GOARCH); ok {
		entries = append(entries, library)
	}
	return entries
}

// detector is the pose detector. The package ships it as the whole of its
// packed assets.
func detector() Entry {
	return Entry{
		Name: string(PoseDetector), File: fileOf(PoseDetector),
		Source:       "@mediapipe/pose/pose_solution_packed_assets.data",
		SourceSHA256: "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
		SHA256:       "726abc78cdba5a532c1d200ab4f66d182a448b9ba3ed76aba6035192a4c2a942",
		convert: &conversion.Options{Name: string(PoseDetector), Input: "image", Outputs: []conversion.Output{
			{Tensor: "Identity", Name: "boxes"},
			{Tensor: "Identity_1", Name: "scores"},
		}},
	}
}

// landmarker is a landmark model without its heat map and silhouette: no
// other output needs those branches, and dropping them makes it twice as fast.
func landmarker(name Name, size, sourceSHA256, sha256 string) Entry {
	return Entry{
		Name: string(name), File: fileOf(name),
		Source:       "@mediapipe/pose/pose_landmark_" + size + ".tflite",
		SourceSHA256: sourceSHA256, SHA256: sha256,
		convert: &conversion.Options{Name: string(name), Input: "image", Outputs: []conversion.Output{
			{Tensor: "Identity", Name: "landmarks"},
			{Tensor: "Identity_1", Name: "presence"},
			{Tensor: "Identity_4", Name: "world"},
		}},
	}
}

// withSegmentation is the landmark model e with the silhouette kept.
func withSegmentation(e Entry, name Name, sha256 string) Entry {
	opts := *e.convert
	opts.Name = string(name)
	opts.Outputs = append(append([]conversion.Output{}, opts.Outputs...), conversion.Output{Tensor: "Identity_2", Name: "segmentation"})
	e.Name, e.File, e.SHA256, e.Optional, e.convert = string(name), fileOf(name), sha256, true, &opts
	return e
}

// RuntimeFile is the file name of the ONNX Runtime library.
const RuntimeFile = "libonnxruntime.so.1"

// runtimeEntry is the ONNX Runtime library for a Go architecture, if there is one.
func runtimeEntry(goarch string) (Entry, bool) {
	folder, sha256 := "", ""
	switch goarch {
	case "amd64":
		folder, sha256 = "x64", "92ba8e44d31b80a34f5e805076a044122c3be1fffe0d88ed790de7267b0b2682"
	case "arm64":
		folder, sha256 = "arm64", "33032cb5b91c12edbf028d7c69fa40a31848d66c0095448758af237d5e0b07db"
	default:
		return Entry{}, false
	}
	return Entry{
		Name: RuntimeFile, File: RuntimeFile,
		Source:       "onnxruntime-node/bin/napi-v6/linux/" + folder + "/" + RuntimeFile,
		SourceSHA256: sha256, SHA256: sha256,
		Optional: true,
	}, true
}

func fileOf(name Name) string { return string(name) + ".onnx" }

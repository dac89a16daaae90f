package main

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/models"
	"github.com/rollwell/rollwell/internal/vision"
)

// open loads the networks. The map names the models with the digest of what they must be.
func (f engineFlags) open() (*vision.Runtime, map[string]string, error) {
	dir, err := models.Dir(f.Models)
	if err != nil {
		return nil, nil, setupError(err)
	}
	library, err := models.RuntimeLibrary(dir)
	if err != nil && f.Engine == vision.EngineONNXRuntime {
		return nil, nil, setupError(err)
	}
	rt, err := vision.NewRuntime(vision.Options{Engine: f.Engine, Model: f.Model, ModelDir: dir, ORTLibrary: library})
	if err != nil {
		return nil, nil, setupError(err)
	}
	used := map[string]string{}
	landmarks := "pose_landmark_" + string(f.Model)
	for _, e := range models.Catalogue() {
		if e.Name == string(models.PoseDetector) || e.Name == landmarks {
			used[e.Name] = "sha256:" + e.SHA256
		}
	}
	if len(used) != 2 {
		return nil, nil, fmt.Errorf("the catalogue of models lacks %s: %w", landmarks, rt.Close())
	}
	return rt, used, nil
}

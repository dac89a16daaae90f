package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/rollwell/rollwell/internal/models"
	"github.com/rollwell/rollwell/internal/vision"
	"github.com/rollwell/rollwell/models/roller"
)

// open loads the networks, after a look at their bytes: a damaged model must not reach the engines, of which OpenCV
// takes the program down with it. The map names the models with the digest that was found.
func (f engineFlags) open(ctx context.Context) (*vision.Runtime, map[string]string, error) {
	dir, err := models.Dir(f.Models)
	if err != nil {
		return nil, nil, setupError(err)
	}
	used, err := models.Check(ctx, dir, models.PoseDetector, models.Name("pose_landmark_"+string(f.Model)))
	if err != nil {
		return nil, nil, setupError(err)
	}
	library, err := models.RuntimeLibrary(dir)
	if err != nil && f.Engine == vision.EngineONNXRuntime {
		return nil, nil, setupError(err)
	}
	rt, err := vision.NewRuntime(vision.Options{Engine: f.Engine, Model: f.Model, ModelDir: dir, ORTLibrary: library})
	switch {
	case errors.Is(err, vision.ErrMissing), errors.Is(err, vision.ErrUnusable):
		return nil, nil, setupError(err)
	case err != nil:
		return nil, nil, fmt.Errorf("load the networks: %w", err)
	}
	used["roller"] = fmt.Sprintf("sha256:%x", sha256.Sum256(roller.Weights))
	return rt, used, nil
}

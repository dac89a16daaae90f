package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/models"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
)

// open loads the networks; the map names the models.
func (c serveCmd) open(ctx context.Context) (*vision.Runtime, map[string]string, error) {
	model := vision.Model(c.Model)
	if c.Model == "auto" {
		model = c.choose()
	}
	return engineFlags{Models: c.Models, Engine: c.Engine, Model: model}.open(ctx)
}

// choose takes the model full unless that leaves too few checks at a time: fewer than were asked for, or none.
func (c serveCmd) choose() vision.Model {
	engine := c.Engine
	if engine == vision.EngineAuto {
		engine = vision.EngineOpenCV
		if dir, err := models.Dir(c.Models); err == nil {
			if _, err := models.RuntimeLibrary(dir); err == nil {
				engine = vision.EngineONNXRuntime
			}
		}
	}
	workers := c.Workers
	if workers == 0 {
		workers = runtime.NumCPU()
	}
	fit := int(float64(workers) / (c.MinRate * assumedCost(engine, vision.ModelFull).Seconds()))
	if fit < max(c.MaxSessions, leastChecks) {
		return vision.ModelLite
	}
	return vision.ModelFull
}

// leastChecks is how many checks at a time are worth a smaller model.
const leastChecks = 2

// assumedCost is what a frame costs until it has been measured, on one core of the machine that README.md names: pose
// and roller, with the person followed.
func assumedCost(engine vision.Engine, model vision.Model) time.Duration {
	costs := map[vision.Model][2]time.Duration{
		vision.ModelLite:  {11 * time.Millisecond, 30 * time.Millisecond},
		vision.ModelFull:  {15 * time.Millisecond, 43 * time.Millisecond},
		vision.ModelHeavy: {50 * time.Millisecond, 150 * time.Millisecond},
	}[model]
	if engine == vision.EngineOpenCV {
		return costs[1]
	}
	return costs[0]
}

// builder makes sessions on a runtime.
func builder(rt *vision.Runtime) func(session.LiveConfig) (*session.Live, error) {
	pool := frame.NewPool()
	return func(c session.LiveConfig) (*session.Live, error) {
		eye, err := rt.NewEye(vision.EyeOptions{})
		if err != nil {
			return nil, fmt.Errorf("open an eye: %w", err)
		}
		c.Eye = liveEye{watcher{eye}}
		c.Decoder = func(codec media.Codec) (session.Decoder, error) {
			return video.NewStream(codec, video.StreamOptions{Pool: pool})
		}
		return session.NewLive(c), nil
	}
}

// liveEye is an eye as a live session wants it.
type liveEye struct{ watcher }

// Place passes a person's word on where the roller is.
func (e liveEye) Place(near body.Point, radius, at float64) {
	e.watcher.Place(vision.Placement{At: at, Near: near, Radius: radius})
}

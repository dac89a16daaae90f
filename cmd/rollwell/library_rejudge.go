package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/store"
)

// rejudge judges by what was observed, where no video is kept.
func (c *clipJob) rejudge(ctx context.Context) (change func(n *store.Session) error, err error) {
	file, err := os.Open(filepath.Join(c.dir, archive.ObservationsFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, errors.New("there is no video of this session any more, and nothing else to judge by; upload it again")
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stored, err := results.OpenObservations(file)
	if err != nil {
		return nil, err
	}
	defer stored.Close()
	h := stored.Header
	h.Exercise = results.Exercise{
		ID: c.exercise.ID, Version: c.exercise.Version, Hash: c.exercise.Hash, Side: h.Exercise.Side, Dose: h.Exercise.Dose,
	}
	h.Options.Language = c.language
	if c.options.HeightCM > 0 {
		h.Options.Height = c.options.HeightCM
	}
	w, err := archive.Create(c.dir, h)
	if err != nil {
		return nil, err
	}
	result, ran := session.Replay(ctx, session.ReplayConfig{
		Next: c.observations(ctx, stored), Scale: h.Scale, Exercise: c.exercise, Spine: spineOptions(h.Options), Sinks: []session.Sink{w},
		Coach: coach.Options{Language: c.language, Dose: h.Exercise.Dose, Side: exercise.Side(h.Exercise.Side)},
	})
	cut := errors.Is(ran, results.ErrCutOff)
	if ctx.Err() != nil || ran != nil && !cut {
		return nil, errors.Join(ran, w.Abandon())
	}
	s := results.NewSession(result)
	s.Source, s.Models, s.Engine, s.Frames = h.Source, h.Models, h.Engine, stored.Counts
	d, err := w.Close(s)
	if err != nil {
		return nil, err
	}
	return func(n *store.Session) error {
		n.Apply(d)
		n.Language = c.language
		if cut {
			n.Error = queue.Sentence(fmt.Errorf("%s: %w", c.name(), ran))
		}
		return nil
	}, nil
}

// observations gives what was observed, when it is the job's turn.
func (c *clipJob) observations(ctx context.Context, stored *results.ObservationsReader) func() (*spine.Observation, error) {
	end := float64From(stored.Header.Source.DurationS)
	return func() (*spine.Observation, error) {
		if err := c.progress.Give(ctx); err != nil {
			return nil, err
		}
		o, err := stored.Next()
		if err == nil && end > 0 {
			c.progress.Set(o.T / end)
		}
		return o, err
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// rescoreCmd judges stored observations.
type rescoreCmd struct {
	exercisesFolder `embed:""`

	From     string `arg:"" name:"folder" help:"Folder that analyze has written, or the observations.jsonl.zst in it." type:"path"`
	Rules    string `help:"Exercise to judge by: an id of the catalogue, or an exercise file. Without it: the exercise of the first analysis, as the catalogue has it now." placeholder:"ID|FILE"`
	Language string `help:"Language of the cues. Without it: that of the first analysis." placeholder:"TAG"`
	Out      string `help:"Folder for session.json and frames.jsonl. Without it: the folder rescored beside the observations." placeholder:"DIR" type:"path"`
	JSON     bool   `help:"Print session.json on standard output, on one line, instead of the summary."`
}

// rescored is the folder of the results beside the observations.
const rescored = "rescored"

// Run judges the observations and writes what comes of it.
func (c rescoreCmd) Run(ctx context.Context, std streams) error {
	path := c.From
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, observationsFile)
	}
	if c.Out == "" {
		c.Out = filepath.Join(filepath.Dir(path), rescored)
	}
	file, err := os.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w: there is no %s; analyze writes one unless told --no-observations", errInput, path)
	case err != nil:
		return fmt.Errorf("%w: %w", errInput, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	stored, err := results.OpenObservations(file)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errInput, path, err)
	}
	defer stored.Close()
	out := clipOutcome{clip: path}
	c.judge(ctx, std.err, stored, &out)
	return report(std, c.JSON, []clipOutcome{out})
}

// judge takes the observations through the rules and notes in out what became of them.
func (c rescoreCmd) judge(ctx context.Context, warn io.Writer, stored *results.ObservationsReader, out *clipOutcome) {
	h := &stored.Header
	if c.Rules == "" {
		c.Rules = h.Exercise.ID
	}
	if c.Language == "" {
		c.Language = h.Options.Language
	}
	ex, err := c.openExercise(c.Rules, warn)
	if err != nil {
		out.err = err
		return
	}
	if out.err = makeFolder(c.Out); out.err != nil {
		return
	}
	to, err := newResultFiles(c.Out, nil)
	if err != nil {
		out.err = err
		return
	}
	result, ran := session.Replay(ctx, session.ReplayConfig{
		Next: stored.Next, Scale: h.Scale, Exercise: ex, Spine: spineOptions(h.Options), Sinks: to.sinks(),
		Coach: coach.Options{Language: c.Language, Dose: h.Exercise.Dose, Side: exercise.Side(h.Exercise.Side)},
	})
	if errors.Is(ran, results.ErrCutOff) { // what is there is judged all the same
		out.warning, ran = fmt.Errorf("%s: %w", out.clip, ran), nil
	}
	if errors.Is(ran, results.ErrObservations) {
		ran = fmt.Errorf("%w: %s: %w", errInput, out.clip, ran)
	}
	if err := errors.Join(ran, to.flush(result.Frames.Read)); err != nil {
		out.err = errors.Join(err, to.discard())
		return
	}
	s := results.NewSession(result)
	n := stored.Counts
	s.Source, s.Models, s.Engine, s.Frames = h.Source, h.Models, h.Engine, n
	if out.err = to.save(&s, overlayFile); out.err == nil {
		out.session, out.folder = &s, c.Out
	}
}

// spineOptions are what a person told of the roller and themselves, as the estimator wants it.
func spineOptions(o results.Options) spine.Options {
	return spine.Options{RollerDiameterM: o.RollerDiameter / 100, RollerLengthM: o.RollerLength / 100, HeightM: o.Height / 100}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
)

// displayLongSide is the size of the pictures in the overlay video: enough for a full screen, small enough to
// draw and to send.
const displayLongSide = 1280

// The names of a clip's results within its folder.
const (
	sessionFile      = "session.json"
	framesFile       = "frames.jsonl"
	observationsFile = "observations.jsonl.zst"
	overlayFile      = "overlay.mp4"
)

// clip analyses one clip and writes its results. An interrupted clip leaves valid files of what was done; a clip
// that cannot be opened leaves earlier results alone.
func (a *analysis) clip(ctx context.Context, path string, bar *clipBar) clipOutcome {
	out := clipOutcome{clip: path}
	if out.err = ctx.Err(); out.err != nil {
		return out
	}
	options := video.Options{}
	if a.cmd.Overlay {
		options.DisplayLongSide = displayLongSide
	}
	reader, err := video.Open(ctx, path, options)
	if err != nil {
		out.err = inputError(err)
		return out
	}
	bar.total(reader.Info().Frames)
	a.watch(ctx, reader, filepath.Join(a.cmd.Out, folderName(path)), bar, &out)
	out.warning = reader.Warning()
	out.err = errors.Join(out.err, reader.Close())
	return out
}

// watch runs the session of an open clip, writes its files into folder and notes in out what became of them.
func (a *analysis) watch(ctx context.Context, reader *video.Reader, folder string, bar *clipBar, out *clipOutcome) {
	if out.err = makeFolder(folder); out.err != nil {
		return
	}
	eye, err := a.runtime.NewEye(vision.EyeOptions{})
	if err != nil {
		out.err = fmt.Errorf("%w: %w", errSetup, err)
		return
	}
	info := reader.Info()
	to, err := a.openResults(folder, info)
	if err != nil {
		out.err = errors.Join(err, eye.Close())
		return
	}
	film := newFilm(filepath.Join(folder, overlayFile), a.exercise, info, a.writing)
	sinks := append(to.sinks(), bar)
	if a.cmd.Overlay {
		sinks = append(sinks, film)
	}
	result, ran := session.Run(ctx, session.Config{
		Source: &source{reader: reader, places: a.cmd.Roller, eye: eye}, Eye: watcher{eye}, Exercise: a.exercise,
		Coach: a.cmd.coachOptions(), Spine: spineOptions(a.cmd.options()), Sinks: sinks,
	})
	// What could not be written to its end is of no use; what was interrupted is.
	written := to.flush(result.Frames.Read)
	keep := written == nil && !errors.Is(ran, errOutput) && (ran == nil || result.Frames.Analysed > 0)
	if errors.Is(ran, errOutput) {
		written = nil // the same fault again
	}
	out.err = errors.Join(ran, written, eye.Close())
	if !keep {
		out.err = errors.Join(out.err, to.discard(), film.discard())
		return
	}
	s := a.describe(result, info)
	stale := []string{overlayFile}
	if !a.cmd.Observations {
		stale = append(stale, observationsFile)
	}
	if err := to.save(&s, stale...); err != nil {
		out.err = errors.Join(out.err, err, film.discard())
		return
	}
	out.session, out.folder = &s, folder
	out.overlay, err = film.finish()
	out.err = errors.Join(out.err, err)
}

// openResults begins the files of a clip's analysis.
func (a *analysis) openResults(folder string, info video.Info) (*resultFiles, error) {
	var header *results.Header
	if a.cmd.Observations {
		header = &results.Header{
			Source: sourceOf(info), Exercise: results.Exercise{
				ID: a.exercise.ID, Version: a.exercise.Version, Hash: a.exercise.Hash, Side: a.cmd.Side, Dose: a.cmd.Dose,
			},
			Options: a.cmd.options(), Models: a.models, Engine: string(a.runtime.Info().Engine),
		}
	}
	return newResultFiles(folder, header)
}

// sourceOf describes a clip.
func sourceOf(info video.Info) results.Source {
	return results.Source{
		Name: info.Name, Width: info.Width, Height: info.Height,
		FPS: results.Positive(info.FPS), DurationS: results.Positive(info.Duration.Seconds()),
	}
}

// describe puts a session's result into the schema.
func (a *analysis) describe(r session.Result, info video.Info) results.Session {
	s := results.NewSession(r)
	s.Source = sourceOf(info)
	s.Models, s.Engine = a.models, string(a.runtime.Info().Engine)
	return s
}

// source feeds a session from a clip and tells the eye where the roller is once the pictures' size is known.
type source struct {
	reader *video.Reader
	places []placement
	eye    *vision.Eye
	placed bool
}

// Next returns the clip's next frame.
func (s *source) Next(ctx context.Context) (f *frame.Frame, err error) {
	f, err = s.reader.Next(ctx)
	switch {
	case errors.Is(err, io.EOF):
		return nil, err
	case err != nil:
		return nil, inputError(err)
	case s.placed:
		return f, nil
	}
	s.placed = true
	for _, p := range s.places {
		place, err := p.in(s.reader.Info(), f.Scale)
		if err != nil {
			f.Release()
			return nil, err
		}
		s.eye.Place(place)
	}
	return f, nil
}

// watcher is an eye as a session wants it.
type watcher struct{ *vision.Eye }

// StageTimes returns how long the last frame took.
func (w watcher) StageTimes() (pose, roller time.Duration) {
	t := w.Timings()
	return t.Quality + t.Pose, t.Roller
}

// inputError marks what is wrong with a clip; interruptions and wrong usage keep their own mark.
func inputError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errUsage) {
		return err
	}
	return fmt.Errorf("%w: %w", errInput, err)
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
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
	sessionFile = "session.json"
	framesFile  = "frames.jsonl"
	overlayFile = "overlay.mp4"
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
	out.session, out.err = a.watch(ctx, reader, filepath.Join(a.cmd.Out, folderName(path)), bar)
	if out.session != nil {
		out.folder = filepath.Join(a.cmd.Out, folderName(path))
	}
	out.overlay = a.cmd.Overlay && out.session != nil
	out.warning = reader.Warning()
	out.err = errors.Join(out.err, reader.Close())
	return out
}

// watch runs the session of an open clip and writes its files into folder.
func (a *analysis) watch(ctx context.Context, reader *video.Reader, folder string, bar *clipBar) (*results.Session, error) {
	if err := writable(folder); err != nil {
		return nil, err
	}
	eye, err := a.runtime.NewEye(vision.EyeOptions{})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSetup, err)
	}
	info := reader.Info()
	source := &source{reader: reader, places: a.cmd.Roller, eye: eye}
	frames, err := newResultFile(folder, framesFile)
	if err != nil {
		return nil, errors.Join(err, eye.Close())
	}
	lines := results.NewFrames(frames)
	sinks := []session.Sink{lines, bar}
	var film *film
	if a.cmd.Overlay {
		film = newFilm(filepath.Join(folder, overlayFile), a.exercise, info)
		sinks = append(sinks, film)
	}
	result, ran := session.Run(ctx, session.Config{
		Source: source, Eye: watcher{eye}, Exercise: a.exercise, Spine: a.cmd.spineOptions(), Sinks: sinks,
	})
	flushed := lines.Flush()
	// What was not written to its end for want of room is of no use; what was interrupted is.
	keep := ran == nil || result.Frames.Analysed > 0
	keep = keep && flushed == nil && !errors.Is(ran, errOutput)
	faults := []error{inputError(ran), eye.Close(), flushed, frames.finish(keep)}
	if film != nil {
		faults = append(faults, film.finish(keep))
	}
	if !keep {
		return nil, errors.Join(faults...)
	}
	s := a.describe(result, info)
	return &s, errors.Join(append(faults, writeSession(folder, &s))...)
}

// describe puts a session's result into the schema.
func (a *analysis) describe(r session.Result, info video.Info) results.Session {
	s := results.NewSession(r)
	s.Source = results.Source{
		Name: info.Name, Width: info.Width, Height: info.Height,
		FPS: results.Positive(info.FPS), DurationS: results.Positive(info.Duration.Seconds()),
	}
	s.Models, s.Engine = a.models, string(a.runtime.Info().Engine)
	return s
}

// writeSession writes session.json, whole or not at all.
func writeSession(folder string, s *results.Session) error {
	file, err := newResultFile(folder, sessionFile)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := s.Write(&text); err != nil {
		return errors.Join(err, file.finish(false))
	}
	_, err = file.Write(text.Bytes())
	return errors.Join(err, file.finish(err == nil))
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
	if err != nil || s.placed {
		return f, err
	}
	s.placed = true
	for _, p := range s.places {
		info := s.reader.Info()
		place, err := p.in(info.Width, info.Height, f.Scale)
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

// inputError marks what is wrong with a clip; interruptions and failures to write keep their own mark.
func inputError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errOutput) || errors.Is(err, errUsage) {
		return err
	}
	return fmt.Errorf("%w: %w", errInput, err)
}

// resultFile is a result that is still being written: under another name, so that a result that is there under
// its own name is whole, and an earlier one stays until then.
type resultFile struct {
	file *os.File
	path string
}

func newResultFile(folder, name string) (*resultFile, error) {
	path := filepath.Join(folder, name)
	file, err := os.Create(path + ".part")
	if err != nil {
		return nil, outputError(err)
	}
	return &resultFile{file, path}, nil
}

// Write writes on.
func (r *resultFile) Write(b []byte) (int, error) {
	n, err := r.file.Write(b)
	return n, outputError(err)
}

// finish gives the file its name, or removes it.
func (r *resultFile) finish(keep bool) error {
	err := r.file.Close()
	if err == nil && keep {
		return outputError(os.Rename(r.file.Name(), r.path))
	}
	return errors.Join(outputError(err), os.Remove(r.file.Name()))
}

// outputError marks what keeps results from being written, and says what to do.
func outputError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: the disk is full; free some space or choose another with --out: %w", errOutput, err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: you may not write there; choose another folder with --out: %w", errOutput, err)
	}
	return fmt.Errorf("%w: %w", errOutput, err)
}

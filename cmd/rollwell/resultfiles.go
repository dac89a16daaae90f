package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
)

// resultFiles are the files that an analysis writes frame by frame, and session.json at the end.
type resultFiles struct {
	folder string
	frames *resultFile
	lines  *results.Frames
	// stored is nil where no observations are to be written.
	stored       *resultFile
	observations *results.Observations
}

// newResultFiles begins the files in a folder; those of the observations only with a header.
func newResultFiles(folder string, header *results.Header) (*resultFiles, error) {
	r := &resultFiles{folder: folder}
	var err error
	if r.frames, err = newResultFile(folder, framesFile); err != nil {
		return nil, err
	}
	r.lines = results.NewFrames(r.frames)
	if header == nil {
		return r, nil
	}
	if r.stored, err = newResultFile(folder, observationsFile); err == nil {
		r.observations, err = results.NewObservations(r.stored, *header)
	}
	if err != nil {
		return nil, errors.Join(err, r.discard())
	}
	return r, nil
}

// sinks are what writes the files.
func (r *resultFiles) sinks() []session.Sink {
	if r.observations == nil {
		return []session.Sink{r.lines}
	}
	return []session.Sink{r.lines, r.observations}
}

// flush writes what is still held back; read is how many frames the source gave.
func (r *resultFiles) flush(read int64) error {
	err := r.lines.Flush()
	if r.observations != nil {
		err = errors.Join(err, r.observations.Close(read))
	}
	return err
}

// save gives the files their names, session.json last: where it is, the rest is. The stale ones of an earlier analysis
// go: they would show something else than these files say.
func (r *resultFiles) save(s *results.Session, stale ...string) error {
	file, err := newResultFile(r.folder, sessionFile)
	if err != nil {
		return errors.Join(err, r.discard())
	}
	if err := s.Write(file); err != nil {
		return errors.Join(err, file.discard(), r.discard())
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(r.folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return errors.Join(outputError(err), file.discard(), r.discard())
		}
	}
	err = r.frames.save()
	if r.stored != nil {
		err = errors.Join(err, r.stored.save())
	}
	return errors.Join(err, file.save())
}

// discard removes the files.
func (r *resultFiles) discard() error {
	err := r.frames.discard()
	if r.stored != nil {
		err = errors.Join(err, r.stored.discard())
	}
	return err
}

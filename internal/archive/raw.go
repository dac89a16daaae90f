package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/results"
)

// Raw reads a session's lines as they are, to be passed on. It belongs to one goroutine.
type Raw struct {
	// Header and End are the first and the last line of the observations, nil where there are none; End is there once
	// Next has returned io.EOF.
	Header, End []byte

	seen, read *lineReader
}

// Raw opens the lines. Close it at the end.
func (a *Archive) Raw() (*Raw, error) {
	r := &Raw{}
	var err error
	r.read, err = openLines(filepath.Join(a.dir, ReadingsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		r.read, err = openLines(filepath.Join(a.dir, FramesFile), true)
	}
	if err != nil {
		return nil, fmt.Errorf("open the readings: %w", err)
	}
	r.seen, err = openLines(filepath.Join(a.dir, ObservationsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		r.seen = nil
		return r, nil
	}
	if err == nil {
		r.Header, err = r.seen.raw()
		r.Header = bytes.Clone(r.Header)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the observations: %w", err), r.Close())
	}
	return r, nil
}

// Next returns the next frame's lines, valid until the next call: what the eye saw, nil where there are no observations,
// and what was read from it. After the last frame the error is io.EOF.
func (r *Raw) Next() (seen, read []byte, err error) {
	read, err = r.read.raw()
	if errors.Is(err, io.EOF) && r.seen != nil {
		end, err := r.seen.raw()
		if err != nil || !bytes.HasPrefix(end, []byte(`{"end"`)) {
			return nil, nil, fmt.Errorf("%w: the observations do not end with the readings", ErrFormat)
		}
		r.End = bytes.Clone(end)
		return nil, nil, io.EOF
	}
	if err == nil && r.seen != nil {
		seen, err = r.seen.raw()
	}
	if errors.Is(err, io.EOF) && read != nil {
		err = io.ErrUnexpectedEOF // readings without observations
	}
	return seen, read, err
}

// Close closes the files.
func (r *Raw) Close() error {
	err := r.read.close()
	if r.seen != nil {
		err = errors.Join(err, r.seen.close())
	}
	return err
}

// Restorer writes the lines of a session that comes from elsewhere. It belongs to one goroutine; end it with Close or
// Abandon.
type Restorer struct {
	w      *Writer
	seen   *lines // nil without observations
	frames int
}

// Restore begins the files of such a session in a folder that is there. header is the first line of its observations,
// nil if it has none.
func Restore(dir string, header []byte) (*Restorer, error) {
	w, err := create(dir, results.Header{}, false)
	if err != nil {
		return nil, err
	}
	r := &Restorer{w: w}
	if header == nil {
		return r, nil
	}
	if r.seen, err = newLines(w.stored); err == nil {
		err = add(r.seen, header)
	}
	if err != nil {
		return nil, errors.Join(err, r.Abandon())
	}
	return r, nil
}

// add writes a JSON value as a line.
func add(l *lines, text []byte) error {
	var line bytes.Buffer
	if err := json.Compact(&line, text); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if line.Len() >= maxLine {
		return fmt.Errorf("%w: a line is longer than %d KiB", ErrFormat, maxLine>>10)
	}
	line.WriteByte('\n')
	return l.add(line.Bytes())
}

// maxFrames is how many frames are taken from elsewhere: four hours at 30 frames a second.
const maxFrames = 432_000

// Add writes a frame's lines, as Raw.Next gave them.
func (r *Restorer) Add(seen, read []byte) error {
	if r.frames >= maxFrames {
		return fmt.Errorf("%w: more than %d frames", ErrFormat, maxFrames)
	}
	r.frames++
	if (seen != nil) != (r.seen != nil) {
		return fmt.Errorf("%w: frame %d: observations are there for all frames or for none", ErrFormat, r.frames)
	}
	if seen != nil {
		if err := add(r.seen, seen); err != nil {
			return err
		}
	}
	return add(r.w.readings, read)
}

// TrackSize is about how long the TrackFile that Close makes will be, in bytes, and how much memory that takes.
func (r *Restorer) TrackSize() int64 { return int64(r.frames) * trackFrame }

// Tell writes an event.
func (r *Restorer) Tell(e Event) error { return r.w.Tell(e) }

// Close writes the rest and reads all of it back, as strictly as if it had been recorded here: only then is there a
// session.json. end is the last line of the observations. After an error nothing is left.
func (r *Restorer) Close(s results.Session, end []byte) (d Digest, err error) {
	w := r.w
	if r.seen != nil {
		err = add(r.seen, end)
		err = errors.Join(err, r.seen.close())
	}
	err = errors.Join(err, w.readings.close(), w.events.close(), w.disk.close())
	if err != nil {
		return d, errors.Join(err, w.discard())
	}
	err = errors.Join(w.stored.save(), w.read.save(), w.happened.save())
	if err == nil && r.seen == nil {
		err = remove(w.dir, ObservationsFile)
	}
	if err == nil {
		err = checkRestored(w.dir, s)
	}
	if err == nil {
		d, err = finish(w.dir, s)
	}
	if err != nil {
		err = errors.Join(err, remove(w.dir, ObservationsFile, ReadingsFile, EventsFile, TrackFile, SessionFile))
	}
	return d, err
}

// checkRestored reads the parts that finish does not look at.
func checkRestored(dir string, s results.Session) error {
	if s.Schema != results.Schema {
		return fmt.Errorf("%w: the session has version %d, this program reads %d", ErrFormat, s.Schema, results.Schema)
	}
	a, err := openParts(dir, s)
	if err != nil {
		return err
	}
	if _, err := a.Events(); err != nil {
		return err
	}
	o, closer, err := a.Observations()
	if errors.Is(err, os.ErrNotExist) {
		return restoredTimes(func(visit func(t float64)) error { return a.each(func(f *Frame) { visit(f.T) }) })
	}
	if err != nil {
		return err
	}
	err = restoredTimes(func(visit func(t float64)) error {
		for {
			seen, err := o.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			visit(seen.T)
		}
	})
	return errors.Join(err, closer.Close())
}

// latest is the latest time that is believed, in seconds.
const latest = 1e6

// restoredTimes refuses times that no session has: what is drawn of it would never end.
func restoredTimes(each func(visit func(t float64)) error) error {
	var (
		last float64
		n    int
		odd  error
	)
	err := each(func(t float64) {
		if n++; odd == nil && (!(math.Abs(t) <= latest) || n > 1 && t < last) {
			odd = fmt.Errorf("%w: frame %d is at %g s, after %g s", ErrFormat, n, t, last)
		}
		last = t
	})
	return errors.Join(err, odd)
}

// Abandon removes what was written.
func (r *Restorer) Abandon() error {
	if r.seen != nil {
		_ = r.seen.close() // frees the encoder; what could not be written is not missed
	}
	return r.w.Abandon()
}

package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/results"
)

// ErrNothing tells that a recording was cut off before its first frame: there is nothing to keep.
var ErrNothing = errors.New("nothing was recorded")

// worthwhile is how many observed frames are not given up because what was read from them is lost: more than a crash may
// cost.
const worthwhile = 120

// mendSuffix ends the names of files that are made of what was cut off.
const mendSuffix = ".mend"

// Recover closes a session that was cut off: it makes whole files of what was written, and SessionFile last. What it is
// made of goes only then, so that it can be cut off itself. Of a session that is whole it clears away what an analysis
// after it has left, and makes the track if that is not there.
func Recover(dir string) (Digest, error) {
	a, err := Open(dir)
	if err == nil {
		return tidy(dir, a)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return Digest{}, err
	}
	m := mender{dir: dir}
	if err := m.read(); err != nil {
		return Digest{}, err
	}
	if err := m.write(); err != nil {
		return Digest{}, err
	}
	d, err := finish(dir, m.session)
	if err != nil {
		return Digest{}, err
	}
	return d, sweep(dir)
}

// sweep removes what is not whole.
func sweep(dir string) error {
	names := make([]string, 0, 10)
	for _, name := range []string{ObservationsFile, ReadingsFile, EventsFile} {
		names = append(names, name+partSuffix, name+mendSuffix)
	}
	return remove(dir, append(names, SessionFile+partSuffix, TrackFile+partSuffix)...)
}

func tidy(dir string, a *Archive) (Digest, error) {
	t, c := newTrack(&a.Session), newScorer(&a.Session)
	err := a.each(func(f *Frame) {
		t.add(f)
		c.add(f)
	})
	if err != nil {
		return Digest{}, err
	}
	if _, err := os.Stat(filepath.Join(dir, TrackFile)); errors.Is(err, os.ErrNotExist) {
		if err := writeFile(dir, TrackFile, func(f *os.File) error { return t.write(f) }); err != nil {
			return Digest{}, err
		}
	}
	return c.digest(), sweep(dir)
}

// mender makes whole files of what was cut off.
type mender struct {
	dir     string
	header  results.Header
	frames  int
	lines   []readingLine
	events  []Event
	session results.Session
}

// source is the file of a name that was being written, or else the one that was finished.
func (m *mender) source(name string) string {
	path := filepath.Join(m.dir, name)
	if _, err := os.Stat(path + partSuffix); err == nil {
		return path + partSuffix
	}
	return path
}

// read takes in what is whole.
func (m *mender) read() error {
	n, err := m.countObservations()
	if err != nil {
		return err
	}
	if err := m.readReadings(n); err != nil {
		return err
	}
	m.frames = min(n, len(m.lines))
	m.lines = m.lines[:m.frames]
	switch {
	case m.frames == 0 && n > worthwhile:
		return fmt.Errorf("%w: %s cannot be read, but %d frames were observed: judge them again with rollwell rescore %s", ErrFormat, ReadingsFile, n, filepath.Base(m.source(ObservationsFile)))
	case m.frames == 0:
		return ErrNothing
	}
	if err := m.readEvents(); err != nil {
		return err
	}
	m.sum()
	return nil
}

// countObservations counts the frames that can be read.
func (m *mender) countObservations() (n int, err error) {
	file, err := os.Open(m.source(ObservationsFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, ErrNothing
	}
	if err != nil {
		return 0, explain(err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	o, err := results.OpenObservations(file)
	if unreadable(err) {
		return 0, explain(err)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNothing, err)
	}
	defer o.Close()
	m.header = o.Header
	for {
		_, err := o.Next()
		if unreadable(err) {
			return 0, explain(err)
		}
		if err != nil { // cut off, or damaged: what came before is whole
			return n, nil //nolint:nilerr // as the comment says
		}
		n++
	}
}

// unreadable tells whether the disk has failed, which is no end of what was written.
func unreadable(err error) bool {
	var fault *fs.PathError
	return errors.As(err, &fault)
}

func (m *mender) readReadings(most int) error {
	l, err := openLines(m.source(ReadingsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		return ErrNothing
	}
	if err != nil {
		return err
	}
	defer l.close() //nolint:errcheck // it is only read
	for len(m.lines) < most {
		var r readingLine
		err := l.next(&r)
		if unreadable(err) {
			return explain(err)
		}
		if err != nil {
			break
		}
		m.lines = append(m.lines, r)
	}
	return nil
}

func (m *mender) readEvents() error {
	l, err := openLines(m.source(EventsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer l.close() //nolint:errcheck // it is only read
	for {
		var e Event
		err := l.next(&e)
		if unreadable(err) {
			return explain(err)
		}
		if err != nil {
			return nil //nolint:nilerr // cut off, or damaged: what came before is whole
		}
		m.events = append(m.events, e)
	}
}

// write makes the whole files, and gives them their names once all are there.
func (m *mender) write() error {
	names := []string{ObservationsFile, ReadingsFile, EventsFile}
	for i, fill := range []func(*lines) error{m.mendObservations, m.mendReadings, m.mendEvents} {
		if err := m.mend(names[i], fill); err != nil {
			return err
		}
	}
	for _, name := range names {
		path := filepath.Join(m.dir, name)
		if err := os.Rename(path+mendSuffix, path); err != nil {
			return explain(err)
		}
	}
	return nil
}

func (m *mender) mend(name string, fill func(*lines) error) (err error) {
	file, err := os.OpenFile(filepath.Join(m.dir, name+mendSuffix), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return explain(err)
	}
	defer func() { err = explain(errors.Join(err, file.Sync(), file.Close())) }()
	to, err := newLines(file)
	if err != nil {
		return err
	}
	if err := fill(to); err != nil {
		return err
	}
	return to.close()
}

func (m *mender) mendObservations(to *lines) error {
	if err := m.copyLines(ObservationsFile, m.frames+1, to); err != nil {
		return err
	}
	end, err := json.Marshal(map[string]results.Frame{"end": m.session.Frames})
	if err != nil {
		return fmt.Errorf("end the observations: %w", err)
	}
	return to.add(append(end, '\n'))
}

func (m *mender) mendReadings(to *lines) error { return m.copyLines(ReadingsFile, m.frames, to) }

func (m *mender) copyLines(name string, n int, to *lines) error {
	l, err := openLines(m.source(name), false)
	if err != nil {
		return err
	}
	defer l.close() //nolint:errcheck // it is only read
	for range n {
		line, err := l.raw()
		if errors.Is(err, io.EOF) || err == nil && !bytes.HasSuffix(line, []byte{'\n'}) {
			return fmt.Errorf("%w: %s has changed", ErrFormat, name)
		}
		if err != nil {
			return err
		}
		if err := to.add(line); err != nil {
			return err
		}
	}
	return nil
}

func (m *mender) mendEvents(to *lines) error {
	for i := range m.events {
		line, err := m.events[i].line()
		if err != nil {
			return err
		}
		if err := to.add(line); err != nil {
			return err
		}
	}
	return nil
}

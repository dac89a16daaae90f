package archive

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
)

// flushEvery is the session time in seconds after which what was seen is handed to the disk: with what the disk needs,
// a crash costs less than two seconds.
const flushEvery = 0.95

// Writer writes one session. It is a session.Sink and a session.LiveSink and belongs to the goroutine that calls these.
// End it with Close or Abandon.
type Writer struct {
	dir    string
	header results.Header
	disk   *disk

	stored, read, happened *part
	observations           *results.Observations // begun with the first frame
	readings, events       *lines
	teller                 teller

	line    []byte
	frames  int64
	flushed float64
	first   float64
	last    float64
}

// Create begins a session's files in a folder that is there. What an earlier analysis left stays until Close. Take
// waits for a disk that is slow.
func Create(dir string, h results.Header) (*Writer, error) { return create(dir, h, false) }

// CreateLive is Create for a live check, which waits for nothing: where the disk does not keep up, Take fails with ErrSlow.
func CreateLive(dir string, h results.Header) (*Writer, error) { return create(dir, h, true) }

func create(dir string, h results.Header, live bool) (*Writer, error) {
	w := &Writer{dir: dir, header: h, flushed: math.Inf(-1)}
	var err error
	for _, f := range []struct {
		to   **part
		name string
	}{{&w.stored, ObservationsFile}, {&w.read, ReadingsFile}, {&w.happened, EventsFile}} {
		if *f.to, err = newPart(nil, dir, f.name); err != nil {
			return nil, errors.Join(err, w.discard())
		}
	}
	w.readings, err = newLines(w.read)
	if err == nil {
		w.events, err = newLines(w.happened)
	}
	if err != nil {
		return nil, errors.Join(err, w.discard())
	}
	w.disk = newDisk(live)
	w.stored.disk, w.read.disk, w.happened.disk = w.disk, w.disk, w.disk
	return w, nil
}

// Take writes down what is known of a frame.
func (w *Writer) Take(m *session.Moment) error {
	if w.observations == nil {
		if err := w.begin(m); err != nil {
			return err
		}
	}
	if err := w.observations.Take(m); err != nil {
		return err
	}
	w.stored.dirty = true
	w.line = append(appendReading(w.line[:0], m), '\n')
	if err := w.readings.add(w.line); err != nil {
		return err
	}
	w.frames++
	w.last = m.Observation.T
	if err := w.tell(w.teller.moment(m)); err != nil {
		return err
	}
	if w.last-w.flushed < flushEvery {
		return nil
	}
	return w.Flush()
}

// begin opens the observations once the pictures' size is known.
func (w *Writer) begin(m *session.Moment) (err error) {
	o, s := m.Observation, &w.header.Source
	w.first = o.T
	if s.Width == 0 || s.Height == 0 {
		s.Width, s.Height = sourceSize(o.Width, o.Height, m.Frame.Scale)
	}
	w.observations, err = results.NewObservations(w.stored, w.header)
	return err
}

// sourceSize is the size of the source's picture of which an analysed one was made.
func sourceSize(width, height int, scale float64) (w, h int) {
	return int(math.Round(float64(width) * scale)), int(math.Round(float64(height) * scale))
}

// Tick writes down what has happened while no frame was analysed.
func (w *Writer) Tick(s *session.LiveState) error {
	if err := w.tell(w.teller.live(s, w.last)); err != nil {
		return err
	}
	return w.Flush()
}

// Tell writes down something that the session itself does not tell.
func (w *Writer) Tell(e Event) error { return w.tell([]Event{e}) }

func (w *Writer) tell(list []Event) error {
	for i := range list {
		line, err := list[i].line()
		if err != nil {
			return err
		}
		if err := w.events.add(line); err != nil {
			return err
		}
	}
	return nil
}

// Flush hands what was written so far to the disk.
func (w *Writer) Flush() error {
	w.flushed = w.last
	if w.observations != nil && w.stored.dirty {
		if err := w.observations.Flush(); err != nil {
			return err
		}
		if err := w.stored.sync(); err != nil {
			return err
		}
	}
	return errors.Join(w.readings.flush(), w.events.flush())
}

// Last is the session time of the newest frame in seconds, and how many frames there are.
func (w *Writer) Last() (t float64, frames int64) { return w.last, w.frames }

// Close writes the rest, session.json last: where it is, the session is whole. s is what the session came to; a source
// without size or duration gets those of what was seen. What cannot be finished stays for Recover.
func (w *Writer) Close(s results.Session) (Digest, error) {
	if err := w.end(max(s.Frames.Read, w.frames)); err != nil {
		return Digest{}, err
	}
	if err := remove(w.dir, SessionFile, TrackFile); err != nil {
		return Digest{}, err
	}
	if err := errors.Join(w.stored.save(), w.read.save(), w.happened.save()); err != nil {
		return Digest{}, err
	}
	complete(&s, &w.header, w.frames, w.last-w.first)
	return finish(w.dir, s)
}

// end writes what is held back.
func (w *Writer) end(read int64) error {
	var err error
	if w.observations == nil {
		w.observations, err = results.NewObservations(w.stored, w.header)
	}
	if err == nil {
		err = w.observations.Close(read)
	}
	return errors.Join(err, w.readings.close(), w.events.close(), w.disk.close())
}

// complete fills in what is known by now of where a session comes from.
func complete(s *results.Session, h *results.Header, frames int64, seconds float64) {
	if s.Source.Width == 0 || s.Source.Height == 0 {
		s.Source.Width, s.Source.Height = h.Source.Width, h.Source.Height
	}
	if s.Source.DurationS == nil && frames > 1 {
		s.Source.DurationS = results.Positive(seconds)
	}
	if s.Source.FPS == nil && frames > 1 && seconds > 0 {
		s.Source.FPS = results.Positive(float64(frames-1) / seconds)
	}
}

// Abandon removes what was written.
func (w *Writer) Abandon() error {
	_ = w.disk.close() // what could not be written is not missed
	return w.discard()
}

// Leave closes the files as they are, for Recover to finish them: what a disk that failed has taken stays.
func (w *Writer) Leave() error {
	err := w.disk.close()
	for _, p := range []*part{w.stored, w.read, w.happened} {
		err = errors.Join(err, p.file.Close())
	}
	return err
}

func (w *Writer) discard() error {
	var err error
	for _, p := range []*part{w.stored, w.read, w.happened} {
		if p != nil {
			err = errors.Join(err, p.file.Close(), os.Remove(p.path+partSuffix))
		}
	}
	return err
}

// remove removes files that may be there.
func remove(dir string, names ...string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return explain(err)
		}
	}
	return nil
}

// appendReading appends a line of readings.jsonl.zst.
func appendReading(b []byte, m *session.Moment) []byte {
	b = results.Number(append(b, `{"t":`...), m.Observation.T, 6)
	phase := session.Checking
	p := &m.Update.Progress
	if m.Live != nil {
		phase, p = m.Live.Phase, &m.Live.Progress
	}
	b = strconv.AppendQuote(append(b, `,"phase":`...), phase.String())
	b = results.Number(append(b, `,"scale":`...), m.Frame.Scale, 9)
	b = results.AppendReading(append(b, ','), m)
	b = append(b, `,"cue":`...)
	if m.Update.Banner == nil {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendQuote(b, m.Update.Banner.Code)
	}
	b = strconv.AppendInt(append(b, `,"passes":`...), int64(p.Passes), 10)
	b = strconv.AppendInt(append(b, `,"reps":`...), int64(p.Reps), 10)
	return append(b, '}')
}

// finish makes track.bin and session.json of the files that are there, and the digest.
func finish(dir string, s results.Session) (Digest, error) {
	a, err := openParts(dir, s)
	if err != nil {
		return Digest{}, err
	}
	t, c := newTrack(&a.Session), newScorer(&a.Session)
	err = a.each(func(f *Frame) {
		t.add(f)
		c.add(f)
	})
	if err == nil {
		err = writeFile(dir, TrackFile, func(f *os.File) error { return t.write(f) })
	}
	if err == nil {
		err = writeFile(dir, SessionFile, func(f *os.File) error { return s.Write(f) })
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return Digest{}, fmt.Errorf("finish the session: %w", err)
	}
	return c.digest(), nil
}

// Package record keeps a live check: what was seen and said goes into a session's files (package archive) and the pictures
// into a video, as they came. Neither makes the check wait, and neither can end it.
package record

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/thumb"
)

// Options say what is recorded.
type Options struct {
	// Dir is the session's folder, which is there.
	Dir    string
	Header results.Header
	// Video says to keep the pictures too.
	Video bool
	// Room tells whether so many bytes more may be kept beside what is in the folder by now; nil: any number.
	Room func(bytes int64) error
	Log  *slog.Logger
	// Warn is told why the video, or all of the recording, stops early, and ErrNoVideo while the video only pauses: each
	// once, from any goroutine.
	Warn func(err error)
}

// Recorder records one check. It is a session.LiveSink and a session.Recorder. Once the session has ended, Finish or
// Discard ends it.
type Recorder struct {
	o      Options
	writer *archive.Writer
	film   *film // nil without video
	small  thumb.Keeper
	// fault is why nothing more is written down.
	fault error

	mu     sync.Mutex // guards what follows
	cutOff error      // why the video ends early, to be written down
}

// SessionOf puts what a live check came to into the schema of session.json, with what its header tells.
func SessionOf(r *session.LiveResult, h *results.Header) results.Session {
	s := results.NewSession(session.Result{
		Frames:  session.Counts{Read: r.Frames.Received, Analysed: r.Frames.Analysed, Dropped: r.Frames.Dropped.Total()},
		Summary: r.Summary, Timings: r.Timings,
	})
	s.Source, s.Models, s.Engine = h.Source, h.Models, h.Engine
	if s.Exercise.ID == "" { // it ended before anything began
		s.Exercise = h.Exercise
	}
	return s
}

// Start begins a recording.
func Start(o Options) (*Recorder, error) {
	if o.Warn == nil {
		o.Warn = func(error) {}
	}
	w, err := archive.CreateLive(o.Dir, o.Header)
	if err != nil {
		return nil, err
	}
	r := &Recorder{o: o, writer: w}
	if o.Video {
		r.film = newFilm(o.Dir, o.Room, o.Log, r.videoEnds)
	}
	return r, nil
}

func (r *Recorder) videoEnds(why error) {
	r.mu.Lock()
	r.cutOff = why
	r.mu.Unlock()
	r.o.Warn(why)
}

// Take writes down what is known of a frame. It never fails: a check goes on without its recording.
func (r *Recorder) Take(m *session.Moment) error {
	if r.fault != nil {
		return nil //nolint:nilerr // has been told
	}
	if r.film != nil {
		if err := r.small.Take(m); err != nil {
			r.o.Log.Warn("no small picture", "cause", err)
		}
	}
	r.note(errors.Join(r.tellCutOff(m.Observation.T), r.writer.Take(m)))
	return nil
}

// Tick writes down what happens without a frame.
func (r *Recorder) Tick(s *session.LiveState) error {
	if r.fault == nil {
		r.note(errors.Join(r.tellCutOff(max(s.T, 0)), r.writer.Tick(s)))
	}
	return nil
}

// tellCutOff writes down that the video ends.
func (r *Recorder) tellCutOff(t float64) error {
	r.mu.Lock()
	why := r.cutOff
	r.cutOff = nil
	r.mu.Unlock()
	if why == nil {
		return nil
	}
	return r.writer.Tell(archive.Event{T: t, Type: archive.EventVideo, Reason: why.Error()})
}

// note ends the recording at a fault.
func (r *Recorder) note(err error) {
	if err == nil {
		return
	}
	r.fault = err
	if r.film != nil {
		r.film.over.Store(true)
	}
	r.o.Log.Warn("the check is not recorded any more", "cause", err)
	r.o.Warn(err)
}

// Picture takes a compressed picture.
func (r *Recorder) Picture(u media.AccessUnit, t time.Duration) bool {
	return r.film != nil && r.film.take(u, t)
}

// Kept is what was kept of a check.
type Kept struct {
	Digest archive.Digest
	// Video is nil if there is none.
	Video *Video
	Thumb bool
}

// Video is the recording's video. Its times are those of the session.
type Video struct {
	File          string
	Width, Height int
	// start is the time of its first picture.
	start time.Duration
}

// LiveSource is the name of the source of a live check.
const LiveSource = "live"

// Break says that the session has failed: what it came to is made of what was written down.
func (r *Recorder) Break(why error) {
	if r.fault == nil {
		r.fault = why
	}
}

// Finish closes the recording. s is what the check came to. What cannot be finished stays as it is, for Recover; the
// error archive.ErrNothing says that nothing was seen, and nothing is left then.
func (r *Recorder) Finish(ctx context.Context, s results.Session) (Kept, error) {
	parts := r.endFilm() // are in the folder
	if _, frames := r.writer.Last(); frames == 0 {
		return Kept{}, errors.Join(archive.ErrNothing, r.writer.Abandon(), removeParts(parts))
	}
	var k Kept
	var err error
	if r.fault == nil {
		k.Digest, err = r.writer.Close(s)
	} else {
		_ = r.writer.Leave() // the fault is known
		k.Digest, err = archive.Recover(r.o.Dir)
	}
	if err != nil {
		return Kept{}, err
	}
	if r.film == nil {
		return k, nil
	}
	if k.Video, err = finishVideo(ctx, r.o.Dir); err != nil {
		return k, err
	}
	at := r.small.Middle()
	if w := k.Digest.Worst; w != nil {
		at = (w.StartS + w.EndS) / 2
	}
	if k.Thumb, err = r.small.Write(r.o.Dir, archive.ThumbFile, at); err != nil {
		r.o.Log.Warn("no small picture", "cause", err)
	}
	return k, nil
}

func (r *Recorder) endFilm() []string {
	if r.film == nil {
		return nil
	}
	parts, _ := r.film.end() // has been told
	return parts
}

// Discard ends the recording and leaves nothing of it.
func (r *Recorder) Discard() error {
	parts := r.endFilm()
	if err := errors.Join(r.writer.Abandon(), removeParts(parts)); err != nil {
		return fmt.Errorf("discard a recording: %w", err)
	}
	return nil
}

package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/record"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
)

// keepRequest says what is to be kept of a check, and for how many days its video; null days: until somebody deletes it.
type keepRequest struct {
	What store.Keep `json:"what"`
	Days *int       `json:"days"`
}

// maxKeepDays is the longest time that a video can be asked to be kept for: ten years.
const maxKeepDays = 3650

// check refuses what cannot be meant.
func (k *keepRequest) check() error {
	if !slices.Contains([]store.Keep{store.KeepNothing, store.KeepObservations, store.KeepVideo}, k.What) {
		return badRequest(fmt.Sprintf("keep.what is %s, %s or %s", store.KeepNothing, store.KeepObservations, store.KeepVideo))
	}
	if k.Days != nil && (*k.Days < 1 || *k.Days > maxKeepDays) {
		return badRequest(fmt.Sprintf("keep.days is between 1 and %d, or null", maxKeepDays))
	}
	return nil
}

// wanted tells whether anything is to be kept.
func (k *keepRequest) wanted() bool { return k != nil && k.What != store.KeepNothing }

// firstVideo is how many bytes have to be free for a recording to begin: a few minutes of it.
const firstVideo = 64 << 20

// recording is what is kept of a check.
type recording struct {
	*record.Recorder
	header results.Header
}

// record begins to keep a check: its entry in the library, and its files.
func (s *Server) record(ctx context.Context, c *check, config *session.LiveConfig, k *keepRequest) error {
	if s.o.Library == nil {
		return badRequest("this server keeps nothing: keep.what can only be nothing")
	}
	if err := s.o.Library.Room(ctx, firstVideo); err != nil {
		return err
	}
	first := &config.Plan.Steps[0]
	n := store.Session{
		ID: c.id, Kind: store.Live, State: store.Recording, Title: first.Exercise.Title.In(config.Language),
		Exercise: first.Exercise.ID, ExerciseVersion: first.Exercise.Version, Hash: first.Exercise.Hash,
		Language: config.Language, Keep: k.What,
	}
	if k.Days != nil && k.What == store.KeepVideo {
		until := time.Now().AddDate(0, 0, *k.Days)
		n.KeepUntil = &until
	}
	if _, err := s.o.Library.Create(ctx, n); err != nil {
		return fmt.Errorf("begin a recording: %w", err)
	}
	dir, err := s.o.Library.Dir(c.id)
	if err != nil {
		return errors.Join(err, s.forgetRecording(ctx, c.id))
	}
	r := &recording{header: s.headerOf(first, config)}
	r.Recorder, err = record.Start(record.Options{
		Dir: dir, Header: r.header, Video: k.What == store.KeepVideo, Log: c.log, Warn: c.recordingEnds,
		Room: func(bytes int64) error { return s.roomFor(ctx, c, bytes) },
	})
	if err != nil {
		return errors.Join(err, s.forgetRecording(ctx, c.id))
	}
	c.recording = r
	config.Sinks = append(config.Sinks, r)
	config.Recorder = r
	return nil
}

// roomFor tells whether a recording may go on. Only a library that is full ends it: one that cannot be asked for a moment
// would cost the rest of the video.
func (s *Server) roomFor(ctx context.Context, c *check, bytes int64) error {
	err := errors.Join(s.o.Library.Measure(ctx, c.id), s.o.Library.Room(ctx, bytes)) // others are to see what this one takes
	if err != nil && !errors.Is(err, store.ErrFull) {
		c.log.Warn("the room for a recording is not known", "cause", err)
		return nil
	}
	return err
}

// forgetRecording removes a recording that holds nothing.
func (s *Server) forgetRecording(ctx context.Context, id string) error {
	_, err := s.o.Library.Update(ctx, id, func(n *store.Session) error { // one that records cannot be removed
		n.State, n.Error = store.Failed, "Nothing was recorded."
		return nil
	})
	return errors.Join(err, s.o.Library.Purge(ctx, id))
}

// headerOf is what a recording tells of how it came about.
func (s *Server) headerOf(first *plan.Step, config *session.LiveConfig) results.Header {
	const cm = 100
	return results.Header{
		Source: results.Source{Name: record.LiveSource},
		Exercise: results.Exercise{
			ID: first.Exercise.ID, Version: first.Exercise.Version, Hash: first.Exercise.Hash, Side: string(first.Side), Dose: first.Dose,
		},
		Options: results.Options{
			Language: config.Language, Height: config.Spine.HeightM * cm, RollerDiameter: config.Spine.RollerDiameterM * cm,
			RollerLength: config.Spine.RollerLengthM * cm,
		},
		Models: s.o.Models, Engine: s.o.Engine,
	}
}

// recordingEnds tells the pages why less is kept than was agreed on.
func (c *check) recordingEnds(why error) {
	if errors.Is(why, record.ErrNoVideo) {
		c.warn("recording_no_video", "error.recording_no_video.hint")
		return
	}
	c.warn("recording_stopped", "error.recording_stopped.hint")
}

// unrecord takes back what record did, for a check that does not begin.
func (s *Server) unrecord(ctx context.Context, c *check) error {
	if c.recording == nil {
		return nil
	}
	return errors.Join(c.recording.Discard(), s.forgetRecording(ctx, c.id))
}

// keep closes the recording of a check that has ended. The pages have their summary by then.
func (s *Server) keep(ctx context.Context, c *check, result *session.LiveResult) {
	r := c.recording
	if r == nil {
		return
	}
	kept, err := r.Finish(ctx, record.SessionOf(result, &r.header))
	if errors.Is(err, archive.ErrNothing) {
		if err := s.forgetRecording(ctx, c.id); err != nil {
			c.log.Error("an empty recording could not be removed", "cause", err)
		}
		return
	}
	if err != nil {
		c.log.Error("a recording could not be finished", "cause", err)
	}
	_, changed := s.o.Library.Update(ctx, c.id, func(n *store.Session) error {
		if kept.Digest.Session.Schema == 0 { // not even what was seen could be closed: it counts as a recording until it is
			n.Error = "The recording could not be finished; the server tries again at its next start. " + sentence(err)
			return nil
		}
		n.Apply(kept.Digest)
		if err != nil {
			n.Error = "Not all of the video could be made ready; the server tries again at its next start. " + sentence(err)
		}
		n.Thumb = kept.Thumb
		if v := kept.Video; v != nil {
			n.Video = &store.Video{File: v.File, Type: store.TypeOf(v.File), Width: v.Width, Height: v.Height}
		}
		return nil
	})
	if err := errors.Join(changed, s.o.Library.Measure(ctx, c.id)); err != nil {
		c.log.Error("a recording is not in the library", "cause", err)
		return
	}
	c.log.Info("check recorded", "frames", kept.Digest.Session.Frames.Analysed, "video", kept.Video != nil)
}

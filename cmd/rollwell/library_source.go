package main

import (
	"context"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
)

// videoOptions asks for larger pictures where they are copied.
func (c *clipJob) videoOptions(info video.Info) (o video.Options) {
	if c.needsPlay(info) {
		o.DisplayLongSide = displayLongSide
	}
	return o
}

// needsPlay tells whether browsers cannot be trusted to play the original: its container is none of theirs, or its
// coding is not everybody's.
func (c *clipJob) needsPlay(info video.Info) bool {
	return info.Codec != "" && c.session.Keep == store.KeepVideo && (filepath.Ext(c.file) == ".bin" || !playsIn(info))
}

// playsIn tells whether every browser plays a video of ours as it is.
func playsIn(info video.Info) bool {
	switch info.Codec {
	case "h264":
		return info.Container == "mp4"
	case "vp8", "vp9":
		return info.Container == "webm"
	case "av1":
		return true
	}
	return false
}

// source feeds the session and gives way to live checks.
func (c *clipJob) source(reader *video.Reader, eye *vision.Eye) (session.Source, error) {
	s := &source{reader: reader, eye: eye}
	if c.options.Roller != "" {
		var p placement
		if err := p.UnmarshalText([]byte(c.options.Roller)); err != nil {
			return nil, err
		}
		s.places = []placement{p}
	}
	return &patientSource{s, c.progress}, nil
}

// patientSource asks before every frame whether something is more urgent.
type patientSource struct {
	*source
	progress *queue.Progress
}

// Next returns the clip's next frame when it is its turn.
func (s *patientSource) Next(ctx context.Context) (*frame.Frame, error) {
	if err := s.progress.Give(ctx); err != nil {
		return nil, err
	}
	return s.source.Next(ctx)
}

// advance tells how far the clip is. It is a sink.
type advance struct {
	progress *queue.Progress
	info     video.Info
}

// Take tells the share of the time, or of the frames where the time is not known.
func (a advance) Take(m *session.Moment) error {
	switch {
	case a.info.Duration > 0:
		a.progress.Set(m.Frame.PTS.Seconds() / a.info.Duration.Seconds())
	case a.info.Frames > 0:
		a.progress.Set(float64(m.Frame.Seq+1) / float64(a.info.Frames))
	}
	return nil
}

package main

import (
	"errors"

	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/video"
)

// playCopy writes a copy of a clip that every browser plays, with the same times. It is a sink.
type playCopy struct {
	path   string
	info   video.Info
	wanted bool
	writer *video.Writer
}

// Take writes a picture.
func (p *playCopy) Take(m *session.Moment) (err error) {
	if !p.wanted {
		return nil
	}
	picture := m.Frame.Display
	if p.writer == nil {
		o := video.WriterOptions{Width: picture.Width, Height: picture.Height, Order: video.BGR, FPS: p.info.FPS}
		if p.writer, err = video.NewWriter(p.path, o); err != nil {
			return filmError(err)
		}
	}
	err = p.writer.Write(picture.Pix, m.Frame.PTS)
	if errors.Is(err, video.ErrTimestamp) { // closer to the one before than a video can tell: left out
		return nil
	}
	return filmError(err)
}

// finish ends the copy and tells whether there is one.
func (p *playCopy) finish() (bool, error) {
	if p.writer == nil {
		return false, nil
	}
	err := p.writer.Close()
	if errors.Is(err, video.ErrNothingWritten) {
		return false, nil
	}
	return err == nil, filmError(err)
}

// discard removes what there is of the copy.
func (p *playCopy) discard() error {
	if p.writer == nil {
		return nil
	}
	return p.writer.Abort()
}

package film

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/video"
)

// Pictures finds the pictures of a session's moments. It belongs to one goroutine; close it at the end.
type Pictures struct {
	s      *export.Session
	from   export.Video
	reader *video.Reader
	// shown is the picture now shown at its media time, ahead the one after it.
	shown, ahead *frame.Frame
	ended        bool
}

// NewPictures opens the video, if there is one.
func NewPictures(ctx context.Context, s *export.Session, from export.Video) (*Pictures, error) {
	p := &Pictures{s: s, from: from}
	if from.Path == "" {
		return p, nil
	}
	return p, p.open(ctx)
}

func (p *Pictures) open(ctx context.Context) (err error) {
	p.reader, err = video.Open(ctx, p.from.Path, reading())
	p.ended = false
	return err
}

// At is the picture next to a session time, a blank one without a video. Asking for rising times reads the video once;
// an earlier time begins anew. The picture is the caller's.
func (p *Pictures) At(ctx context.Context, t float64) (frame.Picture, error) {
	if p.from.Path == "" {
		return export.Blank(p.s), nil
	}
	media := t - p.from.OffsetS - p.reader.Info().Start.Seconds() // as the reader counts
	if p.shown != nil && media < p.shown.PTS.Seconds() {
		if err := errors.Join(p.Close(), p.open(ctx)); err != nil {
			return frame.Picture{}, err
		}
	}
	for asked := false; !p.reached(media); {
		if p.ahead != nil && !asked { // what is far is gone to, instead of read through
			asked = true
			p.reader.Ahead(time.Duration(media * float64(time.Second)))
		}
		if err := p.step(ctx); err != nil {
			return frame.Picture{}, err
		}
	}
	d := p.shown.Display
	d.Pix = append([]byte(nil), d.Pix...)
	return d, nil
}

// reached tells whether the picture shown is the one next to a media time.
func (p *Pictures) reached(media float64) bool {
	if p.shown == nil {
		return false
	}
	return p.ended || p.ahead != nil && p.ahead.PTS.Seconds()-media > media-p.shown.PTS.Seconds()
}

// step reads on by one picture.
func (p *Pictures) step(ctx context.Context) error {
	if p.shown == nil || p.ahead != nil {
		if p.shown != nil {
			p.shown.Release()
		}
		p.shown, p.ahead = p.ahead, nil
	}
	f, err := p.reader.Next(ctx)
	switch {
	case errors.Is(err, io.EOF) && p.shown != nil:
		p.ended = true
		return nil
	case err != nil:
		return err
	case p.shown == nil:
		p.shown = f
	default:
		p.ahead = f
	}
	return nil
}

// Close closes the video.
func (p *Pictures) Close() error {
	for _, f := range []*frame.Frame{p.shown, p.ahead} {
		if f != nil {
			f.Release()
		}
	}
	p.shown, p.ahead = nil, nil
	if p.reader == nil {
		return nil
	}
	return p.reader.Close()
}

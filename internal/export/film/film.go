// Package film makes the annotated video of a session, and finds the pictures of single moments in its video. It draws
// what was read when the session was analysed: nothing is analysed again.
package film

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/video"
)

// longSide is the size of the pictures in a film: enough for a full screen, small enough to draw and to send.
const longSide = 1280

// Options say how a film is made.
type Options struct {
	Source  export.Video
	Writing *export.Writing
	// Progress, if set, hears 0…1 now and then.
	Progress func(share float64)
	// Turn, if set, is asked before every picture: it returns when this film may go on, or with ctx's error.
	Turn func(ctx context.Context) error
}

// Write makes the film of a session in the file at path, which appears when it is whole. Every picture of the video is in
// it at its own time, with the reading of the frame next to it. Without a video the figure alone moves on a dark ground.
// Cancelling ctx ends it and leaves nothing.
func Write(ctx context.Context, path string, s *export.Session, o Options) (err error) {
	if len(s.Frames) == 0 {
		return export.ErrNoFrames
	}
	in, err := open(ctx, s, o.Source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	m := &maker{scenes: export.NewScenes(s, o.Writing.Language), options: o, path: path}
	for {
		p, err := in.next(ctx)
		if err == nil && o.Turn != nil {
			err = o.Turn(ctx)
		}
		if errors.Is(err, io.EOF) {
			return m.finish()
		}
		if err == nil {
			err = m.add(p)
		}
		if err != nil {
			return errors.Join(err, m.abort())
		}
	}
}

// picture is one of the source.
type picture struct {
	frame.Picture
	// media is its time in the video, t that in the session, fps about how many come in a second.
	media time.Duration
	t     float64
	fps   float64
	// share is how much of the source lies before it.
	share float64
}

// maker draws and writes.
type maker struct {
	path    string
	options Options
	scenes  *export.Scenes
	painter *overlay.Painter
	writer  *video.Writer
	page    frame.Picture
	told    float64
}

func (m *maker) add(p picture) error {
	if m.painter == nil {
		if err := m.begin(p); err != nil {
			return err
		}
	}
	if err := m.painter.Paint(m.page, m.scenes.At(p.t, p.Picture)); err != nil {
		return fmt.Errorf("draw the film: %w", err)
	}
	err := m.writer.Write(m.page.Pix, p.media)
	if err != nil && !errors.Is(err, video.ErrTimestamp) { // closer to the one before than a video can tell: left out
		return err
	}
	if m.options.Progress != nil && p.share >= m.told+0.01 {
		m.told = p.share
		m.options.Progress(p.share)
	}
	return nil
}

// begin prepares for pictures of the size of the first one.
func (m *maker) begin(p picture) (err error) {
	m.painter, err = overlay.New(overlay.Options{
		Width: p.Width, Height: p.Height, Language: m.options.Writing.Language, Letters: m.options.Writing.Letters,
	})
	if err != nil {
		return fmt.Errorf("draw the film: %w", err)
	}
	w, h := m.painter.Size()
	m.page = frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	m.writer, err = video.NewWriter(m.path, video.WriterOptions{Width: w, Height: h, Order: video.BGR, FPS: p.fps})
	return err
}

func (m *maker) finish() error {
	if m.writer == nil {
		return fmt.Errorf("%s: %w", m.path, video.ErrNothingWritten)
	}
	if err := m.writer.Close(); err != nil {
		return err
	}
	if m.options.Progress != nil {
		m.options.Progress(1)
	}
	return nil
}

func (m *maker) abort() error {
	if m.writer == nil {
		return nil
	}
	return m.writer.Abort()
}

// source gives pictures in order, and io.EOF after the last. A picture is valid until the next call.
type source interface {
	next(ctx context.Context) (picture, error)
	close() error
}

func open(ctx context.Context, s *export.Session, from export.Video) (source, error) {
	if from.Path == "" {
		return &figure{s: s, blank: export.Blank(s)}, nil
	}
	r, err := video.Open(ctx, from.Path, reading())
	if err != nil {
		return nil, err
	}
	return &clip{reader: r, offset: r.Info().Start.Seconds() + from.OffsetS}, nil
}

// reading is how videos are read: the small picture, which nobody looks at, as small as can be.
func reading() video.Options {
	return video.Options{AnalysisLongSide: video.MinSide, DisplayLongSide: longSide}
}

// clip is a video.
type clip struct {
	reader *video.Reader
	offset float64
	held   *frame.Frame
}

func (c *clip) next(ctx context.Context) (picture, error) {
	c.release()
	f, err := c.reader.Next(ctx)
	if err != nil {
		return picture{}, err
	}
	c.held = f
	info := c.reader.Info()
	p := picture{Picture: f.Display, media: f.PTS, t: f.PTS.Seconds() + c.offset, fps: info.FPS}
	if info.Duration > 0 {
		p.share = math.Min(1, float64(f.PTS)/float64(info.Duration))
	}
	return p, nil
}

func (c *clip) release() {
	if c.held != nil {
		c.held.Release()
		c.held = nil
	}
}

func (c *clip) close() error {
	c.release()
	return c.reader.Close()
}

// figure is the session without a video: a picture for each analysed frame.
type figure struct {
	s     *export.Session
	blank frame.Picture
	i     int
}

func (f *figure) next(ctx context.Context) (picture, error) {
	if err := ctx.Err(); err != nil {
		return picture{}, err
	}
	if f.i == len(f.s.Frames) {
		return picture{}, io.EOF
	}
	first, t := f.s.Frames[0].T, f.s.Frames[f.i].T
	p := picture{Picture: f.blank, media: time.Duration((t - first) * float64(time.Second)), t: t, share: float64(f.i) / float64(len(f.s.Frames))}
	f.i++
	return p, nil
}

func (*figure) close() error { return nil }

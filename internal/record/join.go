package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/video"
)

// join codes several videos of one check anew, into one that plays: a player does not follow a change of the coding.
// All times stay.
func join(ctx context.Context, dir string, files []string, size *Video) (err error) {
	path := filepath.Join(dir, playFile)
	w, err := video.NewWriter(path, video.WriterOptions{Width: size.Width, Height: size.Height, Order: video.BGR})
	if err != nil {
		return fmt.Errorf("join the video: %w", err)
	}
	defer func() { err = errors.Join(err, w.Abort()) }()
	canvas := make([]byte, 3*size.Width*size.Height)
	for _, file := range files {
		if err := appendVideo(ctx, w, file, canvas, size); err != nil {
			return fmt.Errorf("join the video: %w", err)
		}
	}
	return w.Close()
}

func appendVideo(ctx context.Context, w *video.Writer, path string, canvas []byte, size *Video) (err error) {
	r, err := video.Open(ctx, path, video.Options{DisplayLongSide: max(size.Width, size.Height)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		f, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fit(canvas, size.Width, size.Height, f.Display)
		err = w.Write(canvas, r.Info().Start+f.PTS)
		f.Release()
		if err != nil && !errors.Is(err, video.ErrTimestamp) { // closer to the one before than a video can tell
			return err
		}
	}
}

// fit puts a picture onto a canvas: as large as it goes, in the middle, on black.
func fit(canvas []byte, width, height int, p frame.Picture) {
	w, h := width, p.Height*width/p.Width
	if h > height {
		w, h = p.Width*height/p.Height, height
	}
	left, top := (width-w)/2, (height-h)/2
	clear(canvas)
	for y := range h {
		from := 3 * p.Width * (y * p.Height / h)
		to := 3 * (width*(top+y) + left)
		for x := range w {
			copy(canvas[to+3*x:to+3*x+3], p.Pix[from+3*(x*p.Width/w):])
		}
	}
}

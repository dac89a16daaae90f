// Package thumb keeps small pictures of a session while it runs, so that at its end there is one of the moment that turns
// out to matter, without a second look at the video.
package thumb

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/session"
)

const (
	// width is that of the pictures, in pixels.
	width = 320
	// most is how many pictures are held: some 8 KB each. When there are more, every other one goes.
	most    = 256
	quality = 80
	// often is the time in seconds between two pictures at the beginning.
	often = 0.5
)

// Keeper holds small pictures at even distances. It is a session.Sink and belongs to the goroutine that runs it.
type Keeper struct {
	kept  []kept
	every float64 // seconds
	next  float64
	small *image.RGBA
	from  *image.RGBA
}

// kept is one picture, as JPEG.
type kept struct {
	t    float64
	jpeg []byte
}

// Take keeps the picture of a frame, if it is time for one.
func (k *Keeper) Take(m *session.Moment) error {
	t := m.Observation.T
	if len(k.kept) > 0 && t < k.next || len(m.Frame.Pix) == 0 {
		return nil
	}
	if len(k.kept) >= most {
		k.thin()
	}
	k.every = max(k.every, often)
	k.next = t + k.every
	picture, err := k.shrink(m.Frame.Picture)
	if err != nil {
		return err
	}
	k.kept = append(k.kept, kept{t, picture})
	return nil
}

// Tick has nothing to do: without a frame there is no picture.
func (k *Keeper) Tick(*session.LiveState) error { return nil }

// thin drops every other picture.
func (k *Keeper) thin() {
	n := 0
	for i := 0; i < len(k.kept); i += 2 {
		k.kept[n] = k.kept[i]
		n++
	}
	clear(k.kept[n:])
	k.kept = k.kept[:n]
	k.every *= 2
}

// shrink makes the small picture.
func (k *Keeper) shrink(p frame.Picture) ([]byte, error) {
	w, h := width, max(1, (p.Height*width+p.Width/2)/p.Width)
	if k.small == nil || k.small.Rect.Dx() != w || k.small.Rect.Dy() != h {
		k.small = image.NewRGBA(image.Rect(0, 0, w, h))
	}
	if k.from == nil || k.from.Rect.Dx() != p.Width || k.from.Rect.Dy() != p.Height {
		k.from = image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	}
	for i, to := 0, k.from.Pix; i < p.Width*p.Height; i++ {
		to[4*i], to[4*i+1], to[4*i+2], to[4*i+3] = p.Pix[3*i+2], p.Pix[3*i+1], p.Pix[3*i], 255
	}
	draw.ApproxBiLinear.Scale(k.small, k.small.Rect, k.from, k.from.Rect, draw.Src, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, k.small, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("make a small picture: %w", err)
	}
	return b.Bytes(), nil
}

// Write writes the picture that is nearest to a time into a file, whole or not at all. It is false if there is none.
func (k *Keeper) Write(dir, name string, at float64) (written bool, err error) {
	if len(k.kept) == 0 {
		return false, nil
	}
	best := &k.kept[0]
	for i := range k.kept {
		if abs(k.kept[i].t-at) < abs(best.t-at) {
			best = &k.kept[i]
		}
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".part", best.jpeg, 0o600); err != nil {
		return false, errors.Join(fmt.Errorf("keep a small picture: %w", err), os.Remove(path+".part"))
	}
	if err := os.Rename(path+".part", path); err != nil {
		return false, fmt.Errorf("keep a small picture: %w", err)
	}
	return true, nil
}

// Middle is the time in the middle of all pictures.
func (k *Keeper) Middle() float64 {
	if len(k.kept) == 0 {
		return 0
	}
	return (k.kept[0].t + k.kept[len(k.kept)-1].t) / 2
}

func abs(x float64) float64 { return max(x, -x) }

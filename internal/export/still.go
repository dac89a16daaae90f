package export

import (
	"fmt"
	"image/png"
	"io"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/overlay"
)

// The size of the picture that a figure without a video is drawn on, where the source's is not known.
const blankWidth, blankHeight = 1280, 720

// blankLongSide is the longest side of such a picture.
const blankLongSide = 1280

// Blank is a dark picture of the source's shape, to draw a figure on whose video was not kept.
func Blank(s *Session) frame.Picture {
	w, h := s.Result.Source.Width, s.Result.Source.Height
	if w <= 0 || h <= 0 || w > 16*h || h > 16*w {
		w, h = blankWidth, blankHeight
	}
	k := float64(blankLongSide) / float64(max(w, h))
	w, h = max(2, int(float64(w)*k)/2*2), max(2, int(float64(h)*k)/2*2)
	p := frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	for i := 0; i < len(p.Pix); i += 3 {
		copy(p.Pix[i:], []byte{0x23, 0x1F, 0x16}) // the overlay's card, as BGR
	}
	return p
}

// PNG draws the moment at a time: the picture, which Blank makes where there is no video, and everything the overlay
// shows.
func PNG(w io.Writer, s *Session, t float64, picture frame.Picture, writing *Writing) error {
	img, err := overlay.Render(
		overlay.Options{Width: picture.Width, Height: picture.Height, Language: writing.Language, Letters: writing.Letters},
		NewScenes(s, writing.Language).At(t, picture),
	)
	if err != nil {
		return fmt.Errorf("draw the picture: %w", err)
	}
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// Moment is the time to look at first: within the worst finding, or else in the middle.
func (s *Session) Moment() float64 {
	if w := s.About.Worst; w != nil {
		return (w.StartS + w.EndS) / 2
	}
	if n := len(s.Frames); n > 0 {
		return (s.Frames[0].T + s.Frames[n-1].T) / 2
	}
	return 0
}

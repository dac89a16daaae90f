package film

import (
	"context"
	"errors"
	"io"

	"github.com/rollwell/rollwell/internal/export"
)

// Still draws the moment at a time, or without one the worst, or else the middle.
func Still(ctx context.Context, w io.Writer, s *export.Session, from export.Video, at *float64, writing *export.Writing) error {
	t := s.Moment()
	if at != nil {
		t = *at
	}
	pictures, err := NewPictures(ctx, s, from)
	if err != nil {
		return err
	}
	picture, err := pictures.At(ctx, t)
	if err == nil {
		err = export.PNG(w, s, t, picture, writing)
	}
	return errors.Join(err, pictures.Close())
}

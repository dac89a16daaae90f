package film

import (
	"context"
	"errors"
	"io"

	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/export/report"
)

// Report writes the report of a session, with pictures of its video.
func Report(ctx context.Context, w io.Writer, s *export.Session, from export.Video, writing *export.Writing) error {
	pictures, err := NewPictures(ctx, s, from)
	if err != nil {
		return err
	}
	return errors.Join(report.PDF(ctx, w, s, writing, pictures.At), pictures.Close())
}

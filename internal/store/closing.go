package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rollwell/rollwell/internal/archive"
)

// unclosed tells whether a folder holds what was seen in a recording and could not be closed yet: what is half written
// there is all that there is. The scratch of an analysis is none: its video can be analysed again.
func unclosed(dir string) bool {
	return !exists(dir, archive.SessionFile) && VideoFile(dir) == "" &&
		(exists(dir, archive.ObservationsFile) || exists(dir, archive.ObservationsFile+scratch))
}

// unfinished tells whether a session that is whole has a video that is not: parts (package record) wait to be copied, or to
// be joined into one that plays.
func unfinished(dir string) bool {
	return exists(dir, archive.SessionFile) && (holds(dir, "recording-*") || holds(dir, "video-*") && !exists(dir, "play.mp4"))
}

// holds tells whether a folder has a file of such a name.
func holds(dir, pattern string) bool {
	names, err := fs.Glob(os.DirFS(dir), pattern)
	return err == nil && len(names) > 0
}

// closeRecording makes a whole session of a recording that was cut off, or removes one that holds nothing. What cannot
// be closed stays as it is, and each start tries again: a disk that was full need not stay so.
func (s *Store) closeRecording(ctx context.Context, n *Session, dir string, closing func(dir string) (archive.Digest, error), r *Recovery) error {
	d, err := closing(dir)
	if errors.Is(err, archive.ErrNothing) && !hasData(dir) {
		r.Removed++
		return s.removeRow(ctx, n.ID)
	}
	if err == nil {
		if err := removeScratch(dir); err != nil {
			return err
		}
	}
	if err == nil || n.State == Recording {
		r.Closed++
	}
	_, changed := s.Update(ctx, n.ID, func(n *Session) error {
		switch {
		case err == nil, isWhole(d):
			n.Apply(d)
			n.describe(dir, d)
			n.Error = videoWarning(err)
		default:
			n.State, n.Error = Failed, "This recording was cut off and could not be closed; the server tries again at each start: "+err.Error()
		}
		return nil
	})
	return errors.Join(changed, s.Measure(ctx, n.ID))
}

// isWhole tells whether what was seen is whole, whatever became of its video.
func isWhole(d archive.Digest) bool { return d.Session.Schema != 0 }

func videoWarning(err error) string {
	if err == nil {
		return ""
	}
	return "Not all of this recording's video could be made ready; the server tries again at each start: " + err.Error()
}

// removeRow removes a session that holds nothing.
func (s *Store) removeRow(ctx context.Context, id string) error {
	if err := s.dismiss(id); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?", id); err != nil {
		return fmt.Errorf("remove an empty session: %w", err)
	}
	return s.emptyGone()
}

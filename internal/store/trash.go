package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Delete puts a session into the trash and tells until when it can be had back. One that still records stays.
func (s *Store) Delete(ctx context.Context, id string) (undoUntil time.Time, err error) {
	now := timeOf(milliseconds(s.now()))
	err = s.inside(ctx, func(tx *sql.Tx) error {
		n, err := get(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case n.State == Recording:
			return fmt.Errorf("%w: this check is still being recorded; end it first", ErrBusy)
		case n.Deleted != nil: // again: the first time counts
			now = *n.Deleted
			return nil
		}
		if _, err := tx.ExecContext(ctx, "UPDATE sessions SET deleted_ms = ? WHERE id = ?", milliseconds(now), id); err != nil {
			return fmt.Errorf("delete a session: %w", err)
		}
		return nil
	})
	return s.undoUntil(now), err
}

func (s *Store) undoUntil(deleted time.Time) time.Time { return deleted.AddDate(0, 0, s.UndoDays()) }

// Undelete takes a session out of the trash.
func (s *Store) Undelete(ctx context.Context, id string) (Session, error) {
	done, err := s.db.ExecContext(ctx, "UPDATE sessions SET deleted_ms = NULL WHERE id = ?", id)
	if err := touched(done, err, "session "+id); err != nil {
		return Session{}, err
	}
	return s.Get(ctx, id)
}

// Purge removes a session for good: its files, notes, marks and jobs.
//
// It can be cut off anywhere. The session counts as deleted first; then its folder leaves in one step, its row goes,
// and last the files are removed. Recover ends what was begun.
func (s *Store) Purge(ctx context.Context, id string) error {
	if _, err := s.Delete(ctx, id); err != nil {
		return err
	}
	if err := s.dismiss(id); err != nil {
		return err
	}
	done, err := s.db.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?", id)
	if err := touched(done, err, "session "+id); err != nil {
		return err
	}
	return s.emptyGone()
}

// dismiss moves a session's folders to where they wait for their removal.
func (s *Store) dismiss(id string) error {
	dir, err := s.Dir(id)
	if err != nil {
		return err
	}
	exports, err := s.Exports(id)
	if err != nil {
		return err
	}
	for _, folder := range []string{exports, dir} {
		err := os.Rename(folder, filepath.Join(s.o.Dir, goneFolder, filepath.Base(filepath.Dir(folder))+"-"+id))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a session's files: %w", err)
		}
	}
	return nil
}

// emptyGone removes what was moved away.
func (s *Store) emptyGone() error {
	gone := filepath.Join(s.o.Dir, goneFolder)
	list, err := os.ReadDir(gone)
	if err != nil {
		return fmt.Errorf("remove files: %w", err)
	}
	for _, e := range list {
		err = errors.Join(err, os.RemoveAll(filepath.Join(gone, e.Name())))
	}
	if err != nil {
		return fmt.Errorf("remove files: %w", err)
	}
	return nil
}

// Sweep does what time asks for: purges what has been in the trash for long enough, removes videos that were to be kept
// until now, and forgets old jobs. It is to be called every now and then.
func (s *Store) Sweep(ctx context.Context) error {
	before := milliseconds(s.now().AddDate(0, 0, -s.UndoDays()))
	old, err := selected(ctx, s.db, "WHERE deleted_ms IS NOT NULL AND deleted_ms <= ? AND state NOT IN ('analysing', 'recording')", before)
	if err != nil {
		return err
	}
	for i := range old {
		err = errors.Join(err, s.Purge(ctx, old[i].ID))
	}
	due, more := selected(ctx, s.db, `WHERE video_file IS NOT NULL AND
		(keep_until_ms <= ? AND state IN ('ready', 'failed') OR keep = 'observations' AND state = 'ready')`, milliseconds(s.now()))
	err = errors.Join(err, more)
	for i := range due {
		err = errors.Join(err, s.DropVideo(ctx, due[i].ID))
	}
	return errors.Join(err, s.forgetJobs(ctx))
}

// showsPictures tells whether a file of that name shows a person: the video, whatever it is stored as and in how many
// parts (package record), a copy that plays, the small picture.
func showsPictures(name string) bool {
	for _, prefix := range []string{"video.", "video-", "recording-", "play.", "thumb."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// DropVideo removes all pictures of a session. What was observed stays. It can be cut off: the files go first, and Sweep
// finds a session that should have none.
func (s *Store) DropVideo(ctx context.Context, id string) error {
	dir, err := s.Dir(id)
	if err != nil {
		return err
	}
	exports, err := s.Exports(id)
	if err != nil {
		return err
	}
	err = os.RemoveAll(exports)
	list, gone := os.ReadDir(dir)
	if gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	for _, e := range list {
		if showsPictures(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("remove a video: %w", err)
	}
	_, err = s.Update(ctx, id, func(n *Session) error {
		n.Video, n.Thumb = nil, false
		if n.Keep == KeepVideo {
			n.Keep = KeepObservations
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Measure(ctx, id)
}

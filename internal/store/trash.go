package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	return s.purge(ctx, id, func(*Session) bool { return true })
}

// purge is Purge of a session that counts as deleted, if it is due at that very moment.
func (s *Store) purge(ctx context.Context, id string, due func(n *Session) bool) error {
	err := s.inside(ctx, func(tx *sql.Tx) error {
		n, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		if !due(&n) {
			return nil
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?", id); err != nil {
			return fmt.Errorf("remove session %s: %w", id, err)
		}
		return s.dismiss(id) // before the row has really gone: a folder without a row would be taken in anew
	})
	if err != nil {
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
	return errors.Join(s.sweepTrash(ctx), s.sweepVideos(ctx), s.forgetJobs(ctx))
}

// sweepTrash purges. Whatever was taken back since the list was made stays.
func (s *Store) sweepTrash(ctx context.Context) error {
	before := milliseconds(s.now().AddDate(0, 0, -s.UndoDays()))
	old, err := selected(ctx, s.db, "WHERE deleted_ms <= ?", before)
	if err != nil {
		return err
	}
	for i := range old {
		before := milliseconds(s.now().AddDate(0, 0, -s.UndoDays()))
		gone := s.purge(ctx, old[i].ID, func(n *Session) bool {
			return n.Deleted != nil && milliseconds(*n.Deleted) <= before && n.State != Analysing && n.State != Recording
		})
		if !errors.Is(gone, ErrNotFound) { // somebody else was quicker
			err = errors.Join(err, gone)
		}
	}
	return err
}

// failedDays is for how many days the video of a clip whose analysis has failed waits for another try, where no video is
// to be kept.
const failedDays = 7

// sweepVideos removes videos. Whatever was given more time since the list was made, or is worked on, keeps its own.
func (s *Store) sweepVideos(ctx context.Context) error {
	now := milliseconds(s.now())
	all, err := selected(ctx, s.db, "WHERE state IN ('ready', 'failed') AND (keep_until_ms <= ? OR keep <> 'video')", now)
	if err != nil {
		return err
	}
	for i := range all {
		dir, wrong := s.Dir(all[i].ID)
		if wrong != nil || all[i].Keep != KeepVideo && all[i].Video == nil && !hasPictures(dir) {
			err = errors.Join(err, wrong)
			continue
		}
		now := s.now()
		gone := s.dropVideo(ctx, all[i].ID, func(n *Session) bool { return n.videoIsDue(now) })
		if !errors.Is(gone, ErrNotFound) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// videoIsDue tells whether the time of a session's pictures is over.
func (n *Session) videoIsDue(now time.Time) bool {
	switch {
	case n.State != Ready && n.State != Failed:
		return false
	case n.KeepUntil != nil && !n.KeepUntil.After(now):
		return true
	}
	return n.Keep != KeepVideo && (n.State == Ready || !n.Created.AddDate(0, 0, failedDays).After(now))
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

// hasPictures tells whether a folder holds anything that DropVideo removes.
func hasPictures(dir string) bool {
	list, _ := os.ReadDir(dir) // one that cannot be read holds nothing that could be removed
	return slices.ContainsFunc(list, func(e fs.DirEntry) bool { return showsPictures(e.Name()) })
}

// DropVideo removes all pictures of a session. What was observed stays. From a session that is being worked on nothing is
// removed: what is not to be kept goes at the end of that.
func (s *Store) DropVideo(ctx context.Context, id string) error {
	return s.dropVideo(ctx, id, func(n *Session) bool { return n.State == Ready || n.State == Failed })
}

// dropVideo is DropVideo, if it is due at that very moment. It can be cut off: the files go first, and Sweep finds a
// session that should have none.
func (s *Store) dropVideo(ctx context.Context, id string, due func(n *Session) bool) error {
	err := s.inside(ctx, func(tx *sql.Tx) error {
		n, err := get(ctx, tx, id)
		if err != nil || !due(&n) {
			return err
		}
		if err := s.removePictures(id); err != nil {
			return err
		}
		_, err = edit(ctx, tx, id, func(n *Session) error {
			n.Video, n.Thumb = nil, false
			if n.Keep == KeepVideo {
				n.Keep = KeepObservations
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	return s.Measure(ctx, id)
}

// removePictures removes the files of DropVideo.
func (s *Store) removePictures(id string) error {
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
	return nil
}

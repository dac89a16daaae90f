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

	"github.com/rollwell/rollwell/internal/archive"
)

// Recovery tells what was put right at a start.
type Recovery struct {
	// Closed recordings had been cut off, Requeued analyses begin anew, Adopted folders had no row in the database,
	// Removed ones nothing to keep.
	Closed, Requeued, Adopted, Removed int
}

// scratch ends the names of files and folders that are being written: nothing of them counts.
const scratch = ".part"

// Recover puts right what a crash has left: it is to be called once, before anything else is done with the library, by
// whoever has it to itself. closing makes a whole session of what was recorded (archive.Recover). Uploads are left alone:
// package upload looks after them.
func (s *Store) Recover(ctx context.Context, closing func(dir string) (archive.Digest, error)) (r Recovery, err error) {
	if err := errors.Join(s.emptyGone(), s.clearBackups(), s.dropImports(ctx, &r)); err != nil {
		return r, err
	}
	if err := s.requeue(ctx); err != nil {
		return r, err
	}
	rows, err := selected(ctx, s.db, "")
	if err != nil {
		return r, err
	}
	all := make(map[string]bool, len(rows))
	for i := range rows {
		all[rows[i].ID] = true
		if err := s.mend(ctx, &rows[i], closing, &r); err != nil {
			return r, err
		}
	}
	if err := s.adoptAll(ctx, all, closing, &r); err != nil {
		return r, err
	}
	return r, s.removeExports(all)
}

// requeue lets the jobs that ran begin anew, but for those that have ended the program too often.
func (s *Store) requeue(ctx context.Context) error {
	return s.inside(ctx, func(tx *sql.Tx) error {
		if err := s.giveUp(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE jobs SET state = 'queued', progress = 0 WHERE state = 'running'")
		if err != nil {
			return fmt.Errorf("queue jobs again: %w", err)
		}
		return nil
	})
}

// mend puts one session right.
func (s *Store) mend(ctx context.Context, n *Session, closing func(dir string) (archive.Digest, error), r *Recovery) error {
	dir, err := s.Dir(n.ID)
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if n.Deleted != nil { // a purge that was cut off
			r.Removed++
			return s.Purge(ctx, n.ID)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("mend a session: %w", err)
		}
		return s.SetState(ctx, n.ID, Failed, "The files of this session are missing; restore a backup, or delete it.")
	}
	if n.State == Recording || n.State == Failed && unclosed(dir) || (n.State == Ready || n.State == Failed) && unfinished(dir) {
		return s.closeRecording(ctx, n, dir, closing, r)
	}
	if n.State != Uploading {
		if err := removeScratch(dir); err != nil {
			return err
		}
	}
	switch n.State {
	case Analysing, Queued:
		return s.mendAnalysis(ctx, n, dir, r)
	}
	return nil
}

// mendAnalysis sees that a session that waits for its analysis has a job.
func (s *Store) mendAnalysis(ctx context.Context, n *Session, dir string, r *Recovery) error {
	r.Requeued++
	open, err := jobs(ctx, s.db, "WHERE session = ? AND kind = 'analyse' AND state = 'queued'", n.ID)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return s.SetState(ctx, n.ID, Queued, "")
	}
	if VideoFile(dir) == "" {
		return s.SetState(ctx, n.ID, Failed, "The video of this session is missing; upload it again.")
	}
	_, err = s.Enqueue(ctx, n.ID, JobAnalyse, struct{}{})
	return err
}

// adoptAll takes in the folders that the database does not know: nothing that was recorded is lost with it.
func (s *Store) adoptAll(ctx context.Context, known map[string]bool, closing func(dir string) (archive.Digest, error), r *Recovery) error {
	list, err := os.ReadDir(filepath.Join(s.o.Dir, sessionsFolder))
	if err != nil {
		return fmt.Errorf("look at the sessions: %w", err)
	}
	for _, e := range list {
		if !e.IsDir() || !ValidID(e.Name()) || known[e.Name()] {
			continue
		}
		if err := s.adopt(ctx, e.Name(), closing, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) adopt(ctx context.Context, id string, closing func(dir string) (archive.Digest, error), r *Recovery) error {
	dir, err := s.Dir(id)
	if err != nil {
		return err
	}
	n := Session{ID: id, Kind: Import, State: Failed, Created: s.folderTime(dir), Title: "Recovered"}
	d, err := closing(dir)
	switch {
	case err == nil, isWhole(d):
		n.Apply(d)
		n.SourceName = d.Session.Source.Name
		n.describe(dir, d)
		n.Error = videoWarning(err)
	case !hasData(dir) && errors.Is(err, archive.ErrNothing):
		r.Removed++
		if err := s.dismiss(id); err != nil {
			return err
		}
		return s.emptyGone()
	case VideoFile(dir) != "":
		n.Error = "This video was found without its entry in the library; analyse it again."
	default:
		n.Error = "This session was found without its entry in the library, and could not be closed; the server tries again at each start: " + err.Error()
	}
	if !unclosed(dir) {
		if err := removeScratch(dir); err != nil {
			return err
		}
	}
	r.Adopted++
	if _, err := s.Create(ctx, n); err != nil {
		return err
	}
	return s.Measure(ctx, id)
}

// folderTime is about when a folder was made.
func (s *Store) folderTime(dir string) time.Time {
	info, err := os.Stat(dir)
	if err != nil || !believed(info.ModTime()) {
		return s.now()
	}
	return info.ModTime()
}

// describe notes which files of a folder can be shown.
func (n *Session) describe(dir string, d archive.Digest) {
	n.Thumb = exists(dir, archive.ThumbFile)
	file := VideoFile(dir)
	if exists(dir, "play.mp4") {
		file = "play.mp4"
	}
	if n.Video != nil && n.Video.File == file || file == "" || file == "video.bin" {
		return
	}
	n.Video = &Video{File: file, Type: TypeOf(file), Width: d.Session.Source.Width, Height: d.Session.Source.Height}
	if file != "play.mp4" { // which begins with the session
		n.Video.OffsetS = d.VideoOffsetS
	}
}

// VideoFile is the name of the original video in a session's folder, or nothing.
func VideoFile(dir string) string {
	for _, name := range []string{"video.mp4", "video.webm", "video.bin"} {
		if exists(dir, name) {
			return name
		}
	}
	return ""
}

// TypeOf is the media type of a video file of ours.
func TypeOf(file string) string {
	if filepath.Ext(file) == ".webm" {
		return "video/webm"
	}
	return "video/mp4"
}

// hasData tells whether a folder holds anything that was recorded.
func hasData(dir string) bool {
	if VideoFile(dir) != "" || exists(dir, archive.SessionFile) {
		return true
	}
	info, err := os.Stat(filepath.Join(dir, archive.ObservationsFile))
	return err == nil && info.Size() > 0
}

func removeScratch(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look at a session: %w", err)
	}
	for _, e := range list {
		if strings.HasSuffix(e.Name(), scratch) {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("remove what was half written: %w", err)
			}
		}
	}
	return nil
}

// removeExports removes films of sessions that are no more, and half-written ones.
func (s *Store) removeExports(known map[string]bool) error {
	exports := filepath.Join(s.o.Dir, exportsFolder)
	list, err := os.ReadDir(exports)
	if err != nil {
		return fmt.Errorf("look at the films: %w", err)
	}
	list = slices.DeleteFunc(list, func(e fs.DirEntry) bool { return !ValidID(e.Name()) })
	for _, e := range list {
		path := filepath.Join(exports, e.Name())
		if !known[e.Name()] {
			err = os.RemoveAll(path)
		} else if e.IsDir() {
			err = removeScratch(path)
		}
		if err != nil {
			return fmt.Errorf("remove films: %w", err)
		}
	}
	return nil
}

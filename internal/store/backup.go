package store

import (
	"archive/tar"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A backup is a tar archive compressed with Zstandard. Its first entry tells that it is one; then come the files of the
// sessions, sessions/ID/NAME, and last the database. Films are left out, for they can be made again, and so are checks
// that are still being recorded and clips that have not arrived.

// ErrBackup marks what is no backup, or not a whole one.
var ErrBackup = errors.New("no backup that can be used")

const (
	backupNote   = "rollwell-backup.json"
	backupFormat = 1
	// backupFolder holds links to the files of a backup that is being made: files are replaced, never changed, so the links
	// show what was there at one moment however long the backup takes.
	backupFolder = "backup"
	backupLock   = "backup.lock"
)

// backupHead is the first entry.
type backupHead struct {
	Format  int       `json:"rollwell_backup"`
	Created time.Time `json:"created"`
}

// Backed tells what is in a backup.
type Backed struct {
	Sessions int
	Bytes    int64
}

// Backup writes all of the library, as it is at one moment, while others go on using it.
func (s *Store) Backup(ctx context.Context, w io.Writer) (b Backed, err error) {
	lock, err := takeLock(filepath.Join(s.o.Dir, backupLock))
	if errors.Is(err, ErrLocked) {
		return b, fmt.Errorf("%w: another backup is being made", ErrBusy)
	}
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	dir := filepath.Join(s.o.Dir, backupFolder)
	if err := os.RemoveAll(dir); err != nil {
		return b, fmt.Errorf("make a backup: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return b, fmt.Errorf("make a backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ids, err := s.snapshot(ctx, dir)
	if err != nil {
		return b, fmt.Errorf("make a backup: %w", err)
	}
	b.Sessions = len(ids)
	b.Bytes, err = pack(ctx, w, dir, backupHead{backupFormat, s.now().UTC()})
	return b, err
}

// snapshot copies the database and links the files of the sessions in it.
func (s *Store) snapshot(ctx context.Context, dir string) (ids []string, err error) {
	path := filepath.Join(dir, databaseFile)
	if _, err := s.db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return nil, fmt.Errorf("copy the database: %w", err)
	}
	copied, err := sql.Open("sqlite", dataSource(path)+"&_pragma=journal_mode(DELETE)")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	rows, err := selected(ctx, copied, "")
	if err != nil {
		return nil, err
	}
	for i := range rows {
		id := rows[i].ID
		whole := rows[i].State != Recording && rows[i].State != Uploading
		if whole {
			whole, err = s.link(ctx, dir, &rows[i])
		}
		if err == nil && !whole {
			_, err = copied.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?", id)
		}
		if err != nil {
			return nil, err
		}
		if whole {
			ids = append(ids, id)
		}
	}
	_, err = copied.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return ids, err
}

// link links the files of a session. It is false if the session has been removed meanwhile. One that is analysed again
// meanwhile is taken as it was before or will be after.
func (s *Store) link(ctx context.Context, to string, n *Session) (whole bool, err error) {
	from, err := s.Dir(n.ID)
	if err != nil {
		return false, err
	}
	to = filepath.Join(to, sessionsFolder, n.ID)
	for range 100 {
		before := stamps(from)
		if err := os.RemoveAll(to); err != nil {
			return false, err
		}
		if err := os.MkdirAll(to, 0o700); err != nil {
			return false, err
		}
		if before == nil {
			return false, os.Remove(to)
		}
		for name := range before {
			err := os.Link(filepath.Join(from, name), filepath.Join(to, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return false, err
			}
		}
		if same(before, stamps(from)) {
			return true, nil
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
	return false, fmt.Errorf("%w: session %s does not come to rest; try again later", ErrBusy, n.ID)
}

// stamps are the whole files of a folder; nil if there is none.
func stamps(dir string) map[string]fs.FileInfo {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	all := map[string]fs.FileInfo{}
	for _, e := range list {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && backupName(e.Name()) {
			all[e.Name()] = info
		}
	}
	return all
}

func same(a, b map[string]fs.FileInfo) bool {
	if len(a) != len(b) {
		return false
	}
	for name, info := range a {
		if other, ok := b[name]; !ok || !os.SameFile(info, other) {
			return false
		}
	}
	return true
}

// pack writes the archive.
func pack(ctx context.Context, w io.Writer, dir string, head backupHead) (bytes int64, err error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest)) // videos do not get smaller
	if err != nil {
		return 0, fmt.Errorf("make a backup: %w", err)
	}
	t := tar.NewWriter(z)
	text, err := json.Marshal(head)
	if err == nil {
		err = t.WriteHeader(&tar.Header{Name: backupNote, Mode: 0o600, Size: int64(len(text)), ModTime: head.Created})
	}
	if err == nil {
		_, err = t.Write(text)
	}
	if err == nil {
		bytes, err = packFiles(ctx, t, dir)
	}
	if err = errors.Join(err, t.Close(), z.Close()); err != nil {
		return bytes, fmt.Errorf("write a backup: %w", err)
	}
	return bytes, nil
}

// packFiles writes the files of the sessions in order, and the database last: a backup without it is not whole.
func packFiles(ctx context.Context, t *tar.Writer, dir string) (bytes int64, err error) {
	var names []string
	err = filepath.WalkDir(filepath.Join(dir, sessionsFolder), func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && e.Type().IsRegular() {
			var name string
			name, err = filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(names)
	for _, name := range append(names, databaseFile) {
		if err := ctx.Err(); err != nil {
			return bytes, err
		}
		n, err := packFile(t, dir, name)
		if bytes += n; err != nil {
			return bytes, err
		}
	}
	return bytes, nil
}

func packFile(t *tar.Writer, dir, name string) (int64, error) {
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return 0, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return 0, err
	}
	return io.Copy(t, file)
}

// backupName tells whether a file of a session's folder belongs into a backup: all that is whole.
func backupName(name string) bool {
	return fileForm.MatchString(name) && !strings.HasSuffix(name, scratch) && !strings.HasSuffix(name, ".mend")
}

// clearBackups removes what a backup or a restoring that was cut off has left.
func (s *Store) clearBackups() error {
	lock, err := takeLock(filepath.Join(s.o.Dir, backupLock))
	if errors.Is(err, ErrLocked) { // one is being made
		return nil
	}
	if err != nil {
		return err
	}
	err = errors.Join(os.RemoveAll(filepath.Join(s.o.Dir, backupFolder)), os.RemoveAll(filepath.Join(s.o.Dir, restoreFolder)), lock.Close())
	if err != nil {
		return fmt.Errorf("remove half a backup: %w", err)
	}
	return nil
}

package store

import (
	"archive/tar"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"
)

const (
	restoreFolder = "restore.part"
	// maxEntry is the most bytes of one file in a backup, maxHead of its first entry.
	maxEntry, maxHead = 64 << 30, 4 << 10
)

// fileForm is what the names of a session's files look like.
var fileForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Restore makes the library that a backup holds in a data folder without one. Where the backup is not whole, the folder is
// left as it was.
func Restore(ctx context.Context, r io.Reader, dir string) (b Backed, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return b, fmt.Errorf("find the data folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return b, fmt.Errorf("make the data folder; choose another with --data: %w", err)
	}
	lock, err := takeLock(filepath.Join(dir, lockFile))
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if exists(dir, databaseFile) || !empty(filepath.Join(dir, sessionsFolder)) {
		return b, fmt.Errorf("%w: there is a library in %s already; restore into another folder with --data", ErrInvalid, dir)
	}
	part := filepath.Join(dir, restoreFolder)
	if err := os.RemoveAll(part); err != nil {
		return b, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(part)) }()
	if err := os.MkdirAll(filepath.Join(part, sessionsFolder), 0o700); err != nil {
		return b, fmt.Errorf("restore: %w", err)
	}
	if b.Bytes, err = unpack(ctx, r, part); err != nil {
		return b, err
	}
	if b.Sessions, err = verify(ctx, part); err != nil {
		return b, err
	}
	return b, settle(part, dir)
}

// empty tells whether a folder holds nothing, or is not there.
func empty(dir string) bool {
	list, err := os.ReadDir(dir)
	return errors.Is(err, os.ErrNotExist) || err == nil && len(list) == 0
}

// settle moves what was unpacked to its place, the database last: with it the library is there.
func settle(part, dir string) error {
	if err := syncAll(part); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := os.Remove(filepath.Join(dir, sessionsFolder)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("restore: %w", err)
	}
	// What an earlier database has left beside it would be played into this one.
	for _, name := range besideDatabase {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("restore: %w", err)
		}
	}
	for _, name := range []string{sessionsFolder, databaseFile} {
		if err := os.Rename(filepath.Join(part, name), filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	return nil
}

// syncAll sees that all that was written reaches the disk: once for thousands of files.
func syncAll(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(d.Fd())), d.Close())
}

// unusable says that a backup cannot be used.
func unusable(why string, err error) error {
	if err == nil {
		return fmt.Errorf("%w: %s", ErrBackup, why)
	}
	return fmt.Errorf("%w: %s: %w", ErrBackup, why, err)
}

// unpack writes the files of a backup below a folder. No name of the archive is used that is not of the few forms that
// Backup writes.
func unpack(ctx context.Context, r io.Reader, dir string) (bytes int64, err error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(256<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return 0, unusable("it is not compressed as backups are", err)
	}
	defer z.Close()
	t := tar.NewReader(z)
	if err := readHead(t); err != nil {
		return 0, err
	}
	whole := false
	for {
		if err := ctx.Err(); err != nil {
			return bytes, err
		}
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return bytes, unusable("it is cut off or damaged; use another one", err)
		}
		to, err := place(h, dir)
		if err != nil {
			return bytes, err
		}
		if whole {
			return bytes, unusable("something follows its database", nil)
		}
		whole = h.Name == databaseFile
		n, err := unpackFile(t, to)
		if bytes += n; err != nil {
			return bytes, err
		}
	}
	if _, err := io.Copy(io.Discard, z); err != nil { // its checksum is at the end
		return bytes, unusable("it is cut off or damaged; use another one", err)
	}
	if !whole {
		return bytes, unusable("it is cut off: its database is missing; use another one", nil)
	}
	return bytes, nil
}

// readHead reads the first entry.
func readHead(t *tar.Reader) error {
	h, err := t.Next()
	if err != nil || h.Name != backupNote || h.Size > maxHead {
		return unusable("it does not begin as a backup of Rollwell does", err)
	}
	var head backupHead
	if err := json.NewDecoder(t).Decode(&head); err != nil {
		return unusable("it does not begin as a backup of Rollwell does", err)
	}
	if head.Format != backupFormat {
		return unusable(fmt.Sprintf("it has format %d, and this program reads %d; use the Rollwell that made it, or a newer one", head.Format, backupFormat), nil)
	}
	return nil
}

// place is where an entry goes.
func place(h *tar.Header, dir string) (string, error) {
	parts := strings.Split(h.Name, "/")
	switch {
	case h.Typeflag != tar.TypeReg || h.Size < 0 || h.Size > maxEntry:
		return "", unusable(fmt.Sprintf("the entry %q is no file of ours", Clean(h.Name)), nil)
	case h.Name == databaseFile:
		return filepath.Join(dir, databaseFile), nil
	case len(parts) == 3 && parts[0] == sessionsFolder && ValidID(parts[1]) && backupName(parts[2]):
		return filepath.Join(dir, sessionsFolder, parts[1], parts[2]), nil
	}
	return "", unusable(fmt.Sprintf("the entry %q does not belong there", Clean(h.Name)), nil)
}

func unpackFile(t *tar.Reader, to string) (n int64, err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return 0, unusable("an entry is there twice", nil)
	}
	if err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	n, read := io.Copy(file, t)
	if err := file.Close(); err != nil {
		return n, fmt.Errorf("restore: %w", err)
	}
	if read != nil {
		return n, unusable("it is cut off or damaged, or there is no room for it", read)
	}
	return n, nil
}

// verify looks at the database of what was unpacked, and sees that every session has its folder.
func verify(ctx context.Context, dir string) (sessions int, err error) {
	db, err := sql.Open("sqlite", dataSource(filepath.Join(dir, databaseFile))+"&_pragma=journal_mode(DELETE)")
	if err != nil {
		return 0, unusable("its database cannot be opened", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := integrity(ctx, db); err != nil {
		return 0, unusable("its database is damaged", err)
	}
	if err := migrate(ctx, db); err != nil {
		return 0, unusable("its database cannot be used", err)
	}
	rows, err := selected(ctx, db, "")
	if err != nil {
		return 0, unusable("its database cannot be read", err)
	}
	for i := range rows {
		if !ValidID(rows[i].ID) { // it would name a folder elsewhere
			return 0, unusable(fmt.Sprintf("its database has a session %q", Clean(rows[i].ID)), nil)
		}
		if !exists(dir, sessionsFolder, rows[i].ID) {
			if err := os.Mkdir(filepath.Join(dir, sessionsFolder, rows[i].ID), 0o700); err != nil { // one without files
				return 0, fmt.Errorf("restore: %w", err)
			}
		}
	}
	return len(rows), nil
}

// integrity asks the database whether it is whole.
func integrity(ctx context.Context, q querier) error {
	var says string
	if err := q.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&says); err != nil {
		return err
	}
	if says != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, says)
	}
	return nil
}

// Check asks the database whether it is whole.
func (s *Store) Check(ctx context.Context) error { return integrity(ctx, s.db) }

package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Usage is how full the library is, in bytes.
type Usage struct {
	// Bytes is what all sessions take, those in the trash too, and what uploads that go on will.
	Bytes  int64 `json:"bytes"`
	Budget int64 `json:"budget"`
	// Free is what may still come: what the budget leaves, or the disk if that is less.
	Free int64 `json:"free"`
}

// FullError says how much room there is. errors.Is finds ErrFull in it.
type FullError struct {
	Need, Free int64
	// Disk tells that it is the disk that is full; otherwise it is the budget.
	Disk bool
}

// Error says what to do.
func (e *FullError) Error() string {
	if e.Disk {
		return fmt.Sprintf("%v: %s are needed and the disk has %s to spare; free some space on it", ErrFull, Size(e.Need), Size(e.Free))
	}
	return fmt.Sprintf("%v: %s are needed and %s are free; delete sessions for good, or give it more with --disk-budget", ErrFull, Size(e.Need), Size(e.Free))
}

// Unwrap makes errors.Is find ErrFull.
func (e *FullError) Unwrap() error { return ErrFull }

// Size writes a number of bytes for people.
func Size(bytes int64) string {
	switch {
	case bytes >= 10<<30:
		return fmt.Sprintf("%d GiB", bytes>>30)
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", max(0, bytes)>>10)
}

// Usage tells how full the library is.
func (s *Store) Usage(ctx context.Context) (Usage, error) {
	u, _, err := s.usage(ctx)
	u.Free = max(0, u.Free)
	return u, err
}

// usage is Usage whose Free goes below zero where more was promised than there is. It also tells whether it is the disk that leaves the least.
func (s *Store) usage(ctx context.Context) (u Usage, disk bool, err error) {
	var pending int64
	err = s.db.QueryRowContext(ctx, "SELECT coalesce(sum(max(bytes, reserved)), 0), coalesce(sum(max(reserved - bytes, 0)), 0) FROM sessions").Scan(&u.Bytes, &pending)
	if err != nil {
		return u, false, fmt.Errorf("read the library: %w", err)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(s.o.Dir, &st); err != nil {
		return u, false, fmt.Errorf("look at the disk: %w", err)
	}
	u.Budget = s.o.Budget
	u.Free = s.o.Budget - u.Bytes
	// What uploads have still to bring is not on the disk yet.
	if left := int64(st.Bavail)*st.Bsize - s.o.MinFree - pending; left < u.Free {
		u.Free, disk = left, true
	}
	return u, disk, nil
}

// Room tells whether so many bytes more may be kept: nil, or a *FullError. With 0 it tells whether what has been promised
// can still be kept.
func (s *Store) Room(ctx context.Context, bytes int64) error {
	u, disk, err := s.usage(ctx)
	if err != nil {
		return err
	}
	if bytes > u.Free {
		return &FullError{Need: bytes, Free: max(0, u.Free), Disk: disk}
	}
	return nil
}

// Measure notes how many bytes a session's files take.
func (s *Store) Measure(ctx context.Context, id string) error {
	dir, err := s.Dir(id)
	if err != nil {
		return err
	}
	exports, err := s.Exports(id)
	if err != nil {
		return err
	}
	bytes := folderSize(dir) + folderSize(exports)
	done, err := s.db.ExecContext(ctx, "UPDATE sessions SET bytes = ? WHERE id = ?", bytes, id)
	return touched(done, err, "session "+id)
}

// folderSize adds up the files of a folder; what vanishes meanwhile, or is not there, counts nothing.
func folderSize(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// exists tells whether there is a file of that name.
func exists(parts ...string) bool {
	_, err := os.Stat(filepath.Join(parts...))
	return err == nil
}

// Grow notes how many bytes of an upload have arrived.
func (s *Store) Grow(ctx context.Context, id string, bytes int64) error {
	done, err := s.db.ExecContext(ctx, "UPDATE sessions SET bytes = ? WHERE id = ?", bytes, id)
	return touched(done, err, "session "+id)
}

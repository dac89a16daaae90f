package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

var (
	// ErrLocked tells that a server, or a command that writes, has the library to itself.
	ErrLocked = errors.New("the library is in use")
	// ErrDamaged tells that the database cannot be used.
	ErrDamaged = errors.New("the library's database cannot be used")
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options say where a library is and how large it may grow. The zero value of a field but Dir stands for its default.
type Options struct {
	// Dir is the data folder. It is made if there is none.
	Dir string
	// Budget is how many bytes all sessions may take together: 20 GiB. MinFree is how many the disk keeps free: 1 GiB.
	Budget, MinFree int64
	// UndoDays is for how long what was deleted can be had back: 7 days. Below zero it goes at once.
	UndoDays int
	// Shared lets others use the library meanwhile: for commands that read, and for small changes.
	Shared bool
	// Now is the clock.
	Now func() time.Time
}

// Defaults of Options.
const (
	DefaultBudget   = 20 << 30
	DefaultMinFree  = 1 << 30
	DefaultUndoDays = 7
)

func (o *Options) complete() {
	if o.Budget <= 0 {
		o.Budget = DefaultBudget
	}
	if o.MinFree <= 0 {
		o.MinFree = DefaultMinFree
	}
	if o.UndoDays == 0 {
		o.UndoDays = DefaultUndoDays
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Store is a library. It is safe for concurrent use. Close it at the end.
type Store struct {
	o    Options
	db   *sql.DB
	lock *os.File // nil if Shared
}

// The folders and files of a data folder.
const (
	databaseFile   = "rollwell.db"
	lockFile       = "lock"
	sessionsFolder = "sessions"
	uploadsFolder  = "uploads"
	exportsFolder  = "exports"
	// goneFolder takes the folders of sessions that are being removed for good: one rename, then the work.
	goneFolder = "gone"
)

// besideDatabase are the files that SQLite keeps beside a database: they are a part of it.
var besideDatabase = []string{databaseFile + "-wal", databaseFile + "-shm"}

// Open opens the library in a folder and brings its database up to date. Unless it is shared, nobody else has it then.
func Open(ctx context.Context, o Options) (*Store, error) {
	o.complete()
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder %s: %w", o.Dir, err)
	}
	o.Dir = dir
	for _, name := range []string{"", sessionsFolder, uploadsFolder, exportsFolder, goneFolder} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder; choose another with --data: %w", err)
		}
	}
	s := &Store{o: o}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	lock, err := takeLock(filepath.Join(s.o.Dir, lockFile))
	if errors.Is(err, ErrLocked) && !s.o.Shared { // a command that only reads holds it for a moment
		lock, err = awaitLock(ctx, filepath.Join(s.o.Dir, lockFile))
	}
	switch {
	case err == nil:
		s.lock = lock
	case !errors.Is(err, ErrLocked) || !s.o.Shared:
		return err
	}
	if s.db, err = sql.Open("sqlite", dataSource(filepath.Join(s.o.Dir, databaseFile))); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	s.db.SetMaxOpenConns(4)
	if s.lock != nil { // whoever has the lock already has done it
		if err := migrate(ctx, s.db); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(s.o.Dir, databaseFile), 0o600); err != nil && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if s.o.Shared {
		return s.unlock()
	}
	return nil
}

// dataSource names a database and how to open it. A transaction takes the right to write at its beginning: two that
// read first and write then would wait for each other.
func dataSource(path string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-4000)",
	}}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("%w: it is no library, or a damaged one; restore a backup with `rollwell restore`, or move %s away, with %s: "+
			"the sessions' files are then taken in anew, without their titles, tags, notes and marks: %w",
			ErrDamaged, databaseFile, strings.Join(besideDatabase, " and "), err)
	}
	if have > want {
		return fmt.Errorf("%w: a newer Rollwell has written it (format %d, this one knows %d); use that one", ErrDamaged, have, want)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// takeLock keeps others out until the file is closed, also by the end of the process.
func takeLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("use the data folder; choose another with --data: %w", err)
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("%w by another program, a server as a rule: end that one, or choose another folder with --data (%s)",
			ErrLocked, filepath.Dir(path)), file.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder: %w", err), file.Close())
	}
	return file, nil
}

const (
	// lockPatience is for how long somebody else's lock is waited for, lockStep the time between two looks.
	lockPatience = time.Second
	lockStep     = 50 * time.Millisecond
)

// awaitLock is takeLock with patience.
func awaitLock(ctx context.Context, path string) (lock *os.File, err error) {
	tick := time.NewTicker(lockStep)
	defer tick.Stop()
	for range lockPatience / lockStep {
		if lock, err = takeLock(path); !errors.Is(err, ErrLocked) {
			return lock, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return lock, err
}

func (s *Store) unlock() error {
	if s.lock == nil {
		return nil
	}
	lock := s.lock
	s.lock = nil
	return lock.Close()
}

// Close ends the use of the library.
func (s *Store) Close() (err error) {
	if s.db != nil {
		err = s.db.Close()
	}
	return errors.Join(err, s.unlock())
}

// UndoDays is for how long what was deleted can be had back.
func (s *Store) UndoDays() int { return max(0, s.o.UndoDays) }

// inside runs a change of several statements, all of them or none.
func (s *Store) inside(ctx context.Context, change func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("change the library: %w", err)
	}
	if err := change(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("change the library: %w", err)
	}
	return nil
}

// querier is a database or a transaction of it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// milliseconds is a time as the database has it.
func milliseconds(t time.Time) int64 { return t.UnixMilli() }

func timeOf(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func maybeTime(ms sql.NullInt64) *time.Time {
	if !ms.Valid {
		return nil
	}
	t := timeOf(ms.Int64)
	return &t
}

func maybeMilliseconds(t *time.Time) sql.NullInt64 {
	if t == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: milliseconds(*t), Valid: true}
}

// pointer is a number that may be null.
func pointer[T any](n sql.Null[T]) *T {
	if !n.Valid {
		return nil
	}
	return &n.V
}

func null[T any](p *T) sql.Null[T] {
	if p == nil {
		return sql.Null[T]{}
	}
	return sql.Null[T]{V: *p, Valid: true}
}

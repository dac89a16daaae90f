package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"

	"github.com/rollwell/rollwell/internal/record"
	"github.com/rollwell/rollwell/internal/server"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/upload"
)

// byteSize is a number of bytes as people write it: 20GiB, 500MB.
type byteSize int64

// UnmarshalText reads one.
func (b *byteSize) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n == 0 || n > 1<<60 {
		return fmt.Errorf("%q is no size; write a number and KB, MB, GB, KiB, MiB, GiB or TiB, for example 20GiB", text)
	}
	*b = byteSize(n)
	return nil
}

// dataFlag names the data folder; all commands that work with the library have it.
type dataFlag struct {
	Data string `help:"Data folder: the library, and a server's certificates. Without it: rollwell in the user's folder for data." placeholder:"DIR"`
}

// folder is the data folder.
func (d dataFlag) folder() (string, error) {
	if d.Data != "" {
		return d.Data, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "rollwell"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: the library has to be kept somewhere: name a folder with --data: %w", errUsage, err)
	}
	return filepath.Join(home, ".local", "share", "rollwell"), nil
}

// open opens the library. Whoever has it to themselves puts right first what a crash has left.
func (d dataFlag) open(ctx context.Context, o store.Options, log *slog.Logger) (*store.Store, error) {
	dir, err := d.folder()
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	s, err := store.Open(ctx, o)
	if errors.Is(err, store.ErrLocked) {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return nil, dataError(err)
	}
	if o.Shared {
		return s, nil
	}
	r, err := s.Recover(ctx, record.Recover)
	if err == nil {
		err = recoverUploads(ctx, s)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("put the library right: %w", err), s.Close())
	}
	if r != (store.Recovery{}) {
		log.Info("the library was put right", "closed", r.Closed, "queued_again", r.Requeued, "adopted", r.Adopted, "removed", r.Removed)
	}
	return s, nil
}

// recoverUploads puts right what a crash has left of uploads. Their analyses are queued, and done by whoever works next.
func recoverUploads(ctx context.Context, s *store.Store) error {
	u, err := upload.New(uploadOptions(s, func(ctx context.Context, session string, o store.AnalyseOptions) error {
		_, err := s.Enqueue(ctx, session, store.JobAnalyse, o)
		return err
	}))
	if err != nil {
		return err
	}
	return u.Recover(ctx)
}

// uploadOptions are what all ways of taking clips in have in common.
func uploadOptions(s *store.Store, enqueue func(ctx context.Context, session string, o store.AnalyseOptions) error) upload.Options {
	return upload.Options{Dir: s.Uploads(), Path: server.UploadsPath, Library: s, Probe: probe, Enqueue: enqueue}
}

// openShared opens a library that is there already, beside a server that may use it.
func (d dataFlag) openShared(ctx context.Context) (*store.Store, error) {
	dir, err := d.folder()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "rollwell.db")); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no library in %s; name its folder with --data", errInput, dir)
	}
	return d.open(ctx, store.Options{Shared: true}, nil)
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rollwell/rollwell/internal/store"
)

// backupCmd writes the library into one file.
type backupCmd struct {
	dataFlag `embed:""`
	File     string `arg:"" help:"File to write, .tar.zst. It must not be there yet." type:"path"`
}

// Help is the long help text.
func (backupCmd) Help() string {
	return "Writes all sessions with their videos, notes and marks into one file, as they are at one moment. A server may go on " +
		"meanwhile. Left out are checks that are still being recorded, clips that have not arrived, and films, which can be made again."
}

// Run writes the backup.
func (c backupCmd) Run(ctx context.Context, std streams) (err error) {
	s, err := c.openShared(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := os.Lstat(c.File); err == nil {
		return fmt.Errorf("%w: %s is there already; a backup overwrites nothing: choose another name", errUsage, c.File)
	}
	part := c.File + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s is there: another backup is being made, or one was cut off; remove it then", errUsage, part)
	}
	if err != nil {
		return backupError(err)
	}
	b, err := s.Backup(ctx, file)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = name(part, c.File)
	}
	if err != nil {
		return backupError(errors.Join(err, os.Remove(part)))
	}
	fmt.Fprintf(std.out, "%s: %d sessions, %s\n", c.File, b.Sessions, store.Size(b.Bytes))
	return nil
}

// name gives a whole file its name, unless somebody else has made one of that name meanwhile.
func name(part, path string) error {
	err := os.Link(part, path)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err != nil { // a disk that knows no links, as sticks do
		return os.Rename(part, path)
	}
	return os.Remove(part)
}

// backupError marks what keeps a backup from being written.
func backupError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: the backup cannot be written; look whether there is room for it: %w", errOutput, err)
}

// restoreCmd makes a library of a backup.
type restoreCmd struct {
	dataFlag `embed:""`
	File     string `arg:"" help:"Backup that rollwell backup has written." type:"path"`
}

// Run makes the library.
func (c restoreCmd) Run(ctx context.Context, std streams) error {
	dir, err := c.folder()
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	b, err := store.Restore(ctx, bufio.NewReaderSize(file, 1<<20), dir)
	switch {
	case errors.Is(err, store.ErrBackup):
		return fmt.Errorf("%w: %s: %w", errInput, c.File, err)
	case errors.Is(err, store.ErrInvalid), errors.Is(err, store.ErrLocked):
		return fmt.Errorf("%w: %w", errUsage, err)
	case err != nil && !errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: the library cannot be written; look whether there is room for it: %w", errOutput, err)
	case err != nil:
		return err
	}
	fmt.Fprintf(std.out, "%s: %d sessions, %s, in %s\n", c.File, b.Sessions, store.Size(b.Bytes), dir)
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/store"
)

// importCmd brings a session back that was exported as JSON.
type importCmd struct {
	dataFlag   `embed:""`
	DiskBudget byteSize `help:"How much all sessions of the library may take together." default:"20GiB" placeholder:"SIZE"`
	File       string   `arg:"" help:"Document that rollwell export --format json, or the library, has written." type:"path"`
}

// Run adds the session to the library and prints its id.
func (c importCmd) Run(ctx context.Context, std streams) (err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	library, err := c.open(ctx, store.Options{Shared: true, Budget: int64(c.DiskBudget)}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, library.Close()) }()
	n, err := export.Restore(ctx, library, file, info.Size(), func(context.Context) error { return nil })
	if err != nil {
		if errors.Is(err, export.ErrDocument) {
			return fmt.Errorf("%w: %s: %w", errInput, c.File, err)
		}
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	fmt.Fprintln(std.out, n.ID)
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/store"
)

// libraryData is the flag of the commands that look into the library.
type libraryData struct {
	Data string `help:"Data folder of the library. Without it: rollwell in the user's folder for data." placeholder:"DIR" type:"path"`
}

// folder is where the library is.
func (l libraryData) folder() (string, error) {
	if l.Data != "" {
		return l.Data, nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "rollwell"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: the library has to be somewhere: name its folder with --data: %w", errUsage, err)
	}
	return filepath.Join(home, ".local", "share", "rollwell"), nil
}

// open opens the library beside a server that may use it. Unless it is to be made, it has to be there.
func (l libraryData) open(ctx context.Context, makeIt bool) (*store.Store, error) {
	dir, err := l.folder()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "rollwell.db")); errors.Is(err, os.ErrNotExist) && !makeIt {
		return nil, fmt.Errorf("%w: there is no library in %s; name its folder with --data", errInput, dir)
	}
	s, err := store.Open(ctx, store.Options{Dir: dir, Shared: true})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errInput, err)
	}
	return s, nil
}

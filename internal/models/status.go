package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// State says how an entry stands in a models folder.
type State string

// States.
const (
	Installed State = "installed"
	Missing   State = "missing"
	Altered   State = "altered"
)

// Status is an entry of the catalogue and how it stands.
type Status struct {
	Entry
	State State
	// Path is where the file is, or would be.
	Path string
	// Bytes is the file's length, 0 if it is missing.
	Bytes int64
	// Found is the file's SHA-256 in hexadecimal, "" if it is missing.
	Found string
}

// List reads every file of the catalogue in the models folder dir and says how
// it stands. Errors are faults of reading or the context's end.
func List(ctx context.Context, dir string) ([]Status, error) {
	var list []Status
	for _, e := range Catalogue() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := inspect(dir, e)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// Verify is List with an error that joins a sentence for each file that is
// missing (ErrMissing) or altered (ErrAltered). Entries that are optional may
// be missing, but not altered.
func Verify(ctx context.Context, dir string) ([]Status, error) {
	list, err := List(ctx, dir)
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, s := range list {
		switch {
		case s.State == Missing && !s.Optional:
			faults = append(faults, fmt.Errorf("%w: %s; %s", ErrMissing, s.Path, advice))
		case s.State == Altered:
			faults = append(faults, fmt.Errorf("%w: %s has %d bytes and SHA-256 %s, expected %s; %s",
				ErrAltered, s.Path, s.Bytes, s.Found, s.SHA256, advice))
		}
	}
	return list, errors.Join(faults...)
}

func inspect(dir string, e Entry) (Status, error) {
	s := Status{Entry: e, State: Missing, Path: filepath.Join(dir, e.File)}
	found, n, err := digestFile(s.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return s, fmt.Errorf("read %s: %w", s.Path, err)
	}
	s.State, s.Found, s.Bytes = Installed, found, n
	if found != e.SHA256 {
		s.State = Altered
	}
	return s, nil
}

package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
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
		if s.State == Missing && s.Optional {
			continue
		}
		faults = append(faults, s.fault())
	}
	return list, errors.Join(faults...)
}

// Check makes sure that the named models are installed byte for byte and returns the digests found, "sha256:…", by
// name. The error wraps ErrMissing or ErrAltered.
func Check(ctx context.Context, dir string, names ...Name) (map[string]string, error) {
	digests := map[string]string{}
	for _, e := range Catalogue() {
		if !slices.Contains(names, Name(e.Name)) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := inspect(dir, e)
		if err == nil {
			err = s.fault()
		}
		if err != nil {
			return nil, err
		}
		digests[e.Name] = "sha256:" + s.Found
	}
	return digests, nil
}

// fault says in a sentence what is wrong with a file that must be there.
func (s Status) fault() error {
	switch s.State {
	case Missing:
		return fmt.Errorf("%w: %s; %s", ErrMissing, s.Path, advice)
	case Altered:
		return fmt.Errorf("%w: %s has %d bytes and SHA-256 %s, expected %s; %s",
			ErrAltered, s.Path, s.Bytes, s.Found, s.SHA256, advice)
	case Installed:
	}
	return nil
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

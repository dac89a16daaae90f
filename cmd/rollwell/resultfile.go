package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// resultFile is a result that is still being written: under another name, so that a result that is there under its
// own name is whole, and an earlier one stays until then.
type resultFile struct {
	file *os.File
	path string
}

func newResultFile(folder, name string) (*resultFile, error) {
	path := filepath.Join(folder, name)
	file, err := os.Create(path + ".part")
	if err != nil {
		return nil, outputError(err)
	}
	return &resultFile{file, path}, nil
}

// Write writes on.
func (r *resultFile) Write(b []byte) (int, error) {
	n, err := r.file.Write(b)
	return n, outputError(err)
}

// save sees that the file reaches the disk and gives it its name; it removes it where that fails.
func (r *resultFile) save() error {
	err := errors.Join(r.file.Sync(), r.file.Close())
	if err == nil {
		err = os.Rename(r.file.Name(), r.path)
	}
	if err != nil {
		return errors.Join(outputError(err), os.Remove(r.file.Name()))
	}
	return nil
}

// discard removes the file.
func (r *resultFile) discard() error {
	return errors.Join(r.file.Close(), os.Remove(r.file.Name()))
}

// outputError marks what keeps results from being written, and says what to do.
func outputError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w: the disk is full; free some space or choose another with --out: %w", errOutput, err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: you may not write there; choose another folder with --out: %w", errOutput, err)
	}
	return fmt.Errorf("%w: %w", errOutput, err)
}

// makeFolder makes sure that a folder is there.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("%w: cannot make the folder %s; choose another with --out: %w", errOutput, dir, err)
	}
	return nil
}

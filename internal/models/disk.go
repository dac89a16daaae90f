package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

var (
	// ErrNotWritable means that the models folder cannot be written to.
	ErrNotWritable = errors.New("models folder is not writable")
	// ErrDiskFull means that a file did not fit on the disk.
	ErrDiskFull = errors.New("disk is full")
)

// tempFile is what writing needs of a file; tests let it fail.
type tempFile interface {
	io.WriteCloser
	Name() string
	Sync() error
	Chmod(mode fs.FileMode) error
}

// disk is where models are written.
type disk struct {
	// create makes a new file in dir with a name that fits the pattern, as
	// os.CreateTemp does.
	create func(dir, pattern string) (tempFile, error)
}

func realDisk() disk {
	return disk{create: func(dir, pattern string) (tempFile, error) {
		f, err := os.CreateTemp(dir, pattern)
		if err != nil {
			return nil, err // a nil *os.File must not become a non-nil tempFile
		}
		return f, nil
	}}
}

// replace puts data at path in one step: whoever looks finds the old file or
// the new one, also after a power cut, and never a part.
func (d disk) replace(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := d.create(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return writeError(path, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644) // a temporary file starts out private to its owner
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first fault is the one to tell
		return writeError(path, err)
	}
	return syncDir(dir)
}

// syncDir makes a rename in dir last.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return writeError(dir, err)
	}
	err = f.Sync()
	_ = f.Close() // opened for reading: closing loses nothing
	if err != nil {
		return writeError(dir, err)
	}
	return nil
}

// writeError says which kind of fault kept path from being written.
func writeError(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %s could not be written; free some space (all models together take 130 MB) and run it again: %w", ErrDiskFull, path, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s could not be written; make the folder writable or name another with --models: %w", ErrNotWritable, path, err)
	default:
		return fmt.Errorf("write %s: %w", path, err)
	}
}

// digest is the SHA-256 of data in hexadecimal.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// digestFile is the SHA-256 of a file in hexadecimal, and its length in bytes.
func digestFile(path string) (string, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = f.Close() }() // read only: nothing is lost if it fails
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}

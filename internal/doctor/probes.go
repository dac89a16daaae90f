package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

var (
	// ErrTooOld tells that something is there in a release that Rollwell does not work with.
	ErrTooOld = errors.New("too old")
	// ErrTooLittle tells that there is less of something than Rollwell needs.
	ErrTooLittle = errors.New("too little")
)

// AtLeast compares dotted versions number by number, "4.6.0" with "4.6", and returns ErrTooOld if version is
// below least. What follows the numbers ("4.6.0-dev") is ignored.
func AtLeast(version, least string) error {
	have, want := numbers(version), numbers(least)
	for i, w := range want {
		h := 0
		if i < len(have) {
			h = have[i]
		}
		if h > w {
			return nil
		}
		if h < w {
			return fmt.Errorf("%w: %s or newer is needed", ErrTooOld, least)
		}
	}
	return nil
}

func numbers(version string) []int {
	var ns []int
	for part := range strings.SplitSeq(strings.TrimPrefix(version, "v"), ".") {
		end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(part)
		}
		n, err := strconv.Atoi(part[:end])
		if err != nil {
			break
		}
		ns = append(ns, n)
		if end < len(part) {
			break
		}
	}
	return ns
}

// Processor tells the processor's cores and whether it has the vector instructions without which the networks
// run several times slower: AVX2 and FMA on amd64, always there on arm64.
func Processor(context.Context) (string, error) {
	detail := fmt.Sprintf("%d cores, %s", runtime.NumCPU(), runtime.GOARCH)
	if runtime.GOARCH != "amd64" {
		return detail, nil
	}
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return detail, fmt.Errorf("AVX2 and FMA instructions: %w", errors.ErrUnsupported)
	}
	return detail + " with AVX2 and FMA", nil
}

// Command returns a probe that runs a program of the machine and reports the first line it prints. least is
// the oldest release that will do, or "" for any.
func Command(least, name string, args ...string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		out, err := exec.CommandContext(ctx, name, args...).Output()
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		version, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		return version, AtLeast(version, least)
	}
}

// Writable returns a probe that tells whether files can be made in dir, or, where dir does not exist yet,
// whether it could be made.
func Writable(dir string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		there, err := nearest(dir)
		if err != nil {
			return dir, err
		}
		if err := unix.Access(there, unix.W_OK|unix.X_OK); err != nil {
			return dir, fmt.Errorf("cannot write in %s: %w", there, err)
		}
		if there != filepath.Clean(dir) {
			return dir + " (will be made)", nil
		}
		return dir, nil
	}
}

// Space returns a probe that tells the free space, in bytes, where dir is or would be. Less than least is
// ErrTooLittle.
func Space(dir string, least uint64) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		there, err := nearest(dir)
		if err != nil {
			return "", err
		}
		var fs unix.Statfs_t
		if err := unix.Statfs(there, &fs); err != nil {
			return "", fmt.Errorf("free space of %s: %w", there, err)
		}
		free := fs.Bavail * uint64(fs.Bsize) //nolint:gosec // a block size is never negative
		detail := fmt.Sprintf("%.1f GB free", float64(free)/1e9)
		if free < least {
			return detail, fmt.Errorf("%w: %.1f GB are needed", ErrTooLittle, float64(least)/1e9)
		}
		return detail, nil
	}
}

// nearest is dir, or the closest folder above it that exists.
func nearest(dir string) (string, error) {
	dir = filepath.Clean(dir)
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s: %w", dir, unix.ENOTDIR)
		case err == nil:
			return dir, nil
		case !errors.Is(err, os.ErrNotExist):
			return "", err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", err
		}
		dir = up
	}
}

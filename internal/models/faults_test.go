package models

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fakeNPM puts a program named npm first in the path, as a shell script.
func fakeNPM(t *testing.T, script string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/bin:/usr/bin")
}

// packageFolder is a models folder without node_modules.
func packageFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range []string{"package.json", "package-lock.json"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInstallTellsWhyNPMFailed(t *testing.T) {
	tests := map[string]struct {
		script string
		is     error
		says   string
	}{
		"no network":    {"echo 'npm error code ENOTFOUND' >&2; exit 1", ErrNetwork, "ENOTFOUND"},
		"refused":       {"echo 'npm error code ECONNREFUSED' >&2; exit 1", ErrNetwork, "check the connection"},
		"disk full":     {"echo 'npm error code ENOSPC' >&2; exit 1", ErrDiskFull, "free some space"},
		"not writable":  {"echo 'npm error code EACCES' >&2; exit 1", ErrNotWritable, "make the folder writable"},
		"anything else": {"echo 'npm error code EINTEGRITY'; echo; echo 'npm error sha512 differs' >&2; exit 1", ErrFetch, "EINTEGRITY / npm error sha512 differs"},
		"does nothing":  {"exit 0", fs.ErrNotExist, "pose_solution_packed_assets.data"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fakeNPM(t, test.script)
			err := Install(t.Context(), InstallOptions{Dir: packageFolder(t)})
			if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v saying %q", err, test.is, test.says)
			}
		})
	}
	t.Run("no npm", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		err := Install(t.Context(), InstallOptions{Dir: packageFolder(t)})
		if !errors.Is(err, ErrNoNPM) || !strings.Contains(err.Error(), "apt-get install nodejs npm") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no package.json", func(t *testing.T) {
		dir := t.TempDir()
		err := Install(t.Context(), InstallOptions{Dir: dir})
		if !errors.Is(err, ErrNoPackages) || !strings.Contains(err.Error(), dir) {
			t.Errorf("got %v", err)
		}
	})
}

// TestInstallRunsNoScripts: npm is asked for exactly the locked packages and
// to run no script, in the models folder.
func TestInstallRunsNoScripts(t *testing.T) {
	packages, err := filepath.Abs(filepath.Join(projectModels, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	fakeNPM(t, `echo "$@" > said; ln -s `+packages+` node_modules`)
	dir := packageFolder(t)
	var steps []string
	// One model will do: TestInstall converts them all.
	in := installer{opts: record(dir, &steps), disk: realDisk(), entries: Catalogue()[:1]}
	if err := in.run(t.Context()); err != nil {
		t.Fatalf("%v (the packages must be there: run `make models`)", err)
	}
	said, err := os.ReadFile(filepath.Join(dir, "said"))
	if err != nil || strings.TrimSpace(string(said)) != "ci --ignore-scripts --no-audit --no-fund" {
		t.Errorf("npm was asked for %q, %v", said, err)
	}
	if steps[0] != "fetching packages" || steps[1] != "converting pose_detector" || steps[2] != "done pose_detector" {
		t.Errorf("steps are %v", steps)
	}
}

func TestInstallStopsNPMWithItsContext(t *testing.T) {
	fakeNPM(t, "touch running; exec sleep 60")
	dir := packageFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	opts := InstallOptions{Dir: dir, Progress: func(p Progress) {
		if p.Step == StepFetch {
			cancel()
		}
	}}
	if err := Install(ctx, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// brokenFile is a file on a disk that takes only so many bytes.
type brokenFile struct {
	*os.File
	room int
	sync error
}

func (f *brokenFile) Write(p []byte) (int, error) {
	if len(p) > f.room {
		n, _ := f.File.Write(p[:f.room])
		return n, syscall.ENOSPC
	}
	return f.File.Write(p)
}

func (f *brokenFile) Sync() error { return f.sync }

// TestReplaceIsAllOrNothing: whatever fails, the old file stays whole and
// nothing else is left.
func TestReplaceIsAllOrNothing(t *testing.T) {
	tests := map[string]struct {
		room   int
		create error
		sync   error
		is     error
	}{
		"disk full while writing": {room: 3, is: ErrDiskFull},
		"disk full while syncing": {room: 100, sync: syscall.EDQUOT, is: ErrDiskFull},
		"no permission":           {create: syscall.EACCES, is: ErrNotWritable},
		"read-only disk":          {create: syscall.EROFS, is: ErrNotWritable},
		"broken disk":             {room: 100, sync: syscall.EIO, is: syscall.EIO},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "model.onnx")
			if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			d := disk{create: func(dir, pattern string) (tempFile, error) {
				if test.create != nil {
					return nil, test.create
				}
				f, err := os.CreateTemp(dir, pattern)
				return &brokenFile{File: f, room: test.room, sync: test.sync}, err
			}}
			err := d.replace(path, []byte("new and longer"))
			if !errors.Is(err, test.is) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %v naming %s", err, test.is, path)
			}
			if got, _ := os.ReadFile(path); string(got) != "old" {
				t.Errorf("the file now holds %q", got)
			}
			leftovers(t, dir)
		})
	}
	if err := realDisk().replace(filepath.Join(t.TempDir(), "absent", "m.onnx"), nil); !errors.Is(err, ErrNotWritable) {
		t.Errorf("absent folder: got %v", err)
	}
}

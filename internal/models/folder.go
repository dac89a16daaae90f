package models

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// EnvDir is the environment variable that names the models folder.
const EnvDir = "ROLLWELL_MODELS"

var (
	// ErrNoFolder means that no models folder was found.
	ErrNoFolder = errors.New("no models folder")
	// ErrMissing means a model or library that is not installed.
	ErrMissing = errors.New("not installed")
	// ErrAltered means a file that is there but is not the one expected.
	ErrAltered = errors.New("not the expected file")
)

// advice ends the messages about missing and altered files.
const advice = "run `rollwell models install`"

// Dir finds the models folder: flag if it is not empty, else the environment
// variable ROLLWELL_MODELS, else a folder "models" beside the executable or in
// the working directory that holds models or the package.json they come from.
// The error wraps ErrNoFolder and names the places that were looked at.
func Dir(flag string) (string, error) {
	for _, named := range [2]struct{ from, dir string }{{"the command line", flag}, {EnvDir, os.Getenv(EnvDir)}} {
		if named.dir == "" {
			continue
		}
		if info, err := os.Stat(named.dir); err != nil || !info.IsDir() {
			return "", fmt.Errorf("%w: %s names %s, which is not a folder", ErrNoFolder, named.from, named.dir)
		}
		return named.dir, nil
	}
	var places []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		places = append(places, filepath.Join(filepath.Dir(exe), "models"))
	}
	places = append(places, "models")
	for _, dir := range places {
		for _, sign := range [2]string{fileOf(PoseDetector), "package-lock.json"} {
			if _, err := os.Stat(filepath.Join(dir, sign)); err == nil {
				return dir, nil
			}
		}
	}
	return "", fmt.Errorf("%w: looked at %s; name it with --models or %s", ErrNoFolder, strings.Join(places, " and "), EnvDir)
}

// Path is where the model lies in the models folder dir, installed or not.
func Path(dir string, name Name) string { return filepath.Join(dir, fileOf(name)) }

// Find is Path for a model that must be there. It looks at nothing but its
// presence; Verify looks at the bytes. The error wraps ErrMissing.
func Find(dir string, name Name) (string, error) {
	path := Path(dir, name)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("%w: %s; %s", ErrMissing, path, advice)
	}
	return path, nil
}

// RuntimeLibrary finds the ONNX Runtime library for this architecture: in the
// models folder itself, else in its node_modules. The error wraps ErrMissing.
func RuntimeLibrary(dir string) (string, error) {
	e, ok := runtimeEntry(runtime.GOARCH)
	if !ok {
		return "", fmt.Errorf("%w: there is no ONNX Runtime library for %s; use --engine opencv", ErrMissing, runtime.GOARCH)
	}
	places := []string{filepath.Join(dir, e.File), sourcePath(dir, e)}
	for _, path := range places {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: ONNX Runtime is neither %s nor %s; %s", ErrMissing, places[0], places[1], advice)
}

// sourcePath is where the entry's source lies, given the folder that holds
// node_modules.
func sourcePath(packages string, e Entry) string {
	return filepath.Join(packages, "node_modules", filepath.FromSlash(e.Source))
}

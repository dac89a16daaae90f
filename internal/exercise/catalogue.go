package exercise

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	slash "path"
	"slices"
	"strings"
)

//go:embed catalogue/*.yaml catalogue/shared/*.yaml
var embedded embed.FS

const (
	catalogueDir = "catalogue"
	// sharedDir is the folder of shared checks, beside the exercise files that use them.
	sharedDir = "shared"
	extension = ".yaml"
)

// Catalogue returns the exercises built into the program, by id. An error means a broken build.
func Catalogue() ([]*Exercise, error) {
	shared, err := builtIn()
	if err != nil {
		return nil, err
	}
	return loadFolder(embedded, catalogueDir, shared)
}

// Get returns the exercise of that id from the catalogue, or an error that matches ErrUnknown and lists the
// ids there are.
func Get(id string) (*Exercise, error) {
	if name := slash.Join(catalogueDir, id+extension); idPattern.MatchString(id) {
		ex, err := Load(embedded, name)
		if !errors.Is(err, fs.ErrNotExist) {
			return ex, err
		}
	}
	list, err := Catalogue()
	if err != nil {
		return nil, err
	}
	return nil, NotFound(id, list)
}

// NotFound is the error for an id that none of the exercises has; it matches ErrUnknown and lists the ids there are.
func NotFound(id string, list []*Exercise) error {
	ids := make([]string, len(list))
	for i, ex := range list {
		ids[i] = ex.ID
	}
	return fmt.Errorf("%w %q: choose one of %s", ErrUnknown, id, strings.Join(ids, ", "))
}

// LoadFolder reads all exercise files (*.yaml) at the top of a file system, by id. They may use the built-in shared
// checks and those in its folder "shared", which may also replace built-in ones. Bad files do not keep the others out:
// whatever is good is returned, and the error, if any, tells of all faults there are.
func LoadFolder(fsys fs.FS) ([]*Exercise, error) {
	base, err := builtIn()
	if err != nil {
		return nil, err
	}
	shared, sharedErr := loadShared(fsys, sharedDir, base)
	list, err := loadFolder(fsys, ".", shared)
	return list, errors.Join(sharedErr, err)
}

func loadFolder(fsys fs.FS, dir string, shared sharedChecks) ([]*Exercise, error) {
	names, err := fs.Glob(fsys, slash.Join(dir, "*"+extension))
	if err != nil {
		return nil, fmt.Errorf("listing exercise files: %w", err)
	}
	var (
		list   []*Exercise
		faults []error
	)
	for _, name := range names {
		ex, err := loadNamed(fsys, name, shared)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		list = append(list, ex)
	}
	slices.SortFunc(list, func(a, b *Exercise) int { return strings.Compare(a.ID, b.ID) })
	return list, errors.Join(faults...)
}

// loadNamed reads an exercise file that has to be called by its id: that keeps a folder free of doubles.
func loadNamed(fsys fs.FS, name string, shared sharedChecks) (*Exercise, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading exercise file: %w", err)
	}
	ex, err := parse(name, data, shared)
	if err != nil {
		return nil, err
	}
	if want := ex.ID + extension; slash.Base(name) != want {
		return nil, &Error{File: name, Key: "id", Reason: fmt.Sprintf("the exercise is called %q, so its file has to be called %s", ex.ID, want)}
	}
	return ex, nil
}

// Merge returns the exercises of both lists by id; one of more takes the place of one of base with the same id.
func Merge(base, more []*Exercise) []*Exercise {
	merged := slices.Clone(more)
	for _, ex := range base {
		if !slices.ContainsFunc(more, func(o *Exercise) bool { return o.ID == ex.ID }) {
			merged = append(merged, ex)
		}
	}
	slices.SortFunc(merged, func(a, b *Exercise) int { return strings.Compare(a.ID, b.ID) })
	return merged
}

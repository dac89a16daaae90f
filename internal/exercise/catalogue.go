package exercise

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	slash "path"
	"slices"
	"strings"
	"sync"
)

//go:embed catalogue/*.yaml catalogue/shared/*.yaml
var embedded embed.FS

const (
	catalogueDir = "catalogue"
	// sharedDir is the folder of shared checks, beside the exercise files that use them.
	sharedDir = "shared"
	extension = ".yaml"
)

// Folder is a folder of exercise files (*.yaml), each called by the id of its exercise. They may use the built-in shared
// checks and those in the folder "shared" beside them, which take the place of built-in ones of the same code.
type Folder struct {
	FS fs.FS
	// Name is what errors call the folder; it may be empty.
	Name string
}

// catalogue reads the built-in exercises once. They never change after that.
var catalogue = sync.OnceValues(func() ([]*Exercise, error) {
	shared, err := builtIn()
	if err != nil {
		return nil, err
	}
	return Folder{FS: embedded}.load(catalogueDir, shared)
})

// Catalogue returns the exercises built into the program, by id. An error means a broken build.
func Catalogue() ([]*Exercise, error) {
	list, err := catalogue()
	return slices.Clone(list), err
}

// Get returns the exercise of that id from the catalogue, or an error that matches ErrUnknown and lists the
// ids there are.
func Get(id string) (*Exercise, error) {
	list, err := catalogue()
	if err != nil {
		return nil, err
	}
	for _, ex := range list {
		if ex.ID == id {
			return ex, nil
		}
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

// Load reads all exercise files of the folder, by id. Bad files do not keep the others out: whatever is good is
// returned, and the error, if any, tells of all faults there are.
func (f Folder) Load() ([]*Exercise, error) {
	shared, sharedErr := f.shared()
	list, err := f.load(".", shared)
	return list, errors.Join(sharedErr, err)
}

// LoadFile reads one exercise file of the folder just as Load would.
func (f Folder) LoadFile(name string) (*Exercise, error) {
	shared, sharedErr := f.shared()
	ex, err := f.exercise(name, shared)
	if err != nil {
		return nil, errors.Join(sharedErr, err)
	}
	return ex, nil
}

// LoadShared reads a file of shared checks and returns their codes in its order.
func (f Folder) LoadShared(name string) ([]string, error) {
	file, err := f.sharedFile(name)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(file.Checks))
	for i := range file.Checks {
		codes[i] = file.Checks[i].Code
	}
	return codes, nil
}

// shared returns the shared checks that files of the folder may use; bad files of them are left out.
func (f Folder) shared() (sharedChecks, error) {
	base, err := builtIn()
	if err != nil {
		return nil, err
	}
	return f.loadShared(sharedDir, base)
}

// shown is what errors call a file of the folder.
func (f Folder) shown(name string) string { return slash.Join(f.Name, name) }

func (f Folder) load(dir string, shared sharedChecks) ([]*Exercise, error) {
	names, err := fs.Glob(f.FS, slash.Join(dir, "*"+extension))
	if err != nil {
		return nil, fmt.Errorf("listing exercise files: %w", err)
	}
	var (
		list   []*Exercise
		faults []error
	)
	for _, name := range names {
		ex, err := f.exercise(name, shared)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		list = append(list, ex)
	}
	slices.SortFunc(list, func(a, b *Exercise) int { return strings.Compare(a.ID, b.ID) })
	return list, errors.Join(faults...)
}

// exercise reads a file, which has to be called by its exercise's id: that keeps a folder free of doubles.
func (f Folder) exercise(name string, shared sharedChecks) (*Exercise, error) {
	data, err := fs.ReadFile(f.FS, name)
	if err != nil {
		return nil, fmt.Errorf("reading exercise file: %w", err)
	}
	ex, err := parse(f.shown(name), data, shared)
	if err != nil {
		return nil, err
	}
	if want := ex.ID + extension; slash.Base(name) != want {
		return nil, &Error{File: f.shown(name), Key: "id", Reason: fmt.Sprintf("the exercise is called %q, so its file has to be called %s", ex.ID, want)}
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

package exercise

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed catalogue/*.yaml
var embedded embed.FS

// Catalogue returns the exercises built into the program, by id. An error means a broken build.
func Catalogue() ([]*Exercise, error) {
	names, err := fs.Glob(embedded, "catalogue/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("listing the catalogue: %w", err)
	}
	list := make([]*Exercise, 0, len(names))
	for _, name := range names {
		ex, err := Load(embedded, name)
		if err != nil {
			return nil, err
		}
		list = append(list, ex)
	}
	slices.SortFunc(list, func(a, b *Exercise) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// Get returns the exercise of that id from the catalogue, or an error that matches ErrUnknown and lists the
// ids there are.
func Get(id string) (*Exercise, error) {
	list, err := Catalogue()
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(list))
	for _, ex := range list {
		if ex.ID == id {
			return ex, nil
		}
		ids = append(ids, ex.ID)
	}
	return nil, fmt.Errorf("%w %q: choose one of %s", ErrUnknown, id, strings.Join(ids, ", "))
}

// Package config reads the settings of a command from a YAML file: one key per flag, by the flag's name. The command
// line comes before the environment, and that before the file. What the file does not spell right is refused.
package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// ErrFile tells that a file of settings cannot be used.
var ErrFile = errors.New("the settings cannot be used")

// File is a file of settings, as a resolver of kong for the flags of one command.
type File struct {
	name    string
	command *kong.Node
	values  map[string]any
}

// Read reads the file of that name for a command.
func Read(name string, command *kong.Node) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return Parse(name, text, command)
}

// Parse reads a file's text; the name is for errors.
func Parse(name string, text []byte, command *kong.Node) (*File, error) {
	f := &File{name: name, command: command}
	if err := yaml.Unmarshal(text, &f.values); err != nil {
		return nil, fmt.Errorf("%w: %s: %s", ErrFile, name, yaml.FormatError(err, false, true))
	}
	flags := Keys(command)
	for key, v := range f.values {
		if !slices.Contains(flags, key) {
			return nil, fmt.Errorf("%w: %s: there is no setting %q; there are %s", ErrFile, name, key, strings.Join(flags, ", "))
		}
		if _, err := words(v); err != nil {
			return nil, fmt.Errorf("%w: %s: %s: %w", ErrFile, name, key, err)
		}
	}
	return f, nil
}

// Keys lists the flags that a file may set: all but those that only make sense on a command line.
func Keys(command *kong.Node) []string {
	var names []string
	for _, flag := range command.Flags {
		if !flag.Hidden && !slices.Contains([]string{"help", "config", "print-config"}, flag.Name) {
			names = append(names, flag.Name)
		}
	}
	return names
}

// Validate has nothing left to refuse: Parse has.
func (f *File) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag, or nil if the file does not set it or the environment does.
func (f *File) Resolve(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := f.values[flag.Name]
	if !ok || v == nil || parent.Node() != f.command {
		return nil, nil //nolint:nilnil // kong's way to say that there is none
	}
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil //nolint:nilnil // as above
		}
	}
	list, err := words(v)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return strings.Join(list, ","), nil
}

// words spells a scalar or a list of scalars as a command line would.
func words(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []any:
		var all []string
		for _, one := range v {
			w, err := words(one)
			if _, nested := one.([]any); err != nil || nested {
				return nil, errors.New("a list holds plain values only")
			}
			all = append(all, w...)
		}
		return all, nil
	case string, bool, int, int64, uint64, float64:
		return []string{fmt.Sprint(v)}, nil
	}
	return nil, errors.New("give a plain value or a list of them")
}

package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rollwell/rollwell/internal/models/conversion"
	"github.com/rollwell/rollwell/internal/tflite"
)

// Step is what Install is doing.
type Step string

// Steps.
const (
	StepFetch   Step = "fetching packages" // npm, tens of seconds; Entry is empty
	StepConvert Step = "converting"
	StepCopy    Step = "copying"
	StepDone    Step = "done"
	StepKept    Step = "already there"
)

// Progress tells what Install does next, or that an entry is in place.
type Progress struct {
	Step Step
	// Name is the entry at hand.
	Name string
	// Done of Total entries are in place.
	Done, Total int
}

// InstallOptions says what to install.
type InstallOptions struct {
	// Dir is the models folder. It holds package.json and package-lock.json,
	// unless everything is in place already.
	Dir string
	// WithSegmentation adds the landmark models that also give the silhouette.
	WithSegmentation bool
	// WithRuntime copies the ONNX Runtime library into Dir, so that
	// node_modules may be deleted.
	WithRuntime bool
	// Progress is called on the caller's goroutine; it may be nil.
	Progress func(Progress)
}

// Install puts the models in place: it fetches the pinned packages if they are
// missing, converts what is missing or altered, and checks every byte that it
// reads and writes against the catalogue. Files that are right are left alone,
// so a second run only verifies. Each file appears whole or not at all.
//
// Errors wrap ErrNoNPM, ErrNetwork, ErrFetch, ErrNoPackages, ErrAltered (a
// source is not the published one), ErrNotWritable, ErrDiskFull or the
// context's error. What was put in place before an error stays.
func Install(ctx context.Context, opts InstallOptions) error {
	return installer{opts: opts, disk: realDisk(), entries: wanted(opts)}.run(ctx)
}

// wanted are the entries of the catalogue that the options ask for, and those
// that were installed on another occasion and may need repair.
func wanted(opts InstallOptions) []Entry {
	var entries []Entry
	for _, e := range Catalogue() {
		model := e.convert != nil
		_, err := os.Stat(filepath.Join(opts.Dir, e.File))
		if !e.Optional || model && opts.WithSegmentation || !model && opts.WithRuntime || err == nil {
			entries = append(entries, e)
		}
	}
	return entries
}

type installer struct {
	opts    InstallOptions
	disk    disk
	entries []Entry
}

func (in installer) run(ctx context.Context) error {
	for done, e := range in.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		status, err := inspect(in.opts.Dir, e)
		if err != nil {
			return err
		}
		if status.State == Installed {
			in.tell(StepKept, e.Name, done+1)
			continue
		}
		if err := in.place(ctx, e, status.Path, done); err != nil {
			return err
		}
		in.tell(StepDone, e.Name, done+1)
	}
	return nil
}

// place makes one entry from its source.
func (in installer) place(ctx context.Context, e Entry, path string, done int) error {
	source, err := in.source(ctx, e, done)
	if err != nil {
		return err
	}
	data := source
	if e.convert == nil {
		in.tell(StepCopy, e.Name, done)
	} else {
		in.tell(StepConvert, e.Name, done)
		if data, err = convert(source, *e.convert); err != nil {
			return fmt.Errorf("convert %s: %w", sourcePath(in.opts.Dir, e), err)
		}
	}
	if got := digest(data); got != e.SHA256 {
		return fmt.Errorf("%w: %s converted to %d bytes with SHA-256 %s, expected %s: this build of Rollwell contradicts itself, build it anew",
			ErrAltered, sourcePath(in.opts.Dir, e), len(data), got, e.SHA256)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return in.disk.replace(path, data)
}

// source reads and checks an entry's source, fetching the packages if it is
// not there.
func (in installer) source(ctx context.Context, e Entry, done int) ([]byte, error) {
	path := sourcePath(in.opts.Dir, e)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		in.tell(StepFetch, "", done)
		if err := fetch(ctx, in.opts.Dir); err != nil {
			return nil, err
		}
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if got := digest(data); got != e.SourceSHA256 {
		return nil, fmt.Errorf("%w: %s has %d bytes and SHA-256 %s, the published file has %s; delete the folder node_modules in %s and run `rollwell models install` again",
			ErrAltered, path, len(data), got, e.SourceSHA256, in.opts.Dir)
	}
	return data, nil
}

// convert turns a TensorFlow Lite file into an ONNX file.
func convert(source []byte, opts conversion.Options) ([]byte, error) {
	graph, err := tflite.Read(source)
	if err != nil {
		return nil, err
	}
	model, err := conversion.Convert(graph, opts)
	if err != nil {
		return nil, err
	}
	return model.Marshal(), nil
}

func (in installer) tell(step Step, name string, done int) {
	if in.opts.Progress != nil {
		in.opts.Progress(Progress{Step: step, Name: name, Done: done, Total: len(in.entries)})
	}
}

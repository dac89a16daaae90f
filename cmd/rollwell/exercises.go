package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/rollwell/rollwell/internal/exercise"
)

// exercisesCmd shows the exercises and looks after their files.
type exercisesCmd struct {
	List      exercisesListCmd      `cmd:"" help:"List the exercises."`
	Show      exercisesShowCmd      `cmd:"" help:"Show one exercise: how it is done, how much is enough, and what is checked."`
	Check     exercisesCheckCmd     `cmd:"" help:"Check exercise files; tells file, line and reason of every fault."`
	Variables exercisesVariablesCmd `cmd:"" help:"List what exercise files may ask about."`
	Schema    exercisesSchemaCmd    `cmd:"" help:"Print the JSON Schema of exercise files, by which editors complete them."`
}

// exercisesFolder is the flag of every command that works with exercises.
type exercisesFolder struct {
	Exercises string `help:"Folder of more exercise files; one takes the place of a built-in exercise of the same id." placeholder:"DIR"`
}

// allExercises returns the exercises there are, by id. Files of the folder that are no good are left out, with a word on warn.
func (f exercisesFolder) allExercises(warn io.Writer) ([]*exercise.Exercise, error) {
	all, err := exercise.Catalogue()
	if err != nil || f.Exercises == "" {
		return all, err
	}
	if info, err := os.Stat(f.Exercises); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%w: --exercises: there is no folder %s", errUsage, f.Exercises)
	}
	more, err := exercise.Folder{FS: os.DirFS(f.Exercises), Name: f.Exercises}.Load()
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintf(warn, "rollwell: left out: %s\n", line)
		}
	}
	return exercise.Merge(all, more), nil
}

// openExercise returns an exercise by its id, or from a file if the name looks like one.
func (f exercisesFolder) openExercise(name string, warn io.Writer) (*exercise.Exercise, error) {
	if isExerciseFile(name) {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("%w: read the exercise: %w", errUsage, err)
		}
		ex, err := exercise.Parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		return ex, nil
	}
	all, err := f.allExercises(warn)
	if err != nil {
		return nil, err
	}
	for _, ex := range all {
		if ex.ID == name {
			return ex, nil
		}
	}
	return nil, fmt.Errorf("%w: %w", errUsage, exercise.NotFound(name, all))
}

func isExerciseFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

type exercisesListCmd struct {
	exercisesFolder `embed:""`
	Language        string `help:"Language of the titles: a tag such as en or pt-BR." default:"en" placeholder:"TAG"`
}

// Run prints a table of the exercises.
func (c exercisesListCmd) Run(std streams) error {
	all, err := c.allExercises(std.err)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tVERSION\tCAMERA\tEQUIPMENT\tPOSTURE\tSIDES\tLEVEL\tTITLE")
	for _, ex := range all {
		// The title comes last: a Chinese one is wider than the table would think.
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n",
			ex.ID, ex.Version, ex.View, ex.Equipment, ex.Posture, sides(ex), ex.Level, ex.Title.In(c.Language))
	}
	return flushed(w)
}

func sides(ex *exercise.Exercise) string {
	if len(ex.Sides) == 0 {
		return "-"
	}
	return joinNames(ex.Sides)
}

// joinNames puts names into one cell of a table.
func joinNames[T ~string](names []T) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return strings.Join(all, ", ")
}

// flushed ends a table.
func flushed(w *tabwriter.Writer) error {
	if err := w.Flush(); err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	return nil
}

type exercisesCheckCmd struct {
	Files []string `arg:"" name:"file" help:"Exercise files, files of shared checks, or folders of them." type:"path"`
}

// Run checks every file and prints a line for each that is good.
func (c exercisesCheckCmd) Run(std streams) error {
	var faults []error
	for _, name := range c.Files {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("there is no %s", name))
		case info.IsDir():
			faults = append(faults, checkFolder(std.out, name))
		default:
			faults = append(faults, checkFile(std.out, name))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return badFiles{err}
	}
	return nil
}

// badFiles are the faults of files that were checked, one to a line.
type badFiles struct{ error }

// Unwrap makes them match errInput, and what they are.
func (b badFiles) Unwrap() []error { return []error{errInput, b.error} }

func checkFolder(out io.Writer, dir string) error {
	own, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if len(own) == 0 {
		return fmt.Errorf("%s: there is no exercise file (*.yaml) in this folder", dir)
	}
	shared, err := filepath.Glob(filepath.Join(dir, sharedFolder, "*.yaml"))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	all := slices.Concat(shared, own)
	faults := make([]error, len(all))
	for i, name := range all {
		faults[i] = checkFile(out, name)
	}
	return errors.Join(faults...)
}

// sharedFolder is where files of shared checks lie, beside those of exercises.
const sharedFolder = "shared"

func checkFile(out io.Writer, path string) error {
	dir, name := filepath.Split(path)
	folder := exercise.Folder{FS: os.DirFS(filepath.Clean(dir)), Name: dir}
	if filepath.Base(dir) == sharedFolder {
		codes, err := folder.LoadShared(name)
		if err == nil {
			fmt.Fprintf(out, "%s: good; %d shared checks: %s\n", path, len(codes), strings.Join(codes, ", "))
		}
		return err
	}
	ex, err := folder.LoadFile(name)
	if err == nil {
		fmt.Fprintf(out, "%s: good; %s, version %d, %d phases, %d checks, %d languages\n",
			path, ex.Title.In(exercise.DefaultLanguage), ex.Version, len(ex.Phases), len(ex.Checks), len(ex.Languages))
	}
	return err
}

type exercisesVariablesCmd struct{}

// Run prints a table of the variables.
func (exercisesVariablesCmd) Run(std streams) error {
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tUNIT\tVALUES\tMEANING")
	for _, v := range exercise.Variables() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.Name, v.UnitName(), v.Range(), v.Doc)
	}
	return flushed(w)
}

type exercisesSchemaCmd struct{}

// Run prints the schema.
func (exercisesSchemaCmd) Run(std streams) error {
	if _, err := std.out.Write(exercise.JSONSchema()); err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/rollwell/rollwell/internal/models"
)

// modelsCmd puts the neural networks in place and looks after them.
type modelsCmd struct {
	Install modelsInstallCmd `cmd:"" help:"Fetch and convert the models; leaves alone what is right already."`
	List    modelsListCmd    `cmd:"" help:"List the models and how they stand."`
	Verify  modelsVerifyCmd  `cmd:"" help:"Check every model byte for byte; fails if one is missing or altered."`
}

// modelsFolder is the flag that all of them share.
type modelsFolder struct {
	Models string `help:"Models folder. Without it: models beside the program or in the working directory." placeholder:"DIR" type:"path"`
}

type modelsInstallCmd struct {
	modelsFolder     `embed:""`
	WithSegmentation bool `help:"Also the landmark models that give the silhouette."`
	WithRuntime      bool `help:"Also copy the ONNX Runtime library there, so that node_modules can be deleted."`
}

// Run installs the models and prints a line per file.
func (c modelsInstallCmd) Run(ctx context.Context, std streams) error {
	dir, err := models.Dir(c.Models)
	if err != nil {
		return setupError(err)
	}
	err = models.Install(ctx, models.InstallOptions{
		Dir: dir, WithSegmentation: c.WithSegmentation, WithRuntime: c.WithRuntime,
		Progress: func(p models.Progress) {
			switch p.Step {
			case models.StepDone, models.StepKept:
				fmt.Fprintf(std.out, "[%d/%d] %s: %s\n", p.Done, p.Total, p.Name, p.Step)
			case models.StepFetch:
				fmt.Fprintf(std.out, "[%d/%d] fetching packages with npm, about half a minute\n", p.Done, p.Total)
			case models.StepConvert, models.StepCopy: // take a second at most: their end is told
			}
		},
	})
	return setupError(err)
}

type modelsListCmd struct {
	modelsFolder `embed:""`
}

// Run prints a table of the models.
func (c modelsListCmd) Run(ctx context.Context, std streams) error {
	dir, err := models.Dir(c.Models)
	if err != nil {
		return setupError(err)
	}
	list, err := models.List(ctx, dir)
	if err != nil {
		return setupError(err)
	}
	return printModels(std, list)
}

type modelsVerifyCmd struct {
	modelsFolder `embed:""`
}

// Run checks the models; the error names what is wrong.
func (c modelsVerifyCmd) Run(ctx context.Context, std streams) error {
	dir, err := models.Dir(c.Models)
	if err != nil {
		return setupError(err)
	}
	list, fault := models.Verify(ctx, dir)
	if err := printModels(std, list); err != nil {
		return err
	}
	return setupError(fault)
}

func printModels(std streams, list []models.Status) error {
	w := tabwriter.NewWriter(std.out, 0, 8, 2, ' ', 0)
	for _, s := range list {
		state, size := string(s.State), fmt.Sprintf("%.1f MB", float64(s.Bytes)/1e6)
		if s.State == models.Missing {
			size = "-"
			if s.Optional {
				state = "not installed (optional)"
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Name, state, size, s.Path)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the models: %w", err)
	}
	return nil
}

// setupError marks a fault as an incomplete set-up, which decides the exit
// code. An interruption is none.
func setupError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%w: %w", errSetup, err)
}

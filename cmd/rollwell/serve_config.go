package main

import (
	_ "embed"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/rollwell/rollwell/internal/config"
)

// sampleConfig is a file of settings with every setting in it, at its default.
//
//go:embed rollwell.sample.yaml
var sampleConfig string

// configFile is the name of a file of settings. Naming one makes kong ask it for what the command line leaves open.
type configFile string

// BeforeResolve reads the file, once kong knows its name.
func (configFile) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	name, ok := ctx.FlagValue(trace.Flag).(configFile)
	if !ok || name == "" {
		return nil
	}
	for _, command := range ctx.Model.Children {
		if command.Name != "serve" {
			continue
		}
		file, err := config.Read(string(name), command)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		ctx.AddResolver(file)
	}
	return nil
}

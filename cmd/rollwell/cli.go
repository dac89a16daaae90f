package main

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// cli is the whole command line: one field per command. Flags can also be given as environment variables,
// ROLLWELL_ and the flag's name in capitals.
type cli struct {
	Serve       serveCmd       `cmd:"" help:"Serve the page of the live check: open it, lie down, be corrected."`
	Analyze     analyzeCmd     `cmd:"" help:"Analyse clips: where the roller is, how it moves, and what to correct."`
	Rescore     rescoreCmd     `cmd:"" help:"Judge an analysed clip again, by other rules, without its video."`
	Export      exportCmd      `cmd:"" help:"Write a session as a table, a document, motion files, a picture, a film or a report."`
	Import      importCmd      `cmd:"" help:"Bring a session back that was exported as JSON."`
	Library     libraryCmd     `cmd:"" help:"Look after what was recorded and uploaded: list, add, show, remove, restore."`
	Score       scoreCmd       `cmd:"" help:"Measure how well cues come: precision, recall and delay against the truth or a coach's marks."`
	Backup      backupCmd      `cmd:"" help:"Write the whole library into one file."`
	Restore     restoreCmd     `cmd:"" help:"Make a library of such a file."`
	Exercises   exercisesCmd   `cmd:"" help:"Show the exercises and check exercise files."`
	Bench       benchCmds      `cmd:"" help:"Time the stages of the pipeline, or the live check."`
	Eval        evalCmds       `cmd:"" help:"Measure against pictures whose truth is known."`
	Models      modelsCmd      `cmd:"" help:"Get the models and look after them."`
	Doctor      doctorCmd      `cmd:"" help:"Tell what is missing on this machine and how to get it."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask a server on this machine whether it is well."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// streams are where a command writes: results to out, everything else to err.
type streams struct {
	out, err io.Writer
}

// run parses args, runs the command that they name and returns the exit code (see exit.go). A command's
// Run method may ask for the context, which a signal cancels, and for the streams.
func run(ctx context.Context, args []string, std streams) int {
	var (
		commands cli
		ended    bool // --help ends the program while it is still parsing
	)
	parser, err := kong.New(&commands,
		kong.Name("rollwell"),
		kong.Description("Checks how somebody foam-rolls their back: finds the body and the roller in a video, "+
			"works out which vertebrae the roller is under, and says what to correct.\n\n"+exitCodesHelp),
		kong.Writers(std.out, std.err),
		kong.Exit(func(int) { ended = true }),
		kong.DefaultEnvars("ROLLWELL"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		return fail(std.err, fmt.Errorf("describe the command line: %w", err))
	}
	command, err := parser.Parse(args)
	if ended {
		return exitOK
	}
	if err != nil {
		return fail(std.err, fmt.Errorf("%w: %w", errUsage, err))
	}
	if err := command.Run(); err != nil {
		return fail(std.err, err)
	}
	return exitOK
}

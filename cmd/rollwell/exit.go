package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit codes. Scripts rely on them: never give one a second meaning.
const (
	exitOK          = 0   // everything asked for was done
	exitInternal    = 1   // a fault of the program or of the machine: nothing in the list below
	exitUsage       = 2   // the command line makes no sense
	exitInput       = 3   // at least one input could not be read or analysed; the others were
	exitSetup       = 4   // models or libraries are missing on this machine
	exitOutput      = 5   // results could not be written: no room, or no permission
	exitInterrupted = 130 // ended by a signal; what was written until then is valid
)

// exitCodesHelp is the line on exit codes in the help text.
const exitCodesHelp = "Exit codes: 0 done, 1 internal error, 2 wrong usage, 3 some input could not be analysed, " +
	"4 set-up incomplete, 5 results could not be written, 130 interrupted."

var (
	// errUsage marks a command line that cannot be understood.
	errUsage = errors.New("wrong usage")
	// errInput marks inputs that could not be read or analysed.
	errInput = errors.New("input not analysed")
	// errSetup marks a machine on which something that Rollwell needs is missing.
	errSetup = errors.New("set-up incomplete")
	// errOutput marks results that could not be written.
	errOutput = errors.New("results not written")
)

// outcome says how a kind of error ends the program.
type outcome struct {
	err  error  // matched with errors.Is
	code int    // exit code
	todo string // what the user can do, empty where the error's own words say it
}

// outcomes is the one table from errors to exit codes; the first match counts.
func outcomes() []outcome {
	return []outcome{
		{context.Canceled, exitInterrupted, ""},
		{errUsage, exitUsage, "`rollwell --help` lists the commands, `rollwell COMMAND --help` the flags of one"},
		{errOutput, exitOutput, ""},
		{errInput, exitInput, ""},
		{errSetup, exitSetup, "`rollwell doctor` tells what is missing and how to get it"},
	}
}

// fail prints err as one plain sentence, then what to do about it, and returns the exit code.
func fail(w io.Writer, err error) int {
	found := outcome{code: exitInternal, todo: "please report it with the command that you ran; SECURITY.md says where"}
	for _, o := range outcomes() {
		if errors.Is(err, o.err) {
			found = o
			break
		}
	}
	// Errors of several inputs come joined, one to a line; the user gets one line each.
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if found.code == exitInterrupted && strings.HasSuffix(line, context.Canceled.Error()) {
			continue
		}
		fmt.Fprintln(w, "rollwell:", line)
	}
	if found.code == exitInterrupted {
		fmt.Fprintln(w, "rollwell: interrupted")
		return found.code
	}
	if found.todo != "" {
		fmt.Fprintln(w, "  what to do:", found.todo)
	}
	return found.code
}

package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/score"
	"github.com/rollwell/rollwell/internal/store"
)

// scoreCmd measures how well cues come.
type scoreCmd struct {
	dataFlag `embed:""`
	Truth    string `arg:"" optional:"" help:"What was due: a clip's truth (NAME.jsonl), a file of stretches, or a folder of such files." type:"path"`
	Session  string `arg:"" optional:"" help:"Session to be graded: an id of the library, or a folder that analyze has written; for a folder of truth, the folder of those folders."`
	Library  bool   `help:"Grade the library by its coaches' marks instead: every session that has some."`
	JSON     bool   `help:"Print the report as JSON."`
}

// Help is the long help text.
func (scoreCmd) Help() string {
	return "Prints for each cue how many came that were due (hit), how many did not (missed), how many came that should not " +
		"have (false), precision = hit / (hit + false), recall = hit / (hit + missed) and the median delay. Matching goes by " +
		"the proving ground's rule: a stretch of 1.2 s or more asks for a cue that begins up to 1 s after its end; a cue is " +
		"false if it may come nowhere within 0.7 s around its first half second.\n\n" +
		"A file of stretches is a JSON object: rollwell_truth (1), end_s, codes (those that were looked for), due and grey " +
		"(lists of code, start_s, end_s). Where a code is neither due nor grey it must not come.\n\n" +
		"A coach's marks tell no beginnings, so with --library there are no delays, and sessions without marks are left out: " +
		"mark at least one cue of each session that you have looked through."
}

// Run grades and prints.
func (c scoreCmd) Run(ctx context.Context, std streams) error {
	if c.Library == (c.Truth != "") || (c.Truth == "") != (c.Session == "") {
		return fmt.Errorf("%w: give a truth and a session, or --library", errUsage)
	}
	var (
		tally  score.Tally
		faults error
	)
	if c.Library {
		faults = c.library(ctx, &tally)
	} else {
		faults = c.files(ctx, &tally)
	}
	r := tally.Report()
	if r.Sessions == 0 && faults != nil {
		return faults
	}
	if err := printScore(std.out, &r, c.JSON); err != nil {
		return fmt.Errorf("%w: print the results: %w", errOutput, err)
	}
	return faults
}

// files grades sessions by files of truth.
func (c scoreCmd) files(ctx context.Context, tally *score.Tally) error {
	info, err := os.Stat(c.Truth)
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	if !info.IsDir() {
		return c.grade(ctx, c.Truth, c.Session, tally)
	}
	entries, err := os.ReadDir(c.Truth)
	if err != nil {
		return fmt.Errorf("%w: %w", errInput, err)
	}
	var faults []error
	graded := 0
	for _, e := range entries {
		name, ok := truthName(e.Name())
		if !ok || e.IsDir() {
			continue
		}
		graded++
		if err := c.grade(ctx, filepath.Join(c.Truth, e.Name()), filepath.Join(c.Session, name), tally); err != nil {
			faults = append(faults, err)
		}
	}
	if graded == 0 {
		return fmt.Errorf("%w: %s holds no truth: NAME.jsonl, NAME.jsonl.gz or NAME.truth.json", errInput, c.Truth)
	}
	return errors.Join(faults...)
}

// truthName is the name of the clip that a file is the truth of.
func truthName(file string) (string, bool) {
	for _, ending := range []string{".jsonl", ".jsonl.gz", ".truth.json"} {
		if name, ok := strings.CutSuffix(file, ending); ok {
			return name, true
		}
	}
	return "", false
}

// grade grades one session.
func (c scoreCmd) grade(ctx context.Context, path, session string, tally *score.Tally) error {
	truth, err := openTruth(path)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errInput, path, err)
	}
	dir := session
	if info, err := os.Stat(dir); (err != nil || !info.IsDir()) && store.ValidID(session) {
		library, err := c.openShared(ctx)
		if err != nil {
			return err
		}
		dir, err = library.Dir(session)
		if err := errors.Join(err, library.Close()); err != nil {
			return err
		}
	}
	a, err := archive.Open(dir)
	if err != nil {
		return fmt.Errorf("%w: no results for %s: %w", errInput, path, err)
	}
	tally.Add(score.Grade(truth, a.Session.Cues))
	return nil
}

// openTruth reads a file of truth.
func openTruth(path string) (score.Truth, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if !strings.HasSuffix(path, ".jsonl") && !strings.HasSuffix(path, ".jsonl.gz") {
		return score.ReadStretches(file)
	}
	var lines io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if lines, err = gzip.NewReader(file); err != nil {
			return nil, err
		}
	}
	name, _ := truthName(path)
	about, err := os.Open(name + ".json") // where the arms are, which moves the levels
	if errors.Is(err, os.ErrNotExist) {
		return score.ReadClip(lines, nil)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = about.Close() }()
	return score.ReadClip(lines, about)
}

// library grades every session that somebody has marked.
func (c scoreCmd) library(ctx context.Context, tally *score.Tally) (err error) {
	library, err := c.openShared(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, library.Close()) }()
	return score.Library(ctx, library, tally)
}

func printScore(w io.Writer, r *score.Report, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(r)
	}
	p := &printer{w: w}
	p.line("%-22s %4s %6s %5s %9s %7s %7s", "cue (* headline)", "hit", "missed", "false", "precision", "recall", "delay")
	row := func(name string, c *score.Cue) {
		if c.Headline && c.Code != "" {
			name += " *"
		}
		p.line("%-22s %4d %6d %5d %9s %7s %7s", name, c.Hit, c.Missed, c.False, ratioText(c.Precision), ratioText(c.Recall), secondsText(c.DelayS))
	}
	for i := range r.Cues {
		row(r.Cues[i].Code, &r.Cues[i])
	}
	row("headline cues", &r.Headline)
	row("all cues", &r.All)
	p.line("%d sessions; precision = hit / (hit + false), recall = hit / (hit + missed), delay: median of %d", r.Sessions, r.All.Delays)
	if r.Unmarked > 0 {
		p.line("%d sessions without marks were left out", r.Unmarked)
	}
	return p.err
}

func ratioText(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", *x)
}

func secondsText(x *float64) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f s", *x)
}

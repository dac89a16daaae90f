package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // labelled pictures may be PNG
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rollwell/rollwell/internal/exam"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/vision"
)

// evalCmds measure against truth.
type evalCmds struct {
	Roller evalRollerCmd `cmd:"" help:"How well rollers are found in a folder of labelled pictures."`
}

// evalRollerCmd marks the roller finder on pictures.
type evalRollerCmd struct {
	engineFlags `embed:""`
	Folder      string `arg:"" help:"Folder of labelled pictures." type:"existingdir"`
	Sheet       string `help:"Draw the pictures most worth a look into this file (JPEG)." placeholder:"FILE" type:"path"`
	Tiles       int    `help:"How many pictures the sheet shows." default:"40"`
	Limit       int    `help:"Look at so many pictures only, spread over the folder; 0: all." default:"0"`
	Fewest      int    `help:"Leave out groups of fewer pictures." default:"5"`
}

// Help is the long help text.
func (evalRollerCmd) Help() string {
	return "The folder holds labels.jsonl, one JSON object to a line: image (path from the folder, JPEG or PNG), torso_px (mid " +
		"hip to mid shoulder in pixels; where nobody is, what 50 cm span at the roller), roller (null, or near [x, y], far " +
		"[x, y], radius, face: the share of the near end face that is seen, 0 to 1, alike: whether either end may be taken " +
		"for the near one), s (contact, 0 hip to 1 shoulder, or null), groups (list of names). Pixels count from the centre " +
		"of the top-left one. A folder of the proving ground's still mode (stills_*.jsonl, img/) is read as it is.\n\n" +
		"Every picture is looked at for a second, as if the camera stood still: body first, then the roller, with no hint. A " +
		"roller counts as found at a score of at least .5 if its circle overlaps the true one by at least half."
}

// A picture is shown so many times, so many seconds apart: what a still scene is looked at before anything is said.
const (
	showings      = 6
	showingsApart = 200 * time.Millisecond
)

// Run looks at every picture, then prints the table and draws the sheet.
func (c *evalRollerCmd) Run(ctx context.Context, std streams) (err error) {
	if c.Tiles < 1 || c.Limit < 0 || c.Fewest < 1 {
		return fmt.Errorf("%w: --tiles and --fewest are at least 1, --limit at least 0", errUsage)
	}
	folder := os.DirFS(c.Folder)
	labels, err := exam.Load(folder)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errInput, c.Folder, err)
	}
	labels = spread(labels, c.Limit)
	rt, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	e := &examination{folder: folder, runtime: rt}
	for _, l := range labels {
		if err := e.mark(ctx, l); err != nil {
			return err
		}
	}
	if err := e.print(std.out, c.Fewest); err != nil {
		return err
	}
	if c.Sheet == "" {
		return nil
	}
	return e.draw(c.Sheet, c.Tiles)
}

// spread returns at most limit of the labels, evenly spread; all for 0.
func spread(all []exam.Label, limit int) []exam.Label {
	if limit == 0 || limit >= len(all) {
		return all
	}
	some := make([]exam.Label, 0, limit)
	for i := range limit {
		some = append(some, all[i*len(all)/limit])
	}
	return some
}

// examination is the state of one command.
type examination struct {
	folder  fs.FS
	runtime *vision.Runtime
	marks   []exam.Mark
	// roller are the times of the roller's stage in the showings in which the network looked, in milliseconds.
	roller []float64
}

// mark shows one picture to a fresh eye and marks what it says in the end.
func (e *examination) mark(ctx context.Context, l exam.Label) (err error) {
	img, err := e.picture(l)
	if err != nil {
		return err
	}
	eye, err := e.runtime.NewEye(vision.EyeOptions{})
	if err != nil {
		return fmt.Errorf("set up the eye: %w", err)
	}
	defer func() { err = errors.Join(err, eye.Close()) }()
	f := frame.Frame{Picture: packed(img), Scale: 1}
	estimator := spine.New(spine.Options{})
	var obs spine.Observation
	var reading spine.Reading
	for i := range showings {
		f.Seq, f.PTS = int64(i), time.Duration(i)*showingsApart
		if obs, err = eye.Observe(ctx, &f); err != nil {
			return fmt.Errorf("%w: %s: %w", errInput, l.Image, err)
		}
		e.roller = append(e.roller, float64(eye.Timings().Roller.Microseconds())/1000)
		reading = estimator.Step(&obs)
	}
	var a exam.Answer
	if r := obs.Roller; r != nil {
		a = exam.Answer{Score: r.Score, Near: r.Near, Far: r.Far, Radius: r.Radius}
	}
	a.S, a.SKnown = reading.S.V, reading.S.State == spine.OK
	e.marks = append(e.marks, exam.Compare(l, a))
	return nil
}

// picture reads the picture of a label.
func (e *examination) picture(l exam.Label) (image.Image, error) {
	text, err := fs.ReadFile(e.folder, l.Image)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errInput, err)
	}
	img, _, err := image.Decode(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errInput, l.Image, err)
	}
	return img, nil
}

// packed returns the picture as packed BGR.
func packed(img image.Image) frame.Picture {
	b := img.Bounds()
	p := frame.Picture{Width: b.Dx(), Height: b.Dy(), Pix: make([]byte, 0, 3*b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := img.At(x, y).RGBA()
			p.Pix = append(p.Pix, byte(bl>>8), byte(g>>8), byte(r>>8))
		}
	}
	return p
}

// print writes the table as Markdown, so that it can stand in the model card as it is.
func (e *examination) print(w io.Writer, fewest int) error {
	p := &printer{w: w}
	p.line("| group | pictures | found | of | false alarms | of | right where said | near median %%T | p90 | far median %%T | radius bias | radius median | s median | p90 |")
	p.line("|%s", strings.Repeat(" --- |", 14))
	for _, r := range exam.Table(e.marks, fewest) {
		p.line("| %s | %d | %s | %d | %s | %d | %s | %s | %s | %s | %s | %s | %s | %s |", r.Group, r.Pictures,
			decimals(r.Found, 3), r.Must, decimals(r.FalseAlarms, 3), r.Without, decimals(r.Trust, 3),
			decimals(100*r.NearMedian, 1), decimals(100*r.NearP90, 1), decimals(100*r.FarMedian, 1),
			decimals(r.RadiusBias, 3), decimals(r.RadiusMedian, 3), decimals(r.SMedian, 3), decimals(r.SP90, 3))
	}
	p.line("")
	p.line("| score | pictures | right |")
	p.line("| --- | --- | --- |")
	for _, c := range exam.Calibrations(e.marks) {
		p.line("| %.1f-%.1f | %d | %.3f |", c.From, c.To, c.Pictures, c.Right)
	}
	p.line("")
	p.line("The roller's stage, frames with a look and frames without: median %.2f ms, 95th percentile %.2f ms.",
		exam.Quantile(e.roller, .5), exam.Quantile(e.roller, .95))
	return p.err
}

// decimals writes a number, or nothing for one that is not known.
func decimals(x float64, n int) string {
	if math.IsNaN(x) {
		return ""
	}
	return fmt.Sprintf("%.*f", n, x)
}

// sheetColumns is how many pictures stand side by side on the sheet.
const sheetColumns = 8

// draw writes the contact sheet.
func (e *examination) draw(path string, tiles int) error {
	order := exam.Worst(e.marks, tiles)
	worst := make([]exam.Mark, len(order))
	for k, i := range order {
		worst[k] = e.marks[i]
	}
	sheet, err := exam.Sheet(worst, sheetColumns, e.picture)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	if err := errors.Join(jpeg.Encode(f, sheet, &jpeg.Options{Quality: 88}), f.Close()); err != nil {
		return fmt.Errorf("%w: %w", errOutput, err)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/export"
	annotated "github.com/rollwell/rollwell/internal/export/film"
	"github.com/rollwell/rollwell/internal/store"
)

// exportCmd writes a session in a form for other programs, or for people.
type exportCmd struct {
	exercisesFolder `embed:""`
	dataFlag        `embed:""`
	Session         string   `arg:"" help:"Session: its id in the library, or a folder that analyze has written."`
	Format          string   `help:"What to write: csv, json, trc, mot, png, mp4 or pdf." enum:"csv,json,trc,mot,png,mp4,pdf" required:"" short:"f"`
	At              *float64 `help:"Time of the picture (png) in seconds. Without it: the worst moment, or the middle." placeholder:"S"`
	Language        string   `help:"Language of png, mp4 and pdf. Without it: that of the session." placeholder:"TAG"`
	Video           string   `help:"Video of a folder's session, for png, mp4 and pdf; without it the figure alone is drawn. The library knows its own." placeholder:"FILE" type:"path"`
	Out             string   `help:"File to write. Without it: the session's name in the working directory." placeholder:"FILE" type:"path"`
	Force           bool     `help:"Replace the file if it is there already."`
}

// Run writes the file.
func (c exportCmd) Run(ctx context.Context, std streams) (err error) {
	if c.At != nil && (c.Format != "png" || !(*c.At >= 0) || math.IsInf(*c.At, 0)) {
		return fmt.Errorf("%w: --at is the time of a png in seconds from 0", errUsage)
	}
	from, err := c.find(ctx)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = from.name + "." + c.Format
	}
	if _, err := os.Lstat(c.Out); err == nil && !c.Force {
		return fmt.Errorf("%w: %s is there already; choose another file with --out, or replace it with --force", errOutput, c.Out)
	}
	if err := c.write(ctx, std, from); err != nil {
		return err
	}
	fmt.Fprintln(std.out, c.Out)
	return nil
}

// exported is a session that was found.
type exported struct {
	*export.Session
	archive *archive.Archive
	video   export.Video
	// name is what a file of it is called by default, without its ending.
	name string
}

// find looks the session up in the library, or in a folder.
func (c exportCmd) find(ctx context.Context) (e *exported, err error) {
	if info, err := os.Stat(c.Session); err == nil && info.IsDir() {
		return c.open(c.Session, filepath.Base(filepath.Clean(c.Session)))
	}
	if !store.ValidID(c.Session) {
		return nil, fmt.Errorf("%w: %s is neither a folder nor the id of a session; rollwell library lists the ids", errInput, c.Session)
	}
	if c.Video != "" {
		return nil, fmt.Errorf("%w: --video is for folders; the library knows the session's own", errUsage)
	}
	library, err := c.openShared(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, library.Close()) }()
	return c.take(ctx, library)
}

// open reads a folder.
func (c exportCmd) open(dir, name string) (*exported, error) {
	open := export.Open
	if export.Streams(c.Format) {
		open = export.OpenHead
	}
	s, a, err := open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s holds no whole session; analyze writes one: %w", errInput, dir, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errInput, dir, err)
	}
	if c.Exercises != "" || s.Exercise == nil {
		if ex, err := c.openExercise(s.Result.Exercise.ID, io.Discard); err == nil {
			s.Exercise = ex
		}
	}
	return &exported{Session: s, archive: a, video: export.Video{Path: c.Video}, name: name}, nil
}

// take reads a session of the library.
func (c exportCmd) take(ctx context.Context, library *store.Store) (*exported, error) {
	n, err := library.Get(ctx, c.Session)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errInput, err)
	}
	dir, err := library.Dir(n.ID)
	if err != nil {
		return nil, err
	}
	e, err := c.open(dir, strings.ToLower(n.ID[:8]))
	if err != nil {
		return nil, err
	}
	if err := e.Library(ctx, library, &n); err != nil {
		return nil, err
	}
	if n.Video != nil {
		e.video = export.Video{Path: filepath.Join(dir, n.Video.File), OffsetS: n.Video.OffsetS}
	}
	return e, nil
}

// write writes the file under another name first, so that what has its name is whole.
func (c exportCmd) write(ctx context.Context, std streams, e *exported) error {
	writing, err := c.writing(e, std.err)
	if err != nil {
		return fmt.Errorf("%w: %w", errSetup, err)
	}
	defer func() { _ = writing.Close() }() // fonts were only read
	if c.Format == "mp4" {
		return c.film(ctx, std, e, writing)
	}
	file, err := newResultFile(filepath.Dir(c.Out), filepath.Base(c.Out))
	if err != nil {
		return err
	}
	if err := c.fill(ctx, file, e, writing); err != nil {
		return errors.Join(exportError(err), file.discard())
	}
	return file.save()
}

// writing is in which language and letters pictures and reports are written.
func (c exportCmd) writing(e *exported, warn io.Writer) (*export.Writing, error) {
	w, err := e.Writing(c.Language, export.SystemFonts())
	if err == nil && w.Note != "" && (c.Format == "png" || c.Format == "mp4" || c.Format == "pdf") {
		fmt.Fprintf(warn, "rollwell: %s: %s\n", c.Out, w.Note)
	}
	return w, err
}

func (c exportCmd) fill(ctx context.Context, to io.Writer, e *exported, writing *export.Writing) error {
	switch c.Format {
	case "csv":
		return export.CSV(to, e.archive.Each)
	case "trc":
		return export.TRC(to, e.Session, filepath.Base(c.Out))
	case "mot":
		return export.MOT(to, e.Session, filepath.Base(c.Out))
	case "json":
		return export.Document(to, e.Session, e.archive)
	case "png":
		return annotated.Still(ctx, to, e.Session, e.video, c.At, writing)
	}
	return annotated.Report(ctx, to, e.Session, e.video, writing)
}

// film makes the annotated video and tells now and then how far it is.
func (c exportCmd) film(ctx context.Context, std streams, e *exported, writing *export.Writing) error {
	told := time.Now()
	return exportError(annotated.Write(ctx, c.Out, e.Session, annotated.Options{
		Source: e.video, Writing: writing, Progress: func(share float64) {
			if now := time.Now(); now.Sub(told) >= plainEvery {
				told = now
				fmt.Fprintf(std.err, "%s: %.0f %%\n", c.Out, 100*share)
			}
		},
	}))
}

// exportError marks whose fault it is that a file was not written.
func exportError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errOutput) {
		return err
	}
	for _, own := range []error{os.ErrPermission, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS} {
		if errors.Is(err, own) {
			return outputError(err)
		}
	}
	return fmt.Errorf("%w: %w", errInput, err)
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/words"
)

// libraryAddCmd takes clips in.
type libraryAddCmd struct {
	dataFlag        `embed:""`
	engineFlags     `embed:""`
	exercisesFolder `embed:""`
	Clips           []string `arg:"" name:"clip" help:"Video files: mp4, mov, webm or mkv." type:"path"`
	Exercise        string   `help:"Exercise to judge by, an id of the catalogue." default:"thoracic-roll" placeholder:"ID"`
	Title           string   `help:"Title. Without it: the file's name." placeholder:"TEXT"`
	Tag             []string `help:"Tags." placeholder:"TAG"`
	Language        string   `help:"Language of the cues." default:"en" placeholder:"TAG"`
	HeightCM        float64  `help:"Height of the person in centimetres, if known." placeholder:"CM"`
	DiskBudget      byteSize `help:"How much all sessions may take." default:"20GiB" placeholder:"SIZE"`
	Jobs            int      `help:"Clips to analyse at a time; 0: one less than there are cores." default:"0"`
}

// quiet is a log for commands: what they put right is no news to whoever asked for something else.
func (dataFlag) quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Run takes the clips in and analyses them. One that cannot be used does not keep the others.
func (c libraryAddCmd) Run(ctx context.Context, std streams) (fault error) {
	if !isSize(c.HeightCM, 100, 250) {
		return fmt.Errorf("%w: --height-cm is %g cm; people have 100 to 250 cm", errUsage, c.HeightCM)
	}
	if _, err := c.openExercise(c.Exercise, std.err); err != nil {
		return err
	}
	exercises, err := c.allExercises(std.err)
	if err != nil {
		return err
	}
	s, err := c.dataFlag.open(ctx, store.Options{Budget: int64(c.DiskBudget)}, c.quiet())
	if err != nil {
		return err
	}
	defer func() { fault = errors.Join(fault, s.Close()) }()
	rt, versions, err := c.engineFlags.open(ctx)
	if err != nil {
		return err
	}
	defer func() { fault = errors.Join(fault, rt.Close()) }()
	jobs := &clipJobs{library: s, exercises: exercises, runtime: rt, models: versions}
	q := queue.New(queue.Options{Store: s, Workers: c.Jobs, Handlers: map[store.JobKind]queue.Handler{store.JobAnalyse: jobs.analyse}})
	var faults []error
	var added []store.Job
	for _, clip := range c.Clips {
		j, err := c.add(ctx, s, q, clip)
		if err != nil {
			if !errors.Is(err, errOutput) {
				err = inputError(err)
			}
			faults = append(faults, err)
			continue
		}
		added = append(added, j)
	}
	faults = append(faults, c.finish(ctx, std, s, q, added))
	return errors.Join(faults...)
}

// add copies a clip into a session of its own and queues its analysis.
func (c libraryAddCmd) add(ctx context.Context, s *store.Store, q *queue.Queue, clip string) (j store.Job, err error) {
	name, err := probe(ctx, clip)
	if err != nil {
		return j, err
	}
	info, err := os.Stat(clip)
	if err != nil {
		return j, err
	}
	if err := s.Room(ctx, info.Size()); err != nil {
		return j, fmt.Errorf("%w: %s: %w", errOutput, clip, err)
	}
	title := c.Title
	if title == "" {
		title = folderName(clip)
	}
	n, err := s.Create(ctx, store.Session{
		Kind: store.Upload, State: store.Uploading, Title: title, SourceName: filepath.Base(clip), Exercise: c.Exercise, Tags: c.Tag,
		Language: words.Match(c.Language), Reserved: info.Size(), Keep: store.KeepVideo,
	})
	if err != nil {
		return j, err
	}
	dir, err := s.Dir(n.ID)
	if err == nil {
		err = copyFile(ctx, clip, filepath.Join(dir, name))
	}
	if err == nil {
		j, err = q.Add(ctx, n.ID, store.JobAnalyse, store.AnalyseOptions{HeightCM: c.HeightCM})
	}
	if err != nil {
		return j, errors.Join(err, s.Purge(context.WithoutCancel(ctx), n.ID))
	}
	return j, s.Measure(ctx, n.ID)
}

// finish works until the jobs have ended, and tells what became of them.
func (c libraryAddCmd) finish(ctx context.Context, std streams, s *store.Store, q *queue.Queue, added []store.Job) error {
	working, stop := context.WithCancel(ctx)
	var worker sync.WaitGroup
	worker.Go(func() { q.Run(working) })
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var faults []error
	told := time.Now()
	for len(added) > 0 && ctx.Err() == nil {
		if time.Since(told) > plainEvery {
			told = time.Now()
			tellProgress(ctx, std.err, s, q)
		}
		j, err := s.Job(ctx, added[0].ID)
		if err != nil {
			faults = append(faults, err)
			break
		}
		if j.State == store.JobQueued || j.State == store.JobRunning {
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
			continue
		}
		added = added[1:]
		faults = append(faults, tell(ctx, std, s, j))
	}
	stop()
	worker.Wait()
	return errors.Join(append(faults, ctx.Err())...)
}

// tellProgress prints how far the jobs are.
func tellProgress(ctx context.Context, w io.Writer, s *store.Store, q *queue.Queue) {
	all, err := q.List(ctx)
	if err != nil {
		return // whoever waits for the jobs hears of it
	}
	for i := range all {
		n, err := s.Get(ctx, all[i].Session)
		if err != nil || all[i].State != store.JobRunning || all[i].LeftS == nil {
			continue
		}
		left := time.Duration(*all[i].LeftS) * time.Second
		fmt.Fprintf(w, "%s: %.0f %%, %s left\n", n.SourceName, 100*all[i].Progress, left)
	}
}

// tell prints what became of a job.
func tell(ctx context.Context, std streams, s *store.Store, j store.Job) error {
	n, err := s.Get(ctx, j.Session)
	switch {
	case err != nil:
		return err
	case n.State != store.Ready:
		return fmt.Errorf("%w: %s (%s)", errInput, n.Error, n.ID)
	}
	if n.Error != "" {
		fmt.Fprintf(std.err, "rollwell: %s\n", n.Error)
	}
	fmt.Fprintf(std.out, "%s  %s  %s, %d frames, %s, score %s\n", n.ID, n.SourceName, clock(float64From(n.DurationS)), n.Frames, n.Exercise, scoreOf(&n))
	return nil
}

// probe tells under which name of ours a video is kept, or why it is none.
func probe(ctx context.Context, path string) (name string, err error) {
	reader, err := video.Open(ctx, path, video.Options{})
	if err != nil {
		return "", err
	}
	info := reader.Info()
	if err := reader.Close(); err != nil {
		return "", err
	}
	switch {
	case info.Container == "mp4":
		return "video.mp4", nil
	case info.Container == "webm" && isWebM(path):
		return "video.webm", nil
	}
	return "video.bin", nil
}

// isWebM tells WebM from other Matroska: by the document type in its first element (RFC 8794, 11.2.6).
func isWebM(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close() //nolint:errcheck // it is only read
	head := make([]byte, 64)
	n, _ := io.ReadFull(file, head)
	return bytes.Contains(head[:n], []byte("\x42\x82\x84webm"))
}

// copyFile copies a file so that what is there under its name is whole.
func copyFile(ctx context.Context, from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it is only read
	out, err := os.OpenFile(to+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return dataError(err)
	}
	_, err = io.Copy(out, &stoppable{ctx, in})
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(dataError(err), os.Remove(to+".part"))
	}
	return dataError(os.Rename(to+".part", to))
}

// dataError marks what keeps the library from being written, and says what to do.
func dataError(err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%w: the disk is full; free some space on it or choose another folder with --data: %w", errOutput, err)
	}
	return fmt.Errorf("%w: %w", errOutput, err)
}

// stoppable is a reader that ends with a context.
type stoppable struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one copy
	from io.Reader
}

// Read reads on unless the context has ended.
func (s *stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(b)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/vision"
)

// benchClips is where a clip is taken from if none is named.
const benchClips = "testdata/clips/*.mp4"

// benchCmds times what is said to be fast.
type benchCmds struct {
	Stages benchCmd     `cmd:"" default:"withargs" help:"Each stage of the pipeline, for each engine and model; this one if none is named."`
	Live   benchLiveCmd `cmd:"" help:"The live check: how many at a time, how late, how much memory."`
}

// benchCmd times the pipeline.
type benchCmd struct {
	Clip   string          `arg:"" optional:"" help:"Video file; without it, the first clip of testdata/clips in the working directory." type:"path"`
	Models string          `help:"Models folder. Without it: models beside the program or in the working directory." placeholder:"DIR" type:"path"`
	Engine []vision.Engine `help:"Engines to time: onnxruntime, opencv." enum:"onnxruntime,opencv" default:"onnxruntime,opencv"`
	Model  []vision.Model  `help:"Pose models to time: lite, full, heavy." enum:"lite,full,heavy" default:"lite,full,heavy"`
	Frames int             `help:"Frames to time, from the start of the clip; fewer if it has fewer." default:"100"`
	WarmUp int             `help:"Frames to run beforehand, untimed." default:"10"`
	Roller []placement     `help:"Where the near end of the roller is, as for analyze." placeholder:"X,Y,RADIUS@TIME" sep:"none"`
	JSON   bool            `help:"Print the table as JSON."`
}

// Help is the long help text.
func (benchCmd) Help() string {
	return "Runs the whole pipeline but for the overlay, Go code on one processor (GOMAXPROCS=1) and ONNX Runtime on one " +
		"thread. OpenCV chooses its own number of threads: `taskset -c 0 rollwell bench` holds it to one core. " +
		"Stage times are by the clock, per frame; frames/s and × real time are by processor time, of all threads: what one " +
		"core gets done. Allocations are those of Go. The budget never fails the command."
}

// Run times every engine with every model. What cannot be run is told at the end and does not stop the others.
func (c benchCmd) Run(ctx context.Context, std streams) error {
	if c.Frames < 2 || c.WarmUp < 0 {
		return fmt.Errorf("%w: --frames %d and --warm-up %d; time at least 2 frames", errUsage, c.Frames, c.WarmUp)
	}
	clip, err := c.clip()
	if err != nil {
		return err
	}
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := &bench{cmd: c, path: clip, exercise: ex}
	var faults []error
	for _, engine := range c.Engine {
		for _, model := range c.Model {
			row, err := b.row(ctx, engine, model)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if errors.Is(err, errInput) || errors.Is(err, errUsage) { // no other engine will see more
				return err
			}
			if err != nil {
				faults = append(faults, err)
				continue
			}
			b.report.Rows = append(b.report.Rows, row)
		}
	}
	return errors.Join(append(faults, b.print(std.out))...)
}

// clip is the one named, or the first of the test clips.
func (c benchCmd) clip() (string, error) {
	if c.Clip != "" {
		return c.Clip, nil
	}
	found, err := filepath.Glob(benchClips)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%w: there is no %s here; name a clip: rollwell bench CLIP", errUsage, benchClips)
	}
	return slices.Min(found), nil
}

// bench is the state of one command.
type bench struct {
	cmd      benchCmd
	path     string
	exercise *exercise.Exercise
	report   benchReport
}

// row times one engine with one model.
func (b *bench) row(ctx context.Context, engine vision.Engine, model vision.Model) (row benchRow, err error) {
	rt, _, err := engineFlags{Models: b.cmd.Models, Engine: engine, Model: model}.open(ctx)
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	if b.cmd.WarmUp > 0 {
		if _, err := b.run(ctx, rt, b.cmd.WarmUp); err != nil {
			return row, err
		}
	}
	m, err := b.run(ctx, rt, b.cmd.Frames)
	if err != nil {
		return row, err
	}
	frames := m.result.Frames.Analysed
	row = benchRow{
		Engine: engine, EngineVersion: rt.Info().EngineVersion, Model: model, Frames: frames,
		TimingsMS: results.NewSession(m.result).TimingsMS, Allocs: m.allocs, CPUS: m.cpu.Seconds(),
	}
	if m.cpu > 0 {
		row.FramesPerS = float64(frames) / m.cpu.Seconds()
	}
	if fps := b.report.FPS; fps != nil {
		row.RealTime = results.Positive(row.FramesPerS / *fps)
	}
	return row, nil
}

// measurement is what one run came to.
type measurement struct {
	result session.Result
	cpu    time.Duration // of the whole process
	allocs float64       // of Go, per frame, once the buffers are there
}

// run takes the first frames of the clip through the pipeline.
func (b *bench) run(ctx context.Context, rt *vision.Runtime, frames int) (m measurement, err error) {
	reader, err := video.Open(ctx, b.path, video.Options{})
	if err != nil {
		return m, inputError(err)
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	info := reader.Info()
	b.report.Clip, b.report.Width, b.report.Height, b.report.FPS = info.Name, info.Width, info.Height, results.Positive(info.FPS)
	eye, err := rt.NewEye(vision.EyeOptions{})
	if err != nil {
		return m, fmt.Errorf("%w: %w", errSetup, err)
	}
	defer func() { err = errors.Join(err, eye.Close()) }()
	meter := &allocMeter{}
	before := processCPU()
	m.result, err = session.Run(ctx, session.Config{
		Source: &first{source: source{reader: reader, places: b.cmd.Roller, eye: eye}, left: frames},
		Eye:    watcher{eye}, Exercise: b.exercise, Spine: spine.Options{},
		Sinks: []session.Sink{results.NewFrames(io.Discard), meter},
	})
	m.cpu = processCPU() - before
	m.allocs = meter.perFrame()
	return m, inputError(err)
}

// first is the first frames of a source.
type first struct {
	source source
	left   int
}

// Next returns the next frame, and io.EOF when there have been enough.
func (f *first) Next(ctx context.Context) (*frame.Frame, error) {
	if f.left == 0 {
		return nil, io.EOF
	}
	f.left--
	return f.source.Next(ctx)
}

// allocMeter counts Go's allocations from a frame on by which every buffer has been made. It is a sink.
type allocMeter struct {
	frames int
	before uint64
}

// settled is how many frames it takes until the buffers are there.
const settled = 10

// Take counts a frame.
func (a *allocMeter) Take(*session.Moment) error {
	a.frames++
	if a.frames == settled {
		a.before = mallocs()
	}
	return nil
}

// perFrame returns the allocations per frame so far, or 0 if there have been too few frames to tell.
func (a *allocMeter) perFrame() float64 {
	if a.frames <= settled {
		return 0
	}
	return float64(mallocs()-a.before) / float64(a.frames-settled)
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// processCPU returns the processor time that this process has taken so far.
func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

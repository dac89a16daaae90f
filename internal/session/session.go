// Package session runs one person's pipeline: frames from a source go through vision, spine and coach, in order and
// without loss, and what comes out is handed to sinks. It owns the goroutines that it starts and knows neither
// files nor networks.
package session

import (
	"context"
	"errors"
	"io"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// Source gives the frames of one video in order. Next passes the frame's ownership on and returns io.EOF after the
// last.
type Source interface {
	Next(ctx context.Context) (*frame.Frame, error)
}

// Eye turns a frame into an observation; the frame stays the caller's. Pose and roller are how long the two parts
// of the last call took.
type Eye interface {
	Observe(ctx context.Context, f *frame.Frame) (spine.Observation, error)
	StageTimes() (pose, roller time.Duration)
}

// Moment is everything known about one frame. It and all it points to belong to the session and are valid during
// the call only.
type Moment struct {
	Frame       *frame.Frame
	Observation *spine.Observation
	Reading     *spine.Reading
	Update      *coach.Update
	// Live is how the session stands; nil for files.
	Live *LiveState
}

// Sink takes the moments in order, from one goroutine. An error ends the session.
type Sink interface {
	Take(m *Moment) error
}

// Config is one session's parts.
type Config struct {
	Source   Source
	Eye      Eye
	Exercise *exercise.Exercise
	Coach    coach.Options
	Spine    spine.Options
	Sinks    []Sink
}

// Counts tells where the frames went: Read = Analysed + Dropped.
type Counts struct {
	Read, Analysed, Dropped int64
}

// Result is what a session came to.
type Result struct {
	Frames  Counts
	Summary coach.Summary
	Timings Timings
	// CPU is the processor time that this session's own goroutines took, in user and kernel mode.
	CPU time.Duration
}

// decodeAhead is how many frames may wait between decoding and analysis: enough to even out key frames.
const decodeAhead = 2

// decoded is a frame and how long it took to come.
type decoded struct {
	frame *frame.Frame
	took  time.Duration
}

// Run analyses every frame of the source. It returns when the source has ended, the context is cancelled, or a part
// fails; the result holds what was done until then in every case. Nothing runs on after it has returned.
func Run(ctx context.Context, c Config) (Result, error) {
	r := &runner{Config: c, judge: newJudge(c.Exercise, c.Coach, c.Spine)}
	frames := make(chan decoded, decodeAhead)
	group, inner := errgroup.WithContext(ctx)
	var decodeCPU time.Duration
	var read int64
	var broken error // why the source ended early; what came before is analysed all the same
	group.Go(func() error {
		defer close(frames)
		decodeCPU, broken = onOwnThread(func() (err error) {
			read, err = decode(inner, c.Source, frames)
			return err
		})
		return nil
	})
	var analyseCPU time.Duration
	group.Go(func() (err error) {
		analyseCPU, err = onOwnThread(func() error { return r.analyse(inner, frames) })
		return err
	})
	err := group.Wait()
	for d := range frames { // what still waited when the analysis ended
		d.frame.Release()
	}
	switch {
	case err == nil:
		err = broken
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		err = ctx.Err() // the cause, instead of the first part that noticed it
	}
	return Result{
		Frames:  Counts{Read: read, Analysed: r.analysed, Dropped: read - r.analysed},
		Summary: r.judge.coach.Finish(r.judge.last),
		Timings: r.judge.timings.summary(),
		CPU:     decodeCPU + analyseCPU,
	}, err
}

// decode passes the source's frames on and returns how many there were.
func decode(ctx context.Context, s Source, out chan<- decoded) (read int64, err error) {
	for {
		start := time.Now()
		f, err := s.Next(ctx)
		if errors.Is(err, io.EOF) {
			return read, nil
		}
		if err != nil {
			return read, err
		}
		read++
		select {
		case out <- decoded{f, time.Since(start)}:
		case <-ctx.Done():
			f.Release()
			return read, ctx.Err()
		}
	}
}

// runner is the analysing half of a session.
type runner struct {
	Config
	judge    *judge
	analysed int64
}

func (r *runner) analyse(ctx context.Context, frames <-chan decoded) error {
	for d := range frames {
		err := r.one(ctx, d)
		d.frame.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// one takes a frame through the stages.
func (r *runner) one(ctx context.Context, d decoded) error {
	s := look(ctx, r.Eye, d.frame)
	if s.err != nil {
		return s.err
	}
	seen := time.Now()
	r.judge.read(&s)
	r.judge.correct()
	rules := time.Since(seen)
	r.analysed++
	r.judge.timings.add(d.took, s.pose, s.roller, rules, d.took+s.took+rules)
	m := r.judge.moment(&s)
	return hand(r.Sinks, &m)
}

// onOwnThread runs f on a thread of its own, and returns the processor time it took.
func onOwnThread(f func() error) (time.Duration, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadCPU()
	err := f()
	return threadCPU() - before, err
}

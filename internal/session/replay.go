package session

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// ReplayConfig is what a stored session is judged by again.
type ReplayConfig struct {
	// Next gives what the eye saw, in order, and io.EOF after the last.
	Next func() (*spine.Observation, error)
	// Scale is how many pixels of the source one pixel of the observations spans.
	Scale    float64
	Exercise *exercise.Exercise
	Coach    coach.Options
	Spine    spine.Options
	Sinks    []Sink
}

// Replay judges stored observations as Run judges pictures: the same observations and rules give the same moments,
// but for the frames, which have no pixels. The result holds what was done until the end or an error, and no times but
// those of the rules.
func Replay(ctx context.Context, c ReplayConfig) (Result, error) {
	j := newJudge(c.Exercise, c.Coach, c.Spine)
	f := &frame.Frame{Scale: c.Scale}
	var n int64
	took, err := onOwnThread(func() error {
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			obs, err := c.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			s := sight{frame: f, obs: *obs}
			f.Seq, f.PTS = n, time.Duration(s.obs.T*float64(time.Second))
			began := time.Now()
			j.read(&s)
			j.correct()
			rules := time.Since(began)
			j.timings.add(0, 0, 0, rules, rules)
			n++
			m := j.moment(&s)
			if err := hand(c.Sinks, &m); err != nil {
				return err
			}
		}
	})
	return Result{
		Frames: Counts{Read: n, Analysed: n}, Summary: j.coach.Finish(j.last), Timings: j.timings.summary(), CPU: took,
	}, err
}

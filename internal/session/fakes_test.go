package session

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/spine"
)

type fakeSource struct {
	next func(ctx context.Context) (*frame.Frame, error)
}

func (s fakeSource) Next(ctx context.Context) (*frame.Frame, error) { return s.next(ctx) }

type fakeEye struct {
	observe func(ctx context.Context, f *frame.Frame) (spine.Observation, error)
	times   func() (pose, roller time.Duration)
}

func (e fakeEye) Observe(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
	return e.observe(ctx, f)
}
func (e fakeEye) StageTimes() (pose, roller time.Duration) { return e.times() }

type fakeSink struct{ take func(m *Moment) error }

func (s fakeSink) Take(m *Moment) error { return s.take(m) }

// clip is a source of n frames at 30 a second out of a pool.
func clip(pool *frame.Pool, n int64) fakeSource {
	seq := int64(0)
	return fakeSource{func(ctx context.Context) (*frame.Frame, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if seq == n {
			return nil, io.EOF
		}
		f := pool.Get(64, 36, 0, 0)
		f.Seq, f.PTS, f.Scale = seq, time.Duration(seq)*time.Second/30, 1
		seq++
		return f, nil
	}}
}

// blind is an eye that sees a picture and nobody in it.
func blind() fakeEye {
	return fakeEye{
		observe: func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
			return spine.Observation{T: f.PTS.Seconds(), Width: f.Width, Height: f.Height, Quality: spine.Quality{Brightness: 0.5}}, ctx.Err()
		},
		times: func() (pose, roller time.Duration) { return 9 * time.Millisecond, time.Millisecond },
	}
}

func thoracicRoll(t *testing.T) *exercise.Exercise {
	t.Helper()
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

// single is one exercise on its own.
func single(t *testing.T, ex *exercise.Exercise) *plan.Plan {
	t.Helper()
	p, err := plan.Single(ex, exercise.NoSide, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// allReleased fails if a frame is still out or was released twice.
func allReleased(t *testing.T, pool *frame.Pool) {
	t.Helper()
	if lent, misuses := pool.Lent(), pool.Misuses(); lent != 0 || misuses != 0 {
		t.Errorf("%d frames are still out, %d were released twice", lent, misuses)
	}
}

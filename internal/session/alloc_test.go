package session

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/spine"
)

// Feeding a session costs little: what a server does 30 times a second for each person must not churn the heap.
func TestLiveHardlyAllocates(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := &stage{t: t, scale: 1, pool: onePool()}
	l, frames := quietSession(t, s)
	done := make(chan error, 1)
	go func() {
		_, err := l.Run(t.Context())
		done <- err
	}()
	n := 0
	feed := func() {
		l.Unit(media.AccessUnit{Codec: media.VP8, Data: goodPicture, Key: true, Stream: 1, Time: time.Duration(n) * time.Second / 30, Received: time.Now()})
		n++
		<-frames
	}
	for range 100 {
		feed()
	}
	if got := testing.AllocsPerRun(300, feed); got > 8 {
		t.Errorf("%g allocations for a picture, want 8 at most", got)
	}
	l.Stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// tellSink says when a frame has been analysed, and keeps nothing.
type tellSink chan struct{}

func (s tellSink) Take(*Moment) error    { s <- struct{}{}; return nil }
func (s tellSink) Tick(*LiveState) error { return nil }

// quietSession is a session outside of a bubble whose parts allocate nothing.
func quietSession(t *testing.T, s *stage) (*Live, tellSink) {
	t.Helper()
	s.frames = frame.NewPool()
	pose := trunk(10)
	s.eye = &fakeLiveEye{t: t, observe: func(_ context.Context, f *frame.Frame) (spine.Observation, error) {
		return spine.Observation{T: f.PTS.Seconds(), Width: f.Width, Height: f.Height, Pose: pose, Quality: spine.Quality{Brightness: 0.5}}, nil
	}}
	sink := make(tellSink)
	l := NewLive(LiveConfig{
		Plan: single(t, thoracicRoll(t)), Eye: s.eye, Pool: s.pool, Sinks: []LiveSink{sink},
		Decoder: func(media.Codec) (Decoder, error) { return &fakeDecoder{stage: s}, nil },
	})
	l.Start()
	return l, sink
}

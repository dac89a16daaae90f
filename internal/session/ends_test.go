package session

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestLiveEndsByItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		s := newStage(t, onePool(), 100*ms).run(ctx)
		s.play(time.Second)
		stop()
		s.over(ReasonDrain)
		if !errors.Is(s.err, context.Canceled) {
			t.Errorf("error %v", s.err)
		}
		s.send(1, goodPicture, false) // too late
		s.live.Start()
		if c := s.live.Counts(); c.Received != c.Analysed+c.Dropped.Total() {
			t.Errorf("a picture after the end is not counted: %+v", c)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		newStage(t, onePool(), 100*ms).run(ctx).over(ReasonDrain)
	})
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 100*ms).run(t.Context())
		s.play(time.Second)
		s.live.Drain()
		s.over(ReasonDrain)
		if s.err != nil {
			t.Error(s.err)
		}
	})
}

func TestLiveEndsByAFailingPart(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		spoil    func(s *stage, c *LiveConfig)
		analysed int64
	}{
		"a sink that takes": {func(s *stage, _ *LiveConfig) {
			s.sink.take = func(m *Moment) error {
				if m.Frame.Seq == 5 {
					return broken
				}
				return nil
			}
		}, 6},
		"a sink that ticks": {func(s *stage, _ *LiveConfig) { s.sink.tick = func(*LiveState) error { return broken } }, -1},
		"an eye": {func(s *stage, _ *LiveConfig) {
			observe := s.eye.observe
			s.eye.observe = func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
				if f.Seq >= 5 {
					return spine.Observation{}, broken
				}
				return observe(ctx, f)
			}
		}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, onePool(), 10*ms, tt.spoil).run(t.Context())
				s.play(3 * time.Second)
				s.live.Start()
				s.over(ReasonError)
				if !errors.Is(s.err, broken) {
					t.Errorf("error %v", s.err)
				}
				if tt.analysed >= 0 && s.result.Frames.Analysed != tt.analysed {
					t.Errorf("%d frames were analysed, want %d", s.result.Frames.Analysed, tt.analysed)
				}
			})
		})
	}
	t.Run("an eye that panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, onePool(), 10*ms, func(s *stage, _ *LiveConfig) {
				s.eye.observe = func(context.Context, *frame.Frame) (spine.Observation, error) { panic("out of range") }
			}).run(t.Context())
			s.play(time.Second)
			s.over(ReasonError)
			if !errors.Is(s.err, errPanic) || !strings.Contains(s.err.Error(), "out of range") {
				t.Errorf("error %v", s.err)
			}
		})
	})
	t.Run("a sink that panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, onePool(), 10*ms, func(s *stage, _ *LiveConfig) {
				s.sink.take = func(*Moment) error { panic("nil map") }
			})
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was hidden from the server")
					}
				}()
				s.send(1, goodPicture, true)
				_, _ = s.live.Run(t.Context())
			}()
			synctest.Wait()
			if p := s.pool.Stats(); !s.eye.isClosed() || p.Busy != 0 || p.Waiting != 0 {
				t.Errorf("the eye is closed: %v, the pool stands at %+v", s.eye.isClosed(), p)
			}
		})
	})
	t.Run("an eye that fails now and then", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, onePool(), 10*ms, func(s *stage, _ *LiveConfig) {
				observe := s.eye.observe
				s.eye.observe = func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
					if f.Seq%3 > 0 {
						return spine.Observation{}, broken
					}
					return observe(ctx, f)
				}
			}).run(t.Context())
			s.play(3 * time.Second)
			s.live.Stop()
			s.over(ReasonStopped)
			if d := s.result.Frames.Dropped; d.Analysis != 60 {
				t.Errorf("drops %+v, want 60 under Analysis", d)
			}
		})
	})
}

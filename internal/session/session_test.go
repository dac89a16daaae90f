package session

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestRunTakesEveryFrameInOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	pool := frame.NewCheckedPool(t.Errorf)
	var first, second []int64
	r, err := Run(t.Context(), Config{
		Source: clip(pool, 200), Eye: blind(), Exercise: thoracicRoll(t),
		Sinks: []Sink{
			fakeSink{func(m *Moment) error {
				first = append(first, m.Frame.Seq)
				if m.Observation.T != m.Frame.PTS.Seconds() || m.Reading.T != m.Observation.T || m.Update.T != m.Reading.T {
					t.Errorf("frame of %s: observation of %g, reading of %g, update of %g", m.Frame.PTS, m.Observation.T, m.Reading.T, m.Update.T)
				}
				if m.Frame.Width != 64 {
					t.Error("a sink got a frame that had been released")
				}
				return nil
			}},
			fakeSink{func(m *Moment) error { second = append(second, m.Frame.Seq); return nil }},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Frames != (Counts{Read: 200, Analysed: 200}) {
		t.Errorf("frames %+v", r.Frames)
	}
	for i := range int64(200) {
		if first[i] != i || second[i] != i {
			t.Fatalf("frame %d came as %d and %d", i, first[i], second[i])
		}
	}
	allReleased(t, pool)
	if r.Summary.ExerciseID != "thoracic-roll" || r.Summary.DurationS < 6.6 {
		t.Errorf("summary of %q over %g s", r.Summary.ExerciseID, r.Summary.DurationS)
	}
	if len(r.Summary.Cues) == 0 || r.Summary.Cues[0].Code != "no_person" {
		t.Errorf("with nobody in sight the findings are %+v", r.Summary.Cues)
	}
	if p := r.Timings.Pose.P50; p < 8900*time.Microsecond || p > 9100*time.Microsecond || r.Timings.Rules.P50 <= 0 || r.CPU <= 0 {
		t.Errorf("timings %+v, CPU %s", r.Timings, r.CPU)
	}
}

func TestRunOfNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, err := Run(t.Context(), Config{Source: clip(frame.NewPool(), 0), Eye: blind(), Exercise: thoracicRoll(t)})
	if err != nil || r.Frames != (Counts{}) || r.Timings != (Timings{}) || len(r.Summary.Cues) != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

var errBroken = errors.New("broken")

func TestFailingPartEndsTheSession(t *testing.T) {
	const at = 17
	for _, tt := range []struct {
		name     string
		spoil    func(c *Config)
		analysed int64
		says     string
	}{
		{"source", func(c *Config) {
			inner, n := c.Source, 0
			c.Source = fakeSource{func(ctx context.Context) (*frame.Frame, error) {
				if n++; n > at {
					return nil, errBroken
				}
				return inner.Next(ctx)
			}}
		}, -1, ""},
		{"eye", func(c *Config) {
			eye := blind()
			c.Eye = fakeEye{func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
				if f.Seq == at {
					return spine.Observation{}, errBroken
				}
				return eye.observe(ctx, f)
			}, eye.times}
		}, at, ""},
		{"sink", func(c *Config) {
			c.Sinks = append(c.Sinks, fakeSink{func(m *Moment) error {
				if m.Frame.Seq == at {
					return errBroken
				}
				return nil
			}})
		}, at + 1, "at 0.57 s: broken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			pool := frame.NewCheckedPool(t.Errorf)
			c := Config{Source: clip(pool, 1000), Eye: blind(), Exercise: thoracicRoll(t)}
			tt.spoil(&c)
			r, err := Run(t.Context(), c)
			if !errors.Is(err, errBroken) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want %q in it", err, tt.says)
			}
			// A source that fails late leaves what it gave before to be analysed or counted as lost.
			if tt.analysed >= 0 && r.Frames.Analysed != tt.analysed {
				t.Errorf("%d frames were analysed, want %d", r.Frames.Analysed, tt.analysed)
			}
			counted(t, r.Frames)
			allReleased(t, pool)
		})
	}
}

func counted(t *testing.T, c Counts) {
	t.Helper()
	if c.Read != c.Analysed+c.Dropped || c.Dropped < 0 || c.Dropped > decodeAhead+2 {
		t.Errorf("frames %+v: read is not analysed + dropped", c)
	}
}

func TestCancelledInTheMiddle(t *testing.T) {
	for name, where := range map[string]func(c *Config, stop func()){
		"by a sink": func(c *Config, stop func()) {
			c.Sinks = []Sink{fakeSink{func(m *Moment) error {
				if m.Frame.Seq == 40 {
					stop()
				}
				return nil
			}}}
		},
		"in the eye": func(c *Config, stop func()) {
			eye := blind()
			c.Eye = fakeEye{func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
				if f.Seq == 40 {
					stop()
				}
				return eye.observe(ctx, f)
			}, eye.times}
		},
		"in the source": func(c *Config, stop func()) {
			inner := c.Source
			c.Source = fakeSource{func(ctx context.Context) (*frame.Frame, error) {
				f, err := inner.Next(ctx)
				if f != nil && f.Seq == 40 {
					stop()
				}
				return f, err
			}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			pool := frame.NewCheckedPool(t.Errorf)
			c := Config{Source: clip(pool, 1_000_000), Eye: blind(), Exercise: thoracicRoll(t)}
			where(&c, stop)
			r, err := Run(ctx, c)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			if r.Frames.Analysed < 30 || r.Frames.Analysed > 50 {
				t.Errorf("%d frames were analysed before the end at the 40th", r.Frames.Analysed)
			}
			counted(t, r.Frames)
			allReleased(t, pool)
		})
	}
}

// A source that has nothing to give does not keep a cancelled session alive, and a slow sink does not let frames
// pile up.
func TestRunHoldsFewFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := frame.NewCheckedPool(t.Errorf)
		ctx, stop := context.WithCancel(t.Context())
		source := clip(pool, 50)
		most, last := 0, time.Duration(0)
		done := make(chan error, 1)
		go func() {
			_, err := Run(ctx, Config{
				Source: fakeSource{func(ctx context.Context) (*frame.Frame, error) {
					f, err := source.next(ctx)
					if errors.Is(err, io.EOF) { // a camera that has stalled
						<-ctx.Done()
						return nil, ctx.Err()
					}
					return f, err
				}},
				Eye: blind(), Exercise: thoracicRoll(t),
				Sinks: []Sink{fakeSink{func(m *Moment) error {
					<-time.After(time.Second) // of the bubble
					most, last = max(most, pool.Lent()), m.Frame.PTS
					return nil
				}}},
			})
			done <- err
		}()
		synctest.Wait()
		// One with the sink, the waiting ones, and one that the source holds out.
		if lent := pool.Lent(); lent != 1+decodeAhead+1 {
			t.Errorf("%d frames are out while the sink works", lent)
		}
		<-time.After(time.Minute)
		synctest.Wait()
		if last != 49*time.Second/30 || most > 1+decodeAhead+1 {
			t.Errorf("after a minute the sink has come to %s, with up to %d frames out", last, most)
		}
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		allReleased(t, pool)
	})
}

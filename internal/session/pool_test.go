package session

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestPoolSharesTheWorkersFairly(t *testing.T) {
	for _, tt := range []struct {
		name            string
		workers, people int
		costs           []time.Duration // per session, in turn
		rate            float64         // analysed frames a second that each should get
	}{
		{"enough for all", 2, 2, []time.Duration{20 * ms}, 30},
		{"too much for one", 1, 1, []time.Duration{100 * ms}, 10},
		{"overload falls on all alike", 1, 5, []time.Duration{20 * ms}, 10},
		{"two workers", 2, 8, []time.Duration{25 * ms}, 10},
		{"the slow one gets no more turns", 1, 2, []time.Duration{90 * ms, 10 * ms}, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pool := NewPool(PoolOptions{Workers: tt.workers})
				stages := make([]*stage, tt.people)
				for i := range stages {
					stages[i] = newStage(t, pool, tt.costs[i%len(tt.costs)]).run(t.Context())
				}
				const seconds = 20
				for n := range seconds * 30 {
					for _, s := range stages {
						s.send(1, goodPicture, n == 0)
					}
					<-time.After(time.Second / 30)
				}
				for _, s := range stages {
					s.live.Stop()
				}
				for i, s := range stages {
					s.over(ReasonStopped)
					if got := float64(s.result.Frames.Analysed) / seconds; math.Abs(got-tt.rate) > 0.05*tt.rate+0.5 {
						t.Errorf("session %d got %.1f frames a second, want %.1f", i, got, tt.rate)
					}
				}
				if p := pool.Stats(); p.Busy != 0 || p.Waiting != 0 {
					t.Errorf("the pool stands at %+v", p)
				}
			})
		})
	}
}

func TestPoolAdmitsWhatFits(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    PoolOptions
		cost time.Duration // measured
		want int
	}{
		{"assumed", PoolOptions{Workers: 2, AssumedCost: 11 * ms}, 0, 9}, // .9·2 / (10·.011 + .04 + .05)
		{"fast", PoolOptions{Workers: 2}, 5 * ms, 12},
		{"slow", PoolOptions{Workers: 2}, 50 * ms, 3},
		{"too slow for anybody", PoolOptions{Workers: 1}, time.Second, 1},
		{"another rate", PoolOptions{Workers: 2, MinRate: 20}, 20 * ms, 3},
		{"fixed", PoolOptions{Workers: 2, MaxSessions: 3}, 5 * ms, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPool(tt.o)
			if tt.cost > 0 {
				for range 2000 {
					s := newSeat()
					p.ask(s)
					<-s.granted
					p.done(s, tt.cost)
				}
			}
			var releases []func()
			for {
				release, err := p.Admit()
				if err != nil {
					var full *FullError
					if !errors.As(err, &full) || !errors.Is(err, ErrFull) || full.RetryAfter != 20*time.Second || full.Sessions != tt.want || full.Limit != tt.want {
						t.Errorf("refused by %#v", err)
					}
					if !strings.Contains(err.Error(), "try again in 20 seconds") {
						t.Errorf("the message %q does not say what to do", err)
					}
					break
				}
				releases = append(releases, release)
			}
			if len(releases) != tt.want {
				t.Fatalf("%d were admitted, want %d", len(releases), tt.want)
			}
			releases[0]()
			releases[0]() // once is enough
			if _, err := p.Admit(); err != nil {
				t.Errorf("a place is free again, but: %v", err)
			}
			if _, err := p.Admit(); err == nil {
				t.Error("one place was given to two")
			}
		})
	}
}

// What sessions take beside the analysis counts too.
func TestPoolMeasuresTheOverhead(t *testing.T) {
	p := NewPool(PoolOptions{Workers: 2, AssumedCost: 10 * ms})
	before := p.Stats().Limit
	p.spent(time.Second, 0, false) // no time has passed: nothing to learn
	for range 500 {
		p.spent(400*ms, time.Second, false)
	}
	if after := p.Stats(); after.Limit >= before || after.Limit != 3 || math.Abs(after.Overhead-0.4) > 0.01 {
		t.Errorf("with 0.4 cores of overhead the limit went from %d to %+v, want 3", before, after)
	}
}

// However little a frame is said to cost: while those who are in get too little, nobody else is let in.
func TestNobodyIsLetInWhileSomebodyStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := onePool()
		var stages []*stage
		admit := func() error {
			t.Helper()
			release, err := pool.Admit()
			if err == nil {
				s := newStage(t, pool, 60*ms).run(t.Context()) // of waiting, not of work: it costs next to nothing
				go func() { <-s.ended; release() }()
				stages = append(stages, s)
			}
			return err
		}
		play := func(d time.Duration) {
			for range int(d.Seconds() * 30) {
				for _, s := range stages {
					s.send(1, goodPicture, true)
				}
				<-time.After(time.Second / 30)
			}
		}
		for range 2 { // 8 frames a second each
			if err := admit(); err != nil {
				t.Fatal(err)
			}
		}
		play(10 * time.Second)
		if err := admit(); !errors.Is(err, ErrFull) || !pool.Stats().Starving {
			t.Errorf("a third was admitted: %v, %+v", err, pool.Stats())
		}
		stages[1].live.Stop()
		stages[1].over(ReasonStopped)
		stages = stages[:1]
		play(10 * time.Second)
		if err := admit(); err != nil {
			t.Errorf("the first has enough again, but: %v", err)
		}
		for _, s := range stages {
			s.live.Stop()
			s.over(ReasonStopped)
		}
	})
}

// stuckEye never comes back until it is freed, from the frame at on.
func stuckEye(at int64, free chan struct{}) func(s *stage, c *LiveConfig) {
	return func(s *stage, _ *LiveConfig) {
		observe := s.eye.observe
		s.eye.observe = func(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
			if f.Seq >= at {
				<-free
				return spine.Observation{}, nil
			}
			return observe(ctx, f)
		}
	}
}

func TestStuckAnalysisEndsItsOwnSessionOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := onePool()
		free := make(chan struct{})
		stuck := newStage(t, pool, 10*ms, stuckEye(30, free)).run(t.Context())
		other := newStage(t, pool, 10*ms).run(t.Context())
		both := func(d time.Duration) {
			for n := range int(d.Seconds() * 30) {
				stuck.send(1, goodPicture, n == 0)
				other.send(1, goodPicture, n == 0)
				<-time.After(time.Second / 30)
			}
		}
		both(10 * time.Second)
		stuck.over(ReasonStuck)
		if !errors.Is(stuck.err, ErrStuck) {
			t.Errorf("error %v", stuck.err)
		}
		if d := stuck.sink.last().at.Sub(stuck.sink.moments()[29].at); d < 5*time.Second || d > 6100*ms {
			t.Errorf("it took %s to notice, want little more than 5 s", d)
		}
		if stuck.eye.isClosed() {
			t.Error("the eye was closed while in use")
		}
		both(10 * time.Second)
		other.live.Stop()
		other.over(ReasonStopped)
		// All of the 20 s but the 5 in which the only worker hung.
		if n := other.result.Frames.Analysed; n < 400 {
			t.Errorf("the other session got %d frames", n)
		}
		if s := pool.Stats(); s.Busy != 0 || s.Stuck != 1 || s.Hung != 1 {
			t.Errorf("the pool stands at %+v", s)
		}
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := pool.Close(soon); !errors.Is(err, ErrStuck) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closing while one hangs: %v", err)
		}
		close(free)
		if err := pool.Close(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if !stuck.eye.isClosed() {
			t.Error("the eye was never closed")
		}
		allReleased(t, stuck.frames)
	})
}

// A session that is stopped waits for its analysis, but not for ever.
func TestStopWhileStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := onePool()
		free := make(chan struct{})
		s := newStage(t, pool, 10*ms, stuckEye(10, free)).run(t.Context())
		s.play(time.Second)
		s.live.Stop()
		<-s.ended
		if !errors.Is(s.err, ErrStuck) || s.eye.isClosed() || pool.Stats().Hung != 1 {
			t.Errorf("ended with %v, the eye closed: %v, the pool at %+v", s.err, s.eye.isClosed(), pool.Stats())
		}
		if c := s.result.Frames; c.Received != c.Analysed+c.Dropped.Total() {
			t.Errorf("counts %+v", c)
		}
		close(free)
		if err := pool.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Whatever happens in whatever order, no picture is lost without being counted, no frame leaks and no turn either.
func TestEveryPictureIsCounted(t *testing.T) {
	defer goleak.VerifyNone(t)
	rapid.Check(t, func(r *rapid.T) {
		workers := rapid.IntRange(1, 2).Draw(r, "workers")
		cost := time.Duration(rapid.IntRange(1, 120).Draw(r, "cost")) * ms
		steps := rapid.SliceOfN(rapid.IntRange(0, 13), 1, 50).Draw(r, "steps")
		synctest.Test(t, func(t *testing.T) {
			pool := NewPool(PoolOptions{Workers: workers})
			a, b := newStage(t, pool, cost).run(t.Context()), newStage(t, pool, 30*ms).run(t.Context())
			stream := 1
			for _, step := range steps {
				do(a, step, &stream)
				b.send(1, goodPicture, true)
				<-time.After(time.Second / 30)
			}
			a.live.Stop()
			<-a.ended
			b.live.Drain()
			b.over(ReasonDrain)
			a.over(a.result.Reason)
			if s := pool.Stats(); s.Busy != 0 || s.Waiting != 0 || s.Stuck != 0 {
				t.Errorf("the pool stands at %+v", s)
			}
		})
	})
}

// do is one step of a random session.
func do(s *stage, step int, stream *int) {
	switch step {
	case 0:
		s.send(*stream, badPicture, false)
	case 1:
		s.send(*stream, hiddenPicture, false)
	case 2:
		s.send(*stream, goodPicture, true)
	case 3:
		*stream++
		s.send(*stream, goodPicture, true)
	case 4:
		s.send(*stream-1, goodPicture, true)
	case 5:
		s.live.JPEG(goodPicture, time.Time{})
	case 6:
		s.live.Start()
	case 7:
		s.live.Pause()
	case 8:
		s.live.Resume()
	case 9:
		<-time.After(3 * time.Second)
	default:
		s.send(*stream, goodPicture, false)
	}
}

package session

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/spine"
)

func sincos(degrees float64) (sin, cos float64) { return math.Sincos(degrees * math.Pi / 180) }

const ms = time.Millisecond

func onePool() *Pool { return NewPool(PoolOptions{Workers: 1}) }

func TestLiveAnalysesTheNewestPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 100*ms).run(t.Context())
		s.play(10 * time.Second)
		s.live.Stop()
		s.over(ReasonStopped)
		if s.err != nil {
			t.Error(s.err)
		}
		c := s.result.Frames
		if c.Received != 300 || c.Decoded != 300 || c.Analysed < 95 || c.Analysed > 101 || c.Pushed != c.Analysed {
			t.Errorf("counts %+v, want 300 received and about 100 analysed", c)
		}
		moments := s.sink.moments()
		for i, m := range moments {
			d := m.state.Delays
			if d.Wait > time.Second/30 || !d.NetworkKnown || d.Network != 20*ms || d.Pose != 9*ms {
				t.Errorf("moment %d waited: %+v", i, d)
			}
			if i > 0 && (m.pts <= moments[i-1].pts || m.seq != moments[i-1].seq+1) {
				t.Errorf("moment %d: frame %d of %s after %d of %s", i, m.seq, m.pts, moments[i-1].seq, moments[i-1].pts)
			}
		}
		last := moments[len(moments)-1].state
		if last.Connection != ConnectionGood || last.Transport != TransportWebRTC || math.Abs(last.ReceivedFPS-30) > 1 || math.Abs(last.AnalysedFPS-10) > 1 {
			t.Errorf("state %+v", last)
		}
		if last.Width != 128 || last.Height != 72 {
			t.Errorf("the sender's size is %d×%d, want 128×72", last.Width, last.Height)
		}
		if len(last.Setup) != 6 || last.Captured.IsZero() {
			t.Errorf("no guide or no capture time in %+v", last)
		}
	})
}

func TestLiveTellsOfALostConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		s.wait(3500 * ms)
		if n, l := len(s.sink.all), s.sink.last(); n != 3 || l.state.Connection != ConnectionNone || l.state.T >= 0 {
			t.Errorf("%d ticks in 3.5 s, the last %+v", n, l.state)
		}
		s.play(2 * time.Second)
		if l := s.sink.last(); !l.frame || l.state.Connection != ConnectionGood {
			t.Errorf("while pictures come: %+v", l.state)
		}
		s.wait(1500 * ms)
		if l := s.sink.last(); l.frame || l.state.Connection != ConnectionPoor {
			t.Errorf("a moment later: %v", l.state.Connection)
		}
		s.live.Lost(media.Loss{Stream: 1, State: media.Disconnected})
		s.wait(3 * time.Second)
		if l := s.sink.last(); l.state.Connection != ConnectionLost || l.state.T < 1.9 {
			t.Errorf("after the loss: %+v", l.state)
		}
		s.wait(55 * time.Second)
		select {
		case <-s.ended:
			t.Fatal("ended before a minute without pictures")
		default:
		}
		s.wait(3 * time.Second)
		s.over(ReasonNoVideo)
		if s.err != nil {
			t.Error(s.err)
		}
	})
}

func TestLiveSaysThatALossyConnectionIsPoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		s.play(time.Second)
		s.live.Lost(media.Loss{Stream: 1, State: media.Connected, FractionLost: 0.3, Poor: true})
		s.play(time.Second)
		if c := s.sink.last().state.Connection; c != ConnectionPoor {
			t.Errorf("connection %s, want poor", c)
		}
		s.live.Lost(media.Loss{Stream: 0, Poor: false}) // of an older publication
		s.play(time.Second)
		if c := s.sink.last().state.Connection; c != ConnectionPoor {
			t.Errorf("connection %s, want poor still", c)
		}
		s.live.Stop()
		s.over(ReasonStopped)
	})
}

func TestLiveGoesOnWithANewPublication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		s.playAt(3*time.Second, 30, 1)
		s.wait(5 * time.Second)
		s.playAt(3*time.Second, 30, 2)
		s.send(1, goodPicture, true) // from the old one, late
		s.playAt(time.Second, 30, 2)
		s.live.Stop()
		s.over(ReasonStopped)
		last := time.Duration(-1)
		for _, m := range s.sink.moments() {
			if m.pts <= last {
				t.Fatalf("time falls from %s to %s", last, m.pts)
			}
			last = m.pts
		}
		if last < 11900*ms || last > 12100*ms {
			t.Errorf("12 s after the start the session's time is %s", last)
		}
		if d := s.result.Frames.Dropped; d.Queue != 1 {
			t.Errorf("drops %+v, want the late picture under Queue", d)
		}
	})
}

func TestLiveAsksForAKeyPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		s.play(time.Second)
		s.send(1, badPicture, false)
		synctest.Wait()
		if s.keyAsks != 1 {
			t.Errorf("asked %d times after damage, want once", s.keyAsks)
		}
		for range 30 { // without an answer
			s.send(1, goodPicture, false)
			s.wait(time.Second / 30)
		}
		if s.keyAsks < 3 || s.keyAsks > 5 {
			t.Errorf("asked %d times in a second, want once each 300 ms", s.keyAsks)
		}
		if c := s.sink.last().state.Connection; c != ConnectionPoor {
			t.Errorf("connection %s, want poor", c)
		}
		s.play(time.Second)
		s.send(1, hiddenPicture, false)
		s.wait(time.Second)
		s.live.Stop()
		s.over(ReasonStopped)
		c := s.result.Frames
		if c.Dropped.Decode != 32 || c.KeyFrames != int64(s.keyAsks) {
			t.Errorf("counts %+v, want 1 damaged, 30 after it and 1 hidden under Decode", c)
		}
	})
}

func TestLiveTakesSinglePictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		for range 20 {
			s.live.JPEG(goodPicture, time.Now().Add(-50*ms))
			s.wait(100 * ms)
		}
		l := s.sink.last()
		if l.state.Transport != TransportJPEG || math.Abs(l.pts.Seconds()-1.9) > 0.01 {
			t.Errorf("by JPEG at %s: %+v", l.pts, l.state)
		}
		s.play(time.Second)
		s.live.JPEG(goodPicture, time.Time{})
		s.wait(3 * time.Second)
		s.live.JPEG(goodPicture, time.Time{})
		s.live.JPEG(badPicture, time.Time{})
		s.wait(time.Second)
		if l := s.sink.last(); l.state.Transport != TransportJPEG || l.state.T < 5.9 || l.state.T > 6.1 {
			t.Errorf("JPEG after WebRTC has gone: %+v", l.state)
		}
		s.live.Stop()
		s.over(ReasonStopped)
		if d := s.result.Frames.Dropped; d.Queue != 1 || d.Decode != 1 || s.keyAsks != 0 {
			t.Errorf("drops %+v and %d wishes for a key picture", d, s.keyAsks)
		}
	})
}

// A page can send more than can be decoded; what is lost then is counted, and decoding begins anew at a key picture.
func TestLiveRefusesAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms)
		for i := range 2 * maxBacklogUnits { // before Run fetches any
			s.send(1, goodPicture, i == 0)
		}
		s.send(1, goodPicture, true)
		s.run(t.Context())
		synctest.Wait()
		if s.keyAsks != 1 {
			t.Errorf("asked %d times for a key picture, want once", s.keyAsks)
		}
		s.send(1, goodPicture, false) // builds on what was lost
		s.send(1, goodPicture, true)
		s.wait(time.Second)
		s.live.Stop()
		s.over(ReasonStopped)
		if c := s.result.Frames; c.Dropped.Queue != maxBacklogUnits+2 || c.Decoded != maxBacklogUnits+1 {
			t.Errorf("counts %+v", c)
		}
	})
}

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

func TestLivePlacesTheRollerOnTheAnalysedFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		for _, bad := range [][4]float64{{1, 1, 0, 0}, {1, 1, -5, 0}, {math.NaN(), 1, 5, 0}, {1, math.Inf(1), 5, 0}, {1, 1, 5, math.NaN()}, {1, 1, 1e9, 0}} {
			if err := s.live.PlaceRoller(bad[0], bad[1], bad[2], bad[3]); !errors.Is(err, ErrCommand) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		put := func(x, y, r, at float64) {
			t.Helper()
			if err := s.live.PlaceRoller(x, y, r, at); err != nil {
				t.Fatal(err)
			}
		}
		put(99.5, 39.5, 20, -1) // before the first picture: waits for it
		s.play(2 * time.Second)
		s.scale = 4            // the sender's picture is now twice as large
		put(99.5, 39.5, 20, 1) // on a picture of the old size
		s.wait(ms)
		s.play(time.Second)
		put(99.5, 39.5, 20, 100) // on a picture that nobody has seen yet
		put(199.5, 79.5, 40, -1)
		s.play(time.Second)
		s.live.Stop()
		s.over(ReasonStopped)
		want := []place{{49.5, 19.5, 10, 0}, {49.5, 19.5, 10, 1}, {24.5, 9.5, 5, 3}, {49.5, 19.5, 10, 2.97}}
		if len(s.eye.places) != len(want) {
			t.Fatalf("places %v", s.eye.places)
		}
		for i, p := range s.eye.places {
			if math.Abs(p.x-want[i].x)+math.Abs(p.y-want[i].y)+math.Abs(p.radius-want[i].radius) > 1e-9 || math.Abs(p.at-want[i].at) > 0.05 {
				t.Errorf("place %d is %+v, want %+v", i, p, want[i])
			}
		}
	})
}

func TestLiveFollowsOnlyWhileChecking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		phase := func(want Phase, reason Reason) {
			t.Helper()
			synctest.Wait()
			if l := s.sink.last().state; l.Phase != want || l.Reason != reason {
				t.Fatalf("phase %s for %q, want %s for %q", l.Phase, l.Reason, want, reason)
			}
		}
		s.play(5 * time.Second) // nobody in sight all the time
		phase(SettingUp, ReasonNone)
		s.live.Pause() // nothing to pause
		s.live.Resume()
		phase(SettingUp, ReasonNone)
		for _, m := range s.sink.moments() {
			if len(m.active) > 0 {
				t.Fatalf("%v was found while setting up", m.active)
			}
		}
		s.live.Start()
		phase(Checking, ReasonNone)
		s.play(5 * time.Second)
		if l := s.sink.last(); len(l.active) != 1 || l.active[0] != "no_person" {
			t.Errorf("with nobody in sight %v is found", l.active)
		}
		s.live.Pause()
		phase(Paused, ReasonButton)
		before := len(s.sink.moments())
		s.play(3 * time.Second)
		paused := s.sink.moments()[before:]
		if n := len(paused); n < 28 || n > 31 {
			t.Errorf("%d frames were analysed in a pause of 3 s, want 10 a second", n)
		}
		if len(paused[0].active) > 0 || paused[0].cleared != 1 || paused[1].cleared != 0 {
			t.Errorf("the pause begins with %+v and goes on with %+v", paused[0], paused[1])
		}
		s.live.Resume()
		phase(Checking, ReasonNone)
		s.play(2 * time.Second)
		s.live.Stop()
		s.over(ReasonStopped)
		if d := s.result.Checked.Seconds(); math.Abs(d-7) > 0.2 {
			t.Errorf("%g s were checked, want 7", d)
		}
		if d := s.result.Frames.Dropped.Paused; d < 55 || d > 65 {
			t.Errorf("%d pictures were left out in the pause, want about 60", d)
		}
		if z := s.result.Summary.TimeInZoneS.Off; z < 6.5 || z > 8.5 {
			t.Errorf("%g s off the roller in the summary, want what was checked", z)
		}
		s.live.Start() // ended is ended
	})
}

func TestLivePausesForWhoSitsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		do := func(slope float64, d time.Duration, want Phase, reason Reason) {
			t.Helper()
			s.pose = func() *body.Pose { return trunk(slope) }
			s.play(d)
			if l := s.sink.last().state; l.Phase != want || l.Reason != reason {
				t.Fatalf("after %s at %g°: phase %s for %q, want %s for %q", d, slope, l.Phase, l.Reason, want, reason)
			}
		}
		s.live.Start()
		do(80, 10*time.Second, Checking, ReasonNone) // has not lain down yet
		do(5, 3*time.Second, Checking, ReasonNone)
		do(70, 2500*ms, Checking, ReasonNone) // not for long enough
		do(10, 1*time.Second, Checking, ReasonNone)
		do(70, 3500*ms, Paused, ReasonSatUp)
		do(45, 5*time.Second, Paused, ReasonSatUp) // neither
		do(10, 1500*ms, Paused, ReasonSatUp)
		do(10, 1500*ms, Checking, ReasonNone)
		do(70, 3500*ms, Paused, ReasonSatUp)
		s.live.Pause() // now the person has said so too
		do(10, 5*time.Second, Paused, ReasonButton)
		s.live.Start()
		do(10, time.Second, Checking, ReasonNone)
		s.live.Stop()
		s.over(ReasonStopped)
	})
}

func TestLiveStopsForPain(t *testing.T) {
	for _, tt := range []struct {
		name   string
		said   []int
		reason Reason
	}{
		{"none", nil, ReasonStopped},
		{"bearable", []int{3, 4, 3, 2}, ReasonStopped},
		{"five from four", []int{4, 5}, ReasonStopped},
		{"six at once", []int{6}, ReasonPain},
		{"two over the first", []int{1, 2, 3}, ReasonPain},
		{"two over the first although it went down", []int{2, 0, 4}, ReasonPain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, onePool(), 10*ms).run(t.Context())
				s.live.Start()
				for _, v := range tt.said {
					s.play(time.Second)
					if err := s.live.Pain(v); err != nil {
						t.Error(err)
					}
				}
				synctest.Wait()
				s.live.Stop()
				s.over(tt.reason)
				if len(s.result.Pain) != len(tt.said) {
					t.Fatalf("pain %v, want %v", s.result.Pain, tt.said)
				}
				for i, p := range s.result.Pain {
					if p.Value != tt.said[i] || math.Abs(p.T-float64(i+1)) > 0.05 {
						t.Errorf("value %d is %+v, want %d at %d s", i, p, tt.said[i], i+1)
					}
				}
			})
		})
	}
	l := NewLive(LiveConfig{})
	for _, v := range []int{-1, 11} {
		if err := l.Pain(v); !errors.Is(err, ErrCommand) {
			t.Errorf("pain %d: %v", v, err)
		}
	}
}

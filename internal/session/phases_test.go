package session

import (
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/body"
)

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
					if err := s.live.Pain(v, ""); err != nil {
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
		if err := l.Pain(v, ""); !errors.Is(err, ErrCommand) {
			t.Errorf("pain %d: %v", v, err)
		}
	}
}

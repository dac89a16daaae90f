package session

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/media"
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

package session

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// tape is a recorder that notes what it gets, and has enough after most pictures.
type tape struct {
	times []time.Duration
	bad   int
	most  int
}

func (r *tape) Picture(u media.AccessUnit, t time.Duration) bool {
	r.times = append(r.times, t)
	if bytes.Equal(u.Data, badPicture) {
		r.bad++
	}
	return r.most == 0 || len(r.times) < r.most
}

func recordingStage(t *testing.T, r Recorder) *stage {
	return newStage(t, onePool(), 100*ms, func(_ *stage, c *LiveConfig) { c.Recorder = r })
}

func TestRecorderGetsWhatTheDecoderTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &tape{}
		s := recordingStage(t, r).run(t.Context())
		s.play(time.Second)
		s.send(1, badPicture, false)
		s.wait(33 * ms)
		s.send(1, goodPicture, false) // refused: it builds on what is damaged
		s.wait(33 * ms)
		s.send(1, goodPicture, true)
		s.wait(33 * ms)
		s.send(1, hiddenPicture, false)
		s.wait(33 * ms)
		s.live.Stop()
		s.over(ReasonStopped)
		if len(r.times) != 32 || r.bad > 0 {
			t.Fatalf("%d pictures, %d of them bad", len(r.times), r.bad)
		}
		for i, at := range r.times[:30] {
			if off := at - time.Duration(i)*time.Second/30; off.Abs() > ms {
				t.Errorf("picture %d at %s", i, at)
			}
		}
		// What was analysed is there, at the very same time.
		for _, m := range s.sink.moments() {
			found := false
			for _, at := range r.times {
				found = found || at == m.pts
			}
			if !found {
				t.Errorf("the frame at %s is not recorded", m.pts)
			}
		}
	})
}

func TestRecordingAsksForKeyPictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &tape{most: 601}
		s := recordingStage(t, r).run(t.Context())
		s.play(20 * time.Second) // with one key picture only
		asked := s.keyAsks
		if asked < 6 || asked > 8 {
			t.Errorf("asked %d times in 20 s", asked)
		}
		s.play(10 * time.Second) // the recorder has had enough
		if len(r.times) != 601 || s.keyAsks > asked+1 {
			t.Errorf("%d pictures; asked %d times after the end of the recording", len(r.times), s.keyAsks-asked)
		}
		s.live.Stop()
		s.over(ReasonStopped)
	})
}

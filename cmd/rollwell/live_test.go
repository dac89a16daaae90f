package main

import (
	"bytes"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/setup"
	"github.com/rollwell/rollwell/internal/vision"
)

// clipRate is how many pictures a second the test clips have.
const clipRate = 15

// liveUnits codes a clip as a browser would and cuts it into its compressed pictures, with the times of a publication.
func liveUnits(t *testing.T, clip string, stream int) []media.AccessUnit {
	t.Helper()
	path := ffmpeg(t, "live.h264", "-i", testClips+clip+".mp4", "-c:v", "libx264", "-profile:v", "baseline", "-tune", "zerolatency",
		"-preset", "veryfast", "-crf", "18", "-g", "60", "-x264-params", "aud=1", "-f", "h264")
	stream264, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	delimiter := []byte{0, 0, 0, 1, 9} // begins each access unit
	var list []media.AccessUnit
	for i, data := range bytes.Split(stream264, delimiter)[1:] {
		list = append(list, media.AccessUnit{
			Codec: media.H264, Data: append(bytes.Clone(delimiter), data...), Key: i%60 == 0, Stream: stream,
			Time: time.Duration(i) * time.Second / clipRate,
		})
	}
	return list
}

// onlooker is a live session's sink that hands on each analysed frame and remembers what was said.
type onlooker struct {
	frames chan float64 // session times
	spoken []string
	items  map[setup.ID]setup.State
	ended  bool
	size   [2]int
}

func (o *onlooker) Take(m *session.Moment) error {
	for _, e := range m.Update.Events {
		if e.Kind == coach.Spoken && e.Finding.Severity != exercise.Praise {
			o.spoken = append(o.spoken, e.Finding.Code)
		}
	}
	for _, i := range m.Live.Setup {
		o.items[i.ID] = i.State
	}
	o.size = [2]int{m.Live.Width, m.Live.Height}
	o.frames <- m.Observation.T
	return nil
}

func (o *onlooker) Tick(s *session.LiveState) error {
	o.ended = s.Phase == session.Ended
	return nil
}

// TestLiveCheck takes the test clips through the live pipeline with its real decoder, models and all, every picture
// after the one before has been analysed, so that the outcome does not hang on the machine. Half-way the publication
// breaks off and a new one goes on.
func TestLiveCheck(t *testing.T) {
	rt, _, err := engineFlags{Models: testModels, Engine: vision.EngineAuto, Model: vision.ModelFull}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}()
	build := builder(rt)
	for _, tt := range []struct {
		clip   string
		breaks bool
		want   []string
	}{
		{"correct", false, nil},
		{"lumbar", false, []string{"roller_too_low"}},
		{"hips", false, []string{"hips_not_lifted"}},
		{"fast", true, []string{"rolling_too_fast"}},
	} {
		t.Run(tt.clip, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			watch := &onlooker{frames: make(chan float64), items: map[setup.ID]setup.State{}}
			ex, err := exercise.Get("thoracic-roll")
			if err != nil {
				t.Fatal(err)
			}
			what, err := plan.Single(ex, exercise.NoSide, "")
			if err != nil {
				t.Fatal(err)
			}
			pool := session.NewPool(session.PoolOptions{})
			live, err := build(session.LiveConfig{ID: tt.clip, Plan: what, Pool: pool, Sinks: []session.LiveSink{watch}})
			if err != nil {
				t.Fatal(err)
			}
			near := truth(t, tt.clip)[0].Roller.Near
			if err := live.PlaceRoller(near.Px[0], near.Px[1], near.Radius, -1); err != nil {
				t.Fatal(err)
			}
			live.Start()
			type outcome struct {
				result session.LiveResult
				err    error
			}
			done := make(chan outcome, 1)
			go func() {
				result, err := live.Run(t.Context())
				done <- outcome{result, err}
			}()
			list := liveUnits(t, tt.clip, 1)
			if tt.breaks {
				list = slices.Concat(list[:1], liveUnits(t, tt.clip, 2))
			}
			begin, last := time.Now(), -1.0
			for i, u := range list {
				u.Received = begin.Add(time.Duration(i) * time.Second / clipRate)
				u.Captured = u.Received.Add(-10 * time.Millisecond)
				live.Unit(u)
				at := <-watch.frames
				if want := float64(i) / clipRate; at <= last || math.Abs(at-want) > 0.01 {
					t.Fatalf("picture %d has the session time %.3f s after %.3f s, want %.3f s", i, at, last, want)
				}
				last = at
			}
			live.Stop()
			end := <-done
			r := end.result
			if end.err != nil || r.Reason != session.ReasonStopped || !watch.ended {
				t.Errorf("ended by %q, %v; the sink knows: %v", r.Reason, end.err, watch.ended)
			}
			if n := int64(len(list)); r.Frames.Received != n || r.Frames.Analysed != n || r.Frames.Dropped.Total() != 0 || r.Frames.Pushed != n {
				t.Errorf("frames %+v, want all of %d", r.Frames, n)
			}
			if said := slices.Compact(slices.Sorted(slices.Values(watch.spoken))); !slices.Equal(said, tt.want) {
				t.Errorf("said %v, want %v", said, tt.want)
			}
			if watch.size != [2]int{640, 360} {
				t.Errorf("the sender's size is %v, want 640×360", watch.size)
			}
			for _, id := range []setup.ID{setup.Light, setup.Distance, setup.WholeBody, setup.SideOn, setup.Floor, setup.Roller} {
				if watch.items[id] != setup.OK {
					t.Errorf("the guide calls %s %s in a clip that is set up well", id, watch.items[id])
				}
			}
		})
	}
}

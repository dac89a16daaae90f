package record

import (
	"context"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/simulate"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/video"
)

// reader is an eye that reads the number in each picture (testdata/counter_clip.sh).
type reader struct{ numbers map[float64]int }

func (e *reader) Observe(_ context.Context, f *frame.Frame) (spine.Observation, error) {
	o := spine.Observation{T: f.PTS.Seconds(), Width: f.Width, Height: f.Height}
	e.numbers[o.T] = numberIn(f.Picture)
	return o, nil
}
func (*reader) StageTimes() (pose, roller time.Duration) { return 0, 0 }
func (*reader) Place(_ body.Point, _ float64, _ float64) {}
func (*reader) Close() error                             { return nil }

func numberIn(p frame.Picture) (n int) {
	for bit := range 16 {
		x, y := (40*bit+20)*p.Width/640, 20*p.Width/640
		if p.Pix[3*(y*p.Width+x)+1] > 128 {
			n |= 1 << bit
		}
	}
	return n
}

// counter codes pictures that carry their number as a browser would.
func counter(t *testing.T, codec media.Codec) []media.AccessUnit {
	t.Helper()
	path := filepath.Join(t.TempDir(), "counter.mp4")
	if out, err := exec.CommandContext(t.Context(), "../../testdata/counter_clip.sh", "25", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	list, err := publisher.Load(t.Context(), path, publisher.Encoding{Codec: codec, FPS: 25, Seconds: 3})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The picture that the video shows at the time of an analysed frame is the one that was analysed, for every frame of a
// check with its real decoder, an uneven media clock, and a camera that comes back.
func TestVideoAndFramesAgree(t *testing.T) {
	for _, codec := range []media.Codec{media.H264, media.VP8, media.VP9} {
		t.Run(codec.String(), func(t *testing.T) {
			t.Parallel()
			list := counter(t, codec)
			o, told := options(t, true)
			r := start(t, o)
			eye := &reader{numbers: map[float64]int{}}
			result := check(t, r, eye, list)
			k, err := r.Finish(t.Context(), SessionOf(&result, &o.Header))
			if err != nil || k.Video == nil || len(told.all()) > 0 {
				t.Fatalf("kept %+v, %v, told %v", k, err, told.all())
			}
			shown := map[time.Duration]int{} // by the millisecond: WebM knows no more
			v, err := video.Open(t.Context(), filepath.Join(o.Dir, k.Video.File), video.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			for {
				f, err := v.Next(t.Context())
				if err != nil {
					break
				}
				shown[(v.Info().Start + f.PTS).Round(time.Millisecond)] = numberIn(f.Picture)
				f.Release()
			}
			if int64(len(shown)) != result.Frames.Decoded || len(shown) < len(list) {
				t.Errorf("%d pictures of %d that were decoded", len(shown), result.Frames.Decoded)
			}
			a, err := archive.Open(o.Dir)
			if err != nil {
				t.Fatal(err)
			}
			frames, err := a.Frames()
			if err != nil || len(frames) < 20 {
				t.Fatalf("%d frames, %v", len(frames), err)
			}
			for i := range frames {
				at := frames[i].T
				n, ok := shown[time.Duration(at*float64(time.Second)).Round(time.Millisecond)]
				if want := eye.numbers[at]; !ok || n != want {
					t.Errorf("at %g s picture %d was analysed, and %d is shown (%v)", at, want, n, ok)
				}
			}
		})
	}
}

// check runs a live session over the pictures, twice: the camera comes back after the first time.
func check(t *testing.T, r *Recorder, eye session.LiveEye, list []media.AccessUnit) session.LiveResult {
	t.Helper()
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Single(ex, exercise.NoSide, "")
	if err != nil {
		t.Fatal(err)
	}
	live := session.NewLive(session.LiveConfig{
		ID: "test", Plan: p, Eye: eye, Pool: session.NewPool(session.PoolOptions{}), Sinks: []session.LiveSink{r}, Recorder: r,
		Decoder: func(c media.Codec) (session.Decoder, error) { return video.NewStream(c, video.StreamOptions{}) },
	})
	ended := make(chan session.LiveResult)
	go func() {
		result, err := live.Run(t.Context())
		if err != nil {
			t.Error(err)
		}
		ended <- result
	}()
	live.Start()
	for stream := 1; stream <= 2; stream++ {
		begin := time.Now()
		for i, u := range list {
			u.Stream = stream
			u.Time += time.Duration(i*i%7) * 1700 * time.Microsecond
			<-time.After(time.Until(begin.Add(u.Time)))
			live.Unit(u)
		}
	}
	<-time.After(100 * time.Millisecond)
	live.Stop()
	return <-ended
}

// timed is a sink that measures how long another one takes.
type timed struct {
	sink session.Sink
	took time.Duration
	n    int
	with frame.Picture
}

func (s *timed) Take(m *session.Moment) error {
	other := *m
	other.Frame = &frame.Frame{Picture: s.with, Scale: m.Frame.Scale}
	began := time.Now()
	err := s.sink.Take(&other)
	s.took += time.Since(began)
	s.n++
	return err
}

// BenchmarkTake tells what recording costs the goroutine of a check, for each frame: lines, their compression, and the
// small pictures.
func BenchmarkTake(b *testing.B) {
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		b.Fatal(err)
	}
	seen := slices.Collect(simulate.Run(simulate.Script{Exercise: "thoracic-roll", Seed: 3, Noise: 1, Seconds: 20}))
	var s timed
	for b.Loop() {
		o, _ := options(b, true)
		r := start(b, o)
		s.sink, s.with = r, frame.Picture{Pix: make([]byte, 3*640*360), Width: 640, Height: 360}
		next := seen
		_, err := session.Replay(b.Context(), session.ReplayConfig{
			Next: func() (*spine.Observation, error) {
				if len(next) == 0 {
					return nil, io.EOF
				}
				first := &next[0]
				next = next[1:]
				return first, nil
			},
			Scale: 1, Exercise: ex, Sinks: []session.Sink{&s},
		})
		if err == nil {
			err = r.Discard()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(s.took.Microseconds())/float64(s.n), "µs/frame")
}

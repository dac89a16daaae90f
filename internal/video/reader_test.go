package video

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/frame"
)

func TestReadsEveryContainerAndCodec(t *testing.T) {
	codecs := map[string][]string{
		"h264": {"-c:v", "libx264", "-preset", "ultrafast"},
		"hevc": {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=none"},
		"vp8":  {"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M"},
		"vp9":  {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M"},
		"av1":  {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "2M"},
	}
	containers := []struct {
		suffix, name string
		codecs       []string
	}{
		{"mp4", "mp4", []string{"h264", "hevc", "vp9", "av1"}},
		{"mov", "mp4", []string{"h264", "hevc"}},
		{"webm", "webm", []string{"vp8", "vp9", "av1"}},
		{"mkv", "webm", []string{"h264", "hevc", "vp8", "vp9", "av1"}},
	}
	for _, container := range containers {
		for _, codec := range container.codecs {
			t.Run(container.suffix+" "+codec, func(t *testing.T) {
				args := append([]string{"-t", "1", "-pix_fmt", "yuv420p"}, codecs[codec]...)
				r := openClip(t, makeClip(t, "clip."+container.suffix, fourColours(128, 96), args...), Options{})
				want := Info{
					Name: "clip." + container.suffix, Width: 128, Height: 96, FPS: 10, Duration: time.Second, Frames: 10,
					Estimated: container.name == "webm", Codec: codec, Container: container.name,
				}
				if diff := cmp.Diff(want, r.Info()); diff != "" {
					t.Errorf("info (-want +got):\n%s", diff)
				}
				var seq int64
				n := readAll(t, r, func(f *frame.Frame) {
					if f.Seq != seq || f.PTS != time.Duration(seq)*100*time.Millisecond || f.Scale != 1 {
						t.Errorf("got frame %d at %v with scale %v, want frame %d at %v with scale 1", f.Seq, f.PTS, f.Scale, seq,
							time.Duration(seq)*100*time.Millisecond)
					}
					if f.Width != 128 || f.Height != 96 || f.Display.Width != 0 {
						t.Errorf("got %d×%d and a display picture of width %d, want 128×96 and none", f.Width, f.Height, f.Display.Width)
					}
					checkQuadrants(t, f.Picture, fourColourQuadrants)
					seq++
				})
				if n != 10 || r.Stats() != (Stats{Read: 10}) || r.Warning() != nil {
					t.Errorf("got %d frames, stats %+v, warning %v; want 10 good ones", n, r.Stats(), r.Warning())
				}
			})
		}
	}
}

func TestTimesAreThoseOfTheStream(t *testing.T) {
	squares := func(n int) []time.Duration {
		var all []time.Duration
		for i := range n {
			all = append(all, time.Duration(i*i)*20*time.Millisecond)
		}
		return all
	}
	tests := []struct {
		name, file, timing string
		args               []string
	}{
		{"uneven", "a.mp4", "settb=1/1000,setpts=N*N*20", nil},
		{"uneven, matroska", "a.mkv", "settb=1/1000,setpts=N*N*20", nil},
		{"late start", "a.mkv", "settb=1/1000,setpts=N*N*20+700", []string{"-copyts"}},
		{"late start, mp4", "a.mp4", "settb=1/1000,setpts=N*N*20+700", []string{"-copyts"}},
		{"with pictures out of order", "a.mp4", "settb=1/1000,setpts=N*N*20", []string{"-bf", "3", "-preset", "medium"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"-vf", tt.timing, "-fps_mode", "passthrough", "-enc_time_base", "1:1000"}, h264(tt.args...)...)
			args = append(args, "-t", "100", "-frames:v", "8", "-video_track_timescale", "1000")
			if filepath.Ext(tt.file) == ".mkv" {
				args = args[:len(args)-2]
			}
			r := openClip(t, makeClip(t, tt.file, fourColours(96, 64), args...), Options{})
			if diff := cmp.Diff(squares(8), times(t, r)); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLengthIsFoundWhenTheContainerDoesNotTell(t *testing.T) {
	tests := []struct {
		name, file string
		args       []string
	}{
		{"live webm", "a.webm", []string{"-c:v", "libvpx", "-deadline", "realtime", "-f", "webm", "-live", "1"}},
		{"fragmented mp4", "a.mp4", []string{"-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-movflags", "frag_keyframe+empty_moov"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := openClip(t, makeClip(t, tt.file, fourColours(96, 64), append([]string{"-t", "3", "-pix_fmt", "yuv420p"}, tt.args...)...), Options{})
			i := r.Info()
			if i.Duration < 2800*time.Millisecond || i.Duration > 3100*time.Millisecond || i.Frames < 29 || i.Frames > 31 || i.FPS < 9.5 || i.FPS > 10.5 {
				t.Errorf("got %v, %d frames, %v a second; want about 3 s, 30, 10", i.Duration, i.Frames, i.FPS)
			}
			if n := readAll(t, r, nil); n != 30 || r.Warning() != nil {
				t.Errorf("got %d frames, warning %v; want 30 and none", n, r.Warning())
			}
		})
	}
}

func TestSoundBesideTheVideoIsLeftOut(t *testing.T) {
	with := filepath.Join(t.TempDir(), "sound.mp4")
	runFFmpeg(t, "-i", smallClip(t), "-f", "lavfi", "-i", "sine", "-t", "1", "-c:v", "copy", "-c:a", "aac", with)
	r := openClip(t, with, Options{})
	if n := readAll(t, r, nil); n != 10 || r.Stats().Damaged != 0 {
		t.Errorf("got %d frames and %+v, want 10 good ones", n, r.Stats())
	}
}

func TestStreamThatChangesItsSize(t *testing.T) {
	vp8 := []string{"-t", "1", "-pix_fmt", "yuv420p", "-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M"}
	tests := []struct {
		name          string
		width, height int
		left, middle  colour // at the end of the video, left edge and left of the middle, in the upper half
	}{
		{"same shape, larger", 320, 192, red, red},
		{"upright now", 96, 160, black, red},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			first := makeClip(t, "first.webm", fourColours(160, 96), vp8...)
			second := makeClip(t, "second.webm", fourColours(tt.width, tt.height), vp8...)
			list := writeFile(t, "list.txt", []byte("file '"+first+"'\nfile '"+second+"'\n"))
			both := filepath.Join(t.TempDir(), "both.webm")
			runFFmpeg(t, "-f", "concat", "-safe", "0", "-i", list, "-c", "copy", both)
			var left, middle colour
			n := readAll(t, openClip(t, both, Options{}), func(f *frame.Frame) {
				if f.Width != 160 || f.Height != 96 || f.Scale != 1 {
					t.Errorf("got %d×%d with scale %v, want 160×96 with scale 1 throughout", f.Width, f.Height, f.Scale)
				}
				left, middle = pixel(f.Picture, 2, 20), pixel(f.Picture, 70, 20)
			})
			if n != 20 {
				t.Errorf("got %d frames, want 20", n)
			}
			if !near(left, tt.left, 24) || !near(middle, tt.middle, 24) {
				t.Errorf("got colours %v and %v, want %v and %v", left, middle, tt.left, tt.middle)
			}
		})
	}
}

func TestSamePixelsFromAnyNumberOfReadersAndThreads(t *testing.T) {
	path := makeClip(t, "a.mp4", "testsrc2=s=192x128:r=25", h264("-bf", "2", "-preset", "veryfast")...)
	sum := func(threads int) []byte {
		r, err := Open(context.Background(), path, Options{Threads: threads, AnalysisLongSide: 100})
		if err != nil {
			t.Error(err)
			return nil
		}
		defer r.Close()
		hash := sha256.New()
		readAll(t, r, func(f *frame.Frame) { hash.Write(f.Pix) })
		return hash.Sum(nil)
	}
	want := sum(1)
	got := make([][]byte, 6)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = sum(1 + i%3) })
	}
	wg.Wait()
	for i, g := range got {
		if !bytes.Equal(g, want) {
			t.Errorf("reader %d with %d threads saw other pixels than a reader alone", i, 1+i%3)
		}
	}
}

func TestCancelling(t *testing.T) {
	path := smallClip(t)
	t.Run("before opening", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Open(ctx, path, Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
	t.Run("after opening", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r, err := Open(ctx, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		cancel()
		if n := readAll(t, r, nil); n != 10 {
			t.Errorf("got %d frames, want 10: the end of Open's context is not the reader's", n)
		}
	})
	t.Run("before reading", func(t *testing.T) {
		r := openClip(t, path, Options{})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
	t.Run("between two frames", func(t *testing.T) {
		r := openClip(t, path, Options{})
		ctx, cancel := context.WithCancel(context.Background())
		f, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		f.Release()
		cancel()
		if f, err = r.Next(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got frame %v and %v, want context.Canceled", f, err)
		}
	})
	t.Run("inside the library", func(t *testing.T) {
		r := openClip(t, path, Options{})
		r.interrupt() // as the end of a context does, at any moment
		for n := 0; ; n++ {
			f, err := r.Next(context.Background())
			if err != nil {
				if errors.Is(err, io.EOF) || n > 1 {
					t.Errorf("got %v after %d frames, want to be stopped after the one that was ready", err, n)
				}
				return
			}
			f.Release()
		}
	})
	t.Run("closing meanwhile", func(t *testing.T) {
		r := openClip(t, path, Options{})
		done := make(chan error)
		go func() {
			for {
				f, err := r.Next(context.Background())
				if err != nil {
					done <- err
					return
				}
				f.Release()
			}
		}()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		<-done // Close has ended a Next that was under way, or come between two
	})
}

func TestClosedReader(t *testing.T) {
	r := openClip(t, smallClip(t), Options{})
	readAll(t, r, nil)
	if _, err := r.Next(context.Background()); !errors.Is(err, io.EOF) {
		t.Errorf("after the last frame: got %v, want io.EOF again", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := r.Next(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if r.Stats() != (Stats{Read: 10}) || r.Warning() != nil || r.Info().Width != 96 {
		t.Errorf("got %+v, %v, %+v after Close; want what was known before", r.Stats(), r.Warning(), r.Info())
	}
}

func TestOptionsAreChecked(t *testing.T) {
	path := smallClip(t)
	for _, o := range []Options{
		{AnalysisLongSide: -1},
		{AnalysisLongSide: 15},
		{AnalysisLongSide: 7681},
		{DisplayLongSide: 3},
		{DisplayLongSide: 7681},
		{Threads: -1},
		{Threads: 17},
	} {
		if _, err := Open(context.Background(), path, o); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: got %v, want ErrOptions", o, err)
		}
	}
}

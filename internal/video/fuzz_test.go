package video

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
)

// seeds are small videos of every coding and container, each whole and cut.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	source := fourColours(64, 48)
	short := func(more ...string) []string {
		return append([]string{"-frames:v", "3", "-pix_fmt", "yuv420p"}, more...)
	}
	paths := []string{
		makeClip(f, "a.mp4", source, short("-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart")...),
		makeClip(f, "b.mp4", source, short("-c:v", "libx264", "-preset", "ultrafast", "-movflags", "frag_keyframe+empty_moov")...),
		makeClip(f, "c.mov", source, short("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:pools=none")...),
		makeClip(f, "d.webm", source, short("-c:v", "libvpx", "-deadline", "realtime")...),
		makeClip(f, "e.mkv", source, short("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")...),
		makeClip(f, "g.webm", source, short("-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8")...),
	}
	var all [][]byte
	for _, path := range paths {
		file := readFile(f, path)
		all = append(all, file, file[:len(file)*2/3])
	}
	return all
}

// patience is how long a few kilobytes may keep a reader busy on a machine that has other work too.
const patience = 20 * time.Second

// FuzzOpen feeds any bytes to the whole way from a file to frames. They may be refused or read; whatever comes out must
// keep the promises of Next.
func FuzzOpen(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		pool := frame.NewCheckedPool(t.Errorf)
		options := Options{AnalysisLongSide: 64, DisplayLongSide: 96, Pool: pool}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		r, err := newReader(ctx, memorySource("fuzz", file, bytes.NewReader(file)), options)
		if ctx.Err() != nil {
			t.Errorf("opening %d bytes took longer than %v", len(file), patience)
		}
		if err != nil {
			return
		}
		defer r.Close()
		info := r.Info()
		if info.Width < 1 || info.Height < 1 || info.Duration < 0 || info.Frames < 0 || info.FPS < 0 {
			t.Errorf("impossible %+v", info)
		}
		last := int64(-1)
		for i := range 20 {
			if i == 2 {
				r.Ahead(time.Duration(len(file)) * time.Second / 8)
			}
			picture, err := r.Next(ctx)
			if err != nil {
				break
			}
			if len(picture.Pix) != 3*picture.Width*picture.Height || int64(picture.PTS) <= last {
				t.Errorf("frame %d: %d bytes for %d×%d, at %d after %d", picture.Seq, len(picture.Pix), picture.Width,
					picture.Height, picture.PTS, last)
			}
			last = int64(picture.PTS)
			picture.Release()
		}
		if ctx.Err() != nil {
			t.Errorf("reading %d bytes took longer than %v", len(file), patience)
		}
		_ = r.Warning()
		if n := pool.Lent(); n != 0 {
			t.Errorf("%d frames were never released", n)
		}
	})
}

// FuzzShape walks over any bytes; it must end, and never find an end before the start.
func FuzzShape(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if s := shapeOf(bytes.NewReader(file), int64(len(file))); s.ends < 0 || (s.hasIndex && !s.isMP4) {
			t.Errorf("impossible %+v", s)
		}
	})
}

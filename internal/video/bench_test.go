package video

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkNext measures one frame, decoded and converted, from noise-like pictures that give the decoder work.
func BenchmarkNext(b *testing.B) {
	sizes := []struct{ width, height, display int }{{640, 360, 0}, {1920, 1080, 0}, {1920, 1080, 1280}}
	for _, size := range sizes {
		for _, threads := range []int{1, 2} {
			name := fmt.Sprintf("%dx%d/display=%d/threads=%d", size.width, size.height, size.display, threads)
			b.Run(name, func(b *testing.B) {
				source := fmt.Sprintf("testsrc2=s=%dx%d:r=30", size.width, size.height)
				path := makeClip(b, "a.mp4", source, "-t", "5", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
				options := Options{DisplayLongSide: size.display, Threads: threads}
				b.ReportAllocs()
				var r *Reader
				for b.Loop() {
					r = nextOrReopen(b, r, path, options)
				}
				r.Close()
			})
		}
	}
}

// nextOrReopen reads a frame, starting over outside the measured time when the clip has ended.
func nextOrReopen(b *testing.B, r *Reader, path string, options Options) *Reader {
	for {
		if r != nil {
			f, err := r.Next(context.Background())
			if err == nil {
				f.Release()
				return r
			}
			if !errors.Is(err, io.EOF) {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		if r != nil {
			r.Close()
		}
		var err error
		if r, err = Open(context.Background(), path, options); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkWrite measures one picture of 1280×720, converted and encoded.
func BenchmarkWrite(b *testing.B) {
	w, err := NewWriter(filepath.Join(b.TempDir(), "out.mp4"), WriterOptions{Width: 1280, Height: 720})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	picture := paint(1280, 720, BGR, fourColourQuadrants)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		copy(picture[3*(n%900_000):], "something that moves across the picture")
		if err := w.Write(picture, time.Duration(n)*time.Second/30); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

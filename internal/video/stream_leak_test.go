package video

import (
	"runtime"
	"testing"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
)

// Whatever comes and however a stream ends, no memory of the C side stays behind.
func TestStreamLeaksNothing(t *testing.T) {
	runtime.LockOSThread() // the allocator keeps freed bytes for each thread
	defer runtime.UnlockOSThread()
	good := units(t, media.H264, fourColours(96, 64), 3)
	other := units(t, media.H264, fourColours(128, 96), 2)
	bad := good[1]
	bad.Data = []byte{1, 2, 3}
	pool := frame.NewPool()
	round := func() {
		s, err := NewStream(media.H264, StreamOptions{Pool: pool})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range []media.AccessUnit{good[0], good[1], other[0], bad, good[0], good[1]} {
			if got, _ := s.Decode(u); got {
				f, err := s.Frame()
				if err != nil {
					t.Fatal(err)
				}
				f.Release()
			}
		}
		mustDecode(t, s, good[2]) // and is never shown
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		round()
	}
	before := heapInUse()
	const rounds = 400
	for range rounds {
		round()
	}
	if grown := heapInUse() - before; grown > rounds*64 {
		t.Errorf("%d bytes more are in use after %d rounds, want about none", grown, rounds)
	}
	if n := liveObjects(); n != 0 {
		t.Errorf("%d things are still open, want 0", n)
	}
}

func TestStreamAllocatesNothing(t *testing.T) {
	list := units(t, media.H264, fourColours(192, 128), 5)
	s := openStream(t, media.H264, StreamOptions{})
	s.options.Pool = frame.NewPool()
	n := 0
	decode := func() {
		mustDecode(t, s, list[n%len(list)])
		n++
		f, err := s.Frame()
		if err != nil {
			t.Fatal(err)
		}
		f.Release()
	}
	decode()
	if got := testing.AllocsPerRun(50, decode); got > 0 {
		t.Errorf("got %v allocations per picture, want 0", got)
	}
}

func BenchmarkStream(b *testing.B) {
	for _, c := range liveCodecs {
		b.Run(c.codec.String(), func(b *testing.B) {
			list := units(b, c.codec, "testsrc2=s=640x480:r=30", 30)
			s := openStream(b, c.codec, StreamOptions{})
			s.options.Pool = frame.NewPool()
			for i := 0; b.Loop(); i++ {
				mustDecode(b, s, list[i%len(list)])
				f, err := s.Frame()
				if err != nil {
					b.Fatal(err)
				}
				f.Release()
			}
		})
	}
}

package video

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
)

func TestNothingLeaks(t *testing.T) {
	// One thread, because the allocator keeps freed bytes for each thread and counts them as in use.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	good := smallClip(t)
	quarterTurned := turned(t, good, 0, 1, -1, 0)
	bad := writeFile(t, "bad.mp4", readFile(t, good)[:600])
	empty := writeFile(t, "none.mp4", withoutPictures(t, readFile(t, good)))
	out := filepath.Join(t.TempDir(), "out.mp4")
	picture := make([]byte, 3*96*64)
	pool := frame.NewPool()
	round := func() {
		r, err := Open(context.Background(), quarterTurned, Options{AnalysisLongSide: 80, DisplayLongSide: 90, Pool: pool})
		if err != nil {
			t.Fatal(err)
		}
		readAll(t, r, nil)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{bad, empty} {
			if _, err := Open(context.Background(), path, Options{}); err == nil {
				t.Fatal("opened a bad file")
			}
		}
		for _, end := range []func(*Writer) error{(*Writer).Close, (*Writer).Abort} {
			w, err := NewWriter(out, WriterOptions{Width: 96, Height: 64})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(picture, 0); err != nil {
				t.Fatal(err)
			}
			if err := end(w); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 20 {
		round()
	}
	before := heapInUse()
	const rounds = 200
	for range rounds {
		round()
	}
	// Smaller things than a packet, of 104 bytes, are counted one by one; the runtime's own threads, which come and go,
	// need some room.
	grown := heapInUse() - before
	t.Logf("%d bytes more in use after %d rounds", grown, rounds)
	if grown > rounds*64 {
		t.Errorf("%d bytes more are in use after %d rounds, want about none", grown, rounds)
	}
	if n := liveObjects(); n != 0 {
		t.Errorf("%d things are still open, want 0", n)
	}
	if files, err := os.ReadDir("/proc/self/fd"); err != nil || len(files) > 64 {
		t.Errorf("got %d open files and %v, want few", len(files), err)
	}
}

func TestReadingAllocatesNearlyNothing(t *testing.T) {
	path := makeClip(t, "a.mp4", "testsrc2=s=192x128:r=100", h264()...)
	r, err := Open(context.Background(), path, Options{AnalysisLongSide: 100, DisplayLongSide: 150})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if n := testing.AllocsPerRun(80, func() {
		f, err := r.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		f.Release()
	}); n > 0 {
		t.Errorf("got %v allocations per frame, want 0", n)
	}
}

func TestBytesInMemoryReadLikeAFile(t *testing.T) {
	file := readFile(t, smallClip(t))
	r, err := newReader(context.Background(), memorySource("memory.mp4", file, bytes.NewReader(file)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := times(t, r); len(got) != 10 || got[9] != 900*time.Millisecond {
		t.Errorf("got times %v, want ten up to 900ms", got)
	}
}

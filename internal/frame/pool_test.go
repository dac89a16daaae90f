package frame

import (
	"fmt"
	"sync"
	"testing"
)

func TestPoolLendsPicturesOfTheAskedSize(t *testing.T) {
	tests := []struct {
		name                        string
		width, height               int
		displayWidth, displayHeight int
		pixels, displayPixels       int
	}{
		{"analysis only", 640, 360, 0, 0, 640 * 360 * 3, 0},
		{"with display", 64, 48, 128, 96, 64 * 48 * 3, 128 * 96 * 3},
		{"one pixel", 1, 1, 0, 0, 3, 0},
		{"nothing", 0, 10, -1, 5, 0, 0},
	}
	pool := NewPool()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := pool.Get(tt.width, tt.height, tt.displayWidth, tt.displayHeight)
			defer f.Release()
			if len(f.Pix) != tt.pixels || len(f.Display.Pix) != tt.displayPixels {
				t.Errorf("got %d and %d bytes, want %d and %d", len(f.Pix), len(f.Display.Pix), tt.pixels, tt.displayPixels)
			}
			if tt.pixels > 0 && cap(f.Pix) < tt.pixels+slack {
				t.Errorf("got room for %d bytes, want %d bytes beyond the picture", cap(f.Pix), slack)
			}
		})
	}
	if n := pool.Lent(); n != 0 {
		t.Errorf("%d frames are still out, want 0", n)
	}
}

func TestReusedFrameRemembersNothing(t *testing.T) {
	pool := NewPool()
	f := pool.Get(16, 16, 8, 8)
	f.Seq, f.PTS, f.Scale = 7, 8, 9
	f.Release()
	if f.Pix != nil || f.Display.Pix != nil {
		t.Error("a released frame still shows its pixels")
	}
	g := pool.Get(16, 16, 0, 0)
	if g != f {
		t.Error("the idle frame was not used again")
	}
	if g.Seq != 0 || g.PTS != 0 || g.Scale != 0 || g.Display.Width != 0 {
		t.Errorf("got a frame with old values: %+v", g)
	}
}

func TestReleasingTwiceIsCaught(t *testing.T) {
	t.Run("counted", func(t *testing.T) {
		pool := NewPool()
		f := pool.Get(16, 16, 0, 0)
		f.Release()
		f.Release()
		if pool.Misuses() != 1 || pool.Lent() != 0 {
			t.Errorf("got %d misuses and %d frames out, want 1 and 0", pool.Misuses(), pool.Lent())
		}
		a, b := pool.Get(16, 16, 0, 0), pool.Get(16, 16, 0, 0)
		if a == b {
			t.Error("after a double release one frame was lent to two owners")
		}
	})
	t.Run("reported although lent again", func(t *testing.T) {
		var reports []string
		pool := NewCheckedPool(func(format string, args ...any) { reports = append(reports, fmt.Sprintf(format, args...)) })
		f := pool.Get(16, 16, 0, 0)
		f.Seq = 41
		f.Release()
		g := pool.Get(16, 16, 0, 0)
		f.Release()
		if len(reports) != 1 || reports[0] != "frame 41 was released twice" {
			t.Errorf("got reports %q, want one about frame 41", reports)
		}
		if pool.Lent() != 1 {
			t.Errorf("got %d frames out, want 1: the second owner must keep its frame", pool.Lent())
		}
		g.Release()
	})
}

func TestCheckedPoolSpoilsReleasedPixels(t *testing.T) {
	pool := NewCheckedPool(t.Errorf)
	f := pool.Get(2, 2, 2, 2)
	kept, keptDisplay := f.Pix, f.Display.Pix
	f.Release()
	if kept[0] != 0xA5 || keptDisplay[11] != 0xA5 {
		t.Error("pixels read after the release look untouched")
	}
}

func TestFrameMadeByHandCanBeReleased(*testing.T) {
	(&Frame{}).Release()
	(*Frame)(nil).Release()
}

func TestPoolAllocatesNothingInSteadyState(t *testing.T) {
	pool := NewPool()
	pool.Get(640, 360, 1280, 720).Release()
	if n := testing.AllocsPerRun(100, func() { pool.Get(640, 360, 1280, 720).Release() }); n != 0 {
		t.Errorf("got %v allocations per frame, want 0", n)
	}
}

func TestPoolKeepsFewIdleFrames(t *testing.T) {
	pool := NewPool()
	var out []*Frame
	for range 3 * maxIdle {
		out = append(out, pool.Get(4, 4, 0, 0))
	}
	for _, f := range out {
		f.Release()
	}
	if len(pool.idle) != maxIdle {
		t.Errorf("got %d idle frames, want %d", len(pool.idle), maxIdle)
	}
}

func TestManyGoroutinesNeverShareAFrame(t *testing.T) {
	pool := NewPool()
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for range 500 {
				f := pool.Get(8, 8, 0, 0)
				f.Pix[0] = byte(worker)
				if f.Pix[0] != byte(worker) {
					t.Error("another worker wrote into this frame")
				}
				f.Release()
			}
		})
	}
	wg.Wait()
	if pool.Lent() != 0 || pool.Misuses() != 0 {
		t.Errorf("got %d frames out and %d misuses, want none", pool.Lent(), pool.Misuses())
	}
}

package video

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/frame"
)

// colour is blue, green, red, as in a frame.
type colour [3]uint8

var (
	black = colour{0, 0, 0}
	white = colour{255, 255, 255}
	red   = colour{0, 0, 255}
	green = colour{0, 255, 0}
	blue  = colour{255, 0, 0}
)

// quadrants are the colours of a picture's quarters: top left, top right, bottom left, bottom right.
type quadrants [4]colour

// fourColours is a source of ffmpeg: red and green above, blue and white below, 10 pictures a second.
func fourColours(width, height int) string {
	w, h := width/2, height/2
	return fmt.Sprintf("color=red:s=%dx%d:r=10,format=gbrp,drawbox=%d:0:%d:%d:0x00ff00:fill,drawbox=0:%d:%d:%d:blue:fill,drawbox=%d:%d:%d:%d:white:fill",
		width, height, w, width-w, h, h, w, height-h, w, h, width-w, height-h)
}

var fourColourQuadrants = quadrants{red, green, blue, white}

// makeClip renders an ffmpeg source into a file of the given name and returns its path.
func makeClip(t testing.TB, name, lavfi string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	runFFmpeg(t, append(append([]string{"-f", "lavfi", "-i", lavfi}, args...), path)...)
	return path
}

// runFFmpeg runs the command line tool, which `make test` installs.
func runFFmpeg(t testing.TB, args ...string) {
	t.Helper()
	args = append([]string{"-nostdin", "-v", "error", "-y", "-threads", "1"}, args...)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// h264 are the arguments for one second of small, quickly coded video.
func h264(more ...string) []string {
	return append([]string{"-t", "1", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}, more...)
}

// smallClip is a second of four colours, ten pictures of 96×64, index first.
func smallClip(t testing.TB) string {
	t.Helper()
	return makeClip(t, "small.mp4", fourColours(96, 64), h264("-g", "5", "-movflags", "+faststart")...)
}

// openClip opens a video whose frames must all be released by the end of the test, exactly once each.
func openClip(t testing.TB, path string, options Options) *Reader {
	t.Helper()
	pool := frame.NewCheckedPool(t.Errorf)
	options.Pool = pool
	r, err := Open(context.Background(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if n := pool.Lent(); n != 0 {
			t.Errorf("%d frames were never released", n)
		}
	})
	return r
}

// readAll calls see with every frame, releases it, and returns the number of frames.
func readAll(t testing.TB, r *Reader, see func(*frame.Frame)) int {
	t.Helper()
	for n := 0; ; n++ {
		f, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatalf("frame %d: %v", n, err)
		}
		if see != nil {
			see(f)
		}
		f.Release()
	}
}

// times reads all presentation times.
func times(t testing.TB, r *Reader) []time.Duration {
	t.Helper()
	var all []time.Duration
	readAll(t, r, func(f *frame.Frame) { all = append(all, f.PTS) })
	return all
}

// firstFrame reads one frame, which the end of the test releases.
func firstFrame(t testing.TB, r *Reader) *frame.Frame {
	t.Helper()
	f, err := r.Next(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

func pixel(p frame.Picture, x, y int) colour {
	return colour(p.Pix[3*(y*p.Width+x):])
}

// near tells whether two colours differ by at most tolerance in each channel.
func near(a, b colour, tolerance int) bool {
	for i := range a {
		if d := int(a[i]) - int(b[i]); d < -tolerance || d > tolerance {
			return false
		}
	}
	return true
}

// checkQuadrants compares the middle of each quarter. Codecs blur colours a little.
func checkQuadrants(t testing.TB, p frame.Picture, want quadrants) {
	t.Helper()
	for i, name := range []string{"top left", "top right", "bottom left", "bottom right"} {
		x, y := p.Width/4+i%2*p.Width/2, p.Height/4+i/2*p.Height/2
		if got := pixel(p, x, y); !near(got, want[i], 24) {
			t.Errorf("%s (%d, %d): got colour %v, want %v", name, x, y, got, want[i])
		}
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	bytes, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func writeFile(t testing.TB, name string, bytes []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

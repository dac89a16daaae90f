package video

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/frame"
)

// paint makes a packed picture of four quarters.
func paint(width, height int, order PixelOrder, colours quadrants) []byte {
	n := order.bytes()
	pixels := make([]byte, n*width*height)
	for y := range height {
		for x := range width {
			c := colours[2*min(2*y/height, 1)+min(2*x/width, 1)]
			p := pixels[n*(y*width+x):]
			copy(p, c[:])
			if order == RGBA {
				p[0], p[2], p[3] = c[2], c[0], 255
			}
		}
	}
	return pixels
}

// write makes a video of one picture shown at several times.
func write(t *testing.T, path string, options WriterOptions, at ...time.Duration) {
	t.Helper()
	w, err := NewWriter(path, options)
	if err != nil {
		t.Fatal(err)
	}
	picture := paint(options.Width, options.Height, options.Order, fourColourQuadrants)
	for _, pts := range at {
		if err := w.Write(picture, pts); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before Close: got %v for the final name, want fs.ErrNotExist", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + partSuffix); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close: got %v for the unfinished name, want fs.ErrNotExist", err)
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name    string
		options WriterOptions
		at      []time.Duration
		width   int
		height  int
	}{
		{"even", WriterOptions{Width: 96, Height: 64}, []time.Duration{0, 33 * ms, 67 * ms, 100 * ms}, 96, 64},
		{"uneven times", WriterOptions{Width: 96, Height: 64, FPS: 10}, []time.Duration{0, 5 * ms, 900 * ms, 2345678 * time.Microsecond}, 96, 64},
		{"odd size", WriterOptions{Width: 97, Height: 65}, []time.Duration{0, 40 * ms}, 96, 64},
		{"RGBA, odd size", WriterOptions{Width: 97, Height: 65, Order: RGBA}, []time.Duration{0, 40 * ms}, 96, 64},
		{"one picture", WriterOptions{Width: 16, Height: 16}, []time.Duration{0}, 16, 16},
		{"two threads", WriterOptions{Width: 640, Height: 360, Threads: 2, Quality: 30}, []time.Duration{0, 40 * ms}, 640, 360},
		{"29.97 a second", WriterOptions{Width: 96, Height: 64, FPS: 29.97}, []time.Duration{0, 1001 * time.Second / 30000, 2002 * time.Second / 30000}, 96, 64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out.mp4")
			write(t, path, tt.options, tt.at...)
			r := openClip(t, path, Options{})
			if i := r.Info(); i.Width != tt.width || i.Height != tt.height || i.Codec != "h264" || i.Frames != int64(len(tt.at)) {
				t.Errorf("got %+v, want %d frames of %d×%d in h264", i, len(tt.at), tt.width, tt.height)
			}
			var got []time.Duration
			readAll(t, r, func(f *frame.Frame) {
				got = append(got, f.PTS)
				checkQuadrants(t, f.Picture, fourColourQuadrants)
			})
			tick := time.Second/90000 + 1
			if diff := cmp.Diff(tt.at, got, cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= tick })); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
			if err := r.Warning(); err != nil {
				t.Errorf("got warning %v, want none", err)
			}
		})
	}
}

func TestWrittenColoursStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.mp4")
	colours := quadrants{{16, 16, 16}, {128, 128, 128}, {235, 235, 235}, {0x60, 0xA0, 0x30}}
	w, err := NewWriter(path, WriterOptions{Width: 64, Height: 64, Quality: 5})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(paint(64, 64, BGR, colours), 0), w.Close()); err != nil {
		t.Fatal(err)
	}
	p := firstFrame(t, openClip(t, path, Options{})).Picture
	for i, want := range colours {
		if got := pixel(p, 16+i%2*32, 16+i/2*32); !near(got, want, 3) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestBrowsersCanPlayIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.mp4")
	write(t, path, WriterOptions{Width: 96, Height: 64}, 0, time.Second)
	file := readFile(t, path)
	index, pictures := bytes.Index(file, []byte("moov")), bytes.Index(file, []byte("mdat"))
	if index < 0 || pictures < index {
		t.Errorf("index at %d, pictures at %d; want the index first", index, pictures)
	}
	// ISO/IEC 14496-15, 5.3.3.1: version, profile (100 is High), compatibility, level.
	at := bytes.Index(file, []byte("avcC"))
	if at < 0 || file[at+5] != 100 {
		t.Error("not coded in H.264's High profile")
	}
	// ISO/IEC 14496-12, 12.1.5: primaries, transfer and matrix of BT.709 are 1; the last bit of all is 0 for limited range.
	if !bytes.Contains(file, []byte("colrnclx\x00\x01\x00\x01\x00\x01\x00")) {
		t.Error("the colours are not marked as BT.709 of limited range")
	}
	if bytes.Contains(file, []byte("elst")) && !bytes.Contains(file, []byte("elst\x00\x00\x00\x00\x00\x00\x00\x01")) {
		t.Error("more than one edit: some players show the first picture late")
	}
}

func TestSamePicturesMakeTheSameFile(t *testing.T) {
	var files [2][]byte
	for i := range files {
		path := filepath.Join(t.TempDir(), "out.mp4")
		write(t, path, WriterOptions{Width: 320, Height: 192}, 0, 40*time.Millisecond, 90*time.Millisecond)
		files[i] = readFile(t, path)
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two writers made different files")
	}
}

func TestWriterRefuses(t *testing.T) {
	w, err := NewWriter(filepath.Join(t.TempDir(), "out.mp4"), WriterOptions{Width: 32, Height: 32})
	if err != nil {
		t.Fatal(err)
	}
	picture := make([]byte, 3*32*32)
	if err := w.Write(picture[1:], 0); !errors.Is(err, ErrOptions) {
		t.Errorf("a picture that is too short: got %v, want ErrOptions", err)
	}
	if err := w.Write(picture, -time.Second); !errors.Is(err, ErrTimestamp) {
		t.Errorf("a time before the start: got %v, want ErrTimestamp", err)
	}
	if err := w.Write(picture, time.Second); err != nil {
		t.Error(err)
	}
	for _, pts := range []time.Duration{0, time.Second, time.Second + time.Microsecond} {
		if err := w.Write(picture, pts); !errors.Is(err, ErrTimestamp) {
			t.Errorf("a time of %v after 1s: got %v, want ErrTimestamp", pts, err)
		}
	}
	if err := errors.Join(w.Close(), w.Close(), w.Abort()); err != nil {
		t.Errorf("after mistakes of the caller the video must still be good: %v", err)
	}
	if err := w.Write(picture, 2*time.Second); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}

func TestWriterOptionsAreChecked(t *testing.T) {
	for _, o := range []WriterOptions{
		{},
		{Width: 15, Height: 64},
		{Width: 64, Height: 15},
		{Width: 8000, Height: 8000},
		{Width: 1 << 62, Height: 1 << 62},
		{Width: 64, Height: 64, Order: 7},
		{Width: 64, Height: 64, FPS: -1},
		{Width: 64, Height: 64, Threads: 99},
		{Width: 64, Height: 64, Quality: 52},
	} {
		if _, err := NewWriter(filepath.Join(t.TempDir(), "out.mp4"), o); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: got %v, want ErrOptions", o, err)
		}
	}
}

func TestWriterLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.mp4")
	start := func() *Writer {
		w, err := NewWriter(path, WriterOptions{Width: 32, Height: 32})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if err := start().Close(); !errors.Is(err, ErrNothingWritten) {
		t.Errorf("closed before the first picture: got %v, want ErrNothingWritten", err)
	}
	w := start()
	if err := errors.Join(w.Write(make([]byte, 3*32*32), 0), w.Abort()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("got %v and %v left in the folder, want nothing", left, err)
	}
	if n := liveObjects(); n != 0 {
		t.Errorf("%d things are still open, want 0", n)
	}
}

func TestWriterKeepsAnOlderVideoUntilClose(t *testing.T) {
	path := writeFile(t, "out.mp4", []byte("older"))
	w, err := NewWriter(path, WriterOptions{Width: 32, Height: 32})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(make([]byte, 3*32*32), 0); err != nil {
		t.Fatal(err)
	}
	if got := string(readFile(t, path)); got != "older" {
		t.Errorf("before Close: got %q, want the older video", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	openClip(t, path, Options{})
}

func TestPlacesThatCannotBeWritten(t *testing.T) {
	options := WriterOptions{Width: 64, Height: 64}
	t.Run("folder", func(t *testing.T) {
		if _, err := NewWriter(t.TempDir(), options); !errors.Is(err, ErrNotAFile) {
			t.Errorf("got %v, want ErrNotAFile", err)
		}
	})
	t.Run("no such folder", func(t *testing.T) {
		_, err := NewWriter(filepath.Join(t.TempDir(), "no", "out.mp4"), options)
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "make it first") {
			t.Errorf("got %v, want fs.ErrNotExist and what to do", err)
		}
	})
	t.Run("no permission", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "locked")
		if err := os.Mkdir(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		withoutRights(t, func() {
			if _, err := NewWriter(filepath.Join(dir, "out.mp4"), options); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("got %v, want fs.ErrPermission", err)
			}
		})
	})
}

// fillDisk makes every later write of w fail as on a full disk: its file becomes the device of full(4).
func fillDisk(t *testing.T, w *Writer) {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	if err := syscall.Dup3(int(full.Fd()), int(w.file.Fd()), syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
}

func TestDiskThatIsFullFromTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.mp4")
	if err := os.Symlink("/dev/full", path+partSuffix); err != nil {
		t.Fatal(err)
	}
	_, err := NewWriter(path, WriterOptions{Width: 320, Height: 192})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("got %v, want ENOSPC and what to do", err)
	}
}

func TestDiskThatFillsUp(t *testing.T) {
	tests := []struct {
		name   string
		frames int // written to the full disk before Close; buffers hold back a few
	}{{"while writing", 200}, {"at the end", 1}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			w, err := NewWriter(filepath.Join(dir, "out.mp4"), WriterOptions{Width: 320, Height: 192})
			if err != nil {
				t.Fatal(err)
			}
			fillDisk(t, w)
			picture := make([]byte, 3*320*192)
			for i := 0; i < tt.frames && err == nil; i++ {
				for j := range picture {
					picture[j] = byte(j * j * (i + 1) >> 3) // compresses badly, so that buffers fill up
				}
				err = w.Write(picture, time.Duration(i)*time.Second/30)
			}
			if tt.frames > 1 {
				if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "free some space") {
					t.Errorf("got %v, want ENOSPC and what to do", err)
				}
				if again := w.Write(picture, time.Hour); !errors.Is(again, syscall.ENOSPC) {
					t.Errorf("writing on: got %v, want ENOSPC again", again)
				}
			}
			if err := w.Close(); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("closing: got %v, want ENOSPC", err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
				t.Errorf("got %v and %v left in the folder, want nothing", left, err)
			}
		})
	}
}

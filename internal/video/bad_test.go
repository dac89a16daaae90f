package video

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rollwell/rollwell/internal/frame"
)

// nobody is a user without rights, as on every Debian.
const nobody = 65534

// withoutRights runs do so that file permissions bind, also when the tests run as root: the kernel checks them against
// the file system user of the thread. See setfsuid(2).
func withoutRights(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setfsuid(0); err != nil {
			t.Fatal(err)
		}
	}()
	do()
}

func TestBadFilesAreRefusedWithASentence(t *testing.T) {
	small := readFile(t, smallClip(t))
	indexLast := readFile(t, makeClip(t, "a.mp4", fourColours(96, 64), h264()...))
	list := makeClip(t, "list.m3u8", fourColours(96, 64), h264("-f", "hls")...)
	pipe := filepath.Join(t.TempDir(), "pipe.mp4")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		want       error
		says       string
	}{
		{"missing", filepath.Join(t.TempDir(), "no.mp4"), fs.ErrNotExist, "check the name"},
		{"folder", t.TempDir(), ErrNotAFile, "a folder"},
		{"pipe", pipe, ErrNotAFile, "save the video to a file"},
		{"device", "/dev/zero", ErrNotAFile, "save the video to a file"},
		{"empty", writeFile(t, "a.mp4", nil), ErrEmpty, "copy it again"},
		{"one byte", writeFile(t, "a.mp4", []byte{0}), ErrNotAVideo, "choose another"},
		{"text", writeFile(t, "a.mp4", []byte(strings.Repeat("Dear diary, my back hurts.\n", 99))), ErrNotAVideo, "mp4, mov, webm or mkv"},
		{"playlist", list, ErrNotAVideo, "choose another"},
		{"joining script", writeFile(t, "a.mp4", []byte("ffconcat version 1.0\nfile '"+list+"'\n")), ErrNotAVideo, "choose another"},
		{"another container", makeClip(t, "a.avi", fourColours(96, 64), h264()...), ErrNotAVideo, "choose another"},
		{"sound only", makeClip(t, "a.mp4", "sine", "-t", "1", "-c:a", "aac"), ErrNoVideo, "sound"},
		{"sound only, webm", makeClip(t, "a.webm", "sine", "-t", "1", "-c:a", "libopus"), ErrNoVideo, "sound"},
		{"unknown coding", makeClip(t, "a.mp4", fourColours(96, 64), "-t", "1", "-c:v", "mpeg4"), ErrCodec, "mpeg4; convert it"},
		{"larger than 8K", makeClip(t, "a.mp4", "color=red:s=7696x4320", h264("-frames:v", "1")...), ErrTooLarge, "7696×4320"},
		{"one pixel", makeClip(t, "a.webm", "color=red:s=64x64,scale=1:1", "-c:v", "libvpx", "-frames:v", "1", "-pix_fmt", "yuv420p"), ErrTooSmall, "1×1"},
		{"a line", makeClip(t, "a.mp4", "color=red:s=640x8", h264()...), ErrTooSmall, "640×8"},
		{"never finished", writeFile(t, "a.mp4", indexLast[:len(indexLast)/2]), ErrUnfinished, "copy or record it again"},
		{"index cut", writeFile(t, "a.mp4", small[:200]), ErrUnfinished, "copy or record it again"},
		{"no pictures left", writeFile(t, "a.mp4", withoutPictures(t, small)), ErrNoPictures, "copy the file again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Open(context.Background(), tt.path, Options{})
			if r != nil {
				t.Error("got a reader")
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.path) {
				t.Errorf("got %v, want an error about %s that wraps %q and says %q", err, tt.path, tt.want, tt.says)
			}
		})
	}
	if n := liveObjects(); n != 0 {
		t.Errorf("%d things are still open, want 0", n)
	}
}

// withoutPictures zeroes the picture data of an MP4 whose index comes first.
func withoutPictures(t *testing.T, file []byte) []byte {
	t.Helper()
	at := bytes.Index(file, []byte("mdat"))
	if at < 0 {
		t.Fatal("no picture data in the clip")
	}
	clear(file[at+4:])
	return file
}

func TestNoPermission(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(path, readFile(t, smallClip(t)), 0); err != nil {
		t.Fatal(err)
	}
	withoutRights(t, func() {
		if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v, want fs.ErrPermission", err)
		}
	})
	// The same from a file system that answers so, and one whose disk fails.
	for _, cause := range []error{syscall.EACCES, syscall.EIO} {
		_, err := openWith(context.Background(), path, Options{}, func(string) (*os.File, error) {
			return nil, &fs.PathError{Op: "open", Path: path, Err: cause}
		})
		if !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("got %v, want an error about %s that wraps %v", err, path, cause)
		}
	}
}

func TestCutOffVideosAreReadToTheCut(t *testing.T) {
	tests := []struct {
		name, file string
		args       []string
	}{
		{"mp4", "a.mp4", h264("-movflags", "+faststart")},
		{"fragmented mp4", "a.mp4", h264("-g", "2", "-movflags", "frag_keyframe+empty_moov+default_base_moof")},
		{"mkv", "a.mkv", h264()},
		{"webm", "a.webm", []string{"-t", "1", "-c:v", "libvpx", "-deadline", "realtime", "-pix_fmt", "yuv420p"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := makeClip(t, tt.file, "testsrc2=s=192x128:r=25", tt.args...)
			r := openClip(t, whole, Options{})
			if n := readAll(t, r, nil); n != 25 || r.Warning() != nil {
				t.Fatalf("whole: got %d frames and warning %v, want 25 and none", n, r.Warning())
			}
			file := readFile(t, whole)
			cut := openClip(t, writeFile(t, tt.file, file[:len(file)*6/10]), Options{})
			if err := cut.Warning(); err != nil {
				t.Errorf("before the end: got warning %v, want none", err)
			}
			n := readAll(t, cut, nil)
			if n < 5 || n >= 25 {
				t.Errorf("got %d frames, want some of 25", n)
			}
			if err := cut.Warning(); !errors.Is(err, ErrTruncated) {
				t.Errorf("got warning %v, want ErrTruncated", err)
			}
		})
	}
}

func TestDamageInTheMiddleIsLeftOut(t *testing.T) {
	file := readFile(t, makeClip(t, "a.mp4", "testsrc2=s=192x128:r=25", h264("-g", "5", "-movflags", "+faststart")...))
	for i := len(file) / 2; i < len(file)/2+len(file)/10; i++ {
		file[i] = byte(i * 7)
	}
	r := openClip(t, writeFile(t, "a.mp4", file), Options{})
	var lastSeq int64 = -1
	n := readAll(t, r, func(f *frame.Frame) {
		if f.Seq <= lastSeq {
			t.Errorf("frame %d comes after frame %d", f.Seq, lastSeq)
		}
		lastSeq = f.Seq
	})
	s := r.Stats()
	if n < 15 || n >= 25 || s.Read != int64(n) || s.Damaged == 0 {
		t.Errorf("got %d frames and %+v, want most of 25 and the rest counted as damaged", n, s)
	}
	if err := r.Warning(); !errors.Is(err, ErrDamaged) {
		t.Errorf("got warning %v, want ErrDamaged", err)
	}
}

func TestErrorsOfTheLibraryKeepTheirCause(t *testing.T) {
	err := libavError(-5)
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v, want the system's error 5", err)
	}
	if err := libavError(-0x5256FFFF); err == nil || !strings.Contains(err.Error(), "libav") {
		t.Errorf("got %v, want an error that names the library", err)
	}
}

package record

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/rollwell/rollwell/internal/media"
)

// withBadDisk calls do on a thread on which the kernel reads no file from an offset on: it says EIO, as for a bad sector.
// The thread ends with it.
func withBadDisk(t *testing.T, offset uint32, do func()) {
	t.Helper()
	const callNumber, lowOffset = 0, 16 + 3*8 // in struct seccomp_data
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: callNumber},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_PREAD64, Jf: 3},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: lowOffset},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: offset, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	refused := make(chan error)
	go func() {
		defer close(refused)
		runtime.LockOSThread() // and never unlocked: the runtime ends the thread with the goroutine
		filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
		err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		if err == nil {
			err = unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
		}
		if err != nil {
			refused <- err
			return
		}
		do()
	}()
	if err := <-refused; err != nil {
		t.Skipf("this system lets no program make its own reads fail: %v", err)
	}
}

// A disk that cannot be read is not the end of what was recorded: it stays, and is finished once it can be read.
func TestAPartThatCannotBeReadStays(t *testing.T) {
	const buffer = 64 << 10
	for _, codec := range []media.Codec{media.H264, media.VP8} {
		list := pictures(t, codec, 10)
		dir := t.TempDir()
		f := newFilm(dir, nil, slog.New(slog.DiscardHandler), func(error) {})
		for i := range list {
			f.take(list[i], list[i].Time)
		}
		parts, err := f.end()
		if err != nil || len(parts) != 1 {
			t.Fatal(parts, err)
		}
		info, err := os.Stat(parts[0])
		if err != nil || info.Size() < 2*buffer {
			t.Fatalf("a recording of %d bytes: %v", info.Size(), err)
		}
		for _, from := range []uint32{0, buffer} {
			withBadDisk(t, from, func() {
				if v, err := finishVideo(t.Context(), dir); !errors.Is(err, syscall.EIO) {
					t.Errorf("from byte %d: %+v, %v", from, v, err)
				}
			})
			if left := files(t, dir); !slices.Equal(left, []string{filepath.Base(parts[0])}) {
				t.Fatalf("from byte %d: left %v", from, left)
			}
		}
		v, err := finishVideo(t.Context(), dir)
		if err != nil || v == nil {
			t.Fatalf("%+v, %v", v, err)
		}
		if times := shown(t, filepath.Join(dir, v.File)); len(times) != len(list) {
			t.Errorf("%d pictures of %d", len(times), len(list))
		}
	}
}

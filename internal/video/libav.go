package video

/*
#cgo pkg-config: libavcodec libavformat libavutil libswscale
#cgo CFLAGS: -Wall -Wextra

#include <malloc.h>

#include <libavutil/error.h>

#include "source.h"

static size_t heap_in_use(void) {
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
}

static void text_of(int code, char *to, int size) { av_strerror(code, to, size); }
*/
import "C"

import (
	"fmt"
	"syscall"
)

// maxErrno is the largest number that Linux uses for an errno.
const maxErrno = 4095

// libavError turns a negative return value of libav* into an error: a syscall.Errno where the system was to blame,
// so that errors.Is finds syscall.ENOSPC or fs.ErrPermission.
func libavError(code C.int) error {
	if code < 0 && code >= -maxErrno {
		return syscall.Errno(-code)
	}
	var text [128]C.char
	C.text_of(code, &text[0], C.int(len(text)))
	return fmt.Errorf("libav: %s (%d)", C.GoString(&text[0]), int(code))
}

// liveObjects tells how many things the C side of this package holds: zero when every reader and writer is closed.
func liveObjects() int { return int(C.rv_live()) }

// heapInUse tells how many bytes C code has allocated and not freed, of this package and of all others. Unlike the
// process's size it does not move with the allocator's own reserves. See mallinfo2(3).
func heapInUse() int64 { return int64(C.heap_in_use()) }

package video

/*
#include "reader.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"
)

// scanLimit is how many bytes are read to count pictures that the container does not count: a minute of a phone's
// video, read in a fraction of a second.
const scanLimit = 64 << 20

// openFile opens without waiting for the other end of a pipe.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// explainOpening says in a sentence why a file cannot be opened.
func explainOpening(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such file; check the name: %w", path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: you may not read this file; ask its owner, or change its permissions: %w", path, err)
	}
	return fmt.Errorf("%s: the file cannot be opened: %w", path, err)
}

// fileSource reads from a file, which it owns from now on if it does not fail.
func fileSource(path string, file *os.File) (source, error) {
	stat, err := file.Stat()
	switch {
	case err != nil:
		return source{}, fmt.Errorf("%s: the file cannot be looked at: %w", path, err)
	case stat.IsDir():
		return source{}, fmt.Errorf("%s: %w but a folder; name the videos in it", path, ErrNotAFile)
	case !stat.Mode().IsRegular():
		return source{}, fmt.Errorf("%s: %w but a %s; save the video to a file first", path, ErrNotAFile, stat.Mode().Type())
	case stat.Size() == 0:
		return source{}, fmt.Errorf("%s: %w; copy it again from where it was recorded", path, ErrEmpty)
	}
	open := func(flag *C.rv_flag) *C.AVIOContext { return C.rv_io_from_fd(C.int(file.Fd()), 0, flag) }
	return source{name: path, at: file, size: stat.Size(), open: open, close: file.Close}, nil
}

// memorySource reads from bytes. Fuzz targets use it.
func memorySource(name string, bytes []byte, at io.ReaderAt) source {
	open := func(*C.rv_flag) *C.AVIOContext {
		return C.rv_io_from_memory((*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(bytes))), C.int64_t(len(bytes)))
	}
	return source{name: name, at: at, size: int64(len(bytes)), open: open}
}

// scan counts the pictures and their time. Zeros mean that it could not.
func (r *Reader) scan() (frames int64, length time.Duration) {
	var count, ns C.int64_t
	if C.rv_scan(r.source.open(r.flag), r.flag, scanLimit, &count, &ns) < 0 {
		return 0, 0
	}
	return int64(count), time.Duration(ns)
}

// stopped is what a cancelled reader answers. errors.Is finds context.Canceled or context.DeadlineExceeded in it.
func (r *Reader) stopped(ctx context.Context) error {
	return fmt.Errorf("%s: stopped after %d frames: %w", r.source.name, r.read, ctx.Err())
}

// explainFault says in a sentence why the video cannot be read.
func (r *Reader) explainFault(ctx context.Context, code C.int) error {
	name, s := r.source.name, r.state
	switch code {
	case C.RV_EXIT:
		if ctx.Err() != nil {
			return r.stopped(ctx)
		}
	case C.RV_FAULT_NO_VIDEO:
		if r.isUnfinished() {
			return r.unfinished(ErrNoVideo)
		}
		if s.container == nil || int64(s.streams) == 0 {
			return fmt.Errorf("%s: %w: it holds nothing; choose another file", name, ErrNoVideo)
		}
		return fmt.Errorf("%s: %w: it holds sound or text only; choose another file", name, ErrNoVideo)
	case C.RV_FAULT_CODEC:
		return fmt.Errorf("%s: %w %s; convert it to H.264 in an .mp4", name, ErrCodec, C.GoString(s.codec))
	case C.RV_FAULT_TOO_LARGE:
		return fmt.Errorf("%s: %w: %d×%d, at most 8K (7680×4320) is read; make it smaller", name, ErrTooLarge,
			int(s.stored_width), int(s.stored_height))
	case C.RV_FAULT_TOO_SMALL:
		return fmt.Errorf("%s: %w: %d×%d, both sides need %d pixels; use the original recording", name, ErrTooSmall,
			int(s.stored_width), int(s.stored_height), MinSide)
	case C.RV_FAULT_NO_PICTURE:
		return fmt.Errorf("%s: %w (%d damaged); copy the file again from where it was recorded", name, ErrNoPictures,
			r.damaged())
	}
	err := libavError(code)
	if errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ESTALE) || errors.Is(err, syscall.ENOMEM) {
		return fmt.Errorf("%s: the file cannot be read: %w", name, err)
	}
	if r.isUnfinished() {
		return r.unfinished(err)
	}
	return fmt.Errorf("%s: %w that can be read here (mp4, mov, webm or mkv); choose another file (%w)", name, ErrNotAVideo, err)
}

// isUnfinished tells whether the file is an MP4 or MOV without its index.
func (r *Reader) isUnfinished() bool {
	shape := shapeOf(r.source.at, r.source.size)
	return shape.isMP4 && !shape.hasIndex
}

func (r *Reader) unfinished(cause error) error {
	return fmt.Errorf("%s: %w: its recording or copying broke off before the index was written; copy or record it again (%w)",
		r.source.name, ErrUnfinished, cause)
}

// explainEnd is what Next answers after the last frame.
func (r *Reader) explainEnd(ctx context.Context, code C.int) error {
	switch {
	case code == C.RV_EXIT && ctx.Err() != nil:
		return r.stopped(ctx)
	case code == C.RV_EOF && r.read == 0:
		return r.explainFault(ctx, C.RV_FAULT_NO_PICTURE)
	case code == C.RV_EOF:
		return io.EOF
	}
	return fmt.Errorf("%s: reading stopped after %d frames: %w", r.source.name, r.read, libavError(code))
}

// Warning tells, once Next has answered io.EOF, whether everything there should be was read: nil, or an error that
// wraps ErrTruncated or ErrDamaged. The frames given out are good all the same.
func (r *Reader) Warning() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil || !errors.Is(r.finished, io.EOF) {
		return nil
	}
	base := filepath.Base(r.source.name)
	missing := r.state.packets_told - r.state.packets
	if shape := shapeOf(r.source.at, r.source.size); missing > 0 || shape.ends > r.source.size {
		return fmt.Errorf("%s: %w: it ends after %d of about %d frames; copy it again to see the rest", base, ErrTruncated,
			r.read, r.info.Frames)
	}
	if code := r.state.read_error; code < 0 {
		return fmt.Errorf("%s: %w: reading failed after %d of about %d frames; copy it again (%w)", base, ErrDamaged,
			r.read, r.info.Frames, libavError(code))
	}
	if n := r.damaged(); n > 0 {
		return fmt.Errorf("%s: %w: %d of %d pictures were left out", base, ErrDamaged, n, r.read+n)
	}
	return nil
}

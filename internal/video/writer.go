package video

/*
#include "writer.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// PixelOrder is the order of the bytes of one pixel.
type PixelOrder int

const (
	// BGR has 3 bytes a pixel, as frames have.
	BGR PixelOrder = iota
	// RGBA has 4 bytes a pixel, as image.RGBA has. The last one is ignored: pictures are opaque.
	RGBA
)

func (o PixelOrder) bytes() int {
	if o == RGBA {
		return 4
	}
	return 3
}

// WriterOptions say how a video is written.
type WriterOptions struct {
	// Width and Height are the size of all pictures, in pixels. H.264 needs even sides: of an odd one the last
	// column or row is cut off.
	Width, Height int
	// Order says what the pictures' bytes mean.
	Order PixelOrder
	// FPS is about how many pictures a second come, for the encoder's planning; 0 means 30. The times in the file
	// are those given to Write.
	FPS float64
	// Threads is the number of encoding threads; 0 means 1. The bytes written depend on it, and on nothing else
	// but the pictures and times.
	Threads int
	// Quality is x264's constant rate factor, 1 (best, largest) to 51; 0 means 21.
	Quality int
}

const defaultQuality = 21

func (o *WriterOptions) complete() error {
	if o.FPS == 0 {
		o.FPS = 30
	}
	if o.Threads == 0 {
		o.Threads = 1
	}
	if o.Quality == 0 {
		o.Quality = defaultQuality
	}
	switch {
	case o.Width < MinSide || o.Height < MinSide || o.Width > MaxPixels || o.Height > MaxPixels || o.Width*o.Height > MaxPixels:
		return fmt.Errorf("%w: a picture of %d×%d; use sides of at least %d pixels and at most 8K", ErrOptions, o.Width, o.Height, MinSide)
	case o.Order != BGR && o.Order != RGBA:
		return fmt.Errorf("%w: pixel order %d", ErrOptions, o.Order)
	case !(o.FPS > 0 && o.FPS <= 1000):
		return fmt.Errorf("%w: %v pictures a second; use up to 1000", ErrOptions, o.FPS)
	case o.Threads < 1 || o.Threads > maxThreads:
		return fmt.Errorf("%w: %d threads; use 1 to %d", ErrOptions, o.Threads, maxThreads)
	case o.Quality < 1 || o.Quality > 51:
		return fmt.Errorf("%w: quality %d; use 1 to 51", ErrOptions, o.Quality)
	}
	return nil
}

// partSuffix marks a video that is still being written.
const partSuffix = ".part"

// Writer writes an H.264 video into an MP4 that browsers play, index first. Until Close the file has ".part" behind
// its name, so that whoever sees the final name sees a whole video. Methods may be called from any goroutine.
type Writer struct {
	path    string
	options WriterOptions

	mu     sync.Mutex // guards everything below
	c      *C.rv_writer
	file   *os.File
	count  int64
	last   C.int64_t // ticks of the last picture
	failed error     // first failure to write, after which nothing is
}

// NewWriter starts a video that will be at path. It replaces a file of that name only on Close. The errors wrap
// ErrOptions, fs.ErrNotExist, fs.ErrPermission or syscall.ENOSPC. The caller ends the writer by Close or Abort.
func NewWriter(path string, options WriterOptions) (*Writer, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	if stat, err := os.Stat(path); err == nil && !stat.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w; choose another name for the video", path, ErrNotAFile)
	}
	file, err := os.OpenFile(path+partSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, explainWriting(path, err)
	}
	w, err := newWriter(path, file, options)
	if err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(path+partSuffix))
	}
	return w, nil
}

// newWriter takes file over if it does not fail.
func newWriter(path string, file *os.File, options WriterOptions) (*Writer, error) {
	w := &Writer{path: path, options: options, file: file}
	o := C.rv_writer_options{
		width: C.int(options.Width), height: C.int(options.Height), order: C.int(options.Order),
		fps: C.int(max(1, options.FPS+0.5)), threads: C.int(options.Threads), quality: C.int(options.Quality),
	}
	if code := C.rv_writer_open(&w.c, C.int(file.Fd()), &o); code < 0 {
		return nil, explainWriting(path, libavError(code))
	}
	return w, nil
}

// explainWriting says in a sentence why a video cannot be written.
func explainWriting(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("%s: there is no room left for the video; free some space or choose another disk: %w", path, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s: you may not write here; choose another folder: %w", path, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such folder; make it first: %w", path, err)
	}
	return fmt.Errorf("%s: the video cannot be written: %w", path, err)
}

// Write adds a packed picture of the size and order agreed on, shown from pts on. Times must rise by at least 1/90000 s
// (ErrTimestamp) and not be negative. pixels is not kept. After any other error the video is lost: call Close or Abort.
func (w *Writer) Write(pixels []byte, pts time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.c == nil {
		return fmt.Errorf("%s: %w", w.path, ErrClosed)
	}
	if w.failed != nil {
		return w.failed
	}
	if want := w.options.Width * w.options.Height * w.options.Order.bytes(); len(pixels) != want {
		return fmt.Errorf("%w: a picture of %d bytes where %d×%d needs %d", ErrOptions, len(pixels), w.options.Width,
			w.options.Height, want)
	}
	now := ticks(pts)
	if now < 0 || (w.count > 0 && now <= w.last) {
		return fmt.Errorf("%s: %w: one at %v after one at %v", w.path, ErrTimestamp, pts, fromTicks(w.last))
	}
	code := C.rv_writer_add(w.c, (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(pixels))), now)
	if code < 0 {
		w.failed = explainWriting(w.path, libavError(code))
		return w.failed
	}
	w.last = now
	w.count++
	return nil
}

// ticks rounds a time to the file's time base.
func ticks(t time.Duration) C.int64_t {
	whole, rest := t/time.Second, t%time.Second
	return C.int64_t(whole*C.RV_TICKS + (rest*C.RV_TICKS+time.Second/2)/time.Second)
}

func fromTicks(t C.int64_t) time.Duration {
	whole, rest := time.Duration(t)/C.RV_TICKS, time.Duration(t)%C.RV_TICKS
	return whole*time.Second + rest*time.Second/C.RV_TICKS
}

// Close finishes the video and gives it its final name. If anything has gone wrong it removes what there is and
// returns why; ErrNothingWritten if there was no picture. Closing again does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.c == nil {
		return nil
	}
	if w.failed == nil {
		w.failed = w.finish()
	}
	if err := w.discard(w.failed != nil); w.failed == nil && err != nil {
		w.failed = explainWriting(w.path, err)
	}
	if w.failed != nil {
		return w.failed
	}
	if err := os.Rename(w.path+partSuffix, w.path); err != nil {
		return explainWriting(w.path, errors.Join(err, os.Remove(w.path+partSuffix)))
	}
	return nil
}

// finish writes the rest and sees that it reaches the disk.
func (w *Writer) finish() error {
	if w.count == 0 {
		return fmt.Errorf("%s: %w", w.path, ErrNothingWritten)
	}
	if code := C.rv_writer_finish(w.c); code < 0 {
		return explainWriting(w.path, libavError(code))
	}
	if err := w.file.Sync(); err != nil {
		return explainWriting(w.path, err)
	}
	return nil
}

// discard frees everything and, if asked to, removes the unfinished file.
func (w *Writer) discard(remove bool) error {
	C.rv_writer_free(&w.c)
	err := w.file.Close()
	if remove {
		err = errors.Join(err, os.Remove(w.path+partSuffix))
	}
	return err
}

// Abort gives the video up and removes what there is of it. After Close it does nothing, so it can be deferred.
func (w *Writer) Abort() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.c == nil {
		return nil
	}
	return w.discard(true)
}

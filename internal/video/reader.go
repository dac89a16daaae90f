// Package video turns compressed video files into frames and frames into compressed video files. It is the only
// package that binds FFmpeg's libraries.
//
// What it reads comes from strangers: only the one regular file that was named is ever opened, only four containers
// and five codings are let near their bytes, and sizes are bounded.
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
	"os"
	"path/filepath"
	"sync"
	"time"
	"unsafe"

	"github.com/rollwell/rollwell/internal/frame"
)

// Stats counts what has become of a video's pictures so far.
type Stats struct {
	Read    int64 // frames given out
	Damaged int64 // pictures, or packets meant to hold one, that were left out
}

// Reader reads the frames of one video in order. Its methods may be called from any goroutine, one at a time taking
// effect; Close waits for a Next that is under way.
type Reader struct {
	info    Info
	options Options
	source  source
	// width, height, displayWidth and displayHeight are the same for all frames of a reader.
	width, height, displayWidth, displayHeight int
	scale                                      float64

	mu       sync.Mutex // guards everything below but the flag's two, and the C reader
	c        *C.rv_reader
	state    *C.rv_state
	clock    *clock
	read     int64
	unshown  int64 // pictures that could not be converted
	finished error // what Next answers from now on
	// again tells that Ahead may have gone back to pictures that were given out already, cannotSeek that this video cannot
	// be searched.
	again, cannotSeek bool
	watched           <-chan struct{}
	unwatch           func() bool

	flagMu sync.Mutex // guards flag, which Close frees
	flag   *C.rv_flag
}

// source is where a reader's bytes come from.
type source struct {
	name string
	at   io.ReaderAt
	size int64
	open func(flag *C.rv_flag) *C.AVIOContext
	// close is called last; nil if there is nothing to close.
	close func() error
}

// Open opens the video file at path and decodes its first picture. Cancelling ctx ends Open early, and means nothing
// to the reader afterwards. The errors wrap the sentinels of this package, fs.ErrNotExist or fs.ErrPermission. The
// caller closes the reader.
func Open(ctx context.Context, path string, options Options) (*Reader, error) {
	return openWith(ctx, path, options, openFile)
}

func openWith(ctx context.Context, path string, options Options, open func(path string) (*os.File, error)) (*Reader, error) {
	file, err := open(path)
	if err != nil {
		return nil, explainOpening(path, err)
	}
	source, err := fileSource(path, file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return newReader(ctx, source, options)
}

// newReader takes the source over, also when it fails.
func newReader(ctx context.Context, source source, options Options) (*Reader, error) {
	r := &Reader{source: source, options: options, flag: C.rv_flag_new()}
	err := r.options.complete()
	if err == nil {
		err = r.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// start opens the C reader and learns everything about the video.
func (r *Reader) start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.c = C.rv_reader_new(r.flag)
	if r.c == nil || r.flag == nil {
		return fmt.Errorf("open %s: %w", r.source.name, libavError(C.RV_NO_MEMORY))
	}
	r.state = C.rv_reader_state(r.c)
	if err := r.watch(ctx); err != nil {
		return err
	}
	code := C.rv_reader_open(r.c, r.source.open(r.flag), C.int(r.options.Threads))
	if code < 0 {
		return r.explainFault(ctx, code)
	}
	s := r.state
	r.info = Info{
		Name: filepath.Base(r.source.name), Width: int(s.width), Height: int(s.height), FPS: float64(s.fps),
		Duration: time.Duration(s.duration_ns), Frames: int64(s.frames),
		Codec: C.GoString(s.codec), Container: containerName(C.GoString(s.container)),
	}
	// Browsers move what begins before 0 to 0, and leave all else where it is (Chromium 156).
	if begin := time.Duration(s.pts_ns); begin > 0 && begin < maxDuration {
		r.info.Start = begin
	}
	r.info.complete(r.scan)
	r.width, r.height = sizeWithin(r.info.Width, r.info.Height, r.options.AnalysisLongSide)
	if r.options.DisplayLongSide > 0 {
		r.displayWidth, r.displayHeight = sizeWithin(r.info.Width, r.info.Height, r.options.DisplayLongSide)
	}
	r.scale = float64(max(r.info.Width, r.info.Height)) / float64(max(r.width, r.height))
	r.clock = newClock(r.info.FPS)
	if !r.forget() {
		return r.stopped(ctx)
	}
	return nil
}

// containerName shortens libavformat's list of names to the one people use.
func containerName(name string) string {
	if name == "matroska,webm" {
		return "webm"
	}
	return "mp4"
}

// Info describes the video. It does not change.
func (r *Reader) Info() Info { return r.info }

// Next returns the next frame, upright, with PTS counted from the first one and always rising, or io.EOF after the
// last. Every frame of a reader has the same size: should the stream change its own, its pictures are fitted into the
// first one's, on black if the shape differs. Pictures that cannot be decoded are left out and counted.
// The caller owns the frame and releases it.
//
// Cancelling ctx ends a Next that is under way, and the reader: afterwards only Close is of use. Give every Next the
// same ctx; watching another one costs allocations.
func (r *Reader) Next(ctx context.Context) (*frame.Frame, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.finished != nil {
		return nil, r.finished
	}
	if err := r.watch(ctx); err != nil {
		return nil, err
	}
	for {
		switch code := C.rv_reader_step(r.c); {
		case code > 0 && r.again && time.Duration(r.state.pts_ns) <= r.clock.told: // it has been given out before
		case code > 0:
			r.again = false
			if f := r.show(); f != nil {
				return f, nil
			}
		case code < 0:
			r.finished = r.explainEnd(ctx, code)
			return nil, r.finished
		}
		if err := ctx.Err(); err != nil {
			r.finished = r.stopped(ctx)
			return nil, r.finished
		}
	}
}

// seekWorth is how far ahead a time has to be for a key picture to be looked for: nearer ones are read on to.
const seekWorth = 4 * time.Second

// Ahead lets the next Next go on near a time that is further on: with a picture at that time or before it, but behind the
// one that was read last. Where the video cannot be searched, or the time is near, it does nothing. Pictures that are left
// out on the way are not counted.
func (r *Reader) Ahead(t time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.clock
	asTold := c != nil && c.started && c.told-c.offset == c.last // else nobody knows where a time is in the file
	if r.finished != nil || !asTold || r.cannotSeek || t-c.last < seekWorth {
		return
	}
	if C.rv_reader_seek(r.c, C.int64_t(t+c.offset)) < 0 {
		r.cannotSeek = true
		return
	}
	r.again = true
}

// watch makes the end of ctx interrupt the C reader.
func (r *Reader) watch(ctx context.Context) error {
	if ctx.Err() != nil {
		return r.stopped(ctx)
	}
	if ctx.Done() == r.watched {
		return nil
	}
	r.forget()
	r.watched = ctx.Done()
	if r.watched != nil {
		r.unwatch = context.AfterFunc(ctx, r.interrupt)
	}
	return nil
}

// forget undoes watch. It returns false if the context has ended already, and interrupts or has interrupted.
func (r *Reader) forget() bool {
	inTime := r.unwatch == nil || r.unwatch()
	r.watched, r.unwatch = nil, nil
	return inTime
}

// interrupt makes the C reader stop soon. It may be called from any goroutine at any time.
func (r *Reader) interrupt() {
	r.flagMu.Lock()
	defer r.flagMu.Unlock()
	if r.flag != nil {
		C.rv_flag_raise(r.flag)
	}
}

// show turns the picture that the C reader has found into a frame, or returns nil if it cannot be converted.
func (r *Reader) show() *frame.Frame {
	pts := r.clock.next(time.Duration(r.state.pts_ns), time.Duration(r.state.duration_of))
	f := r.options.Pool.Get(r.width, r.height, r.displayWidth, r.displayHeight)
	if !r.fill(0, f.Picture) || !r.fill(1, f.Display) {
		r.unshown++
		f.Release()
		return nil
	}
	f.Seq = r.read + r.damaged()
	f.PTS = pts
	f.Scale = r.scale
	r.read++
	return f
}

// fill converts the current picture. An empty one needs no filling.
func (r *Reader) fill(which C.int, p frame.Picture) bool {
	if len(p.Pix) == 0 {
		return true
	}
	to := (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(p.Pix)))
	return C.rv_reader_show(r.c, which, to, C.int(p.Width), C.int(p.Height)) == 0
}

func (r *Reader) damaged() int64 { return int64(r.state.damaged) + r.unshown }

// Stats tells what has been read so far.
func (r *Reader) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.c == nil {
		return Stats{Read: r.read, Damaged: r.unshown}
	}
	return Stats{Read: r.read, Damaged: r.damaged()}
}

// Close frees everything but the frames that are still out. Closing again does nothing.
func (r *Reader) Close() error {
	r.interrupt()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forget()
	if r.c != nil {
		r.unshown = r.damaged() // for Stats after Close
		C.rv_reader_free(&r.c)
		r.state = nil
	}
	r.flagMu.Lock()
	C.rv_flag_free(&r.flag)
	r.flagMu.Unlock()
	r.finished = fmt.Errorf("%s: %w", r.source.name, ErrClosed)
	if r.source.close == nil {
		return nil
	}
	closeSource := r.source.close
	r.source.close = nil
	return closeSource()
}

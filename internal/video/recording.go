package video

/*
#include "recording.h"
#include "stream.h"
*/
import "C"

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"github.com/rollwell/rollwell/internal/media"
)

// pieceLength is the longest time that a recording holds back: what a crash costs of it, but for one picture.
const pieceLength = time.Second

// RecordingSuffix is how the name of a recording in that coding ends: ".mp4" or ".webm"; "" if it cannot be recorded.
func RecordingSuffix(codec media.Codec) string {
	switch codec {
	case media.H264, media.AV1:
		return ".mp4"
	case media.VP8, media.VP9:
		return ".webm"
	}
	return ""
}

// Recording writes the compressed pictures of a live stream as they are: H.264 and AV1 into a fragmented MP4, VP8 and VP9
// into a WebM without an index. Whatever happens, all of it can be read but for the last second. A change of the
// pictures' size is no matter, that of the coding needs a recording of its own. Its methods must not be called
// concurrently, and wait for the disk.
type Recording struct {
	path  string
	codec media.Codec
	c     *C.rv_recording // nil once closed
	file  *os.File
	last  time.Duration
	// keyed tells that nothing is missing since the last key picture.
	keyed bool
	// failed is the first failure to write, after which nothing is.
	failed error
}

// NewRecording begins a recording at path with a key picture that is shown from at on. An error that wraps ErrKeyNeeded
// or ErrCodec says that this picture is none to begin with; there is no file then. The caller closes the recording.
func NewRecording(path string, first media.AccessUnit, at time.Duration) (*Recording, error) {
	coding, ok := map[media.Codec]C.int{
		media.H264: C.RV_STREAM_H264, media.VP8: C.RV_STREAM_VP8, media.VP9: C.RV_STREAM_VP9, media.AV1: C.RV_STREAM_AV1,
	}[first.Codec]
	if !ok {
		return nil, fmt.Errorf("%w %s: only H.264, VP8, VP9 and AV1 are recorded", ErrCodec, first.Codec)
	}
	if !first.Key || len(first.Data) == 0 || len(first.Data) > maxUnit {
		return nil, fmt.Errorf("recording of %s: %w", first.Codec, ErrKeyNeeded)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, explainWriting(path, err)
	}
	r := &Recording{path: path, codec: first.Codec, file: file}
	code := C.rv_recording_open(&r.c, C.int(file.Fd()), coding, bytesOf(first.Data), C.int(len(first.Data)))
	if code == C.RV_RECORDING_NO_START {
		err = fmt.Errorf("recording of %s: %w: this one cannot be begun with", first.Codec, ErrKeyNeeded)
	} else if code < 0 {
		err = explainWriting(path, libavError(code))
	}
	if err == nil {
		err = r.Add(first, at)
	}
	if err != nil {
		C.rv_recording_free(&r.c)
		return nil, errors.Join(err, file.Close(), os.Remove(path))
	}
	return r, nil
}

func bytesOf(b []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(b))) }

// Codec is the coding of the recording.
func (r *Recording) Codec() media.Codec { return r.codec }

// Add adds a picture that is shown from at on, which has to be after the one before (ErrTimestamp). One that cannot be
// shown without others which are not there is refused with ErrKeyNeeded, up to the next key picture. After any other
// error the recording is over: what is in the file stays, call Close. u is not kept.
func (r *Recording) Add(u media.AccessUnit, at time.Duration) error {
	switch {
	case r.c == nil:
		return fmt.Errorf("%s: %w", r.path, ErrClosed)
	case r.failed != nil:
		return r.failed
	case u.Codec != r.codec:
		return fmt.Errorf("%w %s in a recording of %s", ErrCodec, u.Codec, r.codec)
	case len(u.Data) == 0 || len(u.Data) > maxUnit || !u.Key && (!r.keyed || falseStart(u)):
		r.keyed = false
		return fmt.Errorf("recording of %s: %w", r.codec, ErrKeyNeeded)
	case at < 0 || r.keyed && at <= r.last:
		return fmt.Errorf("%s: %w: one at %v after one at %v", r.path, ErrTimestamp, at, r.last)
	}
	key := C.int(0)
	if u.Key {
		key = 1
	}
	code := C.rv_recording_add(r.c, bytesOf(u.Data), C.int(len(u.Data)), key, C.int64_t(at.Microseconds()), C.int64_t(pieceLength.Microseconds()))
	if code < 0 {
		r.failed = explainWriting(r.path, libavError(code))
		return r.failed
	}
	r.last, r.keyed = at, true
	return nil
}

// falseStart tells of an H.264 picture that pretends to be one to begin with and is none: in a file, Chromium stops at
// it for good.
func falseStart(u media.AccessUnit) bool {
	if u.Codec != media.H264 {
		return false
	}
	const idr = 5
	for rest := u.Data; ; {
		at := bytes.Index(rest, []byte{0, 0, 1})
		if at < 0 || at+3 >= len(rest) {
			return false
		}
		if rest[at+3]&31 == idr {
			return true
		}
		rest = rest[at+3:]
	}
}

// Flush writes everything but the newest picture, and sees that it reaches the disk.
func (r *Recording) Flush() error {
	if r.c == nil || r.failed != nil {
		return r.failed
	}
	if code := C.rv_recording_flush(r.c); code < 0 {
		r.failed = explainWriting(r.path, libavError(code))
		return r.failed
	}
	return r.sync()
}

func (r *Recording) sync() error {
	err := syscall.Fdatasync(int(r.file.Fd()))
	if err != nil && !errors.Is(err, syscall.EINVAL) { // a file system that knows no such thing
		r.failed = explainWriting(r.path, err)
	}
	return r.failed
}

// Close writes what is held back and closes the file. Closing again does nothing.
func (r *Recording) Close() error {
	if r.c == nil {
		return nil
	}
	if r.failed == nil {
		if code := C.rv_recording_finish(r.c); code < 0 {
			r.failed = explainWriting(r.path, libavError(code))
		}
	}
	C.rv_recording_free(&r.c)
	err := r.file.Close()
	if r.failed == nil && err != nil {
		r.failed = explainWriting(r.path, err)
	}
	return r.failed
}

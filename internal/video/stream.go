package video

/*
#include "container.h"
#include "stream.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/media"
)

// ErrKeyNeeded tells that nothing can be decoded before the next key picture. Ask the sender for one.
var ErrKeyNeeded = errors.New("a key picture is needed")

// Limits of live streams.
const (
	// MaxStreamPixels is the most pixels a live picture may have unless StreamOptions says otherwise: full HD, lying or
	// standing, rounded up to whole blocks.
	MaxStreamPixels = 1920 * 1088
	// maxUnit is the largest compressed picture in bytes. A key picture of full HD has a tenth of it.
	maxUnit = 8 << 20
)

// StreamOptions say how a live stream is decoded.
type StreamOptions struct {
	// AnalysisLongSide is the most pixels the longer side of a frame's picture has; 0 means 640. Smaller pictures
	// keep their size.
	AnalysisLongSide int
	// MaxPixels is the most pixels a picture may have; 0 means MaxStreamPixels.
	MaxPixels int
	// Pool lends the frames; nil means a pool of the stream's own.
	Pool *frame.Pool
}

func (o *StreamOptions) complete() error {
	if o.AnalysisLongSide == 0 {
		o.AnalysisLongSide = defaultAnalysisLongSide
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = MaxStreamPixels
	}
	if o.Pool == nil {
		o.Pool = frame.NewPool()
	}
	switch {
	case o.AnalysisLongSide < MinSide || o.AnalysisLongSide > maxLongSide:
		return fmt.Errorf("%w: analysis size %d; use %d to %d pixels", ErrOptions, o.AnalysisLongSide, MinSide, maxLongSide)
	case o.MaxPixels < MinSide*MinSide || o.MaxPixels > MaxPixels:
		return fmt.Errorf("%w: at most %d pixels; use %d to %d", ErrOptions, o.MaxPixels, MinSide*MinSide, MaxPixels)
	}
	return nil
}

// Stream decodes the pictures of one publication, without delay and on the caller's own thread. Every picture has to
// be decoded, for the next ones build on it; only those that are wanted are converted. Its methods must not be
// called concurrently.
type Stream struct {
	codec   media.Codec
	options StreamOptions
	c       *C.rv_stream // nil once closed
	// keyed tells that the pictures since the last key picture are whole.
	keyed bool
}

// NewStream makes a decoder for a coding. The errors wrap ErrCodec or ErrOptions. The caller closes the stream.
func NewStream(codec media.Codec, options StreamOptions) (*Stream, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	coding, ok := map[media.Codec]C.int{
		media.H264: C.RV_STREAM_H264, media.VP8: C.RV_STREAM_VP8, media.VP9: C.RV_STREAM_VP9, media.AV1: C.RV_STREAM_AV1,
		media.JPEG: C.RV_STREAM_JPEG,
	}[codec]
	if !ok {
		return nil, fmt.Errorf("%w %s: send H.264, VP8, VP9, AV1 or JPEG", ErrCodec, codec)
	}
	s := &Stream{codec: codec, options: options}
	if code := C.rv_stream_open(&s.c, coding, C.int64_t(options.MaxPixels)); code < 0 {
		return nil, fmt.Errorf("%w %s: it cannot be decoded on this machine: %w", ErrCodec, codec, libavError(code))
	}
	return s, nil
}

// Decode takes the next compressed picture. got tells that there is now a newer one for Frame; some pictures are not
// meant to be shown. After an error, which wraps ErrDamaged, ErrTooLarge or ErrTooSmall, everything up to the next key
// picture is refused with ErrKeyNeeded; what was decoded before stays. u is not kept.
func (s *Stream) Decode(u media.AccessUnit) (got bool, err error) {
	switch {
	case s.c == nil:
		return false, fmt.Errorf("live stream: %w", ErrClosed)
	case u.Codec != s.codec:
		return false, fmt.Errorf("%w %s in a stream of %s: publish anew to change it", ErrCodec, u.Codec, s.codec)
	case len(u.Data) == 0:
		return false, s.damaged("it is empty")
	case len(u.Data) > maxUnit:
		return false, s.damaged(fmt.Sprintf("it has %d bytes, more than %d", len(u.Data), maxUnit))
	case !s.keyed && !u.Key && s.codec != media.JPEG:
		return false, fmt.Errorf("live stream of %s: %w", s.codec, ErrKeyNeeded)
	}
	data := (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(u.Data)))
	code := C.rv_stream_decode(s.c, data, C.int(len(u.Data)), rangeOf(u.Range))
	if code < 0 {
		return false, s.explain(code)
	}
	s.keyed = true
	return code > 0, nil
}

// rangeOf says a colour range to the C side.
func rangeOf(r media.Range) C.int {
	switch r {
	case media.Limited:
		return C.RV_RANGE_LIMITED
	case media.Full:
		return C.RV_RANGE_FULL
	}
	return C.RV_RANGE_UNSAID
}

// explain turns a fault into an error; from now on a key picture is needed.
func (s *Stream) explain(code C.int) error {
	s.keyed = false
	switch code {
	case C.RV_STREAM_DAMAGED:
		return s.damaged("parts of it are missing")
	case C.RV_STREAM_TOO_LARGE:
		return fmt.Errorf("live stream of %s: %w: at most %d pixels are read; send a smaller one", s.codec, ErrTooLarge, s.options.MaxPixels)
	case C.RV_STREAM_TOO_SMALL:
		return fmt.Errorf("live stream of %s: %w: both sides need %d pixels; send a larger one", s.codec, ErrTooSmall, MinSide)
	}
	err := libavError(code)
	if errors.Is(err, syscall.ENOMEM) {
		return fmt.Errorf("live stream of %s: %w", s.codec, err)
	}
	return s.damaged(err.Error())
}

func (s *Stream) damaged(why string) error {
	s.keyed = false
	return fmt.Errorf("live stream of %s: %w: a picture cannot be decoded (%s); ask for a key picture", s.codec, ErrDamaged, why)
}

// Frame converts the newest picture to a frame of the stream's own shape, at most AnalysisLongSide long; its size
// changes as the sender's does. The times and the number are the caller's to set, and so is the frame. Without a
// picture newer than the last frame the error wraps ErrNoPictures.
func (s *Stream) Frame() (*frame.Frame, error) {
	if s.c == nil {
		return nil, fmt.Errorf("live stream: %w", ErrClosed)
	}
	size := C.rv_stream_size(s.c)
	w, h := int(size.width), int(size.height)
	if w < 1 || h < 1 {
		return nil, fmt.Errorf("live stream of %s: %w since the last one", s.codec, ErrNoPictures)
	}
	width, height := sizeWithin(w, h, s.options.AnalysisLongSide)
	f := s.options.Pool.Get(width, height, 0, 0)
	to := (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(f.Pix)))
	if code := C.rv_stream_show(s.c, to, C.int(width), C.int(height)); code < 0 {
		f.Release()
		return nil, fmt.Errorf("live stream of %s: %w: a picture of %d×%d cannot be converted: %w", s.codec, ErrDamaged, w, h, libavError(code))
	}
	f.Scale = float64(max(w, h)) / float64(max(width, height))
	return f, nil
}

// Close frees the decoder, but not the frames that are still out. Closing again does nothing.
func (s *Stream) Close() error {
	C.rv_stream_free(&s.c)
	return nil
}

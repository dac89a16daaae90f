package video

/*
#include "container.h"
#include "recording.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Copied is what Remux has copied.
type Copied struct {
	Frames int64
	// First is the time of the first picture, End that at which the last one ends.
	First, End time.Duration
	// Width and Height are those of the first picture.
	Width, Height int
}

// Remux copies a recording, up to where it is whole, into a file in which players find their way fast: an MP4 with
// its index first, or a WebM with cues. Not one picture is coded anew, and their times stay. to is replaced once it is
// whole. An error that wraps ErrNoPictures says that there was nothing to copy; a disk that cannot be read is another.
func Remux(ctx context.Context, from, to string) (Copied, error) {
	in, err := os.Open(from)
	if err != nil {
		return Copied{}, explainOpening(from, err)
	}
	defer in.Close() //nolint:errcheck // it is only read
	out, err := os.OpenFile(to+partSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return Copied{}, explainWriting(to, err)
	}
	done, err := remux(ctx, in, out)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(to+partSuffix, to)
	}
	if err != nil {
		return Copied{}, explainWriting(to, errors.Join(err, os.Remove(to+partSuffix)))
	}
	return done, nil
}

func remux(ctx context.Context, in, out *os.File) (Copied, error) {
	flag := C.rv_flag_new()
	if flag == nil {
		return Copied{}, libavError(C.RV_NO_MEMORY)
	}
	raised := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		C.rv_flag_raise(flag)
		close(raised)
	})
	var c C.rv_remuxed
	code := C.rv_remux(C.int(in.Fd()), C.int(out.Fd()), flag, &c)
	if !stop() {
		<-raised
	}
	C.rv_flag_free(&flag)
	switch {
	case ctx.Err() != nil:
		return Copied{}, fmt.Errorf("copying %s: %w", in.Name(), ctx.Err())
	case code == C.RV_FAULT_NO_VIDEO, code == C.RV_FAULT_NO_PICTURE, code == C.RV_INVALID:
		return Copied{}, fmt.Errorf("%s: %w", in.Name(), ErrNoPictures)
	case code == C.RV_FAULT_CODEC:
		return Copied{}, fmt.Errorf("%s: %w", in.Name(), ErrCodec)
	case code < 0:
		return Copied{}, libavError(code)
	}
	return Copied{
		Frames: int64(c.frames), First: time.Duration(c.first_ns), End: time.Duration(c.end_ns), Width: int(c.width), Height: int(c.height),
	}, nil
}

package video

import (
	"fmt"

	"github.com/rollwell/rollwell/internal/frame"
)

// Options say how a video is read.
type Options struct {
	// AnalysisLongSide is the most pixels the longer side of a frame's picture has; 0 means 640. Smaller videos
	// keep their size.
	AnalysisLongSide int
	// DisplayLongSide is the same for the display picture; 0 means that there is none.
	DisplayLongSide int
	// Threads is the number of decoding threads; 0 means 1.
	Threads int
	// Pool lends the frames; nil means a pool of the reader's own.
	Pool *frame.Pool
}

const (
	defaultAnalysisLongSide = 640
	maxThreads              = 16
	maxLongSide             = 7680
)

func (o *Options) complete() error {
	if o.AnalysisLongSide == 0 {
		o.AnalysisLongSide = defaultAnalysisLongSide
	}
	if o.Threads == 0 {
		o.Threads = 1
	}
	if o.Pool == nil {
		o.Pool = frame.NewPool()
	}
	switch {
	case o.AnalysisLongSide < MinSide || o.AnalysisLongSide > maxLongSide:
		return fmt.Errorf("%w: analysis size %d; use %d to %d pixels", ErrOptions, o.AnalysisLongSide, MinSide, maxLongSide)
	case o.DisplayLongSide != 0 && (o.DisplayLongSide < MinSide || o.DisplayLongSide > maxLongSide):
		return fmt.Errorf("%w: display size %d; use 0 or %d to %d pixels", ErrOptions, o.DisplayLongSide, MinSide, maxLongSide)
	case o.Threads < 1 || o.Threads > maxThreads:
		return fmt.Errorf("%w: %d threads; use 1 to %d", ErrOptions, o.Threads, maxThreads)
	}
	return nil
}

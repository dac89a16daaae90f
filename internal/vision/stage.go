package vision

import (
	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// view is one frame as the stages see it. The Mats are valid during the call only; stages read them and never
// write or close them.
type view struct {
	// t is the frame's time in seconds from the start of its source.
	t             float64
	width, height int
	// bgr is the picture, 8-bit, 3 channels, over the frame's own bytes.
	bgr gocv.Mat
	// gray is its luma, 8-bit, of the same size.
	gray gocv.Mat
	// before is the luma of the frame before; empty in the first frame and after a change of size.
	before gocv.Mat
	// shift is how far the background moved since the frame before, in pixels of the frame. It means something
	// only if shiftKnown.
	shift      body.Point
	shiftKnown bool
}

// Placement is a person's word on where the roller is.
type Placement struct {
	// At is the time in seconds from the start of the source at which it was there.
	At float64
	// Near is the centre of the end towards the camera, Radius its radius, in pixels of the analysed frame.
	Near   body.Point
	Radius float64
}

// rollerStage finds the roller in each frame. Its calls come from one goroutine, in the order of the frames.
type rollerStage interface {
	// step returns the roller in the frame, or nil; an error if the engine failed. obs holds the frame's pose and
	// quality already.
	step(v view, obs *spine.Observation) (*spine.Roller, error)
	// place takes a person's word; the next step heeds it.
	place(p Placement)
	close() error
}

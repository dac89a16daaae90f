// Package spine turns an observation (body landmarks and roller, in pixels) into a reading: which part of the
// back lies on the roller, how fast it travels, how high the hips are, each with its uncertainty. It is pure
// and deterministic: the same observations give the same readings.
package spine

import "github.com/rollwell/rollwell/internal/body"

// Observation is what vision saw in one frame. Lengths are pixels of the analysed frame.
type Observation struct {
	// T is the frame's time in seconds from the start of its source.
	T float64
	// Width and Height are the size of the analysed frame in pixels.
	Width, Height int
	// Pose is the person who exercises, or nil if nobody was found.
	Pose *body.Pose
	// People is how many persons the last look over the whole frame found; it may be some seconds old.
	People int
	// Roller is the roller in use, or nil if it was not found.
	Roller  *Roller
	Quality Quality
}

// RollerSource says where a roller's place comes from.
type RollerSource uint8

// The sources, from the weakest to the strongest.
const (
	RollerSearched RollerSource = iota // found by looking through this frame alone
	RollerTracked                      // followed from an earlier frame
	RollerPlaced                       // a person said so for this very frame
)

// Roller is a foam roller: a cylinder that lies on the floor, seen roughly along its axis.
type Roller struct {
	// Score is the calibrated probability that the roller is where this says, 0…1.
	Score float64
	// Near and Far are the centres of the end faces; Near is the one towards the camera.
	Near, Far body.Point
	// FarSeen tells that Far was measured, not extrapolated from the body and the usual length.
	FarSeen bool
	// FarHidden tells that the far end is the network's guess, for the body hides it as a rule: good enough for where
	// the roller crosses the body, not for the angle at which it lies.
	FarHidden bool
	// Radius is the radius of the near end face: the major half axis of its ellipse.
	Radius float64
	Source RollerSource
}

// Quality is what the picture itself allows.
type Quality struct {
	// Brightness is the mean luma, 0…1.
	Brightness float64
	// Sharpness is the variance of the Laplacian of the luma (0…255) over a picture 320 px wide; below about
	// 20 the picture is blurred (heuristic).
	Sharpness float64
	// CameraMotion is how far the background moved since the frame before, in pixels of the analysed frame;
	// NaN where it could not be told.
	CameraMotion float64
}

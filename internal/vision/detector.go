package vision

import (
	"errors"
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

// candidate is a person the detector found, in pixels of the frame.
type candidate struct {
	hips, rim body.Point
	score     float64
}

// axis points from the hips to the head.
func (c candidate) axis() body.Point { return c.rim.Sub(c.hips) }

// square is where the landmarker should look for c.
func (c candidate) square() square { return squareAround(c.hips, c.rim).onGrid() }

// sameAs tells whether both are the same person: hips and rim closer together than half the body's circle.
func (c candidate) sameAs(d candidate) bool {
	r := math.Max(c.axis().Len(), d.axis().Len())
	return c.hips.Sub(d.hips).Len() < .5*r && c.rim.Sub(d.rim).Len() < .9*r
}

// touches tells whether c may be another sight of d: the hips lie within the circle of either body.
func (c candidate) touches(d candidate) bool {
	return c.hips.Sub(d.hips).Len() < .7*math.Max(c.axis().Len(), d.axis().Len())
}

// resembles tells whether c may be d a short time later: about as large and at about the same place, the same way
// round.
func (c candidate) resembles(d candidate) bool {
	r, q := c.axis().Len(), d.axis().Len()
	return c.hips.Sub(d.hips).Len() < .5*q && r > q/1.5 && r < 1.5*q && c.axis().Dot(d.axis()) > .5*r*q
}

// continues tells whether c can be d one frame later. It allows for a camera that was knocked and for a slow
// frame rate, and forbids what only a wrong fit does.
func (c candidate) continues(d candidate) bool {
	r, q := c.axis().Len(), d.axis().Len()
	return c.hips.Sub(d.hips).Len() < .6*q && r > .6*q && r < 1.6*q && c.axis().Dot(d.axis()) > .5*r*q
}

// detector finds people in a part of the frame.
type detector struct {
	inference inference
	cropper   *cropper
	decoder   *decoder
}

func newDetector(n network) (*detector, error) {
	inf, err := n.newInference()
	if err != nil {
		return nil, err
	}
	// Outside the frame is black, as MediaPipe letterboxes.
	c, err := newCropper(detectorSize, -1, 1, gocv.BorderConstant)
	if err != nil {
		return nil, errors.Join(err, inf.close())
	}
	return &detector{inference: inf, cropper: c, decoder: newDecoder()}, nil
}

// look appends the people found in the square s of the BGR picture to list, without those already in it.
func (d *detector) look(bgr gocv.Mat, s square, list []candidate) ([]candidate, error) {
	d.cropper.cut(bgr, s, d.inference.input())
	if err := d.inference.run(); err != nil {
		return list, err
	}
	for _, f := range d.decoder.decode(d.inference.output(0), d.inference.output(1)) {
		c := candidate{
			hips:  s.toFrame(f.hips, detectorSize),
			rim:   s.toFrame(f.rim, detectorSize),
			score: f.score,
		}
		list = merge(list, c)
	}
	return list, nil
}

// agrees tells whether c and d are the same person, seen at the same size and the same way round: one look at either
// serves for both.
func (c candidate) agrees(d candidate) bool {
	const size = 1.35
	r, q := c.axis().Len(), d.axis().Len()
	return c.sameAs(d) && r < size*q && q < size*r
}

// merge adds c to list, or puts it in the place of the same person found with a lower score. A finding of another
// size or the other way round is kept: which is right only the landmarker can tell.
func merge(list []candidate, c candidate) []candidate {
	for i := range list {
		if list[i].agrees(c) {
			if c.score > list[i].score {
				list[i] = c
			}
			return list
		}
	}
	return append(list, c)
}

func (d *detector) close() error {
	d.cropper.close()
	return d.inference.close()
}

// wholeViews are the frame letterboxed into the detector's square as it is, and turned by a quarter to either
// side: people lying down are found best with the head up (domain.md §7).
const wholeViews = 3

// searchViews is how many squares a search goes through before it begins again: the whole frame in three
// turns, then two overlapping halves in three turns each, where a small person is larger.
const searchViews = wholeViews * 3

// searchView is the i-th square of the search in a frame of that size. An almost square frame has no halves;
// there the middle of the frame stands in for them.
func searchView(i, width, height int) square {
	w, h := float64(width), float64(height)
	mid := body.Point{X: (w - 1) / 2, Y: (h - 1) / 2}
	s := square{centre: mid, side: math.Max(w, h)}
	switch i % wholeViews {
	case 1:
		s.angle = math.Pi / 2
	case 2:
		s.angle = -math.Pi / 2
	}
	part := i / wholeViews
	if part == 0 {
		return s
	}
	sign := float64(2*part - 3) // −1, +1
	short, long := math.Min(w, h), math.Max(w, h)
	s.side = math.Max(short, .6*long)
	shift := sign * (long - s.side) / 2
	if w >= h {
		s.centre.X += shift
	} else {
		s.centre.Y += shift
	}
	return s
}

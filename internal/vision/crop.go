package vision

import (
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

// square is a square part of the frame, possibly turned and possibly reaching out of it.
type square struct {
	// centre is in pixels of the frame, as body.Landmark counts them.
	centre body.Point
	// side is the length of its edges in pixels.
	side float64
	// angle is how far it is turned clockwise as seen on the screen, in radians: at π/2 what points to the
	// right in the frame points up in the square.
	angle float64
	// mirrored tells that left and right of the square are those of the frame swapped.
	mirrored bool
}

// roiScale is how much larger than the circle around the body the landmarker's square is. (MediaPipe: the same
// for the first look and while tracking.)
const roiScale = 1.25

// squareAround is the landmarker's part of the frame for a person with these hips and this point on the circle
// around the body, turned so that the head is up.
func squareAround(hips, rim body.Point) square {
	v := rim.Sub(hips)
	return square{
		centre: hips,
		side:   2 * v.Len() * roiScale,
		angle:  math.Atan2(v.X, -v.Y),
	}
}

// Steps of the squares that are looked at, and how far the square that the landmarks ask for may be from the one
// in use before it moves: shares of its side for the centre, a factor for the side, radians for the angle.
//
// Two reasons. A square that moves with every frame makes the landmarks tremble. And the landmarks feed back on
// the next square: the engines' rounding errors of a thousandth of a pixel would grow to several pixels within
// ten frames, while on a coarse grid they vanish again and again.
const (
	stepCentre, stepSide, stepAngle = 1. / 64, 1.02, math.Pi / 90
	slackCentre, slackSide          = .03, 1.06
	slackAngle                      = math.Pi / 36
)

// onGrid is the square next to s on the grid.
func (s square) onGrid() square {
	side := math.Pow(stepSide, math.Round(math.Log(s.side)/math.Log(stepSide)))
	step := side * stepCentre
	return square{
		centre: body.Point{X: math.Round(s.centre.X/step) * step, Y: math.Round(s.centre.Y/step) * step},
		side:   side,
		angle:  math.Round(s.angle/stepAngle) * stepAngle,
	}
}

// near tells whether s serves as well as want, the square that the landmarks ask for.
func (s square) near(want square) bool {
	turn := math.Abs(math.Remainder(s.angle-want.angle, 2*math.Pi))
	return s.centre.Sub(want.centre).Len() < slackCentre*s.side &&
		want.side < s.side*slackSide && want.side > s.side/slackSide && turn < slackAngle
}

// usable tells whether the square can be cut from a frame of that size: finite, neither a speck nor far larger
// than the frame, and overlapping it.
func (s square) usable(width, height int) bool {
	w, h := float64(width), float64(height)
	finite := !math.IsNaN(s.centre.X+s.centre.Y+s.side+s.angle) && !math.IsInf(s.centre.X+s.centre.Y+s.side, 0)
	return finite && s.side >= 16 && s.side <= 6*math.Max(w, h) &&
		s.centre.X > -s.side/2 && s.centre.X < w+s.side/2 &&
		s.centre.Y > -s.side/2 && s.centre.Y < h+s.side/2
}

// holds tells whether a point of the frame lies in the square, which is upright.
func (s square) holds(p body.Point) bool {
	d := p.Sub(s.centre)
	return math.Max(math.Abs(d.X), math.Abs(d.Y)) < s.side/2
}

// toFrame maps a point of the square, in pixels of a crop n wide measured from its corner (so that n/2 is the
// middle), to pixels of the frame.
func (s square) toFrame(p body.Point, n float64) body.Point {
	k := s.side / n
	if s.mirrored {
		p.X = n - p.X
	}
	return s.centre.Add(s.turn(body.Point{X: (p.X - n/2) * k, Y: (p.Y - n/2) * k}))
}

// turn rotates a direction from the square's axes to the frame's.
func (s square) turn(p body.Point) body.Point {
	sin, cos := math.Sincos(s.angle)
	return body.Point{X: cos*p.X - sin*p.Y, Y: sin*p.X + cos*p.Y}
}

// cropper cuts squares out of frames and writes them as a network's input. Its Mats are its own, made once.
type cropper struct {
	size   int
	border gocv.BorderType
	// outside is what lies beyond the picture's edge where border is constant.
	outside color.RGBA
	matrix  gocv.Mat // 2×3 float64, crop → frame
	m       []float64
	crop    gocv.Mat // size×size×3 bytes, BGR
	pix     []byte
	// level maps a byte to the number the network wants.
	level [256]float32
}

// newCropper makes crops of size×size pixels whose bytes 0…255 become lo…hi.
func newCropper(size int, lo, hi float32, border gocv.BorderType) (*cropper, error) {
	c := &cropper{
		size:   size,
		border: border,
		matrix: gocv.NewMatWithSize(2, 3, gocv.MatTypeCV64F),
		crop:   gocv.NewMatWithSize(size, size, gocv.MatTypeCV8UC3),
	}
	for i := range c.level {
		c.level[i] = lo + (hi-lo)*float32(i)/255
	}
	var err error
	if c.m, err = c.matrix.DataPtrFloat64(); err == nil {
		c.pix, err = c.crop.DataPtrUint8()
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// cut writes the square of the BGR picture src into dst: planes of red, green and blue, each size×size. src must
// be a non-empty 8-bit 3-channel Mat.
func (c *cropper) cut(src gocv.Mat, s square, dst []float32) {
	k := s.side / float64(c.size)
	sin, cos := math.Sincos(s.angle)
	// A crop pixel's middle lies half a pixel from its corner; the frame's pixels are named by their middles.
	half := .5 - float64(c.size)/2
	c.m[0], c.m[1] = k*cos, -k*sin
	c.m[3], c.m[4] = k*sin, k*cos
	if s.mirrored {
		c.m[0], c.m[3] = -c.m[0], -c.m[3]
	}
	c.m[2] = s.centre.X + half*(c.m[0]+c.m[1])
	c.m[5] = s.centre.Y + half*(c.m[3]+c.m[4])
	gocv.WarpAffineWithParams(src, &c.crop, c.matrix, image.Pt(c.size, c.size),
		gocv.InterpolationLinear|gocv.WarpInverseMap, c.border, c.outside)
	c.planes(dst)
}

func (c *cropper) planes(dst []float32) {
	n := c.size * c.size
	pix := c.pix[:3*n]
	r, g, b := dst[:n], dst[n:2*n], dst[2*n:3*n]
	for i := range n {
		p := pix[3*i : 3*i+3 : 3*i+3]
		b[i], g[i], r[i] = c.level[p[0]], c.level[p[1]], c.level[p[2]]
	}
}

func (c *cropper) close() {
	c.matrix.Close()
	c.crop.Close()
}

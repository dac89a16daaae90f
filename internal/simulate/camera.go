package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/rollwell/rollwell/internal/body"
)

// The picture's size in pixels.
const pictureWidth, pictureHeight = 640, 360

// Camera is a pinhole camera that looks at the middle of the body.
type Camera struct {
	Distance float64 // to the body, m
	Height   float64 // of the lens over the floor, m
	Yaw      float64 // off side-on, degrees; positive towards the person's feet
	Roll     float64 // degrees
	Focal    float64 // in widths of the picture
}

func (c Camera) orUsual() Camera {
	if c == (Camera{}) {
		return Camera{Distance: 3, Height: 0.6, Focal: body.FocalWidths}
	}
	return c
}

// RandomCamera returns a camera as people put it up: 2.6 to 3.5 m away, .4 to 1.1 m high, within 12° of side-on,
// askew by a degree, with a webcam's lens.
func RandomCamera(rng *rand.Rand) Camera {
	between := func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
	return Camera{
		Distance: between(2.6, 3.5), Height: between(0.4, 1.1), Yaw: between(-12, 12), Roll: bounded(rng), Focal: between(0.68, 0.82),
	}
}

// view is a camera put up before a figure.
type view struct {
	at, right, down, forward body.Vec3
	focal                    float64 // pixels
}

// putUp aims the camera at a target. Heads point along x times headwards.
func (c Camera) putUp(target body.Vec3, headwards float64) view {
	sin, cos := math.Sincos(c.Yaw * degree)
	at := body.Vec3{X: target.X - headwards*c.Distance*sin, Y: c.Height, Z: c.Distance * cos}
	forward := target.Sub(at).Unit()
	right := forward.Cross(body.Vec3{Y: 1}).Unit()
	right = turned(right, forward, c.Roll*degree)
	return view{at, right, forward.Cross(right), forward, c.Focal * pictureWidth}
}

// turn gives a direction in the camera's axes: x to the right, y down, z away.
func (v *view) turn(d body.Vec3) body.Vec3 {
	return body.Vec3{X: d.Dot(v.right), Y: d.Dot(v.down), Z: d.Dot(v.forward)}
}

// project gives a point's place in the picture and the pixels per metre there.
func (v *view) project(p body.Vec3) (at body.Point, pxPerM float64) {
	q := v.turn(p.Sub(v.at))
	k := v.focal / math.Max(q.Z, 0.1)
	return body.Point{X: float64(pictureWidth-1)/2 + k*q.X, Y: float64(pictureHeight-1)/2 + k*q.Y}, k
}

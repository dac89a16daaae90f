package overlay

import (
	"image"
	"math"

	"golang.org/x/image/vector"

	"github.com/rollwell/rollwell/internal/frame"
)

// canvas draws shapes on a packed BGR picture. Everything stays inside clip. Coordinates are pixels with the
// top-left corner of the picture at (0, 0), so the centre of its first pixel is at (0.5, 0.5).
type canvas struct {
	frame.Picture
	clip image.Rectangle
	// fade scales the strength of all that is drawn, 0…1.
	fade float64
	path path
	ras  vector.Rasterizer
	mask image.Alpha
}

// aim points the canvas at another picture and opens the clip to all of it.
func (c *canvas) aim(p frame.Picture) {
	c.Picture = p
	c.clip = image.Rect(0, 0, p.Width, p.Height)
	c.fade = 1
}

// fill paints the inside of the collected path and forgets the path. A path with a coordinate that is not
// finite, or absurdly far out, is dropped whole: half a shape would lie.
func (c *canvas) fill(col rgb, alpha float64) {
	p := &c.path
	defer p.reset()
	alpha *= c.fade
	if p.broken || len(p.pts) == 0 || !(alpha > 0) {
		return
	}
	r := p.bounds().Intersect(c.clip)
	if r.Empty() {
		return
	}
	w, h := r.Dx(), r.Dy()
	c.ras.Reset(w, h)
	p.feed(&c.ras, float32(r.Min.X), float32(r.Min.Y))
	if n := w * h; cap(c.mask.Pix) < n {
		c.mask.Pix = make([]uint8, n)
	}
	c.mask.Pix = c.mask.Pix[:w*h]
	c.mask.Stride = w
	c.mask.Rect = image.Rect(0, 0, w, h)
	clear(c.mask.Pix)
	c.ras.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
	c.stamp(c.mask.Pix, w, h, r.Min.X, r.Min.Y, col, alpha)
}

// stamp blends col through a mask of w×h bytes whose top-left pixel lies at (x, y).
func (c *canvas) stamp(mask []uint8, w, h, x, y int, col rgb, alpha float64) {
	r := image.Rect(x, y, x+w, y+h).Intersect(c.clip)
	if r.Empty() {
		return
	}
	a := uint32(clamp(alpha, 0, 1)*256 + 0.5)
	cb, cg, cr := uint32(col.b), uint32(col.g), uint32(col.r)
	for yy := r.Min.Y; yy < r.Max.Y; yy++ {
		m := mask[(yy-y)*w+r.Min.X-x:]
		m = m[:r.Dx()]
		row := c.Pix[3*(yy*c.Width+r.Min.X):]
		row = row[:3*len(m)]
		for i, v := range m {
			if v == 0 {
				continue
			}
			k := uint32(v) * a >> 8
			k += k >> 7 // 0…256, so that full cover is exact
			d := row[3*i : 3*i+3 : 3*i+3]
			d[0] = uint8((uint32(d[0])*(256-k) + cb*k + 128) >> 8)
			d[1] = uint8((uint32(d[1])*(256-k) + cg*k + 128) >> 8)
			d[2] = uint8((uint32(d[2])*(256-k) + cr*k + 128) >> 8)
		}
	}
}

// wash fills r with one colour.
func (c *canvas) wash(r image.Rectangle, col rgb) {
	r = r.Intersect(c.clip)
	if r.Empty() {
		return
	}
	first := c.Pix[3*(r.Min.Y*c.Width+r.Min.X):][:3*r.Dx()]
	for i := 0; i < len(first); i += 3 {
		first[i], first[i+1], first[i+2] = col.b, col.g, col.r
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.Pix[3*(y*c.Width+r.Min.X):], first)
	}
}

// notches paints what lies between the sharp and the rounded corners of r: it turns a square picture into one
// with round corners.
func (c *canvas) notches(r box, radius float64, col rgb) {
	for _, k := range [4][4]float64{{r.x, r.y, 1, 1}, {r.x + r.w, r.y, -1, 1}, {r.x, r.y + r.h, 1, -1}, {r.x + r.w, r.y + r.h, -1, -1}} {
		p := &c.path
		p.move(k[0], k[1])
		p.line(k[0]+radius*k[2], k[1])
		for i := 1; i <= 12; i++ {
			a := math.Pi / 2 * float64(i) / 12
			p.line(k[0]+k[2]*radius*(1-math.Sin(a)), k[1]+k[3]*radius*(1-math.Cos(a)))
		}
		c.fill(col, 1)
	}
}

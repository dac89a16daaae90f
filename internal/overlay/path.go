package overlay

import (
	"image"
	"math"

	"golang.org/x/image/vector"

	"github.com/rollwell/rollwell/internal/body"
)

// far is how many pixels from the origin a coordinate may lie. The rasterizer computes in fixed point and
// walks every row, so coordinates have to stay within reason.
const far = 1 << 15

// box is a rectangle in pixels.
type box struct{ x, y, w, h float64 }

// inset returns b made smaller by d on every side.
func (b box) inset(d float64) box { return box{b.x + d, b.y + d, b.w - 2*d, b.h - 2*d} }

// rect returns the pixels that b covers, rounded to the nearest.
func (b box) rect() image.Rectangle {
	r := func(v float64) int { return int(math.Round(v)) }
	return image.Rect(r(b.x), r(b.y), r(b.x+b.w), r(b.y+b.h))
}

// node is a corner of a path; start marks the first of a closed outline.
type node struct {
	x, y  float32
	start bool
}

// path collects closed outlines. All outlines run clockwise on the screen, except for holes, so that shapes
// of one path that overlap form their union.
type path struct {
	pts    []node
	broken bool
}

func (p *path) reset() { p.pts, p.broken = p.pts[:0], false }

func (p *path) add(x, y float64, start bool) {
	if !(math.Abs(x) < far && math.Abs(y) < far) {
		p.broken = true
		return
	}
	p.pts = append(p.pts, node{float32(x), float32(y), start})
}

func (p *path) move(x, y float64) { p.add(x, y, true) }
func (p *path) line(x, y float64) { p.add(x, y, false) }

// bounds returns the pixels the path may touch.
func (p *path) bounds() image.Rectangle {
	x0, y0, x1, y1 := p.pts[0].x, p.pts[0].y, p.pts[0].x, p.pts[0].y
	for _, n := range p.pts[1:] {
		x0, y0, x1, y1 = min(x0, n.x), min(y0, n.y), max(x1, n.x), max(y1, n.y)
	}
	lo := func(v float32) int { return int(math.Floor(float64(v))) }
	hi := func(v float32) int { return int(math.Ceil(float64(v))) }
	return image.Rect(lo(x0), lo(y0), hi(x1), hi(y1))
}

// feed hands the outlines to the rasterizer, moved by (−dx, −dy).
func (p *path) feed(ras *vector.Rasterizer, dx, dy float32) {
	for i, n := range p.pts {
		if !n.start {
			ras.LineTo(n.x-dx, n.y-dy)
			continue
		}
		if i > 0 {
			ras.ClosePath()
		}
		ras.MoveTo(n.x-dx, n.y-dy)
	}
	ras.ClosePath()
}

// arc appends points of a circle from angle a0 to a1 (radians, clockwise on the screen).
func (p *path) arc(cx, cy, r, a0, a1 float64, start bool) {
	n := int(clamp(math.Ceil(math.Abs(a1-a0)*math.Sqrt(math.Abs(r))*0.9), 2, 96))
	for i := range n + 1 {
		sin, cos := math.Sincos(a0 + (a1-a0)*float64(i)/float64(n))
		p.add(cx+r*cos, cy+r*sin, start && i == 0)
	}
}

// disc appends a full circle.
func (p *path) disc(cx, cy, r float64) { p.arc(cx, cy, r, 0, 2*math.Pi, true) }

// ring appends a circle line of the given width, centred on radius r.
func (p *path) ring(cx, cy, r, width float64) {
	p.disc(cx, cy, r+width/2)
	if in := r - width/2; in > 0 {
		p.arc(cx, cy, in, 2*math.Pi, 0, true)
	}
}

// round appends a rectangle with rounded corners.
func (p *path) round(b box, r float64) {
	r = clamp(r, 0, math.Min(b.w, b.h)/2)
	if !(b.w > 0 && b.h > 0) {
		return
	}
	p.arc(b.x+r, b.y+r, r, math.Pi, 1.5*math.Pi, true)
	p.arc(b.x+b.w-r, b.y+r, r, -math.Pi/2, 0, false)
	p.arc(b.x+b.w-r, b.y+b.h-r, r, 0, math.Pi/2, false)
	p.arc(b.x+r, b.y+b.h-r, r, math.Pi/2, math.Pi, false)
}

// frame appends the outline of a rounded rectangle; its line lies inside b.
func (p *path) frame(b box, r, width float64) {
	p.round(b, r)
	in := b.inset(width)
	r = clamp(r-width, 0, math.Min(in.w, in.h)/2)
	p.arc(in.x+r, in.y+in.h-r, r, math.Pi, math.Pi/2, true)
	p.arc(in.x+in.w-r, in.y+in.h-r, r, math.Pi/2, 0, false)
	p.arc(in.x+in.w-r, in.y+r, r, 0, -math.Pi/2, false)
	p.arc(in.x+r, in.y+r, r, 1.5*math.Pi, math.Pi, false)
}

// stroke appends a straight line of the given width with round ends.
func (p *path) stroke(a, b body.Point, width float64) {
	r := width / 2
	d := b.Sub(a)
	if d.Len() < 1e-6 {
		p.disc(a.X, a.Y, r)
		return
	}
	t := math.Atan2(d.Y, d.X)
	p.arc(b.X, b.Y, r, t-math.Pi/2, t+math.Pi/2, true)
	p.arc(a.X, a.Y, r, t+math.Pi/2, t+1.5*math.Pi, false)
}

// finite tells whether both coordinates are numbers.
func finite(q body.Point) bool {
	return !math.IsNaN(q.X+q.Y) && !math.IsInf(q.X, 0) && !math.IsInf(q.Y, 0)
}

// trim cuts the line a–b to what lies in r (Liang and Barsky) and tells whether anything does. Landmarks far
// outside of the picture thus cost nothing.
func trim(a, b body.Point, r box) (body.Point, body.Point, bool) {
	if !finite(a) || !finite(b) {
		return a, b, false
	}
	d := b.Sub(a)
	if !finite(d) {
		return a, b, false
	}
	t0, t1 := 0.0, 1.0
	for _, e := range [4][2]float64{{-d.X, a.X - r.x}, {d.X, r.x + r.w - a.X}, {-d.Y, a.Y - r.y}, {d.Y, r.y + r.h - a.Y}} {
		switch p, q := e[0], e[1]; {
		case p == 0 && q < 0:
			return a, b, false
		case p < 0:
			t0 = math.Max(t0, q/p)
		case p > 0:
			t1 = math.Min(t1, q/p)
		}
	}
	if t0 > t1 {
		return a, b, false
	}
	return body.Lerp(a, b, t0), body.Lerp(a, b, t1), true
}

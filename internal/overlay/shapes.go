package overlay

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// shapeOf returns the sign of a severity that names none.
func shapeOf(s Severity) Shape {
	switch s {
	case Safety:
		return ShapeWarning
	case Setup:
		return ShapeView
	case Pace:
		return ShapeClock
	case Praise:
		return ShapeTick
	}
	return ShapeTarget
}

// drawShape draws the banner's sign at its left end.
func (p *Painter) drawShape(shape Shape, sev Severity, col rgb, alpha float64) {
	if shape == ShapeAuto || shape >= shapeCount {
		shape = shapeOf(sev)
	}
	b := p.lay.banner
	size := math.Min(0.62*b.h, 0.66*p.signWidth())
	pen := pen{p: &p.on.path, x: b.x + p.signWidth()/2 - size/2, y: b.y + b.h/2 - size/2, k: size / 48}
	pen.sign(shape)
	p.on.fill(col, alpha)
}

// pen draws signs on a grid of 48×48 with lines 5 wide.
type pen struct {
	p       *path
	x, y, k float64
}

func (n *pen) at(x, y float64) body.Point { return body.Point{X: n.x + x*n.k, Y: n.y + y*n.k} }

// lines joins the given points, x and y in turn.
func (n *pen) lines(xy ...float64) {
	for i := 0; i+3 < len(xy); i += 2 {
		n.p.stroke(n.at(xy[i], xy[i+1]), n.at(xy[i+2], xy[i+3]), 5*n.k)
	}
}

func (n *pen) ring(x, y, r float64) {
	c := n.at(x, y)
	n.p.ring(c.X, c.Y, r*n.k, 5*n.k)
}

func (n *pen) disc(x, y, r float64) {
	c := n.at(x, y)
	n.p.disc(c.X, c.Y, r*n.k)
}

func (n *pen) sign(s Shape) {
	switch s {
	case ShapeUp:
		n.lines(24, 42, 24, 7)
		n.lines(10, 21, 24, 7, 38, 21)
	case ShapeDown:
		n.lines(24, 6, 24, 41)
		n.lines(10, 27, 24, 41, 38, 27)
	case ShapeLeft:
		n.lines(42, 24, 7, 24)
		n.lines(21, 10, 7, 24, 21, 38)
	case ShapeRight:
		n.lines(6, 24, 41, 24)
		n.lines(27, 10, 41, 24, 27, 38)
	case ShapeTurn:
		n.turn()
	case ShapeWarning:
		n.lines(24, 6, 44, 41, 4, 41, 24, 6)
		n.lines(24, 19, 24, 28)
		n.disc(24, 34.5, 2.9)
	case ShapeView:
		for _, m := range [4][2]float64{{1, 1}, {-1, 1}, {1, -1}, {-1, -1}} {
			x, y := func(v float64) float64 { return 24 - m[0]*(24-v) }, func(v float64) float64 { return 24 - m[1]*(24-v) }
			n.lines(x(5), y(16), x(5), y(7), x(15), y(7))
		}
		n.disc(24, 24, 7)
	case ShapeClock:
		n.ring(24, 24, 18)
		n.lines(24, 13, 24, 24, 31, 29)
	case ShapeTick:
		n.lines(7, 26, 19, 38, 41, 12)
	default:
		n.ring(24, 24, 17)
		n.disc(24, 24, 6.5)
	}
}

// turn draws three quarters of a circle with an arrow's head.
func (n *pen) turn() {
	const r, from, to = 16, 0.05 * math.Pi, 1.5 * math.Pi
	c := n.at(24, 28)
	n.p.arc(c.X, c.Y, (r+2.5)*n.k, from, to, true)
	n.p.arc(c.X, c.Y, (r-2.5)*n.k, to, from, false)
	tail := c.Add(body.Point{X: math.Cos(from), Y: math.Sin(from)}.Mul(r * n.k))
	n.p.disc(tail.X, tail.Y, 2.5*n.k)
	tip := c.Add(body.Point{X: math.Cos(to), Y: math.Sin(to)}.Mul(r * n.k))
	for _, spread := range [2]float64{-0.25 * math.Pi, 0.25 * math.Pi} {
		sin, cos := math.Sincos(to - math.Pi/2 + spread)
		n.p.stroke(tip, tip.Add(body.Point{X: cos, Y: sin}.Mul(11*n.k)), 5*n.k)
	}
}

package overlay

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Drawing is what somebody has drawn over the picture, in pixels of the analysed frame.
type Drawing struct {
	// Lines are drawn from point to point.
	Lines [][]body.Point
	// Labels begin at a place.
	Labels []Label
}

// Label is a word on the picture.
type Label struct {
	At   body.Point
	Text string
}

// drawnInk is the colour of what people draw: no zone has it.
var drawnInk = rgb{0x8F, 0xD3, 0xFF}

// drawDrawing draws lines with a dark rim, and labels on a dark ground.
func (p *Painter) drawDrawing(s *Scene, v *view) {
	if s.Drawing == nil {
		return
	}
	c := &p.on
	for _, pass := range [2]struct {
		width, alpha float64
		col          rgb
	}{{7, 0.65, ground}, {3.5, 1, drawnInk}} {
		for _, line := range s.Drawing.Lines {
			for i := 1; i < len(line); i++ {
				if a, b, ok := trim(v.point(line[i-1]), v.point(line[i]), v.pad); ok {
					c.path.stroke(a, b, pass.width*v.u)
				}
			}
		}
		c.fill(pass.col, pass.alpha)
	}
	for _, l := range s.Drawing.Labels {
		p.drawLabel(l, v)
	}
}

func (p *Painter) drawLabel(l Label, v *view) {
	at, text := v.point(l.At), clip(tidy(l.Text), maxLabel)
	if text == "" || !(math.Abs(at.X) < far/2 && math.Abs(at.Y) < far/2) {
		return
	}
	c := &p.on
	size := p.lay.px(17)
	w := p.face.width(bold, text) * float64(size)
	b := box{w: w + 16*v.u, h: 28 * v.u}
	x0, y0, x1, y1 := float64(v.at.Min.X)+4*v.u, float64(v.at.Min.Y)+4*v.u, float64(v.at.Max.X)-4*v.u, float64(v.at.Max.Y)-4*v.u
	b.x = clamp(at.X-8*v.u, x0, math.Max(x0, x1-b.w))
	b.y = clamp(at.Y-b.h/2, y0, math.Max(y0, y1-b.h))
	c.path.round(b, 0.3*b.h)
	c.fill(ground, 0.86)
	p.face.draw(c, text, bold, size, b.x+8*v.u, b.y+b.h/2+p.face.capRatio*float64(size)/2, ink, 1)
}

// maxLabel is how many characters of a label are drawn.
const maxLabel = 60

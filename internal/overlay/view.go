package overlay

import (
	"image"
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// shade is how strong a thing is drawn that the reading is unsure of.
const shade = 0.42

// strength returns how strong something of the given state is drawn.
func strength(s spine.State) float64 {
	switch s {
	case spine.OK:
		return 1
	case spine.Unsure:
		return shade
	}
	return 0
}

// view maps points of the analysed frame to the output.
type view struct {
	at     image.Rectangle // where the picture lies
	k      float64         // output pixels per analysed pixel
	u      float64         // unit of sizes
	pad    box             // what lines are trimmed to: the picture and some room for their width
	bounds Bounds
}

// point returns where p of the analysed frame lies.
func (v *view) point(p body.Point) body.Point {
	return body.Point{X: float64(v.at.Min.X) + (p.X+0.5)*v.k, Y: float64(v.at.Min.Y) + (p.Y+0.5)*v.k}
}

// inside tells whether an output point lies on the picture.
func (v *view) inside(p body.Point) bool {
	return p.X >= float64(v.at.Min.X) && p.X < float64(v.at.Max.X) && p.Y >= float64(v.at.Min.Y) && p.Y < float64(v.at.Max.Y)
}

// drawPicture draws the video frame and what was recognised on it.
func (p *Painter) drawPicture(s *Scene) {
	c := &p.on
	place := p.lay.picture.rect()
	c.wash(place, rgb{})
	src := s.Picture
	if src.Width > 0 && src.Height > 0 && src.Width < far && src.Height < far && len(src.Pix) == 3*src.Width*src.Height {
		v := p.look(s, fitInto(src.Width, src.Height, place))
		p.zoom.show(c, src, v.at)
		c.clip = v.at
		p.drawFigure(s, v)
		p.drawRoller(s, v)
		p.drawDrawing(s, v)
		c.clip = image.Rect(0, 0, c.Width, c.Height)
		c.fade = 1
	}
	c.notches(p.lay.picture, 14*p.lay.u, ground)
}

// look prepares the mapping for one frame.
func (p *Painter) look(s *Scene, at image.Rectangle) *view {
	scale := s.Scale
	if !(scale > 0) || math.IsInf(scale, 0) {
		scale = 1
	}
	v := &p.view
	*v = view{at: at, u: p.lay.u, bounds: p.opt.Bounds, k: scale * float64(at.Dx()) / float64(s.Picture.Width)}
	if s.Reading.Arms == spine.ArmsBehindHead {
		// The shoulder joints go up with the arms, so every level lies lower on the axis (domain facts, §1.3).
		const up = 0.93
		b := &v.bounds
		b.LumbarEnd, b.ThoracicStart, b.ThoracicEnd, b.NeckStart = up*b.LumbarEnd, up*b.ThoracicStart, up*b.ThoracicEnd, up*b.NeckStart
	}
	pad := 40 * p.lay.u
	v.pad = box{float64(at.Min.X) - pad, float64(at.Min.Y) - pad, float64(at.Dx()) + 2*pad, float64(at.Dy()) + 2*pad}
	return v
}

// zone is a stretch of the back with a name and a colour.
type zone struct {
	name string
	col  rgb
}

// zoneAt returns the zone at s on the hip→shoulder axis, named in the words' language.
func (b Bounds) zoneAt(s float64, l *labels) zone {
	switch {
	case s < b.LumbarEnd:
		return zone{l.lumbar, lumbar}
	case s < b.ThoracicStart:
		return zone{l.lowerEdge, edge}
	case s <= b.ThoracicEnd:
		return zone{l.thoracic, thoracic}
	case s <= b.NeckStart:
		return zone{l.upperEdge, edge}
	}
	return zone{l.neck, neck}
}

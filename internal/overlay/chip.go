package overlay

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// sight says what is seen, as one of the labels' lines, and how sure that is. What is missing first comes first: without a
// person there is nothing to say of a roller.
func sight(s *Scene) (what int, state spine.State) {
	r := &s.Reading
	person := r.Person != spine.Unseen && s.Pose != nil
	switch {
	case !person:
		return sightNobody, spine.Unseen
	case hidden(s.Pose, body.LeftHip):
		return sightNoHips, spine.Unseen
	case hidden(s.Pose, body.LeftShoulder):
		return sightNoShoulders, spine.Unseen
	case rollerState(s) == spine.Unseen:
		return sightNoRoller, spine.Unseen
	case !r.S.Known() || math.IsNaN(r.S.V):
		return sightUnplaced, spine.Unseen
	case r.S.State == spine.Unsure || r.Person == spine.Unsure || rollerState(s) == spine.Unsure:
		return sightUnsure, spine.Unsure
	}
	return sightGood, spine.OK
}

// hidden tells whether neither a left landmark nor its right fellow is seen.
func hidden(q *body.Pose, left int) bool {
	_, ok := middle(q, left)
	return !ok
}

// drawChip draws the state in the picture's corner.
func (p *Painter) drawChip(s *Scene) {
	what, state := sight(s)
	u, c := p.lay.u, &p.on
	k := want{weight: medium, max: p.lay.px(16), min: p.lay.px(9), lines: 1}
	pad, mark := 13*u, 6*u
	pic := p.lay.picture
	f := &p.fits[fitChip]
	p.face.fit(f, p.says.sight[what], pic.w-28*u-2*pad-2*mark-8*u, 40*u, k)
	b := box{pic.x + 14*u, pic.y + 14*u, 0, 34 * u}
	for _, l := range f.lines {
		b.w = 2*pad + 2*mark + 8*u + p.face.width(k.weight, l)*float64(f.size)
	}
	c.path.round(b, b.h/2)
	c.fill(ground, 0.84)
	p.drawMark(body.Point{X: b.x + pad + mark, Y: b.y + b.h/2}, mark, state)
	base := b.y + b.h/2 + p.face.capRatio*float64(f.size)/2
	for _, l := range f.lines {
		p.face.draw(c, l, k.weight, f.size, b.x+pad+2*mark+8*u, base, ink, 1)
	}
}

// drawMark draws the sign of a state: a full disc, a half one, or a crossed-out circle.
func (p *Painter) drawMark(at body.Point, r float64, state spine.State) {
	c, u := &p.on, p.lay.u
	switch state {
	case spine.OK:
		c.path.disc(at.X, at.Y, r)
		c.fill(thoracic, 1)
	case spine.Unsure:
		c.path.ring(at.X, at.Y, r-u, 2*u)
		c.path.arc(at.X, at.Y, r-u, math.Pi/2, 1.5*math.Pi, true)
		c.fill(edge, 1)
	default:
		c.path.ring(at.X, at.Y, r-u, 2*u)
		d := (r - u) * math.Sqrt2 / 2
		c.path.stroke(at.Add(body.Point{X: -d, Y: d}), at.Add(body.Point{X: d, Y: -d}), 2*u)
		c.fill(lumbar, 1)
	}
}

package overlay

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// rollerState returns how far the roller's place may be trusted, for drawing.
func rollerState(s *Scene) spine.State {
	r := s.Roller
	if r == nil || !finite(r.Near) || !(r.Radius > 0 && r.Radius < far) {
		return spine.Unseen
	}
	seen := s.Reading.RollerSeen
	if seen.State == spine.OK && seen.V < 0.5 {
		return spine.Unsure
	}
	return seen.State
}

// drawRoller draws the ring, the dotted line to the spine and the tag with the level.
func (p *Painter) drawRoller(s *Scene, v *view) {
	state := rollerState(s)
	if state == spine.Unseen {
		return
	}
	c := &p.on
	near, radius := v.point(s.Roller.Near), s.Roller.Radius*v.k
	if !(math.Abs(near.X) < far/2 && math.Abs(near.Y) < far/2 && radius < far/4) {
		return
	}
	width := 4 * v.u
	reach := radius + width/2 + 1.5*v.u
	if reach < 4*v.u {
		reach = 4 * v.u
	}
	c.fade = strength(state)
	p.drawLink(s, v, near, reach)
	c.fade = strength(state)
	c.path.ring(near.X, near.Y, reach, width+3*v.u)
	c.fill(ground, 0.5)
	if state == spine.OK {
		c.path.ring(near.X, near.Y, reach, width)
	} else {
		dashes(&c.path, near, reach, width)
	}
	c.fill(white, 1)
	c.fade = 1
	if v.inside(near) {
		p.drawTag(s, v, near, reach+width)
	}
}

// dashes collects a broken circle line: unsure things differ in shape, not in strength alone.
func dashes(p *path, at body.Point, r, width float64) {
	const n = 10
	for i := range n {
		a0 := 2 * math.Pi * float64(i) / n
		a1 := a0 + 1.15*math.Pi/n
		p.arc(at.X, at.Y, r+width/2, a0, a1, true)
		p.arc(at.X, at.Y, r-width/2, a1, a0, false)
	}
}

// drawLink draws the dotted line from the roller to its contact on the spine.
func (p *Painter) drawLink(s *Scene, v *view, near body.Point, reach float64) {
	r := &s.Reading
	if !r.S.Known() || !(math.Abs(r.S.V) < 3) || s.Pose == nil || r.Person == spine.Unseen {
		return
	}
	col, ok := findColumn(s.Pose, s.Roller)
	if !ok {
		return
	}
	c := &p.on
	c.fade = math.Min(c.fade, strength(r.S.State))
	goal := v.point(col.at(r.S.V))
	way := goal.Sub(near)
	length := way.Len()
	if !(length > reach && length < far) {
		return
	}
	step := way.Unit()
	for _, pass := range [2]struct {
		extra, alpha float64
		col          rgb
	}{{1, 0.5, ground}, {0, 0.95, white}} {
		for d := reach + 7*v.u; d < length-7*v.u; d += 8 * v.u {
			if q := near.Add(step.Mul(d)); v.inside(q) {
				c.path.disc(q.X, q.Y, (1.9+pass.extra)*v.u)
			}
		}
		c.path.disc(goal.X, goal.Y, (4.2+pass.extra)*v.u)
		c.fill(pass.col, pass.alpha)
	}
}

// drawTag draws the level under the ring, or above it where there is no room, with the zone's name and
// colour.
func (p *Painter) drawTag(s *Scene, v *view, near body.Point, reach float64) {
	r := &s.Reading
	if !r.S.Known() || r.Level == "" || math.IsNaN(r.S.V) {
		return
	}
	z := v.bounds.zoneAt(r.S.V, p.says)
	if r.Zone == spine.ZoneOff {
		z = zone{p.says.off, dim}
	}
	alpha, word := 1.0, z.name
	if r.S.State == spine.Unsure {
		alpha, word = 0.6, p.says.notSure
	}
	big, small := p.lay.px(23), p.lay.px(14)
	level := clip(r.Level, 6)
	pad, gap, dot := 13*v.u, 7*v.u, 5.5*v.u
	wl, ww := p.face.width(bold, level)*float64(big), p.face.width(medium, word)*float64(small)
	b := box{w: 2*pad + 2*dot + gap + wl + gap + ww, h: 34 * v.u}
	x0, y0, x1, y1 := float64(v.at.Min.X)+6*v.u, float64(v.at.Min.Y)+6*v.u, float64(v.at.Max.X)-6*v.u, float64(v.at.Max.Y)-6*v.u
	b.x = clamp(near.X-b.w/2, x0, math.Max(x0, x1-b.w))
	b.y = near.Y + reach + 6*v.u
	if b.y+b.h > y1 {
		b.y = math.Max(y0, near.Y-reach-6*v.u-b.h)
	}
	c := &p.on
	c.path.round(b, b.h/2)
	c.fill(ground, 0.86*alpha)
	mid := b.y + b.h/2
	c.path.disc(b.x+pad+dot, mid, dot)
	c.fill(z.col, alpha)
	x := b.x + pad + 2*dot + gap
	base := mid + p.face.capRatio*float64(big)/2
	p.face.draw(c, level, bold, big, x, base, white, alpha)
	p.face.draw(c, word, medium, small, x+wl+gap, base, mix(ink, dim, 0.4), alpha)
}

// clip returns the first n characters of s.
func clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

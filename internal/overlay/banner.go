package overlay

import (
	"image"
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// rise is how long a banner takes to come up, in seconds: quick, but no flash.
const rise = 0.15

// drawBanner draws the cue, or where there is none quietly what the roller is under, and the clock.
func (p *Painter) drawBanner(s *Scene) {
	b := s.Banner
	if b == nil || tidy(b.Text) == "" {
		p.drawIdle(s)
		p.drawClock(s, ink, dim)
		return
	}
	look := dressOf(b.Severity)
	up := 1.0
	if age := s.Elapsed - b.Since; age >= 0 && age < rise {
		up = 0.4 + 0.6*age/rise
	}
	p.drawGround(b.Severity, look, up)
	second := mix(look.text, look.left, 0.12)
	p.drawShape(b.Shape, b.Severity, look.icon, up)
	largest := 58.0
	if b.Severity == Praise {
		largest = 40 // praise is quiet
	}
	p.drawWords(b, largest, look.text, second, up)
	p.drawClock(s, look.text, second)
}

// drawGround copies the banner's ready ground into the frame.
func (p *Painter) drawGround(s Severity, look dress, up float64) {
	r := p.lay.banner.rect()
	ready, ok := p.dresses[s]
	if !ok {
		ready = p.dye(look, r)
		p.dresses[s] = ready
	}
	f := uint32(clamp(up, 0, 1) * 256)
	n := 3 * r.Dx()
	for y := range r.Dy() {
		row := p.on.Pix[3*((r.Min.Y+y)*p.on.Width+r.Min.X):][:n]
		if f == 256 {
			copy(row, ready[y*n:])
		} else {
			blend(row, row, ready[y*n:], f)
		}
	}
}

// dye makes the banner's ground: a gentle gradient with round corners, which a dark ground gets a bright edge
// for.
func (p *Painter) dye(look dress, r image.Rectangle) []byte {
	pic := frame.Picture{Pix: make([]byte, 3*r.Dx()*r.Dy()), Width: r.Dx(), Height: r.Dy()}
	for x := range pic.Width {
		col := mix(look.left, look.right, float64(x)/float64(pic.Width))
		for y := range pic.Height {
			copy(pic.Pix[3*(y*pic.Width+x):], []byte{col.b, col.g, col.r})
		}
	}
	c := canvas{}
	c.aim(pic)
	all := box{0, 0, float64(pic.Width), float64(pic.Height)}
	radius := 16 * p.lay.u
	if look.icon != look.text {
		c.path.frame(all, radius, 2*p.lay.u)
		c.fill(look.icon, 0.8)
	}
	c.notches(all, radius, ground)
	return pic.Pix
}

// The parts of the banner, in units: the sign's room and the clock's.
const (
	signRoom  = 96
	clockRoom = 122
)

// signWidth returns the room of the sign at the left.
func (p *Painter) signWidth() float64 { return math.Min(signRoom*p.lay.u, 0.2*p.lay.banner.w) }

// words returns the place of the banner's words.
func (p *Painter) words() box {
	b, u := p.lay.banner, p.lay.u
	left := p.signWidth()
	right := (clockRoom + 10) * u
	if p.lay.stacked {
		right = 18 * u // the clock is in the head
	}
	return box{b.x + left, b.y + 6*u, b.w - left - right, b.h - 12*u}
}

// drawWords sets the sentence as large as its place allows, up to the given units, and the hint under it.
func (p *Painter) drawWords(b *Banner, largest float64, col, second rgb, alpha float64) {
	w, cue, sub := p.words(), &p.fits[fitCue], &p.fits[fitHint]
	k := want{weight: bold, max: p.lay.px(largest), min: p.lay.px(13), lines: 2}
	if p.lay.stacked {
		k.lines = 3
	}
	hintRoom := 0.0
	if tidy(b.Hint) == "" {
		sub = &fitted{}
	} else {
		hintRoom = 0.27 * w.h
		p.face.fit(sub, b.Hint, w.w, hintRoom, want{weight: medium, max: p.lay.px(21), min: p.lay.px(11), lines: 1 + k.lines/3})
	}
	p.face.fit(cue, b.Text, w.w, w.h-hintRoom-3*p.lay.u, k)
	gap := 0.0
	if hintRoom > 0 {
		gap = 3 * p.lay.u
	}
	y := w.y + (w.h-cue.height()-gap-sub.height())/2
	p.face.lay(&p.on, cue, w.x, y, col, alpha)
	p.face.lay(&p.on, sub, w.x, y+cue.height()+gap, second, alpha)
}

// drawIdle says quietly where the roller is, or why nobody knows.
func (p *Painter) drawIdle(s *Scene) {
	r := &s.Reading
	b, u := p.lay.banner, p.lay.u
	at := body.Point{X: b.x + p.signWidth()/2, Y: b.y + b.h/2}
	what, state := sight(s)
	if state != spine.OK || r.Level == "" {
		p.drawMark(at, 15*u, state)
		p.drawQuiet(p.says.sight[what], "", mix(ink, dim, 0.6))
		return
	}
	z := p.look(s, p.lay.picture.rect()).bounds.zoneAt(r.S.V, p.says)
	if r.Zone == spine.ZoneOff {
		z = zone{p.says.off, dim}
	}
	p.on.path.ring(at.X, at.Y, 17*u, 7*u)
	p.on.fill(z.col, 1)
	p.drawQuiet(clip(r.Level, 6), z.name, ink)
}

// drawQuiet writes one line in the banner's place, smaller than any cue.
func (p *Painter) drawQuiet(text, second string, col rgb) {
	w, f := p.words(), &p.fits[fitCue]
	p.face.fit(f, text, w.w, w.h, want{weight: bold, max: p.lay.px(34), min: p.lay.px(11), lines: 2})
	y := w.y + (w.h-f.height())/2
	p.face.lay(&p.on, f, w.x, y, col, 1)
	if second == "" || len(f.lines) != 1 {
		return
	}
	x := w.x + p.face.width(bold, f.lines[0])*float64(f.size) + 12*p.lay.u
	p.face.draw(&p.on, second, regular, p.lay.px(22), x, y+float64(f.size)*ascent, dim, 1)
}

// drawClock draws the time at the banner's right end. Under a high picture the words need that room, and the
// clock stands beside the passes.
func (p *Painter) drawClock(s *Scene, col, second rgb) {
	if p.lay.stacked {
		p.drawHeadClock(s)
		return
	}
	b, u, c := p.lay.banner, p.lay.u, &p.on
	right, room := b.x+b.w-20*u, (clockRoom-20)*u
	size := p.lay.px(44)
	p.num = appendClock(p.num[:0], s.Elapsed)
	for size > 6 && p.face.widthBytes(bold, p.num)*float64(size) > room {
		size--
	}
	of := s.Duration > 0 && !math.IsInf(s.Duration, 0)
	base := b.y + b.h/2 + p.face.capRatio*float64(size)/2
	if of {
		base -= 10 * u
	}
	p.face.drawBytes(c, p.num, bold, size, right-p.face.widthBytes(bold, p.num)*float64(size), base, col, 1)
	if !of {
		return
	}
	p.num = append(appendClock(append(p.num[:0], p.says.before...), s.Duration), p.says.after...)
	size = p.lay.px(17)
	p.face.drawBytes(c, p.num, medium, size, right-p.face.widthBytes(medium, p.num)*float64(size), base+24*u, second, 1)
}

// drawHeadClock draws the time in the head, with what it counts towards as its heading.
func (p *Painter) drawHeadClock(s *Scene) {
	l, u, c := &p.lay, p.lay.u, &p.on
	right := l.head.x + l.head.w - passesWidth*u - 16*u
	p.num = append(p.num[:0], p.says.time...)
	if s.Duration > 0 && !math.IsInf(s.Duration, 0) {
		p.num = append(append(p.num, ' '), p.says.before...)
		p.num = append(appendClock(p.num, s.Duration), p.says.after...)
	}
	size := l.px(12)
	p.face.drawBytes(c, p.num, medium, size, right-p.face.widthBytes(medium, p.num)*float64(size), l.head.y+12*u, dim, 1)
	p.num = appendClock(p.num[:0], s.Elapsed)
	size = l.px(26)
	p.face.drawBytes(c, p.num, bold, size, right-p.face.widthBytes(bold, p.num)*float64(size), l.head.y+40*u, ink, 1)
}

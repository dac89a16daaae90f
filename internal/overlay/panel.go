package overlay

import (
	"image"
	"math"
	"strconv"

	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// drawBack draws all that stays the same for a clip, to be copied under every frame.
func (p *Painter) drawBack(title, notice string) {
	p.title, p.notice = title, notice
	l, c := &p.lay, &p.on
	p.back = make([]byte, 3*l.width*l.height)
	c.aim(frame.Picture{Pix: p.back, Width: l.width, Height: l.height})
	c.wash(image.Rect(0, 0, l.width, l.height), ground)
	for _, b := range [...]box{l.gauges, l.levels, l.banner} {
		c.path.round(b, 14*l.u)
		c.fill(card, 1)
	}
	p.drawHead(title)
	k := want{weight: regular, max: l.px(11.5), min: l.px(8), lines: 2}
	f := &p.fits[fitNotice]
	p.face.fit(f, notice, l.notice.w, l.notice.h-2, k)
	p.face.lay(c, f, l.notice.x, l.notice.y+(l.notice.h-f.height())/2, dim, 1)
	speed, hips := p.gaugeCells()
	p.drawGaugeBack(p.says.speed, speed)
	p.drawGaugeBack(p.says.hips, hips)
	p.drawLevelsBack()
}

// passesWidth is the room for the passes at the right of the head, in units.
const passesWidth = 62

// drawHead draws the name of the exercise and the heading of the passes.
func (p *Painter) drawHead(title string) {
	l, c := &p.lay, &p.on
	h := l.head
	p.face.draw(c, "Rollwell", bold, l.px(13), h.x, h.y+12*l.u, thoracic, 1)
	f := &p.fits[fitTitle]
	room := h.w - (passesWidth+8)*l.u
	if l.stacked {
		room -= clockRoom * l.u
	}
	k := want{weight: bold, max: l.px(20), min: l.px(11), lines: 2}
	p.face.fit(f, title, room, h.h-17*l.u, k)
	p.face.lay(c, f, h.x, h.y+17*l.u, ink, 1)
	p.rightText(p.says.passes, medium, l.px(12), h.x+h.w, h.y+12*l.u, dim, 1)
}

// rightText draws s so that it ends at x.
func (p *Painter) rightText(s string, w weight, size int, x, y float64, col rgb, alpha float64) {
	p.face.draw(&p.on, s, w, size, x-p.face.width(w, s)*float64(size), y, col, alpha)
}

// gaugeCells returns the places of the two gauges.
func (p *Painter) gaugeCells() (speed, hips box) {
	in := p.lay.gauges.inset(14 * p.lay.u)
	gap := 18 * p.lay.u
	w := (in.w - gap) / 2
	return box{in.x, in.y, w, in.h}, box{in.x + w + gap, in.y, w, in.h}
}

// bar returns the place of a gauge's bar in its cell.
func (p *Painter) bar(cell box) box {
	h := 9 * p.lay.u
	return box{cell.x, cell.y + cell.h - h - 2*p.lay.u, cell.w, h}
}

func (p *Painter) drawGaugeBack(label string, cell box) {
	c, u := &p.on, p.lay.u
	size := p.lay.px(12)
	for size > 6 && p.face.width(medium, label)*float64(size) > cell.w {
		size--
	}
	p.face.draw(c, label, medium, size, cell.x, cell.y+9*u, dim, 1)
	c.path.round(p.bar(cell), 4.5*u)
	c.fill(track, 1)
}

// drawGauges draws speed, hip height and passes.
func (p *Painter) drawGauges(s *Scene) {
	speed, hips := p.gaugeCells()
	v := s.Reading.Speed
	v.V = math.Abs(v.V)
	col := thoracic
	if v.V > p.opt.Speed.Limit {
		col = edge
	}
	p.drawGauge(speed, p.opt.Speed, v, 1, "cm/s", col)
	h := s.Reading.HipLift
	col = thoracic
	if h.V < p.opt.Hips.Limit {
		col = lumbar
	}
	p.drawGauge(hips, p.opt.Hips, h, 0, "cm", col)

	l := &p.lay
	p.num = append(p.num[:0], "–"...)
	if s.Passes >= 0 {
		p.num = strconv.AppendInt(p.num[:0], int64(min(s.Passes, 9999)), 10)
	}
	size := l.px(26)
	w := p.face.widthBytes(bold, p.num) * float64(size)
	p.face.drawBytes(&p.on, p.num, bold, size, l.head.x+l.head.w-w, l.head.y+40*l.u, ink, 1)
}

// drawGauge draws the number, the bar and the tick at the limit. A number that is not known is a dash.
func (p *Painter) drawGauge(cell box, g Gauge, v spine.Value, digits int, unit string, col rgb) {
	c, u := &p.on, p.lay.u
	known := v.Known() && !math.IsNaN(v.V) && !math.IsInf(v.V, 0)
	alpha, small := 1.0, p.lay.px(12.5)
	if v.State == spine.Unsure && known {
		alpha, unit, small = 0.55, p.says.notSure, p.lay.px(11)
	}
	p.num = append(p.num[:0], "–"...)
	tint := dim
	if known {
		p.num = appendNumber(p.num[:0], v.V, digits)
		tint = ink
		if col != thoracic {
			tint = col
		}
	}
	size := p.lay.px(30)
	gap := 5 * u
	room := cell.w - gap - p.face.width(medium, unit)*float64(small)
	for size > 8 && p.face.widthBytes(bold, p.num)*float64(size) > room {
		size--
	}
	bar := p.bar(cell)
	base := bar.y - 12*u
	x := p.face.drawBytes(c, p.num, bold, size, cell.x, base, tint, alpha)
	p.face.draw(c, unit, medium, small, x+gap, base, dim, 1)
	if !(g.Full > 0) {
		return
	}
	if known {
		w := clamp(v.V/g.Full, 0, 1) * bar.w
		c.path.round(box{bar.x, bar.y, math.Max(w, bar.h*0.6), bar.h}, bar.h/2)
		c.fill(col, alpha)
	}
	tick := box{bar.x + clamp(g.Limit/g.Full, 0, 1)*bar.w - u, bar.y - 5*u, 2 * u, bar.h + 10*u}
	c.path.round(tick, u)
	c.fill(white, 1)
}

// appendNumber writes v with the given decimals, a real minus sign and no negative zero.
func appendNumber(dst []byte, v float64, digits int) []byte {
	v = clamp(v, -999, 999)
	ten := math.Pow10(digits)
	v = math.Round(v*ten) / ten
	if v < 0 {
		dst = append(dst, "−"...)
		v = -v
	}
	return strconv.AppendFloat(dst, math.Abs(v), 'f', digits, 64)
}

package overlay

import (
	"math"
	"strconv"
)

// Vertebra is a level with the colour of its zone.
type Vertebra struct {
	Name string
	col  rgb
}

// RGB is the colour of its zone.
func (v Vertebra) RGB() (r, g, b uint8) { return v.col.r, v.col.g, v.col.b }

// Vertebrae lists the levels from the neck to the loins.
func Vertebrae() []Vertebra { return levels[:] }

// levels are the vertebrae from the neck to the loins.
var levels = [...]Vertebra{
	{"C7", neck},
	{"T1", edge},
	{"T2", thoracic},
	{"T3", thoracic},
	{"T4", thoracic},
	{"T5", thoracic},
	{"T6", thoracic},
	{"T7", thoracic},
	{"T8", thoracic},
	{"T9", thoracic},
	{"T10", thoracic},
	{"T11", edge},
	{"T12", edge},
	{"L1", lumbar},
	{"L2", lumbar},
	{"L3", lumbar},
	{"L4", lumbar},
	{"L5", lumbar},
}

// leastScale is how many seconds a full bar stands for at least, so that the first seconds do not look like
// a lot.
const leastScale = 10

// cell is the place of one level: its name, its bar's track and its number.
type cell struct {
	all, track box
}

// levelCell returns the place of level i: a row beside a wide picture, a column under a high one.
func (p *Painter) levelCell(i int) cell {
	l, u := &p.lay, p.lay.u
	in := l.levels.inset(14 * u)
	n := float64(len(levels))
	if l.stacked {
		w := in.w / n
		all := box{in.x + w*float64(i), in.y + 18*u, w, in.h - 18*u - 18*u}
		t := w * 0.62
		return cell{all, box{all.x + (w-t)/2, all.y + 16*u, t, all.h - 34*u}}
	}
	h := (in.h - 20*u - 20*u) / n
	all := box{in.x - 5*u, in.y + 18*u + h*float64(i), in.w + 10*u, h}
	t := h * 0.62
	return cell{all, box{in.x + 32*u, all.y + (h-t)/2, in.w - 32*u - 40*u, t}}
}

// drawLevelsBack draws the headings, names and the legend that names the colours.
func (p *Painter) drawLevelsBack() {
	l, u, c := &p.lay, p.lay.u, &p.on
	in := l.levels.inset(14 * u)
	p.face.draw(c, p.says.levels, medium, l.px(12), in.x, in.y+9*u, dim, 1)
	legend := [...]zone{{p.says.neck, neck}, {p.says.edge, edge}, {p.says.legendThoracic, thoracic}, {p.says.legendLumbar, lumbar}}
	ems := 0.0
	for _, z := range legend {
		ems += p.face.width(regular, z.name)
	}
	fixed := float64(len(legend))*11*u + float64(len(legend)-1)*9*u
	size := max(1, int(clamp((in.w-fixed)/ems, 6, 12*u)))
	x, base := in.x, in.y+in.h-u
	for _, z := range legend {
		c.path.disc(x+3.5*u, base-p.face.capRatio*float64(size)/2, 3.5*u)
		c.fill(z.col, 1)
		x = p.face.draw(c, z.name, regular, size, x+11*u, base, dim, 1) + 9*u
	}
	for i := range levels {
		p.drawLevelName(i, medium, dim)
	}
}

// drawLevelName writes the name of level i at its place.
func (p *Painter) drawLevelName(i int, w weight, col rgb) {
	k, u, name := p.levelCell(i), p.lay.u, levels[i].Name
	if p.lay.stacked {
		size := p.lay.px(11.5)
		for size > 5 && p.face.width(w, name)*float64(size) > k.all.w-2*u {
			size--
		}
		x := k.all.x + (k.all.w-p.face.width(w, name)*float64(size))/2
		p.face.draw(&p.on, name, w, size, x, k.all.y+k.all.h-4*u, col, 1)
		return
	}
	size := max(1, int(math.Min(13*u, k.all.h*0.86)))
	base := k.all.y + k.all.h/2 + p.face.capRatio*float64(size)/2
	p.face.draw(&p.on, name, w, size, k.track.x-32*u, base, col, 1)
}

// drawLevels draws the bars with their seconds, and frames the level of the moment.
func (p *Painter) drawLevels(s *Scene) {
	most := float64(leastScale)
	for _, t := range s.Levels {
		if t.Seconds > most && !math.IsInf(t.Seconds, 0) {
			most = t.Seconds
		}
	}
	for i, l := range levels {
		seconds, known := 0.0, false
		for _, t := range s.Levels {
			if t.Level == l.Name && t.Seconds >= 0 && !math.IsInf(t.Seconds, 0) {
				seconds, known = t.Seconds, true
			}
		}
		now := s.Reading.S.Known() && s.Reading.Level == l.Name
		p.drawLevel(i, seconds/most, seconds, known, now, strength(s.Reading.S.State))
	}
}

func (p *Painter) drawLevel(i int, share, seconds float64, known, now bool, sure float64) {
	k, u, c := p.levelCell(i), p.lay.u, &p.on
	text, w := dim, regular
	if now {
		c.path.round(k.all, 5*u)
		c.fill(white, 0.08)
		c.path.frame(k.all, 5*u, 1.6*u)
		c.fill(white, sure)
		p.drawLevelName(i, bold, white)
		text, w = white, bold
	}
	p.num = append(p.num[:0], "–"...)
	if known {
		p.num = appendSeconds(p.num[:0], seconds, p.lay.stacked)
	}
	size := p.lay.px(11.5)
	if !p.lay.stacked {
		size = max(1, int(math.Min(12.5*u, k.all.h*0.84)))
	}
	room := 36 * u
	if p.lay.stacked {
		room = k.all.w - u
	}
	for size > 5 && p.face.widthBytes(w, p.num)*float64(size) > room {
		size--
	}
	width := p.face.widthBytes(w, p.num) * float64(size)
	if p.lay.stacked {
		h := math.Max(share*k.track.h, 2*u)
		bar := box{k.track.x, k.track.y + k.track.h - h, k.track.w, h}
		p.drawLevelBar(bar, i, known)
		p.face.drawBytes(c, p.num, w, size, k.all.x+(k.all.w-width)/2, bar.y-4*u, text, 1)
		return
	}
	p.drawLevelBar(box{k.track.x, k.track.y, math.Max(share*k.track.w, 2*u), k.track.h}, i, known)
	base := k.all.y + k.all.h/2 + p.face.capRatio*float64(size)/2
	p.face.drawBytes(c, p.num, w, size, k.all.x+k.all.w-5*u-width, base, text, 1)
}

func (p *Painter) drawLevelBar(b box, i int, known bool) {
	col := levels[i].col
	if !known {
		col = track
	}
	p.on.path.round(b, 3*p.lay.u)
	p.on.fill(col, 0.94)
}

// appendSeconds writes a time: nothing for what rounds to none, "9 s", or "1:40" from 100 s on. Tight places
// do without the unit.
func appendSeconds(dst []byte, s float64, tight bool) []byte {
	n := int64(clamp(s, 0, 35999) + 0.5)
	switch {
	case n == 0:
		return dst
	case n >= 100:
		return appendClock(dst, s)
	case tight:
		return strconv.AppendInt(dst, n, 10)
	}
	return append(strconv.AppendInt(dst, n, 10), " s"...)
}

// appendClock writes a time as minutes and seconds, "1:05", or a dash where it is not known.
func appendClock(dst []byte, s float64) []byte {
	if !(s >= 0) || math.IsInf(s, 0) {
		return append(dst, "–"...)
	}
	n := int64(math.Min(s, 35999))
	dst = append(strconv.AppendInt(dst, n/60, 10), ':')
	return append(dst, byte('0'+n%60/10), byte('0'+n%10))
}

package report

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The fonts with Chinese letters that systems have (Noto Sans CJK) keep their outlines as cubic curves (CFF), several
// fonts to a file. The PDF library embeds single TrueType fonts only, which have quadratic ones. So the few letters that a
// report needs are put into a TrueType font of its own, by the OpenType specification, version 1.9. Letters drawn from
// such a font can be searched and copied, which pictures of them could not.

// parts is how many quadratic curves stand for a cubic one: at three the error is far below a unit of the font.
const parts = 3

// trueType makes a font of the letters of f among runes. What f lacks is left out.
func trueType(f *sfnt.Font, runes []rune) ([]byte, error) {
	b := &fontBuilder{font: f, units: int(f.UnitsPerEm())}
	b.loca = append(b.loca, 0)
	if err := b.add(0); err != nil { // what is drawn for missing letters
		return nil, err
	}
	runes = slices.Clone(runes)
	slices.Sort(runes)
	for _, r := range slices.Compact(runes) {
		i, err := f.GlyphIndex(&b.buf, r)
		if err != nil {
			return nil, fmt.Errorf("look up a letter: %w", err)
		}
		if i == 0 || r > 0xFFFF {
			continue
		}
		if err := b.add(i); err != nil {
			return nil, err
		}
		b.letters = append(b.letters, r)
	}
	return b.file()
}

type fontBuilder struct {
	font  *sfnt.Font
	buf   sfnt.Buffer
	units int
	// letters has the rune of each glyph but the first.
	letters    []rune
	glyf, hmtx []byte
	loca       []uint32
	points     int // most of one glyph
	contours   int
	box        [4]int16
	widest     uint16
}

// point is one of an outline; off ones are the middle of a curve.
type point struct {
	x, y int16
	off  bool
}

// add adds a glyph.
func (b *fontBuilder) add(i sfnt.GlyphIndex) error {
	ppem := fixed.Int26_6(b.units << 6)
	segments, err := b.font.LoadGlyph(&b.buf, i, ppem, nil)
	if err != nil {
		return fmt.Errorf("read a letter's outline: %w", err)
	}
	outline := contoursOf(segments)
	advance, err := b.font.GlyphAdvance(&b.buf, i, ppem, font.HintingNone)
	if err != nil {
		return fmt.Errorf("measure a letter: %w", err)
	}
	left := b.outline(outline)
	width := uint16(advance.Round())
	b.widest = max(b.widest, width)
	b.hmtx = binary.BigEndian.AppendUint16(b.hmtx, width)
	b.hmtx = binary.BigEndian.AppendUint16(b.hmtx, uint16(left))
	for len(b.glyf)%4 != 0 {
		b.glyf = append(b.glyf, 0)
	}
	b.loca = append(b.loca, uint32(len(b.glyf)))
	return nil
}

// contoursOf makes quadratic outlines, with y upwards.
func contoursOf(segments sfnt.Segments) (all [][]point) {
	at := func(p fixed.Point26_6) [2]float64 { return [2]float64{float64(p.X) / 64, -float64(p.Y) / 64} }
	var pen [2]float64
	put := func(p [2]float64, off bool) {
		all[len(all)-1] = append(all[len(all)-1], point{int16(math.Round(p[0])), int16(math.Round(p[1])), off})
	}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			all = append(all, nil)
			pen = at(s.Args[0])
			put(pen, false)
		case sfnt.SegmentOpLineTo:
			pen = at(s.Args[0])
			put(pen, false)
		case sfnt.SegmentOpQuadTo:
			put(at(s.Args[0]), true)
			pen = at(s.Args[1])
			put(pen, false)
		case sfnt.SegmentOpCubeTo:
			c := cubic{pen, at(s.Args[0]), at(s.Args[1]), at(s.Args[2])}
			for k := range parts {
				middle, end := c.quadratic(float64(k)/parts, float64(k+1)/parts)
				put(middle, true)
				put(end, false)
			}
			pen = c[3]
		}
	}
	return all
}

type cubic [4][2]float64

// quadratic is the curve with the same ends and slopes as the stretch from a to b: its middle point and its end.
func (c *cubic) quadratic(a, b float64) (middle, end [2]float64) {
	for i := range 2 {
		p := func(t float64) float64 {
			u := 1 - t
			return u*u*u*c[0][i] + 3*u*u*t*c[1][i] + 3*u*t*t*c[2][i] + t*t*t*c[3][i]
		}
		slope := func(t float64) float64 {
			u := 1 - t
			return 3 * (u*u*(c[1][i]-c[0][i]) + 2*u*t*(c[2][i]-c[1][i]) + t*t*(c[3][i]-c[2][i]))
		}
		// The stretch is a cubic with the control points p(a)+d/3·p'(a) and p(b)−d/3·p'(b).
		d := b - a
		one, two := p(a)+d/3*slope(a), p(b)-d/3*slope(b)
		middle[i], end[i] = (3*(one+two)-p(a)-p(b))/4, p(b)
	}
	return middle, end
}

// outline appends a simple glyph and returns its left edge.
func (b *fontBuilder) outline(contours [][]point) (left int16) {
	contours = slices.DeleteFunc(contours, func(c []point) bool { return len(c) < 3 })
	if len(contours) == 0 {
		return 0
	}
	box, all := [4]int16{math.MaxInt16, math.MaxInt16, math.MinInt16, math.MinInt16}, []point(nil)
	var ends []byte
	for _, c := range contours {
		all = append(all, c...)
		ends = binary.BigEndian.AppendUint16(ends, uint16(len(all)-1))
		for _, p := range c {
			box = [4]int16{min(box[0], p.x), min(box[1], p.y), max(box[2], p.x), max(box[3], p.y)}
		}
	}
	b.points, b.contours = max(b.points, len(all)), max(b.contours, len(contours))
	b.box = [4]int16{min(b.box[0], box[0]), min(b.box[1], box[1]), max(b.box[2], box[2]), max(b.box[3], box[3])}
	b.glyf = shorts(b.glyf, len(contours), int(box[0]), int(box[1]), int(box[2]), int(box[3]))
	b.glyf = append(b.glyf, ends...)
	b.glyf = shorts(b.glyf, 0) // no instructions
	const onCurve = 1
	for _, p := range all {
		flag := byte(onCurve)
		if p.off {
			flag = 0
		}
		b.glyf = append(b.glyf, flag)
	}
	var before point
	for _, p := range all {
		b.glyf = shorts(b.glyf, int(p.x-before.x))
		before = p
	}
	before = point{}
	for _, p := range all {
		b.glyf = shorts(b.glyf, int(p.y-before.y))
		before = p
	}
	return box[0]
}

// shorts appends numbers of 16 bits.
func shorts(b []byte, list ...int) []byte {
	for _, x := range list {
		b = binary.BigEndian.AppendUint16(b, uint16(x))
	}
	return b
}

// file puts the tables together.
func (b *fontBuilder) file() ([]byte, error) {
	m, err := b.font.Metrics(&b.buf, fixed.Int26_6(b.units<<6), font.HintingNone)
	if err != nil {
		return nil, fmt.Errorf("measure a font: %w", err)
	}
	up, down := m.Ascent.Round(), -m.Descent.Round()
	glyphs := len(b.loca) - 1
	var loca []byte
	for _, at := range b.loca {
		loca = binary.BigEndian.AppendUint32(loca, at)
	}
	head := shorts(nil, 1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 3, b.units, 0, 0, 0, 0, 0, 0, 0, 0)
	head = shorts(head, int(b.box[0]), int(b.box[1]), int(b.box[2]), int(b.box[3]), 0, 8, 2, 1, 0)
	hhea := shorts(nil, 1, 0, up, down, 0, int(b.widest), 0, 0, int(b.box[2]), 1, 0, 0, 0, 0, 0, 0, 0, glyphs)
	maxp := shorts(nil, 1, 0, glyphs, b.points, b.contours, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	os2 := make([]byte, 96)
	binary.BigEndian.PutUint16(os2, 4)
	binary.BigEndian.PutUint16(os2[4:], 400)
	binary.BigEndian.PutUint16(os2[6:], 5)
	for at, x := range map[int]int{68: up, 70: down, 74: up, 76: -down, 88: m.CapHeight.Round()} {
		binary.BigEndian.PutUint16(os2[at:], uint16(x))
	}
	post := append(shorts(nil, 3, 0), make([]byte, 28)...)
	return assemble(map[string][]byte{
		"OS/2": os2, "cmap": b.cmap(), "glyf": b.glyf, "head": head, "hhea": hhea, "hmtx": b.hmtx, "loca": loca, "maxp": maxp,
		"name": shorts(nil, 0, 0, 6), "post": post,
	}), nil
}

// cmap maps runes to glyphs: format 4, a segment for each.
func (b *fontBuilder) cmap() []byte {
	var ends, starts, deltas, offsets []byte
	for i, r := range b.letters {
		ends, starts = shorts(ends, int(r)), shorts(starts, int(r))
		deltas, offsets = shorts(deltas, i+1-int(r)), shorts(offsets, 0)
	}
	ends, starts, deltas, offsets = shorts(ends, 0xFFFF), shorts(starts, 0xFFFF), shorts(deltas, 1), shorts(offsets, 0)
	n := len(b.letters) + 1
	sub := shorts(nil, 4, 16+8*n, 0, 2*n)
	sub = shorts(sub, search(n, 2)...)
	sub = slices.Concat(sub, ends, []byte{0, 0}, starts, deltas, offsets)
	return slices.Concat(shorts(nil, 0, 1, 3, 1, 0, 12), sub)
}

// search are the numbers with which a list of n entries of a size is searched by halves.
func search(n, size int) []int {
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	return []int{size * power, log, size * (n - power)}
}

// assemble writes the directory and the tables behind it.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	out := shorts(shorts(nil, 1, 0, len(names)), search(len(names), 16)...)
	at := uint32(len(out) + 16*len(names))
	var body []byte
	for _, name := range names {
		t := tables[name]
		var sum uint32
		padded := append(slices.Clone(t), make([]byte, (4-len(t)%4)%4)...)
		for i := 0; i < len(padded); i += 4 {
			sum += binary.BigEndian.Uint32(padded[i:])
		}
		out = append(out, name...)
		for _, x := range []uint32{sum, at + uint32(len(body)), uint32(len(t))} {
			out = binary.BigEndian.AppendUint32(out, x)
		}
		body = append(body, padded...)
	}
	return append(out, body...)
}

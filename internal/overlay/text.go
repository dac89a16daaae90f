package overlay

import (
	"fmt"
	"image"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// weight picks one of the embedded fonts.
type weight uint8

const (
	regular weight = iota
	medium
	bold
	weightCount
)

// subpixels is how many positions within a pixel a glyph is kept for: enough for even spacing.
const subpixels = 4

// maxGlyphs bounds the glyph cache; a clip needs a few hundred.
const maxGlyphs = 4096

// glyph is the mask of one character; its top-left pixel lies at (left, top) from the pen's pixel.
type glyph struct {
	mask      []uint8
	w, h      int
	left, top int
}

type glyphKey struct {
	r    rune
	size uint16
	w    weight
	sub  uint8
}

type faceKey struct {
	size  uint16
	w     weight
	extra bool // of the letters
}

// typesetter draws text with the embedded fonts, and with the letters it was given where these lack one. What neither
// has is left out: an empty box says nothing. It serves one goroutine.
type typesetter struct {
	fonts    [weightCount]*sfnt.Font
	letters  *Letters // may be nil
	ascii    [weightCount][128]float64
	others   map[glyphKey]float64 // advances beyond ASCII, by weight and rune
	faces    map[faceKey]font.Face
	glyphs   map[glyphKey]*glyph
	buf      sfnt.Buffer
	scratch  []byte
	capRatio float64
}

func newTypesetter(letters *Letters) (*typesetter, error) {
	t := &typesetter{
		letters: letters,
		others:  map[glyphKey]float64{},
		faces:   map[faceKey]font.Face{},
		glyphs:  map[glyphKey]*glyph{},
	}
	for w, ttf := range [weightCount][]byte{goregular.TTF, gomedium.TTF, gobold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("overlay: read embedded font %d: %w", w, err)
		}
		t.fonts[w] = f
		for r := range t.ascii[w] {
			t.ascii[w][r] = t.measureRune(weight(w), rune(r))
		}
	}
	m, err := t.fonts[bold].Metrics(&t.buf, fixed.I(1000), font.HintingNone)
	if err != nil {
		return nil, fmt.Errorf("overlay: measure embedded font: %w", err)
	}
	t.capRatio = float64(m.CapHeight) / 64 / 1000
	return t, nil
}

// source returns the font that has r and its glyph there; it is false if none has it.
func (t *typesetter) source(w weight, r rune) (f *sfnt.Font, extra, ok bool) {
	if i, err := t.fonts[w].GlyphIndex(&t.buf, r); err == nil && i != 0 {
		return t.fonts[w], false, true
	}
	if t.letters != nil {
		if f := t.letters.of(w); f != nil {
			if i, err := f.GlyphIndex(&t.buf, r); err == nil && i != 0 {
				return f, true, true
			}
		}
	}
	return t.fonts[w], false, false
}

// measureRune returns the advance of r in ems, 0 where it is left out.
func (t *typesetter) measureRune(w weight, r rune) float64 {
	f, _, ok := t.source(w, r)
	if !ok {
		return 0
	}
	i, err := f.GlyphIndex(&t.buf, r)
	if err != nil {
		return 0
	}
	a, err := f.GlyphAdvance(&t.buf, i, fixed.I(1000), font.HintingNone)
	if err != nil {
		return 0.6
	}
	return float64(a) / 64 / 1000
}

func (t *typesetter) advance(w weight, r rune) float64 {
	if r >= 0 && r < 128 {
		return t.ascii[w][r]
	}
	k := glyphKey{r: r, w: w}
	a, ok := t.others[k]
	if !ok {
		if len(t.others) >= maxGlyphs {
			clear(t.others)
		}
		a = t.measureRune(w, r)
		t.others[k] = a
	}
	return a
}

// width returns how many ems s is wide; times the size it is pixels.
func (t *typesetter) width(w weight, s string) float64 {
	sum := 0.0
	for _, r := range s {
		sum += t.advance(w, r)
	}
	return sum
}

// widthBytes is width for text in a byte buffer.
func (t *typesetter) widthBytes(w weight, s []byte) float64 {
	sum := 0.0
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		sum += t.advance(w, r)
		s = s[n:]
	}
	return sum
}

// draw writes s with its baseline's left end at (x, y) and returns where it ends.
func (t *typesetter) draw(c *canvas, s string, w weight, size int, x, y float64, col rgb, alpha float64) float64 {
	t.scratch = append(t.scratch[:0], s...)
	return t.drawBytes(c, t.scratch, w, size, x, y, col, alpha)
}

// drawBytes is draw for text in a byte buffer.
func (t *typesetter) drawBytes(c *canvas, s []byte, w weight, size int, x, y float64, col rgb, alpha float64) float64 {
	base := int(y + 0.5)
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		s = s[n:]
		pen := int(x*subpixels + 0.5)
		if g := t.glyph(glyphKey{r: r, w: w, size: uint16(size), sub: uint8(pen % subpixels)}); g.w > 0 {
			c.stamp(g.mask, g.w, g.h, pen/subpixels+g.left, base+g.top, col, alpha*c.fade)
		}
		x += t.advance(w, r) * float64(size)
	}
	return x
}

// glyph returns the mask of a character, from the cache where it can.
func (t *typesetter) glyph(k glyphKey) *glyph {
	if g, ok := t.glyphs[k]; ok {
		return g
	}
	if len(t.glyphs) >= maxGlyphs {
		clear(t.glyphs)
	}
	g := &glyph{}
	t.glyphs[k] = g
	f, extra, ok := t.source(k.w, k.r)
	if !ok {
		return g
	}
	face, err := t.face(f, faceKey{k.size, k.w, extra})
	if err != nil {
		return g // an empty glyph; New has drawn with every embedded font already
	}
	dot := fixed.Point26_6{X: fixed.Int26_6(int(k.sub) * 64 / subpixels)}
	dr, mask, mp, _, ok := face.Glyph(dot, k.r)
	if !ok || dr.Empty() {
		return g
	}
	g.w, g.h, g.left, g.top = dr.Dx(), dr.Dy(), dr.Min.X, dr.Min.Y
	g.mask = make([]uint8, g.w*g.h)
	if a, ok := mask.(*image.Alpha); ok {
		for y := range g.h {
			copy(g.mask[y*g.w:(y+1)*g.w], a.Pix[a.PixOffset(mp.X, mp.Y+y):])
		}
	}
	return g
}

func (t *typesetter) face(from *sfnt.Font, k faceKey) (font.Face, error) {
	if f, ok := t.faces[k]; ok {
		return f, nil
	}
	f, err := opentype.NewFace(from, &opentype.FaceOptions{Size: float64(k.size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("overlay: font at %d px: %w", k.size, err)
	}
	t.faces[k] = f
	return f, nil
}

package report

import (
	"math"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/rollwell/rollwell/internal/export"
)

// chinese finds the fonts that the tests install.
func chinese(t testing.TB) *export.Writing {
	t.Helper()
	w, err := export.NewWriting("仰卧把泡沫轴横放在背下", "zh-Hans", export.SystemFonts())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if w.Letters == nil {
		t.Fatalf("%s: .ci/deps.sh test installs the letters", w.Note)
	}
	return w
}

// A letter of the font that is made covers what it does in the font it is from, to a small part of its size.
func TestTrueTypeHasTheSameLetters(t *testing.T) {
	from, _ := chinese(t).Letters.Fonts()
	letters := []rune("仰卧把泡沫轴横放在背下。，：A8é滚動")
	file, err := trueType(from, append(letters, letters...))
	if err != nil {
		t.Fatal(err)
	}
	if len(file) > 40<<10 {
		t.Errorf("%d letters take %d bytes", len(letters), len(file))
	}
	to, err := sfnt.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	var buf sfnt.Buffer
	ppem := fixed.I(1000)
	for _, r := range letters {
		var boxes [2]fixed.Rectangle26_6
		var advances [2]fixed.Int26_6
		var areas [2]float64
		for k, f := range []*sfnt.Font{from, to} {
			i, err := f.GlyphIndex(&buf, r)
			if err != nil || i == 0 {
				t.Fatalf("%c is not in font %d: %v", r, k, err)
			}
			if boxes[k], advances[k], err = f.GlyphBounds(&buf, i, ppem, font.HintingNone); err != nil {
				t.Fatal(err)
			}
			segments, err := f.LoadGlyph(&buf, i, ppem, nil)
			if err != nil {
				t.Fatal(err)
			}
			areas[k] = surface(segments)
		}
		near := func(a, b fixed.Int26_6) bool { return (a-b).Round() >= -2 && (a-b).Round() <= 2 }
		if !near(boxes[0].Min.X, boxes[1].Min.X) || !near(boxes[0].Max.Y, boxes[1].Max.Y) || advances[0] != advances[1] {
			t.Errorf("%c: %v, %v became %v, %v", r, boxes[0], advances[0], boxes[1], advances[1])
		}
		if math.Abs(areas[0]-areas[1]) > 0.01*math.Abs(areas[0]) {
			t.Errorf("%c covers %.0f, in the font it is from %.0f", r, areas[1], areas[0])
		}
	}
	if i, err := to.GlyphIndex(&buf, '猫'); err != nil || i != 0 {
		t.Errorf("a letter that was not asked for is glyph %d: %v", i, err)
	}
}

// surface is that of the outline, by many straight lines.
func surface(segments sfnt.Segments) (sum float64) {
	var pen, start [2]float64
	line := func(to [2]float64) {
		sum += pen[0]*to[1] - to[0]*pen[1]
		pen = to
	}
	at := func(p fixed.Point26_6) [2]float64 { return [2]float64{float64(p.X) / 64, float64(p.Y) / 64} }
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			line(start)
			pen = at(s.Args[0])
			start = pen
		case sfnt.SegmentOpLineTo:
			line(at(s.Args[0]))
		default:
			c := cubic{pen, at(s.Args[0]), at(s.Args[1]), at(s.Args[2])}
			if s.Op == sfnt.SegmentOpQuadTo {
				q, end := at(s.Args[0]), at(s.Args[1])
				for i := range 2 {
					c[1][i], c[2][i], c[3][i] = c[0][i]+2./3*(q[i]-c[0][i]), end[i]+2./3*(q[i]-end[i]), end[i]
				}
			}
			for k := 1; k <= 32; k++ {
				_, end := c.quadratic(0, float64(k)/32)
				line(end)
			}
		}
	}
	line(start)
	return sum / 2
}

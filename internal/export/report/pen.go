package report

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"github.com/rollwell/rollwell/internal/export"
)

// The page, A4, in millimetres.
const (
	pageWidth, pageHeight = 210, 297
	margin                = 18
	column                = pageWidth - 2*margin
	bottom                = pageHeight - 20
)

// colour is one of the product's, on light ground.
type colour struct{ r, g, b int }

func colourOf(r, g, b uint8) colour { return colour{int(r), int(g), int(b)} }

var (
	ink      = colour{0x0E, 0x14, 0x17}
	dim      = colour{0x55, 0x66, 0x6A}
	hairline = colour{0xD5, 0xDD, 0xDC}
	card     = colour{0xF3, 0xF6, 0xF5}
	lumbar   = colour{0xE8, 0x70, 0x2A}
	edge     = colour{0xF2, 0xC1, 0x4E}
	thoracic = colour{0x2B, 0xB3, 0xA3}
	neck     = colour{0xC2, 0x6D, 0xBC}
	blueGrey = colour{0x4F, 0x6D, 0x82}
)

// weights of letters, as the library calls them.
const (
	regular = ""
	bold    = "B"
)

// families of letters: those that are embedded in the program, and those of a font of this machine for the rest.
const (
	usual = "go"
	more  = "more"
)

// pen draws on the pages. It keeps the first fault for the end, as the library does.
type pen struct {
	*fpdf.Fpdf
	// covered is the font whose letters are usual; all tells to draw everything in more.
	covered *sfnt.Font
	buf     sfnt.Buffer
	all     bool
	// drawn collects the runes that more has to have; it is known after a first go at the report.
	drawn map[rune]bool
	there bool // more has been added
	y     float64
}

// newPen begins a document. runes are those that more has to have; nil for the first go.
func newPen(w *export.Writing, runes []rune) (*pen, error) {
	covered, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the embedded font: %w", err)
	}
	p := &pen{
		Fpdf: fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: pageWidth, Ht: pageHeight}}), covered: covered,
		all: w.Letters != nil && strings.HasPrefix(w.Language, "zh"), drawn: map[rune]bool{},
	}
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, 0)
	p.SetCellMargin(0)
	p.SetCatalogSort(true)
	p.AddUTF8FontFromBytes(usual, regular, goregular.TTF)
	p.AddUTF8FontFromBytes(usual, bold, gobold.TTF)
	if w.Letters == nil || len(runes) == 0 {
		return p, nil
	}
	plain, strong := w.Letters.Fonts()
	for _, f := range []struct {
		weight string
		from   *sfnt.Font
	}{{regular, plain}, {bold, strong}} {
		file, err := trueType(f.from, runes)
		if err != nil {
			return nil, err
		}
		p.AddUTF8FontFromBytes(more, f.weight, file)
	}
	p.there = true
	return p, nil
}

// runes are those that were drawn in more.
func (p *pen) runes() (list []rune) {
	for r := range p.drawn {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
}

// face chooses letters for a text, and makes it fit to be drawn.
func (p *pen) face(weight string, size float64, text string) string {
	text = drawable(text)
	family := usual
	if p.all || !p.isUsual(text) {
		family = more
		for _, r := range text {
			p.drawn[r] = true
		}
		if !p.there {
			family = usual
		}
	}
	p.SetFont(family, weight, size)
	return text
}

// drawable makes a text one that the library can take: it panics at characters beyond the first plane.
func drawable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r > 0xFFFF:
			return '□'
		}
		return r
	}, text)
}

func (p *pen) isUsual(text string) bool {
	for _, r := range text {
		if i, err := p.covered.GlyphIndex(&p.buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

func (p *pen) ink(c colour)  { p.SetTextColor(c.r, c.g, c.b) }
func (p *pen) fill(c colour) { p.SetFillColor(c.r, c.g, c.b) }
func (p *pen) line(c colour, width float64) {
	p.SetDrawColor(c.r, c.g, c.b)
	p.SetLineWidth(width)
}

// write draws a line of text with its baseline's left end at (x, y); size is in points.
func (p *pen) write(x, y float64, weight string, size float64, c colour, text string) {
	text = p.face(weight, size, text)
	p.ink(c)
	p.Text(x, y, text)
}

// right is write for a text that ends at x.
func (p *pen) right(x, y float64, weight string, size float64, c colour, text string) {
	p.write(x-p.width(weight, size, text), y, weight, size, c, text)
}

// width is how wide a text is.
func (p *pen) width(weight string, size float64, text string) float64 {
	text = p.face(weight, size, text)
	return p.GetStringWidth(text)
}

// height is that of a line of a size.
func height(size float64) float64 { return size * 0.3528 * 1.35 }

// paragraph draws a text in lines of at most a width, from the top y on, and returns where it ends.
func (p *pen) paragraph(x, y, width float64, weight string, size float64, c colour, text string) float64 {
	for _, line := range p.lines(text, weight, size, width) {
		p.write(x, y+height(size)*0.74, weight, size, c, line)
		y += height(size)
	}
	return y
}

const (
	// longestText is how many characters of a text are shown: a note's most.
	longestText = 10_000
	// longestLine is more characters than a line has.
	longestLine = 400
)

// lines breaks a text: at spaces, or where Chinese may be broken; what is too wide by itself is cut.
func (p *pen) lines(text, weight string, size, width float64) (all []string) {
	if letters := []rune(text); len(letters) > longestText {
		text = string(letters[:longestText]) + "…"
	}
	for part := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, piece := range pieces(part) {
			if line != "" && p.width(weight, size, strings.TrimRight(line+piece, " ")) > width {
				all, line = append(all, strings.TrimRight(line, " ")), ""
				piece = strings.TrimLeft(piece, " ")
			}
			for {
				fits := []rune(piece)
				if len(fits) <= longestLine && (len(fits) < 2 || p.width(weight, size, piece) <= width) {
					break
				}
				fits = fits[:min(len(fits), longestLine)]
				fits = fits[:max(1, sort.Search(len(fits), func(n int) bool { return p.width(weight, size, string(fits[:n+1])) > width }))]
				all, piece = append(all, string(fits)), piece[len(string(fits)):]
			}
			line += piece
		}
		all = append(all, strings.TrimRight(line, " "))
	}
	return all
}

// pieces are the parts of a text that are not broken, each with the spaces behind it.
func pieces(text string) (all []string) {
	begin, before := 0, rune(-1)
	for i, r := range text {
		if before >= 0 && (before == ' ' && r != ' ' || breaks(before, r)) {
			all, begin = append(all, text[begin:i]), i
		}
		before = r
	}
	return append(all, text[begin:])
}

// breaks tells whether a line may end between two characters, one of them Chinese.
func breaks(before, after rune) bool {
	wide := func(r rune) bool { return r >= 0x2E80 && r <= 0x9FFF || r >= 0xFF00 && r <= 0xFFEF }
	const closing, opening = "，。、：；！？）」』】》〉…％,.:;!?)%”’", "（「『【《〈(“‘"
	return (wide(before) || wide(after)) && !strings.ContainsRune(closing, after) && !strings.ContainsRune(opening, before)
}

// box fills a rectangle with round corners.
func (p *pen) box(x, y, w, h, r float64, c colour) {
	if w <= 0 || h <= 0 {
		return
	}
	p.fill(c)
	p.RoundedRect(x, y, w, h, min(r, w/2, h/2), "1234", "F")
}

// disc fills a circle.
func (p *pen) disc(x, y, r float64, c colour) {
	p.fill(c)
	p.Circle(x, y, r, "F")
}

// picture draws a JPEG in a box with round corners.
func (p *pen) picture(name string, jpeg []byte, x, y, w, h float64) {
	p.ClipRoundedRect(x, y, w, h, 2, false)
	options := fpdf.ImageOptions{ImageType: "JPG"}
	p.RegisterImageOptionsReader(name, options, bytes.NewReader(jpeg))
	p.ImageOptions(name, x, y, w, h, false, options, 0, "")
	p.ClipEnd()
}

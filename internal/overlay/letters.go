package overlay

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// ErrFont means that a file holds no font that can be drawn with.
var ErrFont = errors.New("overlay: no usable font")

// Letters are the letters that the embedded fonts lack, such as Chinese characters. Painters of several goroutines may
// share them.
type Letters struct{ regular, bold *sfnt.Font }

// ReadLetters takes a font or a collection of fonts (TrueType or OpenType) for plain and for bold words. Of a
// collection it takes the font for Simplified Chinese, or else the first one. The files are read from as long as the
// letters are used. An error is an ErrFont.
func ReadLetters(regular, bold io.ReaderAt) (*Letters, error) {
	var l Letters
	for file, to := range map[io.ReaderAt]**sfnt.Font{regular: &l.regular, bold: &l.bold} {
		fonts, err := sfnt.ParseCollectionReaderAt(file)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFont, err)
		}
		for i := range fonts.NumFonts() {
			f, err := fonts.Font(i)
			if err != nil {
				return nil, fmt.Errorf("%w: number %d: %w", ErrFont, i, err)
			}
			name, _ := f.Name(nil, sfnt.NameIDFull) // a font without a name may be the first one
			if *to == nil || strings.Contains(name, " SC") && !strings.Contains(name, "Mono") {
				*to = f
			}
			if strings.Contains(name, " SC") && !strings.Contains(name, "Mono") {
				break
			}
		}
	}
	if bold == regular {
		l.bold = l.regular
	}
	return &l, nil
}

// Fonts are the fonts for plain and for bold words, for those who draw elsewhere with the same letters.
func (l *Letters) Fonts() (regular, bold *sfnt.Font) { return l.regular, l.bold }

// of is the font for a weight.
func (l *Letters) of(w weight) *sfnt.Font {
	if w == bold {
		return l.bold
	}
	return l.regular
}

// Writes tells whether there are letters for all of a text, so that nothing of it would be left out.
func (l *Letters) Writes(text string) (bool, error) {
	t, err := newTypesetter(l)
	if err != nil {
		return false, err
	}
	for _, r := range text {
		if _, _, ok := t.source(regular, r); !ok && !unicode.IsSpace(r) && !unicode.IsControl(r) {
			return false, nil
		}
	}
	return true, nil
}

// Labels returns the painter's own words in a language, one after the other: what Writes has to be asked about besides
// the scene's own.
func Labels(language string) string { return labelsIn(language).all() }

// pieceEnd returns where the piece of s ends that begins at i and must not be broken: at a space, or where Chinese may
// be broken, which is between any two characters but not before a closing or behind an opening sign.
func pieceEnd(s string, i int) int {
	before := rune(-1)
	for k, r := range s[i:] {
		if r == ' ' || before >= 0 && breaks(before, r) {
			return i + k
		}
		before = r
	}
	return len(s)
}

func breaks(before, after rune) bool {
	return (isWide(before) || isWide(after)) && !strings.ContainsRune("，。、：；！？）」』】》〉…％,.:;!?)%”’", after) && !strings.ContainsRune("（「『【《〈(“‘", before)
}

// isWide tells whether a character stands by itself, without words.
func isWide(r rune) bool {
	return r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

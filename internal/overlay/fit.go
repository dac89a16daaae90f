package overlay

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// lineHeight is the distance of two baselines, in ems.
	lineHeight = 1.18
	// ascent and descent are what a line needs above and below its baseline, in ems: the fonts' own are .95
	// and .21.
	ascent, descent = 0.95, 0.22
	// maxRunes is how much of a text is looked at; nothing that is read at a glance is longer.
	maxRunes = 300
)

// want says how a text may be set.
type want struct {
	weight   weight
	max, min int // sizes in px
	lines    int
}

// fitted is a text broken into lines that fit a box. It remembers what it was made for, so that fitting the
// same text again is free.
type fitted struct {
	text  string
	w, h  float64
	want  want
	size  int
	lines []string
}

// height returns the room the lines take, in px.
func (f *fitted) height() float64 {
	if len(f.lines) == 0 {
		return 0
	}
	return float64(f.size) * (ascent + descent + lineHeight*float64(len(f.lines)-1))
}

// fit breaks s into at most k.lines lines within w×h pixels at the largest size it can, down to k.min, where
// words are cut and the last line ends in "…". The box is never overrun.
func (t *typesetter) fit(f *fitted, s string, w, h float64, k want) {
	if f.text == s && f.w == w && f.h == h && f.want == k && f.size > 0 {
		return
	}
	f.text, f.w, f.h, f.want = s, w, h, k
	clean := tidy(s)
	for f.size = k.max; f.size > k.min; f.size-- {
		f.lines = t.wrap(f.lines[:0], clean, k.weight, w/float64(f.size))
		if f.lines != nil && len(f.lines) <= k.lines && f.height() <= h {
			return
		}
	}
	f.size = max(k.min, 1)
	f.lines = t.cut(f.lines[:0], clean, k.weight, w/float64(f.size), k.lines)
	for len(f.lines) > 1 && f.height() > h {
		k.lines = len(f.lines) - 1
		f.lines = t.cut(f.lines[:0], clean, k.weight, w/float64(f.size), k.lines)
	}
}

// tidy turns every space and control character into one plain space and limits the length.
func tidy(s string) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			space = b.Len() > 0
			continue
		}
		if n++; n > maxRunes {
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wrap breaks s at spaces, and between Chinese characters, into lines of at most em ems. It returns nil if a single
// word is wider than that.
func (t *typesetter) wrap(lines []string, s string, w weight, em float64) []string {
	start, end, line, gap := 0, 0, 0.0, 0.0
	for i := 0; i <= len(s); {
		j := pieceEnd(s, i)
		word := t.width(w, s[i:j])
		if word > em {
			return nil
		}
		switch {
		case end > start && line+gap+word > em:
			lines = append(lines, s[start:end])
			start, line = i, word
		case end > start:
			line += gap + word
		default:
			start, line = i, word
		}
		end, gap, i = j, 0, j
		if j == len(s) || s[j] == ' ' {
			gap, i = t.advance(w, ' '), j+1
		}
	}
	return append(lines, s[start:end])
}

// cut breaks s into at most n lines of em ems, inside words where it must, and marks what was left out.
func (t *typesetter) cut(lines []string, s string, w weight, em float64, n int) []string {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		head, line := 0, 0.0
		lastSpace := 0
		for i, r := range s {
			line += t.advance(w, r)
			if line > em {
				break
			}
			if r == ' ' {
				lastSpace = i
			}
			head = i + utf8.RuneLen(r)
		}
		switch {
		case head >= len(s):
			return append(lines, s)
		case len(lines)+1 >= n || head == 0:
			return append(lines, t.ellipsis(s[:head], w, em))
		case s[head] != ' ' && lastSpace > 0:
			head = lastSpace
		}
		lines = append(lines, strings.TrimSpace(s[:head]))
		s = s[head:]
	}
	return lines
}

// ellipsis shortens s until it fits em ems with "…" after it.
func (t *typesetter) ellipsis(s string, w weight, em float64) string {
	for s != "" && t.width(w, s)+t.advance(w, '…') > em {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	if s == "" && t.advance(w, '…') > em {
		return ""
	}
	return strings.TrimRight(s, " ,;:，、；：") + "…"
}

// lay draws the fitted lines with the block's top-left corner at (x, y).
func (t *typesetter) lay(c *canvas, f *fitted, x, y float64, col rgb, alpha float64) {
	for i, l := range f.lines {
		base := y + float64(f.size)*(ascent+lineHeight*float64(i))
		t.draw(c, l, f.want.weight, f.size, x, base, col, alpha)
	}
}

package overlay

import "math"

const (
	// longest is the greatest length of a picture's side in the output.
	longest = 1920
	// slimmest is the least ratio of a picture's sides that the layout follows; beyond it there are bars.
	slimmest = 0.42
)

// layout is where everything goes, in output pixels. A picture that is at least as wide as high has the panel
// to its right; its widths and heights are such that a 16:9 picture gives a 16:9 output. A high picture, as
// from a phone held upright, has everything below.
type layout struct {
	width, height int
	stacked       bool
	// u is the unit of all sizes: 1 where the picture's shorter side has 540 pixels.
	u float64

	picture, head, gauges, levels, notice, banner box
}

// layOut computes the layout for a video of w×h pixels.
func layOut(w, h, minSide int) layout {
	pw, ph := place(w, h, minSide)
	l := layout{stacked: ph > pw, u: math.Min(pw, ph) / 540}
	m := math.Round(12 * l.u) // outer margin
	g := math.Round(10 * l.u) // gap
	l.picture = box{m, m, pw, ph}
	if l.stacked {
		at := m + ph
		row := func(height float64) box {
			b := box{m, at + g, pw, math.Round(height * l.u)}
			at = b.y + b.h
			return b
		}
		l.banner, l.head, l.gauges, l.levels, l.notice = row(138), row(50), row(96), row(176), row(22)
		l.width, l.height = even(pw+2*m), even(at+m)
		return l
	}
	side := math.Round(0.5*ph) - 3*m
	under := math.Round(0.5*ph*9/16) - 3*m
	x, at := pw+2*m, m
	col := func(height float64) box {
		b := box{x, at, side, math.Round(height)}
		at = b.y + b.h + g
		return b
	}
	l.head, l.gauges = col(48*l.u), col(94*l.u)
	note := math.Round(26 * l.u)
	l.levels = col(m + ph - at - note - math.Round(4*l.u))
	l.notice = box{x, m + ph - note, side, note}
	l.banner = box{m, ph + 2*m, pw + m + side, under}
	l.width, l.height = even(x+side+m), even(ph+3*m+under)
	return l
}

// place returns the size of the picture's place in the output: the video's own where that is large enough for
// the words beside it and not needlessly large.
func place(w, h, minSide int) (pw, ph float64) {
	a := clamp(float64(w)/float64(h), slimmest, 1/slimmest)
	short := clamp(float64(min(w, h)), float64(minSide), longest)
	if a >= 1 {
		pw, ph = short*a, short
	} else {
		pw, ph = short, short/a
	}
	if k := longest / math.Max(pw, ph); k < 1 {
		pw, ph = pw*k, ph*k
	}
	return 2 * math.Round(pw/2), 2 * math.Round(ph/2)
}

// even rounds up to an even number of pixels, as video encoders want them.
func even(v float64) int { return 2 * int(math.Ceil(v/2)) }

// px returns n units as whole pixels, at least 1.
func (l *layout) px(n float64) int { return max(1, int(math.Round(n*l.u))) }

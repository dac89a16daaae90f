package vision

import (
	"math"

	"gocv.io/x/gocv"
)

// patch is a piece of a picture, cut out and resampled: BGR bytes, row by row. It views the memory of a Mat and is
// valid until that is written to again.
type patch struct {
	pix  []uint8
	w, h int
}

// patchOf views m, which must be 8-bit with 3 channels and without gaps between its rows.
func patchOf(m gocv.Mat) (patch, bool) {
	pix, err := m.DataPtrUint8()
	if err != nil || len(pix) < 3*m.Cols()*m.Rows() {
		return patch{}, false
	}
	return patch{pix, m.Cols(), m.Rows()}, true
}

// rollerLook is the look of the end face and of what is around its rim: as it was when the track began, which keeps
// it from drifting, and as it was lately, for a roller turns and light changes.
type rollerLook struct {
	side int
	// at are the pixels of the square that count, those of a disc, as offsets x, y from its corner.
	at            [][2]int
	first, recent []float32 // 3 for each of at
	both          []float32 // what is compared: the sum of the two, each with mean 0 and length ½ in a channel
	row           []int     // at as offsets into a picture rowOf pixels wide
	rowOf         int
	flat          bool // nothing to compare: a patch without any texture
}

// begin takes the look from p, a square of side pixels; reach is the radius of the disc that counts.
func (l *rollerLook) begin(p patch, reach float64) {
	l.side, l.at, l.rowOf = p.w, l.at[:0], 0
	mid := float64(p.w-1) / 2
	for y := range p.h {
		for x := range p.w {
			if math.Hypot(float64(x)-mid, float64(y)-mid) <= reach {
				l.at = append(l.at, [2]int{x, y})
			}
		}
	}
	l.first, l.recent, l.both = l.first[:0], l.recent[:0], l.both[:0]
	for _, a := range l.at {
		for c := range 3 {
			l.first = append(l.first, float32(p.pix[3*(a[1]*p.w+a[0])+c]))
		}
	}
	l.recent = append(l.recent, l.first...)
	l.both = append(l.both, l.first...)
	l.compose()
}

// renew lets the recent look follow p, a square of the same side, by the share learned.
func (l *rollerLook) renew(p patch, learned float32) {
	for i, a := range l.at {
		k := 3 * (a[1]*p.w + a[0])
		for c := range 3 {
			l.recent[3*i+c] += learned * (float32(p.pix[k+c]) - l.recent[3*i+c])
		}
	}
	l.compose()
}

// compose makes both. The mean of two normalised correlations is the correlation with the sum of the two looks, each
// made of length ½: one comparison instead of two.
func (l *rollerLook) compose() {
	for i := range l.both {
		l.both[i] = 0
	}
	l.flat = true
	for _, look := range [2][]float32{l.first, l.recent} {
		var sum, square [3]float64
		for i, v := range look {
			sum[i%3] += float64(v)
			square[i%3] += float64(v) * float64(v)
		}
		n, spread := float64(len(l.at)), 0.0
		for c := range 3 {
			spread += square[c] - sum[c]*sum[c]/n
		}
		if !(spread > 1e-3*n) {
			continue
		}
		l.flat = false
		k := float32(0.5 / math.Sqrt(spread))
		for i, v := range look {
			l.both[i] += k * (v - float32(sum[i%3]/n))
		}
	}
}

// likeness is the mean of the normalised correlations (−1…1) of the two looks with the square of p whose corner is
// x, y.
func (l *rollerLook) likeness(p patch, x, y int) float64 {
	if l.rowOf != p.w {
		l.rowOf, l.row = p.w, l.row[:0]
		for _, a := range l.at {
			l.row = append(l.row, 3*(a[1]*p.w+a[0]))
		}
	}
	if l.flat {
		return 0
	}
	pix := p.pix[3*(y*p.w+x):]
	var sb, sg, sr, square int
	var dot float32
	both := l.both
	for i, k := range l.row {
		q, t := pix[k:k+3:k+3], both[3*i:3*i+3:3*i+3]
		b, g, r := int(q[0]), int(q[1]), int(q[2])
		sb, sg, sr = sb+b, sg+g, sr+r
		square += b*b + g*g + r*r
		dot += t[0]*float32(b) + t[1]*float32(g) + t[2]*float32(r)
	}
	n := len(l.row)
	spread := float64(square) - float64(sb*sb+sg*sg+sr*sr)/float64(n)
	if !(spread > 1e-3*float64(n)) {
		return 0
	}
	return float64(dot) / math.Sqrt(spread)
}

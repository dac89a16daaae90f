package vision

import "math"

const (
	// faceBins is the number of bins of a feature's histogram.
	faceBins = 24
	// faceFeatures: luma, blue and red against green, and how uneven the luma is close by.
	faceFeatures = 4
	// faceInner is the part of the end face, in radii, whose pixels surely belong to it; from faceOuter on they
	// surely do not. A face is told from the ring between faceOuter and faceReach.
	faceInner, faceOuter, faceReach = 0.85, 1.12, 1.5
	// faceLearn is the share of each sure frame in what is known of the colours.
	faceLearn = 0.04
	// faceOdds bounds what a single pixel can say, in nats.
	faceOdds = 2.0
)

// rollerFace knows the end face by its colours and its grain alone, wherever in the face they are: unlike its look
// they stay when the roller turns, when compression smears its pattern, or when a hand covers one half. What counts
// is how a pixel differs from those around the face, so a mat or shirt of the same colour says nothing.
type rollerFace struct {
	radius   float64 // of the face in pixels of the patch
	lo, step [faceFeatures]float64
	in, out  [faceFeatures][faceBins]float64
	odds     [faceFeatures][faceBins]float32
	luma     float64 // of the whole picture when the face was learned; brightness is measured in it
	own      float64 // what the face itself scores, on average
	// inner and ring are half widths of the rows of the disc and of the two circles of the ring.
	inner, rim, reach []int

	w, h  int
	y     []int16
	grain []int16
	bin   []uint8 // faceFeatures for each pixel
	sums  []float32
}

// halfWidths are the half widths of the rows −n…n of a disc.
func halfWidths(to []int, r float64) []int {
	to = to[:0]
	n := int(r)
	for y := -n; y <= n; y++ {
		to = append(to, int(math.Sqrt(r*r-float64(y*y))))
	}
	return to
}

// begin learns the face in the middle of p.
func (f *rollerFace) begin(p patch, radius, luma float64) {
	f.radius, f.luma = radius, math.Max(luma, 1)
	f.inner = halfWidths(f.inner, faceInner*radius)
	f.rim = halfWidths(f.rim, faceOuter*radius)
	f.reach = halfWidths(f.reach, faceReach*radius)
	f.features(p, 1)
	f.ranges(p)
	f.bins(p, 1)
	f.in, f.out = [faceFeatures][faceBins]float64{}, [faceFeatures][faceBins]float64{}
	x, y := float64(p.w-1)/2, float64(p.h-1)/2
	f.count(x, y, 1)
	f.weigh()
	f.fill()
	f.own = f.score(int(x), int(y))
}

// renew lets the colours follow the face at x, y of the patch that was read last.
func (f *rollerFace) renew(x, y float64) {
	f.count(x, y, faceLearn)
	f.weigh()
	xi, yi := int(x+0.5), int(y+0.5)
	if r := len(f.reach) / 2; xi >= r && yi >= r && xi < f.w-r && yi < f.h-r {
		f.own += faceLearn * (f.score(xi, yi) - f.own)
	}
}

// read takes a patch; luma is the mean of the whole picture's.
func (f *rollerFace) read(p patch, luma float64) {
	gain := math.Min(math.Max(f.luma/math.Max(luma, 1), 0.5), 2)
	f.features(p, gain)
	f.bins(p, gain)
	f.fill()
}

// features fills the planes of luma and of grain.
func (f *rollerFace) features(p patch, gain float64) {
	f.w, f.h = p.w, p.h
	n := p.w * p.h
	if cap(f.y) < n {
		f.y, f.grain = make([]int16, n), make([]int16, n)
		f.bin, f.sums = make([]uint8, faceFeatures*n), make([]float32, n+p.h+n)
	}
	f.y, f.grain, f.bin = f.y[:n], f.grain[:n], f.bin[:faceFeatures*n]
	k := int(gain*64 + 0.5)
	for i := range n {
		q := p.pix[3*i : 3*i+3 : 3*i+3]
		f.y[i] = int16(k * (int(q[0]) + 2*int(q[1]) + int(q[2])) >> 6) // four times the luma
	}
	w := p.w
	for y := range p.h {
		up, down := max(y-1, 0)*w, min(y+1, p.h-1)*w
		for x := range w {
			c, l, r := f.y[y*w+x], max(x-1, 0), min(x+1, w-1)
			f.grain[y*w+x] = absInt16(c-f.y[y*w+l]) + absInt16(c-f.y[y*w+r]) + absInt16(c-f.y[up+x]) + absInt16(c-f.y[down+x])
		}
	}
}

func absInt16(x int16) int16 {
	if x < 0 {
		return -x
	}
	return x
}

// feature is the value of the i-th feature of the pixel k.
func (f *rollerFace) feature(p patch, i, k int, gain float64) float64 {
	switch i {
	case 0:
		return float64(f.y[k])
	case 1:
		return gain * (float64(p.pix[3*k]) - float64(p.pix[3*k+1]))
	case 2:
		return gain * (float64(p.pix[3*k+2]) - float64(p.pix[3*k+1]))
	}
	return math.Sqrt(float64(f.smoothGrain(k)))
}

// smoothGrain is the grain summed over 3×3 pixels.
func (f *rollerFace) smoothGrain(k int) int {
	x, y := k%f.w, k/f.w
	sum := 0
	for v := max(y-1, 0); v <= min(y+1, f.h-1); v++ {
		for u := max(x-1, 0); u <= min(x+1, f.w-1); u++ {
			sum += int(f.grain[v*f.w+u])
		}
	}
	return sum
}

// ranges spreads the bins over what the patch holds.
func (f *rollerFace) ranges(p patch) {
	for i := range faceFeatures {
		n, sum, square := float64(len(f.y)), 0.0, 0.0
		for k := range f.y {
			v := f.feature(p, i, k, 1)
			sum, square = sum+v, square+v*v
		}
		mean := sum / n
		spread := math.Sqrt(math.Max(0, square/n-mean*mean))
		f.lo[i], f.step[i] = mean-2.5*spread, math.Max(5*spread/faceBins, 0.25)
	}
}

// bins sorts every pixel's features into their bins.
func (f *rollerFace) bins(p patch, gain float64) {
	for k := range f.y {
		for i := range faceFeatures {
			b := int((f.feature(p, i, k, gain) - f.lo[i]) / f.step[i])
			f.bin[faceFeatures*k+i] = uint8(min(max(b, 0), faceBins-1))
		}
	}
}

// count lets the histograms follow what lies inside and outside of a face at x, y.
func (f *rollerFace) count(x, y, share float64) {
	var in, out [faceFeatures][faceBins]float64
	inner, outer := faceInner*f.radius, faceOuter*f.radius
	nin, nout := 0.0, 0.0
	for v := range f.h {
		for u := range f.w {
			dx, dy := float64(u)-x, float64(v)-y
			d := dx*dx + dy*dy
			k := faceFeatures * (v*f.w + u)
			switch {
			case d <= inner*inner:
				nin++
				for i := range faceFeatures {
					in[i][f.bin[k+i]]++
				}
			case d > outer*outer:
				nout++
				for i := range faceFeatures {
					out[i][f.bin[k+i]]++
				}
			}
		}
	}
	if nin == 0 || nout == 0 {
		return
	}
	for i := range faceFeatures {
		for b := range faceBins {
			f.in[i][b] += share * (in[i][b]/nin - f.in[i][b])
			f.out[i][b] += share * (out[i][b]/nout - f.out[i][b])
		}
	}
}

// weigh turns the histograms into odds, in nats.
func (f *rollerFace) weigh() {
	const least = 0.01
	for i := range faceFeatures {
		for b := range faceBins {
			in, out := smoothed(&f.in[i], b), smoothed(&f.out[i], b)
			f.odds[i][b] = float32(math.Log((in + least) / (out + least)))
		}
	}
}

// smoothed is the bin b of a histogram after a binomial filter.
func smoothed(h *[faceBins]float64, b int) float64 {
	at := func(i int) float64 { return h[min(max(i, 0), faceBins-1)] }
	return (at(b-2) + 4*at(b-1) + 6*at(b) + 4*at(b+1) + at(b+2)) / 16
}

// fill makes the rows' running sums of the pixels' odds.
func (f *rollerFace) fill() {
	n := (f.w + 1) * f.h
	if cap(f.sums) < n {
		f.sums = make([]float32, n)
	}
	f.sums = f.sums[:n]
	for y := range f.h {
		row := f.sums[y*(f.w+1) : (y+1)*(f.w+1)]
		row[0] = 0
		for x := range f.w {
			k := faceFeatures * (y*f.w + x)
			o := f.odds[0][f.bin[k]] + f.odds[1][f.bin[k+1]] + f.odds[2][f.bin[k+2]] + f.odds[3][f.bin[k+3]]
			row[x+1] = row[x] + min(max(o, -faceOdds), faceOdds)
		}
	}
}

// disc is the sum of the odds over the disc at x, y, and its number of pixels.
func (f *rollerFace) disc(x, y int, half []int) (float32, int) {
	var sum float32
	n, r := 0, len(half)/2
	for i, hw := range half {
		row := (y + i - r) * (f.w + 1)
		sum += f.sums[row+x+hw+1] - f.sums[row+x-hw]
		n += 2*hw + 1
	}
	return sum, n
}

// score is how much more the disc at x, y looks like the face than the ring around it, in nats a pixel.
func (f *rollerFace) score(x, y int) float64 {
	if len(f.inner) == 0 {
		return 0 // nothing was learned
	}
	in, n := f.disc(x, y, f.inner)
	rim, nr := f.disc(x, y, f.rim)
	all, na := f.disc(x, y, f.reach)
	return float64(in)/float64(n) - float64(all-rim)/float64(max(na-nr, 1))
}

package overlay

import (
	"encoding/binary"
	"image"
	"math"

	"github.com/rollwell/rollwell/internal/frame"
)

// zoom copies a video frame to its place, scaled bilinearly where the sizes differ. It keeps its tables from
// frame to frame.
type zoom struct {
	srcW, srcH, dstW, dstH int
	cols, rows             []tap
	lines                  [2][]uint8 // two source rows, stretched to the place's width
	held                   [2]int     // which source rows they are
}

// tap is where one output pixel is taken from: between source pixels at and at+1, frac/256 of the way.
type tap struct {
	at   int32
	frac int32
}

// fitInto returns the largest place inside b with the shape of w×h pixels, centred.
func fitInto(w, h int, b image.Rectangle) image.Rectangle {
	k := math.Min(float64(b.Dx())/float64(w), float64(b.Dy())/float64(h))
	pw := max(1, min(b.Dx(), int(math.Round(float64(w)*k))))
	ph := max(1, min(b.Dy(), int(math.Round(float64(h)*k))))
	// Rounding and even sizes cost a pixel at most: rather stretch by it than show a black line.
	if b.Dx()-pw <= 2 {
		pw = b.Dx()
	}
	if b.Dy()-ph <= 2 {
		ph = b.Dy()
	}
	x, y := b.Min.X+(b.Dx()-pw)/2, b.Min.Y+(b.Dy()-ph)/2
	return image.Rect(x, y, x+pw, y+ph)
}

// show copies src into the rectangle r of the canvas.
func (z *zoom) show(c *canvas, src frame.Picture, r image.Rectangle) {
	if src.Width == r.Dx() && src.Height == r.Dy() {
		n := 3 * src.Width
		for y := range src.Height {
			copy(c.Pix[3*((r.Min.Y+y)*c.Width+r.Min.X):][:n], src.Pix[y*n:])
		}
		return
	}
	z.prepare(src.Width, src.Height, r.Dx(), r.Dy())
	for y, t := range z.rows {
		a := z.line(src, int(t.at), -1)
		b := z.line(src, min(int(t.at)+1, src.Height-1), a)
		out := c.Pix[3*((r.Min.Y+y)*c.Width+r.Min.X):][:3*r.Dx()]
		blend(out, z.lines[a], z.lines[b], uint32(t.frac))
	}
}

// blend writes a·(1−f/256) + b·f/256, f from 0 to 256. It takes eight bytes at a time, as two words of four
// 16-bit lanes; 255·256 + 128 still fits a lane.
func blend(out, a, b []uint8, f uint32) {
	const lanes, half = 0x00FF00FF00FF00FF, 0x0080008000800080
	a, b = a[:len(out)], b[:len(out)]
	p, q := uint64(256-f), uint64(f)
	i := 0
	for ; i+8 <= len(out); i += 8 {
		x, y := binary.LittleEndian.Uint64(a[i:]), binary.LittleEndian.Uint64(b[i:])
		lo := (x&lanes)*p + (y&lanes)*q + half
		hi := (x>>8&lanes)*p + (y>>8&lanes)*q + half
		binary.LittleEndian.PutUint64(out[i:], lo>>8&lanes|hi&^uint64(lanes))
	}
	for ; i < len(out); i++ {
		out[i] = uint8((uint32(a[i])*(256-f) + uint32(b[i])*f + 128) >> 8)
	}
}

func (z *zoom) prepare(sw, sh, dw, dh int) {
	z.held = [2]int{-1, -1}
	if z.srcW == sw && z.srcH == sh && z.dstW == dw && z.dstH == dh {
		return
	}
	z.srcW, z.srcH, z.dstW, z.dstH = sw, sh, dw, dh
	z.cols, z.rows = taps(sw, dw), taps(sh, dh)
	z.lines = [2][]uint8{make([]uint8, 3*dw), make([]uint8, 3*dw)}
}

// taps lists where each of n output pixels is taken from among src pixels; both rows of pixels span the same
// length.
func taps(src, n int) []tap {
	out := make([]tap, n)
	for i := range out {
		v := clamp((float64(i)+0.5)*float64(src)/float64(n)-0.5, 0, float64(src-1))
		out[i] = tap{int32(v), int32((v - math.Floor(v)) * 256)}
	}
	return out
}

// line returns which of the two buffers holds source row y, filling the one that is not kept.
func (z *zoom) line(src frame.Picture, y, keep int) int {
	for i, h := range z.held {
		if h == y {
			return i
		}
	}
	i := 0
	if keep == 0 || keep < 0 && z.held[0] > z.held[1] {
		i = 1
	}
	z.held[i] = y
	in := src.Pix[3*y*src.Width : 3*(y+1)*src.Width]
	out := z.lines[i]
	for x, t := range z.cols {
		p := 3 * int(t.at)
		q := min(p+3, len(in)-3)
		f := uint32(t.frac)
		o := out[3*x : 3*x+3 : 3*x+3]
		o[0] = uint8((uint32(in[p])*(256-f) + uint32(in[q])*f + 128) >> 8)
		o[1] = uint8((uint32(in[p+1])*(256-f) + uint32(in[q+1])*f + 128) >> 8)
		o[2] = uint8((uint32(in[p+2])*(256-f) + uint32(in[q+2])*f + 128) >> 8)
	}
	return i
}

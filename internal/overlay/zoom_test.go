package overlay

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/frame"
)

func TestBlendIsTheMeanItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		bytes := rapid.SliceOfN(rapid.Byte(), n, n)
		a, b := bytes.Draw(t, "a"), bytes.Draw(t, "b")
		f := rapid.Uint32Range(0, 256).Draw(t, "f")
		out := make([]byte, n)
		blend(out, a, b, f)
		for i := range out {
			if want := uint8((uint32(a[i])*(256-f) + uint32(b[i])*f + 128) >> 8); out[i] != want {
				t.Fatalf("byte %d is %d, want %d", i, out[i], want)
			}
		}
	})
}

// TestZoomKeepsARamp checks a picture in which the place can be read off the colour: scaled, it still must be.
func TestZoomKeepsARamp(t *testing.T) {
	const w, h = 100, 60
	src := frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	for y := range h {
		for x := range w {
			copy(src.Pix[3*(y*w+x):], []byte{byte(2 * x), byte(4 * y), 9})
		}
	}
	for _, k := range []float64{0.5, 1.5, 3, 4.7} {
		dw, dh := int(w*k), int(h*k)
		var c canvas
		c.aim(frame.Picture{Pix: make([]byte, 3*dw*dh), Width: dw, Height: dh})
		var z zoom
		z.show(&c, src, c.clip)
		for y := range dh {
			for x := range dw {
				got := colourAt(c.Picture, x, y)
				wantX := clamp((float64(x)+.5)/k-.5, 0, w-1)
				wantY := clamp((float64(y)+.5)/k-.5, 0, h-1)
				if !got.close(rgb{9, uint8(4*wantY + .5), uint8(2*wantX + .5)}, 1) {
					t.Fatalf("×%.1f: pixel (%d, %d) is %v, want the source at (%.2f, %.2f)", k, x, y, got, wantX, wantY)
				}
			}
		}
	}
}

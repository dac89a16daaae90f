package vision

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// FuzzRollerStep: whatever a person says, whatever the pose, the times and the picture are, the stage goes on and
// gives nothing that is no number.
func FuzzRollerStep(f *testing.F) {
	nan, inf := math.NaN(), math.Inf(1)
	f.Add(uint64(1), 100., 80., 12., 0., .03, 1., 0., uint8(160), uint8(120))
	f.Add(uint64(2), nan, 80., 12., 0., .03, 1., nan, uint8(160), uint8(120))
	f.Add(uint64(3), 10., 8., inf, 0., nan, 1., inf, uint8(60), uint8(40))
	f.Add(uint64(4), 10., 8., 1e300, -5., -1., 1e-9, 3., uint8(1), uint8(1))
	f.Add(uint64(5), -4., 8., 1e-300, .05, inf, nan, -1e300, uint8(2), uint8(255))
	f.Add(uint64(6), 1e18, 1e18, 1e18, -inf, 0., -1., 0., uint8(33), uint8(32))
	f.Add(uint64(7), 0., 0., -1., 0., .1, 1e4, 1e9, uint8(255), uint8(2))
	f.Add(uint64(8), 0., 0., 0., nan, .1, inf, 40., uint8(250), uint8(250))
	f.Fuzz(func(t *testing.T, seed uint64, x, y, radius, at, dt, grow, shift float64, w, h uint8) {
		s := newFinder(t)
		r := rand.New(rand.NewPCG(seed, 1))
		for i := range 8 {
			if i == 0 || i == 4 {
				s.place(Placement{At: at, Near: body.Point{X: x, Y: y}, Radius: radius})
			}
			wide, high := max(int(w), 1), max(int(h), 1)
			if i >= 6 { // the source changes its size
				wide, high = high, wide
			}
			pix := make([]byte, 3*wide*high)
			for k := range pix {
				pix[k] = byte(r.Uint32())
			}
			v, done := viewOf(t, pix, wide, high, float64(i)*dt)
			v.shift, v.shiftKnown = body.Point{X: shift, Y: -shift}, i%2 == 1
			p := onTheBack()
			for k := range p.Landmarks {
				p.Landmarks[k].X = (p.Landmarks[k].X - 120) * grow
				p.Landmarks[k].Y = (p.Landmarks[k].Y - 120) * grow
			}
			if seed%3 == 0 {
				p.Landmarks[r.IntN(len(p.Landmarks))].X, p.World[r.IntN(len(p.World))].Z = x, shift
			}
			got := stepOf(t, s, v, &spine.Observation{Pose: p})
			done()
			if got != nil && !(finite(got.Near.X, got.Near.Y) && got.Radius > 0 && finite(got.Radius) && got.Score >= 0 && got.Score <= 1) {
				t.Fatalf("frame %d: %+v", i, got)
			}
		}
	})
}

package vision

import (
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

// The band that is searched. Under a person who lies on a roller its place is nearly known: it stands on the floor,
// touches the back, and its size is one of a few; what is open is where along the back, and how far it sticks out
// towards the camera.
const (
	fromS, toS, stepS             = 0.15, 1.20, 0.025 // along the back, 0 hip, 1 shoulder
	fromReach, toReach, stepReach = 0.12, 0.48, 0.06  // metres from the body's middle to the near end
	arcSteps                      = 40                // samples on the circle
	// arcFrom and arcTo are the part of the outline that can be seen against the floor, in radians from the
	// right clockwise on the screen: the lower two thirds.
	arcFrom, arcTo = -math.Pi / 6, math.Pi + math.Pi/6
)

// searchRadii are half of the usual diameters in metres (domain.md §2: 10, 12.7, 14, 15.2 cm).
var searchRadii = [...]float64{0.05, 0.0635, 0.07, 0.076}

// searchDepths are the distances of the roller's axis behind the hip–shoulder axis, in L (domain.md §1.4).
var searchDepths = [...]float64{0.24, 0.29, 0.34}

// bandSearch proposes circles by the contrast of their lower outline, in the band under the back. It is the first
// version, without learning: one of its best few is often the roller, but which one only the motion tells.
type bandSearch struct {
	gradX, gradY gocv.Mat
	cos, sin     [arcSteps]float64
}

func newBandSearch() *bandSearch {
	s := &bandSearch{gradX: gocv.NewMat(), gradY: gocv.NewMat()}
	for i := range arcSteps {
		a := arcFrom + (arcTo-arcFrom)*(float64(i)+0.5)/arcSteps
		s.cos[i], s.sin[i] = math.Cos(a), math.Sin(a)
	}
	return s
}

func (s *bandSearch) close() {
	s.gradX.Close()
	s.gradY.Close()
}

// proposal is a circle and how clearly its outline shows, in mean grey levels per pixel across it.
type proposal struct {
	circle
	clarity float64
}

// find fills best with the clearest circles that lie apart from one another, the clearest first, and returns how
// many there are.
func (s *bandSearch) find(v view, p *body.Pose, best []proposal) int {
	t, ok := body.NewTorso(p)
	if !ok || !t.OnBack() {
		return 0
	}
	gocv.SpatialGradient(v.gray, &s.gradX, &s.gradY, 3, gocv.BorderReplicate)
	gx, errX := s.gradX.DataPtrInt16()
	gy, errY := s.gradY.DataPtrInt16()
	if errX != nil || errY != nil {
		return 0
	}
	n := 0
	centre := body.Point{X: float64(v.width-1) / 2, Y: float64(v.height-1) / 2}
	behind := t.Posterior.XY().Mul(t.Scale * t.LengthM)
	for along := fromS; along <= toS; along += stepS {
		for _, depth := range searchDepths {
			mid := body.Lerp(t.H, t.S, along).Add(behind.Mul(depth))
			for reach := fromReach; reach <= toReach; reach += stepReach {
				near, zoom := towardsCamera(t, mid, centre, reach, v.width)
				for _, r := range searchRadii {
					c := circle{near, r * t.Scale * zoom}
					n = keepBest(best, n, proposal{c, s.clarity(gx, gy, v, c)})
				}
			}
		}
	}
	return n
}

// towardsCamera returns where the roller's near end shows, reach metres from the body's middle at mid, and how much
// larger than at the middle.
func towardsCamera(t body.Torso, mid, centre body.Point, reach float64, width int) (body.Point, float64) {
	closer := reach * t.Scale * t.Lateral.Z / (body.FocalWidths * float64(width)) // share of the distance
	zoom := 1 / (1 - math.Min(closer, 0.5))
	near := mid.Sub(t.Across.Mul(reach * t.Scale))
	return centre.Add(near.Sub(centre).Mul(zoom)), zoom
}

// clarity is how steeply the luma changes across the lower outline of c, all the way round in the same sense. Zero
// where much of it lies outside the picture.
func (s *bandSearch) clarity(gx, gy []int16, v view, c circle) float64 {
	return math.Abs(s.contrast(gx, gy, v, c))
}

// contrast is the clarity with a sign: positive where the floor is lighter than the end.
func (s *bandSearch) contrast(gx, gy []int16, v view, c circle) float64 {
	var sum, square float64
	seen := 0
	for i := range arcSteps {
		x, y := int(c.at.X+c.r*s.cos[i]+0.5), int(c.at.Y+c.r*s.sin[i]+0.5)
		if x < 0 || y < 0 || x >= v.width || y >= v.height {
			continue
		}
		k := y*v.width + x
		g := float64(gx[k])*s.cos[i] + float64(gy[k])*s.sin[i]
		// A few hard edges, of a mat or a shoe, must not make up for an outline with gaps.
		g = math.Min(math.Max(g, -120), 120)
		sum, square, seen = sum+g, square+g*g, seen+1
	}
	if seen < arcSteps*3/4 {
		return 0
	}
	mean := sum / float64(seen)
	spread := math.Sqrt(math.Max(0, square/float64(seen)-mean*mean))
	return math.Copysign(math.Max(0, math.Abs(mean)-0.5*spread), mean) / 8 // 8: the gain of a 3×3 Sobel
}

// keepBest puts p among the best n if it is clearer, one for each place. It returns the new number.
func keepBest(best []proposal, n int, p proposal) int {
	if p.clarity <= 0 {
		return n
	}
	kept := 0
	for i := range n {
		apart := best[i].at.Sub(p.at).Len() > 0.8*math.Max(best[i].r, p.r)
		if !apart && best[i].clarity >= p.clarity {
			return n // nothing has been dropped before: what is clearer comes first
		}
		if apart { // otherwise the same place, seen better now
			best[kept] = best[i]
			kept++
		}
	}
	n = kept
	at := n
	for at > 0 && best[at-1].clarity < p.clarity {
		at--
	}
	if at == len(best) {
		return n
	}
	n = min(n+1, len(best))
	copy(best[at+1:n], best[at:n-1])
	best[at] = p
	return n
}

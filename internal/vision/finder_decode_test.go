package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
)

// drawnMaps is what an ideal network would say about a roller with its ends at near and far, in crop pixels: cells
// within the near circle are visible, heat falls off as a normal distribution.
func drawnMaps(near, far body.Point, radius float64) []float32 {
	const n = finderGrid * finderGrid
	maps := make([]float32, finderMaps*n)
	for i := range n {
		at := body.Point{X: cellCentre(i % finderGrid), Y: cellCentre(i / finderGrid)}
		maps[mapSeen*n+i] = -4
		if at.Sub(near).Len() < radius {
			maps[mapSeen*n+i] = 3
		}
		for _, e := range []struct {
			at         body.Point
			heat, vote int
		}{{near, mapNear, mapToNear}, {far, mapFar, mapToFar}} {
			d := e.at.Sub(at)
			p := math.Max(.9*math.Exp(-d.Dot(d)/(2*6*6)), 1e-6)
			maps[e.heat*n+i] = float32(math.Log(p / (1 - p)))
			maps[e.vote*n+i] = float32(d.X / voteUnit)
			maps[(e.vote+1)*n+i] = float32(d.Y / voteUnit)
		}
		maps[mapRadius*n+i] = float32(math.Log(radius / radiusUnit))
	}
	return maps
}

// Whatever the roller, what was drawn is read, to a tenth of a crop pixel: a parabola through the logarithm of a normal
// distribution has its top in the very middle.
func TestReadFindsWhatWasDrawn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Float64Range(12, 148), rapid.Float64Range(12, 148)
		near := body.Point{X: x.Draw(t, "x"), Y: y.Draw(t, "y")}
		far := body.Point{X: x.Draw(t, "far x"), Y: y.Draw(t, "far y")}
		radius := rapid.Float64Range(6, 40).Draw(t, "radius")
		var r finderReader
		s := r.read(drawnMaps(near, far, radius), 1.5)
		if off := s.near.Sub(near).Len(); off > .1 {
			t.Errorf("near end %v, drawn at %v", s.near, near)
		}
		if off := s.far.Sub(far).Len(); off > .1 {
			t.Errorf("far end %v, drawn at %v", s.far, far)
		}
		if math.Abs(s.radius/radius-1) > 1e-3 || s.logit != 1.5 {
			t.Errorf("radius %.3f, drawn %.3f; logit %v", s.radius, radius, s.logit)
		}
	})
}

// A heat map that knows nothing leaves the word to the votes, and a second peak far from them is not taken.
func TestReadTrustsTheVotes(t *testing.T) {
	t.Parallel()
	const n = finderGrid * finderGrid
	near, far := body.Point{X: 60, Y: 90}, body.Point{X: 80, Y: 70}
	maps := drawnMaps(near, far, 12)
	for i := range n {
		maps[mapNear*n+i] = -6
	}
	var r finderReader
	if s := r.read(maps, 0); s.near.Sub(near).Len() > .01 {
		t.Errorf("without heat the near end is %v, voted %v", s.near, near)
	}
	maps = drawnMaps(near, far, 12)
	maps[mapNear*n] = 8 // the crop's corner glows
	if s := r.read(maps, 0); s.near.Sub(near).Len() > .1 {
		t.Errorf("a glow in the corner moved the near end to %v, drawn at %v", s.near, near)
	}
}

// With nothing visible the likeliest cells speak; numbers that are none do not stop the reading.
func TestReadGoesOnWithoutARoller(t *testing.T) {
	t.Parallel()
	near := body.Point{X: 60, Y: 90}
	maps := drawnMaps(near, near, 12)
	const n = finderGrid * finderGrid
	for i := range n {
		maps[mapSeen*n+i] -= 10
	}
	var r finderReader
	if s := r.read(maps, -3); s.seen != 0 || s.near.Sub(near).Len() > .1 {
		t.Errorf("nothing is visible, but %v pixels are said to be; near end %v, drawn at %v", s.seen, s.near, near)
	}
	for i := range maps {
		maps[i] = float32(math.NaN())
	}
	if s := r.read(maps, 0); !math.IsNaN(s.near.X) {
		t.Errorf("maps of no numbers give the near end %v", s.near)
	}
}

// A roller that is plainly seen fills its circle with cells that agree; one that is half covered does not, and cells that
// contradict each other are apart.
func TestReadTellsHowPlainlyItShows(t *testing.T) {
	t.Parallel()
	const n = finderGrid * finderGrid
	near, far := body.Point{X: 70, Y: 90}, body.Point{X: 90, Y: 70}
	var r finderReader
	whole := r.read(drawnMaps(near, far, 20), 2)
	if whole.fill < 2 || whole.spread > .01 || whole.sharp < 2 {
		t.Errorf("a roller in full view: %+v", whole.clarity)
	}
	maps := drawnMaps(near, far, 20)
	for i := range n {
		if cellCentre(i%finderGrid) < near.X { // an arm before the left half
			maps[mapSeen*n+i] = -4
		}
	}
	if half := r.read(maps, 2); math.Abs(half.fill-(whole.fill-4)/2) > .5 {
		t.Errorf("half of its face is seen, but fill is %.2f, of all of it %.2f", half.fill, whole.fill)
	}
	maps = drawnMaps(near, far, 20)
	for i := range n {
		maps[mapToNear*n+i] += float32(i/finderGrid%3-1) * 30 / voteUnit // of three rows, two point elsewhere
		maps[mapNear*n+i] = -3
	}
	if torn := r.read(maps, 2); torn.spread < .5 || torn.sharp > -2.9 {
		t.Errorf("cells that contradict each other: %+v", torn.clarity)
	}
}

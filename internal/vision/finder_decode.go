package vision

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/body"
)

// What the roller network's maps hold, per cell of a grid over the crop; models/roller/README.md has the whole list.
const (
	finderSize   = 160 // crop pixels along each side of the input
	finderGrid   = 40  // cells along each side of the output
	finderStride = finderSize / finderGrid
	finderMaps   = 8
	mapSeen      = 0 // logit: the roller is visible here
	mapNear      = 1 // logit: the centre of the near end is here
	mapFar       = 2
	mapToNear    = 3 // two maps: from here to the near end's centre, in units of voteUnit
	mapToFar     = 5
	mapRadius    = 7 // natural logarithm of the near circle's radius in units of radiusUnit

	voteUnit, radiusUnit = 32, 16 // crop pixels
	// nearPull is how many radii a peak may lie from where the votes point.
	nearPull = 2.2
	// quiet is the logit below which a heat map knows nothing: a probability of about .1.
	quiet = -2.2
	// fewest is how many visible cells a vote needs; with fewer the likeliest few vote.
	fewest, likeliest = 2, 4
)

// glimpse is what the network says about one crop: lengths in pixels, of the crop or of the frame.
type glimpse struct {
	// logit tells how likely a roller is in use there, in nats: the network's own for a single look, calibrated after that.
	logit     float64
	near, far body.Point
	radius    float64
	// seen is how many pixels of the roller are visible.
	seen float64
}

// possible tells whether the glimpse is made of numbers that a roller can have.
func (s glimpse) possible() bool {
	return finite(s.logit, s.near.X, s.near.Y, s.far.X, s.far.Y, s.radius) && s.radius > 0
}

// finderReader reads the network's maps. It keeps its scratch memory from crop to crop.
type finderReader struct {
	votes []float64
	order []int
}

// read turns the maps (8×40×40) and the logit of presence into a glimpse in pixels of the crop, whose first pixel's
// centre is 0. The median of the visible cells' votes is robust, the peak of the heat map near it precise.
func (r *finderReader) read(maps []float32, presence float32) glimpse {
	const n = finderGrid * finderGrid
	seen := maps[mapSeen*n : (mapSeen+1)*n]
	r.order = r.order[:0]
	for i, logit := range seen {
		if logit > 0 {
			r.order = append(r.order, i)
		}
	}
	visible := len(r.order)
	if visible < fewest {
		r.likeliest(seen)
	}
	s := glimpse{logit: float64(presence), seen: float64(visible * finderStride * finderStride)}
	s.radius = radiusUnit * math.Exp(r.median(maps[mapRadius*n:], 0, 0))
	s.near = r.end(maps, mapNear, mapToNear, s.radius)
	s.far = r.end(maps, mapFar, mapToFar, s.radius)
	return s
}

// likeliest fills order with the cells in which the roller is visible most probably.
func (r *finderReader) likeliest(seen []float32) {
	r.order = r.order[:0]
	for range likeliest {
		best := -1
		for i, logit := range seen {
			if !slices.Contains(r.order, i) && (best < 0 || logit > seen[best]) {
				best = i
			}
		}
		r.order = append(r.order, best)
	}
}

// end is the centre of one end: the peak of its heat map close to where the votes point, or where they point.
func (r *finderReader) end(maps []float32, heat, vote int, radius float64) body.Point {
	const n = finderGrid * finderGrid
	guess := body.Point{
		X: r.median(maps[vote*n:], voteUnit, 1),
		Y: r.median(maps[(vote+1)*n:], voteUnit, finderGrid),
	}
	return peak(maps[heat*n:(heat+1)*n], guess, nearPull*radius)
}

// median is the middle of what the voting cells say. With a scale, each speaks of a distance from its own place in
// such units; across is 1 for the columns and the grid's width for the rows.
func (r *finderReader) median(m []float32, scale float64, across int) float64 {
	r.votes = r.votes[:0]
	for _, i := range r.order {
		v := float64(m[i])
		if scale > 0 {
			v = v*scale + cellCentre(i/across%finderGrid)
		}
		r.votes = append(r.votes, v)
	}
	slices.Sort(r.votes)
	k := len(r.votes)
	return (r.votes[(k-1)/2] + r.votes[k/2]) / 2
}

// cellCentre is the crop pixel at the middle of the k-th column or row of cells.
func cellCentre(k int) float64 { return finderStride*float64(k) + (finderStride-1)/2. }

// peak is the highest place of the heat map (logits) within reach crop pixels of guess, between the cells by its
// neighbours, or guess itself where the map knows nothing.
func peak(heat []float32, guess body.Point, reach float64) body.Point {
	best := -1
	for i, v := range heat {
		x, y := cellCentre(i%finderGrid)-guess.X, cellCentre(i/finderGrid)-guess.Y
		if x*x+y*y <= reach*reach && (best < 0 || v > heat[best]) {
			best = i
		}
	}
	if best < 0 || heat[best] <= quiet {
		return guess
	}
	col, row := best%finderGrid, best/finderGrid
	at := body.Point{X: cellCentre(col), Y: cellCentre(row)}
	if col > 0 && col < finderGrid-1 {
		at.X += finderStride * vertex(heat[best-1], heat[best], heat[best+1])
	}
	if row > 0 && row < finderGrid-1 {
		at.Y += finderStride * vertex(heat[best-finderGrid], heat[best], heat[best+finderGrid])
	}
	return at
}

// vertex is where the parabola through the log probabilities of three neighbouring cells has its top, in cells from
// the middle one, −½…½.
func vertex(a, b, c float32) float64 {
	pa, pb, pc := logSigmoid(a), logSigmoid(b), logSigmoid(c)
	bend := pa - 2*pb + pc
	if bend > -1e-6 {
		return 0
	}
	return math.Min(math.Max((pa-pc)/(2*bend), -.5), .5)
}

// logSigmoid is the logarithm of the probability that belongs to a logit.
func logSigmoid(logit float32) float64 {
	x := float64(logit)
	return math.Min(x, 0) - math.Log1p(math.Exp(-math.Abs(x)))
}

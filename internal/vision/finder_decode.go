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
	// fillPart is the part of the near circle's radius within which cells count for how plainly it shows; plainMost bounds
	// their logits, sharpMost a heat's.
	fillPart, plainMost, sharpMost = 0.8, 6, 4
)

// glimpse is what the network says about one crop: lengths in pixels, of the crop or of the frame.
type glimpse struct {
	// logit tells, in nats, how likely a roller is in use in the crop: the network's own for a single look. Calibrated it
	// tells how likely the roller's near end is where the glimpse has it.
	logit     float64
	near, far body.Point
	radius    float64
	// seen is how many pixels of the roller are visible.
	seen float64
	clarity
}

// clarity is how plainly the near end shows.
type clarity struct {
	// fill is how surely its circle is visible: the mean logit of its cells, within ±plainMost; spread how far what the cells say about its centre is apart: the
	// median distance to their median, in radii, at most 1.
	fill, spread float64
	// sharp is the logit of the highest heat, within ±sharpMost.
	sharp float64
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
	s.radius = radiusUnit * math.Exp(r.median(maps[mapRadius*n:], 0))
	s.far, _ = r.end(maps, mapFar, mapToFar, s.radius)
	var top float64
	s.near, top = r.end(maps, mapNear, mapToNear, s.radius)
	s.clarity = clarity{fill: fill(seen, s.near, s.radius), spread: r.spread(maps, mapToNear, s.radius), sharp: math.Min(math.Max(top, -sharpMost), sharpMost)}
	return s
}

// fill is the mean logit, within ±plainMost, of the cells within the inner part of a circle, −plainMost for a circle
// without cells.
func fill(seen []float32, at body.Point, radius float64) float64 {
	n, sum := 0, 0.0
	for i, logit := range seen {
		x, y := cellCentre(i%finderGrid)-at.X, cellCentre(i/finderGrid)-at.Y
		if reach := fillPart * radius; x*x+y*y < reach*reach {
			n++
			sum += math.Min(math.Max(float64(logit), -plainMost), plainMost)
		}
	}
	if n == 0 {
		return -plainMost
	}
	return sum / float64(n)
}

// spread is the median distance of the voting cells' votes from where they point together, in radii, at most 1.
func (r *finderReader) spread(maps []float32, vote int, radius float64) float64 {
	middle := r.voted(maps, vote)
	r.votes = r.votes[:0]
	for _, i := range r.order {
		v := body.Point{X: r.vote(maps[vote*finderGrid*finderGrid:], i, 1), Y: r.vote(maps[(vote+1)*finderGrid*finderGrid:], i, finderGrid)}
		r.votes = append(r.votes, v.Sub(middle).Len())
	}
	return math.Min(r.middle()/radius, 1)
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

// end is the centre of one end: the peak of its heat map close to where the votes point, or where they point. top is the
// peak's logit.
func (r *finderReader) end(maps []float32, heat, vote int, radius float64) (at body.Point, top float64) {
	const n = finderGrid * finderGrid
	return peak(maps[heat*n:(heat+1)*n], r.voted(maps, vote), nearPull*radius)
}

// voted is where the voting cells put an end, each coordinate the median of theirs.
func (r *finderReader) voted(maps []float32, vote int) body.Point {
	const n = finderGrid * finderGrid
	return body.Point{X: r.median(maps[vote*n:], 1), Y: r.median(maps[(vote+1)*n:], finderGrid)}
}

// median is the middle of what the voting cells say about a coordinate, or about the radius if across is 0.
func (r *finderReader) median(m []float32, across int) float64 {
	r.votes = r.votes[:0]
	for _, i := range r.order {
		if across == 0 {
			r.votes = append(r.votes, float64(m[i]))
			continue
		}
		r.votes = append(r.votes, r.vote(m, i, across))
	}
	return r.middle()
}

// vote is what a cell says about a coordinate, in crop pixels; across is 1 for columns and the grid's width for rows.
func (r *finderReader) vote(m []float32, i, across int) float64 {
	return float64(m[i])*voteUnit + cellCentre(i/across%finderGrid)
}

// middle is the median of the votes, which it sorts.
func (r *finderReader) middle() float64 {
	slices.Sort(r.votes)
	k := len(r.votes)
	return (r.votes[(k-1)/2] + r.votes[k/2]) / 2
}

// cellCentre is the crop pixel at the middle of the k-th column or row of cells.
func cellCentre(k int) float64 { return finderStride*float64(k) + (finderStride-1)/2. }

// peak is the highest place of the heat map (logits) within reach crop pixels of guess, between the cells by its
// neighbours, or guess itself where the map knows nothing; top is its logit.
func peak(heat []float32, guess body.Point, reach float64) (at body.Point, top float64) {
	best := -1
	for i, v := range heat {
		x, y := cellCentre(i%finderGrid)-guess.X, cellCentre(i/finderGrid)-guess.Y
		if x*x+y*y <= reach*reach && (best < 0 || v > heat[best]) {
			best = i
		}
	}
	if best < 0 {
		return guess, math.Inf(-1)
	}
	top = float64(heat[best])
	if top <= quiet {
		return guess, top
	}
	col, row := best%finderGrid, best/finderGrid
	at = body.Point{X: cellCentre(col), Y: cellCentre(row)}
	if col > 0 && col < finderGrid-1 {
		at.X += finderStride * vertex(heat[best-1], heat[best], heat[best+1])
	}
	if row > 0 && row < finderGrid-1 {
		at.Y += finderStride * vertex(heat[best-finderGrid], heat[best], heat[best+finderGrid])
	}
	return at, top
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

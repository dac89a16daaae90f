package export

import (
	"fmt"
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/archive"
)

// OpenSim wants its rows evenly spaced in time. Cameras do not care: their frames come late, early or not at all. So the
// motion files have an even grid of their own, and a value on it lies on the straight line between the frames before and
// after. Where one of the two does not know it, or they are further apart than bridged, nobody knows it.

const (
	// bridged is the longest time in seconds between two frames that a line is drawn over, unless they are always that
	// far apart: within it a body on a roller hardly turns round.
	bridged = 0.25
	// onFrame is the share of the grid's step within which a grid point takes the frame's own values.
	onFrame = 0.05
	// maxRows is nine hours at 60 rows a second.
	maxRows = 2_000_000
)

// grid is an even grid of times over frames.
type grid struct {
	frames []archive.Frame
	rate   float64 // rows a second
	gap    float64 // longest time between frames that is bridged
	rows   int
}

// newGrid takes the rate from the source where its frames keep to it, else from the frames' usual distance.
func newGrid(s *Session) (*grid, error) {
	frames := rising(s.Frames)
	if len(frames) == 0 {
		return nil, ErrNoFrames
	}
	g := &grid{frames: frames, rate: 30, gap: bridged, rows: 1}
	if len(frames) == 1 {
		return g, nil
	}
	steps := make([]float64, len(frames)-1)
	for i := range steps {
		steps[i] = frames[i+1].T - frames[i].T
	}
	slices.Sort(steps)
	usual := steps[len(steps)/2]
	g.rate = math.Round(1000/usual) / 1000
	if fps := s.Result.Source.FPS; fps != nil && math.Abs(*fps*usual-1) < 0.02 {
		g.rate = *fps
	}
	g.gap = math.Max(bridged, 2.5*usual)
	rows := (frames[len(frames)-1].T-frames[0].T)*g.rate + 1 + onFrame
	if !(g.rate > 0) || !(rows < maxRows) {
		return nil, fmt.Errorf("%.0f rows at %g a second are more than a motion file of %d rows holds", rows, g.rate, maxRows)
	}
	g.rows = int(rows)
	return g, nil
}

// rising leaves out frames that are not later than the one before.
func rising(frames []archive.Frame) []archive.Frame {
	inOrder := true
	for i := range frames {
		inOrder = inOrder && known(frames[i].T) && (i == 0 || frames[i].T > frames[i-1].T)
	}
	if inOrder {
		return frames
	}
	var out []archive.Frame
	for i := range frames {
		if known(frames[i].T) && (len(out) == 0 || frames[i].T > out[len(out)-1].T) {
			out = append(out, frames[i])
		}
	}
	return out
}

// row is a point of the grid: its time, the frames before and after, and how far it lies between them, 0…1.
type row struct {
	t             float64
	before, after *archive.Frame
	share         float64
	gap           bool // the two are too far apart
}

// each calls visit for every row of the grid.
func (g *grid) each(visit func(k int, r row) error) error {
	i := 0
	for k := range g.rows {
		t := g.frames[0].T + float64(k)/g.rate
		for i+1 < len(g.frames) && g.frames[i+1].T <= t+onFrame/g.rate {
			i++
		}
		r := row{t: t, before: &g.frames[i], after: &g.frames[i]}
		if t > r.before.T+onFrame/g.rate && i+1 < len(g.frames) {
			r.after = &g.frames[i+1]
			r.share = (t - r.before.T) / (r.after.T - r.before.T)
			r.gap = r.after.T-r.before.T > g.gap
		}
		if err := visit(k, r); err != nil {
			return err
		}
	}
	return nil
}

// between is the value at a row, given how a frame has it.
func (r *row) between(value func(*archive.Frame) float64) float64 {
	a := value(r.before)
	if r.after == r.before {
		return a
	}
	if r.gap {
		return math.NaN()
	}
	return a + r.share*(value(r.after)-a)
}

package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// search is where a roller is looked for: within x and y radii of at, and with these standard deviations, in radii.
type search struct {
	at               body.Point
	x, y, offX, offY float64
	// most is the most that the distance may say against a place, in nats.
	most float64
}

// match is the place that looks most like the roller.
type match struct {
	at body.Point
	// inPatch is the same place in the patch that was searched.
	inPatch body.Point
	// likeness is the look's, −1…1; colour that of the colours, about 1 for the face itself and 0 for anything else.
	likeness, colour float64
	// says is what both say for the roller and against anything else, in nats; rival what they said of the best
	// place apart from it.
	says, rival float64
	// far is what the motion says against the place, in nats.
	far float64
}

// match looks for the roller. It reports false if there is no picture to look at.
func (k *rollerTrack) match(v view, s search) (match, bool) {
	r := k.face.r * k.zoom
	w, h := k.side+odd(2*s.x*r)-1, k.side+odd(2*s.y*r)-1
	k.cut.cut(v.bgr, &k.window, s.at, k.zoom, w, h)
	p, ok := patchOf(k.window)
	if !ok {
		return match{}, false
	}
	k.colours.read(p, v.gray.Mean().Val1)
	g := grid{k: k, p: p, cols: w - k.side + 1, rows: h - k.side + 1, offX: s.offX * r, offY: s.offY * r, most: s.most, step: 1}
	if n := g.cols * g.rows; n > gaze {
		g.step = 3
	} else if n > glance {
		g.step = 2
	}
	x, y, rival := g.best(r)
	m := k.weigh(p, x, y)
	m.rival, m.far = rival, g.far(x, y)
	c := g.at(x, y)
	fx := float64(x) + summit(g.at(x-1, y), c, g.at(x+1, y))
	fy := float64(y) + summit(g.at(x, y-1), c, g.at(x, y+1))
	off := body.Point{X: fx - float64(g.cols-1)/2, Y: fy - float64(g.rows-1)/2}
	m.at = s.at.Add(off.Mul(1 / k.zoom))
	m.inPatch = body.Point{X: fx + float64(k.side/2), Y: fy + float64(k.side/2)}
	return m, true
}

// weigh judges the square of p whose corner is x, y.
func (k *rollerTrack) weigh(p patch, x, y int) match {
	m := match{
		likeness: k.look.likeness(p, x, y),
		colour:   k.colours.score(x+k.side/2, y+k.side/2) / math.Max(k.colours.own, leastOwn),
	}
	m.says = math.Min(math.Max(k.usual.says(m.likeness, m.colour, k.colours.own), leastSaid), mostSaid)
	return m
}

// grid are the places of a window, by the corner of the square about each.
type grid struct {
	k          *rollerTrack
	p          patch
	cols, rows int
	offX, offY float64 // pixels
	most       float64
	step       int
}

// at is what is said for the place x, y, less what the motion says against it; −∞ outside.
func (g *grid) at(x, y int) float64 {
	if x < 0 || y < 0 || x >= g.cols || y >= g.rows {
		return math.Inf(-1)
	}
	k := g.k
	colour := k.colours.score(x+k.side/2, y+k.side/2) / math.Max(k.colours.own, leastOwn)
	if g.step > 1 && colour < hopeless && k.colours.own >= sureOwn {
		return leastSaid - farMost
	}
	return k.usual.says(k.look.likeness(g.p, x, y), colour, k.colours.own) - g.far(x, y)
}

// far is what the motion says against a place.
func (g *grid) far(x, y int) float64 {
	dx, dy := (float64(x)-float64(g.cols-1)/2)/g.offX, (float64(y)-float64(g.rows-1)/2)/g.offY
	return math.Min((dx*dx+dy*dy)/2, g.most)
}

// best returns the best place, and what is said for the best one that lies apart from it by half the face of radius r
// and more.
func (g *grid) best(r float64) (bx, by int, rival float64) {
	n := g.cols * g.rows
	if cap(g.k.like) < n {
		g.k.like = make([]float32, n)
	}
	like := g.k.like[:n]
	top := math.Inf(-1)
	for y := g.rows / 2 % g.step; y < g.rows; y += g.step {
		for x := g.cols / 2 % g.step; x < g.cols; x += g.step {
			q := g.at(x, y)
			like[y*g.cols+x] = float32(q)
			if q > top {
				top, bx, by = q, x, y
			}
		}
	}
	rival = math.Inf(-1)
	for y := g.rows / 2 % g.step; y < g.rows; y += g.step {
		for x := g.cols / 2 % g.step; x < g.cols; x += g.step {
			if math.Hypot(float64(x-bx), float64(y-by)) >= r {
				rival = math.Max(rival, float64(like[y*g.cols+x]))
			}
		}
	}
	if g.step == 1 {
		return bx, by, rival
	}
	cx, cy := bx, by
	for y := cy - g.step + 1; y < cy+g.step; y++ {
		for x := cx - g.step + 1; x < cx+g.step; x++ {
			if q := g.at(x, y); q > top {
				top, bx, by = q, x, y
			}
		}
	}
	return bx, by, rival
}

// summit returns the offset in −½…½ of the top of a parabola through three neighbours.
func summit(a, b, c float64) float64 {
	bend := a - 2*b + c
	if !(bend < -1e-9) || math.IsInf(bend, 0) {
		return 0
	}
	return math.Min(math.Max((a-c)/(2*bend), -0.5), 0.5)
}

package vision

import (
	"errors"
	"image"
	"image/color"
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/models/roller"
)

// Where the roller network looks, in torso lengths T = |HS|: models/roller/README.md, "What goes in".
const (
	firstSide  = 4.0  // side of the first look's square
	firstDown  = 0.25 // how far below the middle of the torso it is centred
	secondSide = 2.6  // side of the second look's square
	secondOff  = 0.25 // how far from the near end towards the far end that one is centred
	// aloneRadii is T in radii of the roller where nobody lies on it: a torso of 50 cm and a roller of 14 cm.
	aloneRadii = 7.0
	// partOf is the side of the squares that a picture without anybody is searched in, as a share of its longer side: at the
	// distance from which a lying person fills the picture, that is about what a first look sees.
	partOf = 0.56
	// partSpare is how much of a part's side may be left out at the edges together (heuristic).
	partSpare = 0.05
)

// How what the looks say becomes nats for the roller being where they have it: models/roller/MODEL_CARD.md, last lines of
// the bare network on held-out scenes.
var (
	bothLooks  = scale{first: 0.06, second: 0.28, fill: 0.68, spread: -2.51, sharp: 0.74, bias: -1.26}
	closerLook = scale{second: 0.33, fill: 0.67, spread: -2.40, sharp: 0.74, bias: -1.35}
)

// caution is what every look takes off what it says: a roller where there is none costs more than one that is missed. Chosen
// on the held-out scenes (models/roller/README.md).
const caution = 0.3

// glances are how looks differ by turns: mirrored or not, and how much larger a square they see. Pictures that follow one
// another are nearly the same, and so would be what the network makes wrong of them.
var glances = [...]struct {
	mirrored bool
	zoom     float64
}{{false, 1}, {true, 1}, {true, 0.9}, {false, 1.12}}

// scale weighs what the looks say: both logits of presence, and how plainly the roller shows to the second look.
type scale struct{ first, second, fill, spread, sharp, bias float64 }

// nats is what the looks say together; first is the first look's logit.
func (w scale) nats(first float64, second glimpse) float64 {
	return w.first*first + w.second*second.logit + w.fill*second.fill + w.spread*second.spread + w.sharp*second.sharp + w.bias - caution
}

// Grey of what lies outside the picture, and of the input's bytes.
const (
	finderOutside      = 114
	finderLo, finderHi = -128. / 64, (255. - 128) / 64
)

func finderGraph() graph {
	return graph{
		path:  "roller.onnx",
		data:  roller.Weights,
		input: "image",
		shape: []int{1, 3, finderSize, finderSize},
		outputs: []output{
			{"maps", []int{1, finderMaps, finderGrid, finderGrid}},
			{"presence", []int{1, 1}},
		},
	}
}

// rollerNet finds the roller in a frame with our own network, in two looks.
type rollerNet struct {
	inference inference
	cropper   *cropper
	reader    finderReader
	small     gocv.Mat // the picture shrunk by averaging, as the looks of this frame need it
	turn      int      // which of the glances it is next
	inParts   bool     // whether the last search was in parts of the picture
}

func newRollerNet(n network) (*rollerNet, error) {
	inf, err := n.newInference()
	if err != nil {
		return nil, err
	}
	c, err := newCropper(finderSize, finderLo, finderHi, gocv.BorderConstant)
	if err != nil {
		return nil, errors.Join(err, inf.close())
	}
	c.outside = color.RGBA{finderOutside, finderOutside, finderOutside, 0}
	return &rollerNet{inference: inf, cropper: c, small: gocv.NewMat(), inParts: true}, nil
}

// find looks for the roller around a torso with the hips' middle h and the shoulders' middle s, both in pixels of the
// BGR picture. The glimpse is in such pixels too.
func (n *rollerNet) find(bgr gocv.Mat, h, s body.Point) (glimpse, error) {
	defer n.next()
	first, err := n.look(bgr, aroundTrunk(h, s))
	if err != nil {
		return first, err
	}
	return n.again(bgr, first, s.Sub(h).Len())
}

// aroundTrunk is what the first look at a trunk from h to s takes in.
func aroundTrunk(h, s body.Point) square {
	torso := s.Sub(h).Len()
	return square{centre: body.Mid(h, s).Add(body.Point{Y: firstDown * torso}), side: firstSide * torso}
}

// alone looks for a roller that lies on the floor with nobody on it: by turns over the whole picture and, as that is coarse,
// at the likeliest of its parts; then closer, twice, for the first of these looks does not know how large the roller is.
func (n *rollerNet) alone(bgr gocv.Mat) (glimpse, error) {
	defer n.next()
	if n.inParts = !n.inParts; n.inParts {
		n.next() // else each way of searching would keep to its own two of the four glances
	}
	first, err := n.widely(bgr)
	if err != nil || !first.possible() {
		return first, err
	}
	second, err := n.second(bgr, first.near, first.far, aloneRadii*first.radius)
	if err != nil || !second.possible() {
		return second, err
	}
	return n.again(bgr, second, aloneRadii*second.radius)
}

// widely looks over the picture: all of it at once, or the likeliest of its parts.
func (n *rollerNet) widely(bgr gocv.Mat) (glimpse, error) {
	w, h := float64(bgr.Cols()), float64(bgr.Rows())
	if !n.inParts {
		return n.look(bgr, square{centre: body.Point{X: w / 2, Y: h / 2}, side: math.Max(w, h)})
	}
	likeliest, most := glimpse{logit: math.Inf(-1)}, math.Inf(-1)
	for _, part := range parts(w, h) {
		g, err := n.look(bgr, part)
		if err != nil {
			return g, err
		}
		if nats := closerLook.nats(0, g); g.possible() && nats > most {
			likeliest, most = g, nats
		}
	}
	return likeliest, nil
}

// parts are squares that cover a picture of that size, all but a sliver, in rows from its top-left corner, and overlap by half
// or more.
func parts(w, h float64) []square {
	side := partOf * math.Max(w, h)
	along := func(length float64) []float64 {
		free := length - side
		if free <= side*partSpare {
			return []float64{length / 2}
		}
		steps := math.Ceil(free / (side / 2))
		var at []float64
		for k := range int(steps) + 1 {
			at = append(at, side/2+free*float64(k)/steps)
		}
		return at
	}
	columns, rows := along(w), along(h)
	out := make([]square, 0, len(columns)*len(rows))
	for _, y := range rows {
		for _, x := range columns {
			out = append(out, square{centre: body.Point{X: x, Y: y}, side: side})
		}
	}
	return out
}

// again takes one more look, where an earlier one has seen the roller. first has the network's own logit.
func (n *rollerNet) again(bgr gocv.Mat, first glimpse, torso float64) (glimpse, error) {
	second, err := n.second(bgr, first.near, first.far, torso)
	second.logit = bothLooks.nats(first.logit, second)
	return second, err
}

// closer takes a single look at a roller whose ends are thought to be near and far.
func (n *rollerNet) closer(bgr gocv.Mat, near, far body.Point, torso float64) (glimpse, error) {
	defer n.next()
	g, err := n.second(bgr, near, far, torso)
	g.logit = closerLook.nats(0, g)
	return g, err
}

func (n *rollerNet) second(bgr gocv.Mat, near, far body.Point, torso float64) (glimpse, error) {
	return n.look(bgr, square{centre: body.Lerp(near, far, secondOff), side: secondSide * torso})
}

// next takes the next glance's turn.
func (n *rollerNet) next() { n.turn = (n.turn + 1) % len(glances) }

// look runs the network on one square of the picture. The logit is the network's own.
func (n *rollerNet) look(bgr gocv.Mat, at square) (glimpse, error) {
	if !at.usable(bgr.Cols(), bgr.Rows()) {
		return glimpse{logit: math.Inf(-1)}, nil
	}
	at.mirrored, at.side = glances[n.turn].mirrored, at.side*glances[n.turn].zoom
	src, inside := n.shrunk(bgr, at)
	n.cropper.cut(src, inside, n.inference.input())
	if err := n.inference.run(); err != nil {
		return glimpse{}, err
	}
	s := n.reader.read(n.inference.output(0), n.inference.output(1)[0])
	k, half := at.side/finderSize, body.Point{X: .5, Y: .5} // the network counts from a pixel's middle
	s.near, s.far = at.toFrame(s.near.Add(half), finderSize), at.toFrame(s.far.Add(half), finderSize)
	s.radius, s.seen = s.radius*k, s.seen*k*k
	return s, nil
}

// shrunk returns the picture, and the square in it, at a size that a bilinear cut does no harm to: where the crop is
// much coarser than the picture, pixels are averaged first, as in training.
func (n *rollerNet) shrunk(bgr gocv.Mat, at square) (gocv.Mat, square) {
	zoom := finderSize / at.side
	if zoom >= .6 {
		return bgr, at
	}
	by := math.Max(1, math.RoundToEven(.8/zoom))
	w := max(1, int(math.RoundToEven(float64(bgr.Cols())/by)))
	h := max(1, int(math.RoundToEven(float64(bgr.Rows())/by)))
	gocv.Resize(bgr, &n.small, image.Pt(w, h), 0, 0, gocv.InterpolationArea)
	kx, ky := float64(w)/float64(bgr.Cols()), float64(h)/float64(bgr.Rows())
	at.centre = body.Point{X: (at.centre.X+.5)*kx - .5, Y: (at.centre.Y+.5)*ky - .5}
	at.side *= kx
	return n.small, at
}

func (n *rollerNet) close() error {
	n.small.Close()
	n.cropper.close()
	return n.inference.close()
}

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
)

// How what the looks say becomes nats for the roller being where they have it: models/roller/MODEL_CARD.md, last lines of
// the bare network on held-out scenes.
var (
	bothLooks  = scale{first: 0.13, second: 0.16, fill: 1.82, spread: -4.62, sharp: 1.20, bias: -2.07}
	closerLook = scale{second: 0.27, fill: 1.88, spread: -4.23, sharp: 1.10, bias: -2.17}
)

// scale weighs what the looks say: both logits of presence, and how plainly the roller shows to the second look.
type scale struct{ first, second, fill, spread, sharp, bias float64 }

// nats is what the looks say together; first is the first look's logit.
func (w scale) nats(first float64, second glimpse) float64 {
	return w.first*first + w.second*second.logit + w.fill*second.fill + w.spread*second.spread + w.sharp*second.sharp + w.bias
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
	return &rollerNet{inference: inf, cropper: c, small: gocv.NewMat()}, nil
}

// find looks for the roller around a torso with the hips' middle h and the shoulders' middle s, both in pixels of the
// BGR picture. The glimpse is in such pixels too.
func (n *rollerNet) find(bgr gocv.Mat, h, s body.Point) (glimpse, error) {
	torso := s.Sub(h).Len()
	down := body.Point{Y: firstDown * torso}
	first, err := n.look(bgr, square{centre: body.Mid(h, s).Add(down), side: firstSide * torso})
	if err != nil {
		return first, err
	}
	return n.again(bgr, first, torso)
}

// alone looks for a roller that lies on the floor with nobody on it: over the whole picture, then closer. torso is the
// length in pixels that a torso of 50 cm would have at the roller.
func (n *rollerNet) alone(bgr gocv.Mat) (g glimpse, torso float64, err error) {
	w, h := float64(bgr.Cols()), float64(bgr.Rows())
	first, err := n.look(bgr, square{centre: body.Point{X: w / 2, Y: h / 2}, side: w})
	if err != nil || !first.possible() {
		return first, 0, err
	}
	torso = aloneRadii * first.radius
	g, err = n.again(bgr, first, torso)
	return g, torso, err
}

// again takes the second look, where an earlier one has seen the roller.
func (n *rollerNet) again(bgr gocv.Mat, first glimpse, torso float64) (glimpse, error) {
	second, err := n.second(bgr, first.near, first.far, torso)
	second.logit = bothLooks.nats(first.logit, second)
	return second, err
}

// closer takes a single look at a roller whose ends are thought to be near and far.
func (n *rollerNet) closer(bgr gocv.Mat, near, far body.Point, torso float64) (glimpse, error) {
	g, err := n.second(bgr, near, far, torso)
	g.logit = closerLook.nats(0, g)
	return g, err
}

func (n *rollerNet) second(bgr gocv.Mat, near, far body.Point, torso float64) (glimpse, error) {
	return n.look(bgr, square{centre: body.Lerp(near, far, secondOff), side: secondSide * torso})
}

// look runs the network on one square of the picture. The logit is the network's own.
func (n *rollerNet) look(bgr gocv.Mat, at square) (glimpse, error) {
	if !at.usable(bgr.Cols(), bgr.Rows()) {
		return glimpse{logit: math.Inf(-1)}, nil
	}
	src, inside := n.shrunk(bgr, at)
	n.cropper.cut(src, inside, n.inference.input())
	if err := n.inference.run(); err != nil {
		return glimpse{}, err
	}
	s := n.reader.read(n.inference.output(0), n.inference.output(1)[0])
	k := at.side / finderSize
	corner := body.Point{X: at.centre.X - k*(finderSize-1)/2, Y: at.centre.Y - k*(finderSize-1)/2}
	s.near, s.far = corner.Add(s.near.Mul(k)), corner.Add(s.far.Mul(k))
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

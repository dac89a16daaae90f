// Package overlay draws one frame of the annotated video: the picture with skeleton, spine, roller and level,
// beside it the gauges and the time per level, under it the one thing to say. It is pure Go and deterministic:
// the same scene gives the same bytes.
//
// All of it is drawn from the reading the gauges and cues are made from. What the reading is unsure of fades
// and says so, what it does not know is not drawn: the overlay never shows more than is known.
package overlay

import (
	"errors"
	"fmt"
	"image"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// ErrSize means that a picture to draw on has not the size that Size returns, or not the bytes it claims.
var ErrSize = errors.New("overlay: picture of the wrong size")

// Severity is the kind of a banner, the most urgent first. It decides colour and, unless Shape does, shape.
type Severity uint8

// The severities.
const (
	Safety Severity = iota
	Setup
	Technique
	Pace
	Praise
)

// Shape is the sign in front of a banner's words, so that a cue is never told by colour alone.
type Shape uint8

// The shapes. ShapeAuto takes the one of the severity: a warning triangle, a camera's view, a target, a
// clock, a tick.
const (
	ShapeAuto Shape = iota
	ShapeUp
	ShapeDown
	ShapeLeft
	ShapeRight
	ShapeTurn
	ShapeWarning
	ShapeView
	ShapeTarget
	ShapeClock
	ShapeTick
	shapeCount
)

// Banner is the one thing to say.
type Banner struct {
	// Text is the sentence, Hint an optional second one in small.
	Text, Hint string
	Severity   Severity
	Shape      Shape
	// Since is when it began, in seconds on the clock of Scene.Elapsed: a banner takes 0.15 s to come up.
	Since float64
}

// LevelTime is how long one vertebral level has been worked on.
type LevelTime struct {
	Level   string // "T8"
	Seconds float64
}

// Scene is everything one frame shows. Paint reads it and keeps nothing of it.
type Scene struct {
	// Picture is the video frame. It is scaled to its place where it has not that size already.
	Picture frame.Picture
	// Scale is how many pixels of Picture one pixel of the analysed frame spans; 1 if not positive.
	Scale float64
	// Pose and Roller are what was seen, in pixels of the analysed frame; nil where nothing was.
	Pose    *body.Pose
	Roller  *spine.Roller
	Reading spine.Reading
	// Drawing is what somebody has drawn over the picture, or nil.
	Drawing *Drawing
	// Banner is the cue of the moment, or nil.
	Banner *Banner
	// Elapsed is the time on the clock in seconds, Duration what it counts towards; 0 or less: no end is told.
	Elapsed, Duration float64
	// Passes counts the finished passes; negative: unknown.
	Passes int
	// Levels is the time per level in any order; a level left out is unknown.
	Levels []LevelTime
	// Title names the exercise; Notice is the health notice.
	Title, Notice string
}

// Bounds are the borders of the zones on the hip→shoulder axis: 0 hip, 1 shoulder.
type Bounds struct {
	LumbarEnd, ThoracicStart, ThoracicEnd, NeckStart float64
}

// Gauge is the scale of a gauge: its right end and the tick at the limit.
type Gauge struct{ Limit, Full float64 }

// Options is what stays the same for a whole clip. The zero value of a field means its default.
type Options struct {
	// Width and Height are the size of the video's pictures; needed.
	Width, Height int
	// MinSide is the least length of the picture's shorter side in the output, so that the words beside a
	// small video can be read. Default 540.
	MinSide int
	// Bounds default to .50, .67, 1.03 and 1.10 (domain facts, §1.3).
	Bounds Bounds
	// Language is that of the painter's own words, English if empty or unknown. Letters are for what the embedded fonts
	// lack, which is everything but Latin, Greek and Cyrillic; nil: what they lack is left out.
	Language string
	Letters  *Letters
	// Speed is in cm/s, default limit 5.1 of 12; Hips in cm over rest, default limit 3 of 15.
	Speed, Hips Gauge
}

func (o Options) withDefaults() Options {
	if o.MinSide <= 0 {
		o.MinSide = 540
	}
	if o.Bounds == (Bounds{}) {
		o.Bounds = Bounds{LumbarEnd: .50, ThoracicStart: .67, ThoracicEnd: 1.03, NeckStart: 1.10}
	}
	if o.Speed == (Gauge{}) {
		o.Speed = Gauge{Limit: 5.1, Full: 12}
	}
	if o.Hips == (Gauge{}) {
		o.Hips = Gauge{Limit: 3, Full: 15}
	}
	return o
}

// Painter draws the frames of one clip. It reuses its buffers and serves one goroutine at a time.
type Painter struct {
	opt  Options
	lay  layout
	face *typesetter
	says *labels
	on   canvas

	back          []byte // everything that does not move, at the output's size
	title, notice string // what back was drawn with
	zoom          zoom
	view          view
	dresses       map[Severity][]byte // ready banners
	fits          [fitCount]fitted
	num           []byte
}

// The texts whose fitting is remembered.
const (
	fitTitle = iota
	fitNotice
	fitCue
	fitHint
	fitChip
	fitCount
)

// New prepares a painter for pictures of one size. It fails if the size is not positive.
func New(o Options) (*Painter, error) {
	if o.Width <= 0 || o.Height <= 0 {
		return nil, fmt.Errorf("%w: a video of %d×%d pixels cannot be drawn on", ErrSize, o.Width, o.Height)
	}
	t, err := newTypesetter(o.Letters)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	p := &Painter{opt: o, lay: layOut(o.Width, o.Height, o.MinSide), face: t, says: labelsIn(o.Language), dresses: map[Severity][]byte{}}
	p.drawBack("", "")
	return p, nil
}

// Size returns the width and height of the drawn frames, both even. It never changes.
func (p *Painter) Size() (width, height int) { return p.lay.width, p.lay.height }

// Place is where the video's picture lies in the drawn frames.
func (p *Painter) Place() image.Rectangle { return p.lay.picture.rect() }

// Paint draws the scene on dst, which must have the size that Size returns; every pixel is written. dst must
// not share memory with the scene's picture.
func (p *Painter) Paint(dst frame.Picture, s *Scene) error {
	if w, h := p.Size(); dst.Width != w || dst.Height != h || len(dst.Pix) != 3*w*h {
		return fmt.Errorf("%w: %d×%d with %d bytes instead of %d×%d with %d; ask Size for it", ErrSize, dst.Width, dst.Height, len(dst.Pix), w, h, 3*w*h)
	}
	if s.Title != p.title || s.Notice != p.notice {
		p.drawBack(s.Title, s.Notice)
	}
	p.on.aim(dst)
	copy(dst.Pix, p.back)
	p.drawPicture(s)
	p.drawChip(s)
	p.drawGauges(s)
	p.drawLevels(s)
	p.drawBanner(s)
	return nil
}

// Render draws one scene as a picture of its own, for stills. The options' size defaults to the scene's.
func Render(o Options, s *Scene) (*image.RGBA, error) {
	if o.Width == 0 && o.Height == 0 {
		o.Width, o.Height = s.Picture.Width, s.Picture.Height
	}
	p, err := New(o)
	if err != nil {
		return nil, err
	}
	w, h := p.Size()
	bgr := frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	if err := p.Paint(bgr, s); err != nil {
		return nil, err
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		b := bgr.Pix[3*i : 3*i+3]
		copy(out.Pix[4*i:], []byte{b[2], b[1], b[0], 0xFF})
	}
	return out, nil
}

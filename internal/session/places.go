package session

import (
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
)

// place is a person's word on the roller's near end: pixels of the sender's picture, at a session time in seconds, or
// below zero for the newest frame.
type place struct{ x, y, radius, at float64 }

// size is the size of the sender's pictures from a session time on.
type size struct {
	from          float64
	width, height int
}

// maxPlaces bounds the words that wait for a frame: only a flood brings more.
const maxPlaces = 16

// places turns words about the sender's picture into words about the analysed frame. A sender changes the size of its
// pictures as the network allows, so a word is read in the size that its frame had.
type places struct {
	waiting       []place
	width, height int     // of the sender's newest picture
	sizes         [8]size // the last changes of it, the newest first
}

func (p *places) add(w place) {
	if len(p.waiting) < maxPlaces {
		p.waiting = append(p.waiting, w)
	}
}

// apply passes on what was said since the last frame, before f at session time t is looked at; newest is the session
// time of the last frame that people have seen.
func (p *places) apply(eye LiveEye, f *frame.Frame, t time.Duration, newest float64) {
	p.measure(f, t.Seconds())
	for _, w := range p.waiting {
		if w.at < 0 {
			w.at = newest
		}
		was := p.sizeAt(w.at)
		kx, ky := float64(p.width)/float64(was.width), float64(p.height)/float64(was.height)
		near := body.Point{X: (w.x+0.5)*kx/f.Scale - 0.5, Y: (w.y+0.5)*ky/f.Scale - 0.5}
		w.at = math.Min(w.at, t.Seconds()) // nobody has seen what is yet to come
		eye.Place(near, w.radius*math.Sqrt(kx*ky)/f.Scale, w.at)
	}
	p.waiting = p.waiting[:0]
}

// measure takes note of the sender's size, which the frame's own and its scale tell to half a pixel.
func (p *places) measure(f *frame.Frame, t float64) {
	width, height := int(math.Round(float64(f.Width)*f.Scale)), int(math.Round(float64(f.Height)*f.Scale))
	if width == p.width && height == p.height {
		return
	}
	p.width, p.height = width, height
	copy(p.sizes[1:], p.sizes[:])
	p.sizes[0] = size{t, width, height}
}

// sizeAt is the sender's size at a session time, as far back as it is known.
func (p *places) sizeAt(t float64) size {
	oldest := p.sizes[0]
	for _, s := range p.sizes {
		if s.width == 0 {
			break
		}
		oldest = s
		if s.from <= t {
			break
		}
	}
	return oldest
}

package vision

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// What look and colours say was fitted (logistic regression) to the true places of the roller and to the most
// alike false ones within four radii, in renders as they are and darker, flatter, noisier, coarser and covered.
const (
	// sayLook and sayColour are the nats for a likeness and for colours as usual, sayNothing those against both.
	sayLook, sayColour, sayNothing = 10.0, 6.5, -12.0
	// leastSaid and mostSaid bound what a single frame can say.
	leastSaid, mostSaid = -6.0, 3.0
	// leastOwn and sureOwn: a face that stands out by less than sureOwn nats a pixel is not told by its colours.
	leastOwn, sureOwn = 0.3, 0.6
	// leastLike is the least likeness that can be a track's usual one.
	leastLike = 0.4
	// mostlyFace are the colours of a face of which next to nothing is covered.
	mostlyFace = 0.75
	// hopeless is a colour without which nothing is found again.
	hopeless = 0.3
	// leastSaidByColour and mostSaidByColour bound what the colours alone can say where the look is smeared.
	leastSaidByColour, mostSaidByColour = -2.0, 1.5
	// learning is how many frames it takes to know whether a look is clear.
	learning = 10
	// delay is the most that the colours alone can say where the look should be clear.
	delay = -0.5
	// farMost bounds what the motion says against a place for a lost roller, farMostSeen for one that is seen: a
	// camera that was knocked may have moved everything.
	farMost, farMostSeen = 3.0, 5.0
	// staysSeen is the probability that what is seen now is seen in the next frame too; comesBack that what is not, is.
	staysSeen, comesBack = 0.98, 0.01
	// seenFrom is the belief from which a roller counts as seen; below a half it is not sure.
	seenFrom = 0.2
	// A lost roller is believed again, with againBelief, after againTimes frames that agree on a place and say
	// againSays nats for it, in each at least againAhead more than for any other place.
	againTimes, againSays, againAhead, againBelief = 2, 3.0, 0.7, 0.9
)

// belief is the probability that the roller is where the track says, as a two-state hidden Markov model has it.
type belief float64

// next is the belief after a frame that says so many nats for the roller.
func (b belief) next(says float64) belief {
	p := float64(b)*staysSeen + (1-float64(b))*comesBack
	odds := p / (1 - p) * math.Exp(says)
	return belief(odds / (1 + odds))
}

// sighting is a place in which a lost roller may be.
type sighting struct {
	// from is the place relative to where the roller was expected to be.
	from  body.Point
	times int
	nats  float64
}

// add takes what one frame says for a place, and tells whether that is enough to believe in it. The frames must agree
// on the place, as seen from where it was expected, to within apart pixels.
func (s *sighting) add(m match, apart float64, expected body.Point, own float64) bool {
	says := m.says - m.far
	if own >= sureOwn {
		says = math.Max(says, math.Min(6*(m.colour-0.6), mostSaidByColour)-m.far)
	}
	if m.says < m.rival+againAhead {
		says = math.Min(says, 0)
	}
	from := m.at.Sub(expected)
	if s.times > 0 && from.Sub(s.from).Len() > apart {
		s.nats -= mostSaidByColour
		if s.nats >= says {
			return false
		}
		*s = sighting{}
	}
	if s.nats+says <= 0 {
		*s = sighting{}
		return false
	}
	s.nats += says
	if says > 0 {
		s.times++
		s.from = from
	}
	return s.times >= againTimes && s.nats >= againSays && says > 0
}

// usual is how alike the roller is to its look as a rule: noise and compression take from it in each frame alike.
type usual struct {
	likeness float64
	frames   float64
}

func newUsual() usual { return usual{likeness: 0.6, frames: 1} }

// follow takes a frame into account, unless the colours say that something else is there.
func (u *usual) follow(m match) {
	if m.colour < mostlyFace {
		return
	}
	u.frames++
	u.likeness += math.Max(0.03, 1/u.frames) * (m.likeness - u.likeness)
}

// whole tells that nothing covers the face: both the look and the colours are nearly as usual.
func (u *usual) whole(m match) bool {
	return m.colour >= mostlyFace && m.likeness >= 0.75*u.likeness
}

// says returns the nats for the roller, without bounds; own is how much its colours stand out.
func (u *usual) says(likeness, colour, own float64) float64 {
	rel := likeness / math.Max(u.likeness, leastLike)
	colour = math.Min(colour, 1.2)
	if own < sureOwn { // colours that hardly stand out say what the look says
		k := math.Max(own, 0) / sureOwn
		colour = k*colour + (1-k)*rel
	}
	return sayNothing + sayLook*rel + sayColour*colour
}

// saysColour returns the nats that the colours alone have for a roller that was seen in the frame before: compression
// smears a pattern before it smears colours. Where the look is known to be clear, or noisy at worst, its absence tells
// that the face is covered, and the colours only delay the verdict.
func (u *usual) saysColour(colour, own float64) float64 {
	if own < sureOwn {
		return leastSaid
	}
	says := math.Max(10*(colour-0.5), leastSaid)
	switch smeared := u.likeness <= 0.5; {
	case smeared:
		return math.Min(math.Max(says, leastSaidByColour), mostSaidByColour)
	case u.frames <= learning:
		return math.Min(says, mostSaidByColour)
	}
	return math.Min(says, delay)
}

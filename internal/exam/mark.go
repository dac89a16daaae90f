package exam

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// Said is the score from which a roller counts as found.
	Said = 0.5
	// Covers is the least overlap, intersection over union, of the circle found and the true one.
	Covers = 0.5
	// HalfSeen is the share of the near face from which a roller has to be found.
	HalfSeen = 0.5
)

// Answer is what the finder says about one picture, in its pixels.
type Answer struct {
	// Score is the probability that there is a roller, 0 if none was seen.
	Score     float64
	Near, Far body.Point
	Radius    float64
	// S is the contact; SKnown tells that the finder is sure of it.
	S      float64
	SKnown bool
}

// Mark is how one answer compares with the truth. What does not apply is NaN.
type Mark struct {
	Label  Label
	Answer Answer
	// Overlap is the intersection over union of the two circles.
	Overlap float64
	// Near and Far are the errors of the ends' centres, in torso lengths.
	Near, Far float64
	// Radius is the ratio of the radius found to the true one, minus 1.
	Radius float64
	// S is the error of the contact.
	S float64
}

// Compare marks an answer.
func Compare(l Label, a Answer) Mark {
	nan := math.NaN()
	m := Mark{Label: l, Answer: a, Overlap: nan, Near: nan, Far: nan, Radius: nan, S: nan}
	if l.S != nil && a.SKnown {
		m.S = a.S - *l.S
	}
	if l.Roller == nil || !(a.Score > 0) {
		return m
	}
	near, far := point(l.Roller.Near), point(l.Roller.Far)
	if l.Roller.Alike && a.Near.Sub(far).Len() < a.Near.Sub(near).Len() {
		near, far = far, near
	}
	m.Overlap = overlap(a.Near, a.Radius, near, l.Roller.Radius)
	m.Near, m.Far = a.Near.Sub(near).Len()/l.TorsoPx, a.Far.Sub(far).Len()/l.TorsoPx
	m.Radius = a.Radius/l.Roller.Radius - 1
	return m
}

// Said tells whether the finder says that there is a roller.
func (m *Mark) Said() bool { return m.Answer.Score >= Said }

// Right tells whether the finder said so, and of the right place.
func (m *Mark) Right() bool { return m.Said() && m.Overlap >= Covers }

// overlap is the intersection over union of two circles.
func overlap(a body.Point, ra float64, b body.Point, rb float64) float64 {
	if !(ra > 0 && rb > 0) {
		return 0
	}
	d := a.Sub(b).Len()
	both := 0.0
	switch {
	case d >= ra+rb:
		return 0
	case d <= math.Abs(ra-rb):
		both = math.Pi * math.Min(ra, rb) * math.Min(ra, rb)
	default:
		x := (d*d + ra*ra - rb*rb) / (2 * d)
		both = segment(ra, x) + segment(rb, d-x)
	}
	return both / (math.Pi*(ra*ra+rb*rb) - both)
}

// segment is the area of the part of a circle of radius r beyond a chord at distance x from its centre.
func segment(r, x float64) float64 {
	k := math.Min(math.Max(x/r, -1), 1)
	return r * r * (math.Acos(k) - k*math.Sqrt(1-k*k))
}

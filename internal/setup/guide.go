package setup

import (
	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

const (
	// steadyFor is how long (s) a judgement has to stay the same before a line changes, so that no line flickers
	// (heuristic).
	steadyFor = 1.0
	// gapMax is the longest time (s) between two frames over which a judgement counts as having stayed.
	gapMax = 1.0
)

// ids are the lines in their order.
var ids = [...]ID{Light, Distance, WholeBody, SideOn, Floor, Roller}

// verdict is what one frame says of one line.
type verdict struct {
	state State
	why   reason
}

// Guide follows one person's preparations. It belongs to one goroutine.
type Guide struct {
	words *table
	lines [len(ids)]steady
	items [len(ids)]Item
	last  float64
	begun bool
	// needs is what has to be right for the exercise.
	needs needs
}

// needs is what an exercise asks of a picture.
type needs struct {
	// roller tells that one is used, back that the person lies on it.
	roller, back bool
}

// steady is a verdict that changes only once another has stood for steadyFor.
type steady struct {
	shown, next verdict
	since       float64 // when next was first seen
	waits       bool    // next differs from shown
}

// NewGuide returns a guide that speaks the language, or the one that words.Match finds for it.
// It prepares for somebody who lies with their back on a roller.
func NewGuide(language string) *Guide {
	return &Guide{words: newTable(language), needs: needs{true, true}}
}

// For prepares for an exercise from the next Step on: without a roller the line on it is left out, and the side that the
// camera sees is judged in whatever posture the exercise is done.
func (g *Guide) For(ex *exercise.Exercise) {
	g.needs = needs{roller: ex.Equipment == exercise.Roller, back: ex.Posture == exercise.Supine}
}

// SetLanguage changes the words from the next Step on.
func (g *Guide) SetLanguage(language string) { g.words = newTable(language) }

// Step takes what was seen of the next frame and returns all lines in their order. They belong to the guide and are
// valid until the next Step. It does not allocate.
func (g *Guide) Step(o *spine.Observation, r *spine.Reading) []Item {
	if g.begun && !(r.T-g.last <= gapMax) {
		for i := range g.lines {
			g.lines[i].waits = false
		}
	}
	g.begun, g.last = true, r.T
	s := newScene(o, r)
	s.needs = g.needs
	n := len(ids)
	if !g.needs.roller {
		n-- // it comes last
	}
	for i, id := range ids[:n] {
		l := &g.lines[i]
		l.step(r.T, s.judge(id, l.shown))
		line := &g.words[i][l.shown.why]
		g.items[i] = Item{ID: id, State: l.shown.state, Text: line.Text, Say: line.Say}
	}
	return g.items[:n]
}

func (l *steady) step(t float64, v verdict) {
	switch {
	case v == l.shown:
		l.waits = false
	case !l.waits || v != l.next:
		l.next, l.since, l.waits = v, t, true
	case t-l.since >= steadyFor:
		l.shown, l.waits = v, false
	}
}

// scene is one frame as the guide looks at it.
type scene struct {
	o *spine.Observation
	r *spine.Reading
	// torso means something only if sure: the person is surely seen.
	torso body.Torso
	sure  bool
	needs needs
}

func newScene(o *spine.Observation, r *spine.Reading) scene {
	s := scene{o: o, r: r}
	if o.Pose != nil && r.Person == spine.OK && o.Width > 0 && o.Height > 0 {
		s.torso, s.sure = body.NewTorso(o.Pose)
	}
	return s
}

// judge says how a line stands by this frame alone; was is how it stood, for limits that differ both ways.
func (s *scene) judge(id ID, was verdict) verdict {
	switch {
	case id == Light:
		return s.light(was)
	case id == Roller:
		return s.roller(was)
	case !s.sure:
		return verdict{Unknown, s.unseen()}
	}
	switch id {
	case Distance:
		return s.distance(was)
	case WholeBody:
		return s.wholeBody(was)
	case SideOn:
		return s.sideOn(was)
	}
	return s.floor(was)
}

// unseen tells apart that nobody is there and that somebody is, but not well seen.
func (s *scene) unseen() reason {
	if s.r.Person == spine.Unseen {
		return noPerson
	}
	return nothingYet
}

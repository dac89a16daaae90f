// Package score measures how well cues come: which of those that were due came and how late, and which came that should
// not have. What was due is told by a file of truth (Truth), or by a coach who has marked false and missed cues (Marked).
// It is pure.
package score

import (
	"math"
	"slices"
	"strings"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/store"
)

// The rules of matching, those of the proving ground's score.py. Times are in seconds.
const (
	// minStretch is the shortest stretch that asks for a cue.
	minStretch = 1.2
	// late is how long after a stretch its cue may still begin.
	late = 1.0
	// grace is the slack at both ends of a cue that came where none should; of the cue the first judged seconds count.
	grace, judged = 0.7, 0.5
)

// Headline tells whether a code is one of the three that matter most.
func Headline(code string) bool {
	return slices.Contains([]string{"roller_too_low", "hips_not_lifted", "rolling_too_fast"}, code)
}

// Verdict is what came of one code in one session.
type Verdict struct {
	Code             string
	Hit, Miss, False int
	// DelaysS has for each hit whose beginning is known how long after it the cue began.
	DelaysS []float64
}

// Span is a stretch of time.
type Span struct{ StartS, EndS float64 }

// Truth is what was due in a session.
type Truth interface {
	// Codes are the codes of which the truth is known.
	Codes() []string
	// Due lists the stretches in which a cue has to come.
	Due(code string) []Span
	// Forbidden tells whether the cue may come nowhere in a span, which counts as no if nothing is known of it.
	Forbidden(code string, in Span) bool
	// EndS is where the truth ends.
	EndS() float64
}

// Grade holds findings against the truth. Codes that were neither due nor found are left out.
func Grade(truth Truth, findings []coach.Finding) []Verdict {
	var out []Verdict
	for _, code := range truth.Codes() {
		v := Verdict{Code: code}
		var mine []Span
		for i := range findings {
			if f := &findings[i]; f.Code == code {
				end := f.EndS
				if end == 0 {
					end = truth.EndS()
				}
				mine = append(mine, Span{f.StartS, end})
			}
		}
		for _, due := range truth.Due(code) {
			if due.EndS-due.StartS < minStretch {
				continue
			}
			if delay, ok := came(mine, due); ok {
				v.Hit++
				v.DelaysS = append(v.DelaysS, delay)
			} else {
				v.Miss++
			}
		}
		for _, c := range mine {
			if truth.Forbidden(code, Span{c.StartS - grace, min(c.EndS, c.StartS+judged) + grace}) {
				v.False++
			}
		}
		if v.Hit+v.Miss > 0 || len(mine) > 0 {
			out = append(out, v)
		}
	}
	return out
}

// came returns how long after the beginning of a stretch the first cue for it came.
func came(cues []Span, due Span) (delay float64, ok bool) {
	for _, c := range cues {
		if c.StartS <= due.EndS+late && c.EndS >= due.StartS {
			if d := max(0, c.StartS-due.StartS); !ok || d < delay {
				delay, ok = d, true
			}
		}
	}
	return delay, ok
}

// Marked holds findings against a coach's marks: every correction that is not marked false was right, and those marked
// missed were due. Nobody has told when a wrong began, so there are no delays. It means something only where somebody has
// looked at the whole session.
func Marked(findings []coach.Finding, marks []store.Mark) []Verdict {
	by := map[string]*Verdict{}
	of := func(code string) *Verdict {
		if by[code] == nil {
			by[code] = &Verdict{Code: code}
		}
		return by[code]
	}
	wrong := make([]bool, len(findings))
	for i := range marks {
		switch m := &marks[i]; m.Kind {
		case store.MarkMissed:
			of(m.Code).Miss++
		case store.MarkFalse:
			if k := meant(m, findings); k >= 0 {
				wrong[k] = true
			}
		}
	}
	for i := range findings {
		switch f := &findings[i]; {
		case f.Severity == exercise.Praise:
		case wrong[i]:
			of(f.Code).False++
		default:
			of(f.Code).Hit++
		}
	}
	out := make([]Verdict, 0, len(by))
	for _, v := range by {
		out = append(out, *v)
	}
	slices.SortFunc(out, func(a, b Verdict) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// meant is the place of the finding that a mark is on, or −1. Where the session has been judged again since, the place
// that the mark names may hold another one; then the one of its code that begins next to it is meant.
func meant(m *store.Mark, findings []coach.Finding) int {
	isIt := func(i int) bool {
		f := &findings[i]
		return f.Code == m.Code && m.StartS-grace <= f.EndS && f.StartS <= m.EndS+grace
	}
	if m.Cue != nil && *m.Cue >= 0 && *m.Cue < len(findings) && isIt(*m.Cue) {
		return *m.Cue
	}
	best := -1
	for i := range findings {
		if isIt(i) && (best < 0 || math.Abs(findings[i].StartS-m.StartS) < math.Abs(findings[best].StartS-m.StartS)) {
			best = i
		}
	}
	return best
}

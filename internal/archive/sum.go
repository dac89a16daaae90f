package archive

import (
	"slices"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
)

// sum makes of the lines what the session came to. The phases of the exercise and its doses are not in them,
// nor what was dropped and how long all took.
func (m *mender) sum() {
	n := int64(m.frames)
	last := m.lines[m.frames-1].T
	s := results.Session{
		Schema: results.Schema, Source: m.header.Source, Exercise: m.header.Exercise, Models: m.header.Models, Engine: m.header.Engine,
		Frames: results.Frame{Read: n, Analysed: n}, Cues: m.findings(last), Holds: m.holds(), Phases: []coach.PhaseTime{},
		TimeAtLevelS: []coach.LevelTime{}, Doses: []coach.DoseDone{}, CutOff: true,
	}
	m.count(&s)
	complete(&s, &m.header, n, last-m.lines[0].T)
	m.session = s
}

// count adds up passes, repetitions and times.
func (m *mender) count(s *results.Session) {
	passes, reps := 0, 0 // of the blocks that are over
	var before *readingLine
	for i := range m.lines {
		r := &m.lines[i]
		if before != nil {
			if r.Passes < before.Passes || r.Reps < before.Reps { // each block counts from 0
				passes, reps = passes+before.Passes, reps+before.Reps
			}
			spend(s, before, min(r.T-before.T, longestFrame))
		}
		before = r
	}
	s.Passes, s.Reps = passes+before.Passes, reps+before.Reps
}

// spend adds the time of a frame to its zone and level.
func spend(s *results.Session, r *readingLine, dt float64) {
	if r.Phase != session.Checking.String() || dt <= 0 {
		return
	}
	z := &s.TimeInZoneS
	at := map[string]*float64{"lumbar": &z.Lumbar, "lower_thoracic": &z.LowerThoracic, "thoracic": &z.Thoracic, "neck": &z.Neck}[r.Reading.Zone]
	if at == nil {
		z.Off += dt
		return
	}
	*at += dt
	i := slices.IndexFunc(s.TimeAtLevelS, func(l coach.LevelTime) bool { return l.Level == r.Reading.Level })
	if i < 0 {
		i = len(s.TimeAtLevelS)
		s.TimeAtLevelS = append(s.TimeAtLevelS, coach.LevelTime{Level: r.Reading.Level})
	}
	s.TimeAtLevelS[i].TimeS += dt
}

// findings are those that the events tell of. What was open goes on to the last frame.
func (m *mender) findings(last float64) []coach.Finding {
	list := []coach.Finding{}
	open := map[string]int{}
	for i := range m.events {
		e := &m.events[i]
		at, isOpen := open[e.Code]
		switch {
		case e.Type == EventCue:
			open[e.Code] = len(list)
			list = append(list, coach.Finding{Code: e.Code, Severity: exercise.Severity(e.Severity), StartS: e.T, EndS: max(e.T, last), Text: e.Text})
			at = len(list) - 1
		case !isOpen:
			continue
		case e.Type == EventSpoken:
			list[at].Spoken = true
		case e.Type == EventCueClear:
			list[at].EndS = e.T
			delete(open, e.Code)
		default:
			continue
		}
		if e.Value != nil && e.Limit != nil {
			f := &list[at]
			f.Value, f.Limit, f.Unit, f.Measured = *e.Value, *e.Limit, exercise.Unit(e.Unit), true
		}
	}
	return list
}

func (m *mender) holds() []coach.Hold {
	list := []coach.Hold{}
	for i := range m.events {
		if e := &m.events[i]; e.Type == EventHold && e.StartS != nil && e.Value != nil {
			list = append(list, coach.Hold{StartS: *e.StartS, EndS: e.T, S: *e.Value, Level: e.Level})
		}
	}
	return list
}

package archive

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

func (e *Event) line() ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("write an event: %w", err)
	}
	return append(text, '\n'), nil
}

// teller finds out what has happened since it last looked.
type teller struct {
	begun  bool
	phase  session.Phase
	reason session.Reason
	block  int // of the plan, from 1; 0 before the first
	holds  int // of the present block
	pain   int
	placed bool
	list   []Event
}

// moment lists what a frame brought, in order of time. The list is valid until the next call.
func (t *teller) moment(m *session.Moment) []Event {
	t.list = t.list[:0]
	if m.Live != nil {
		t.state(m.Live, m.Observation.T)
	}
	for i := range m.Update.Events {
		t.list = append(t.list, ofFinding(&m.Update.Events[i], m.Observation.T))
	}
	placed := m.Observation.Roller != nil && m.Observation.Roller.Source == spine.RollerPlaced
	if placed && !t.placed {
		t.list = append(t.list, Event{T: m.Observation.T, Type: EventRoller})
	}
	t.placed = placed
	return t.list
}

// live lists what has happened without a frame.
func (t *teller) live(s *session.LiveState, last float64) []Event {
	t.list = t.list[:0]
	t.state(s, max(last, s.T, 0))
	for i := range s.Calibrated {
		if c := &s.Calibrated[i]; c.Ready {
			value := c.Value
			t.list = append(t.list, Event{T: max(last, 0), Type: EventCalibration, Text: string(c.Kind), Value: &value})
		}
	}
	return t.list
}

func (t *teller) state(s *session.LiveState, at float64) {
	if !t.begun || s.Phase != t.phase || s.Reason != t.reason {
		t.begun, t.phase, t.reason = true, s.Phase, s.Reason
		t.list = append(t.list, Event{T: at, Type: EventPhase, Phase: s.Phase.String(), Reason: string(s.Reason)})
	}
	if p := s.Plan; p != nil && s.Phase != session.SettingUp && p.Index+1 != t.block {
		t.block, t.holds = p.Index+1, 0
		index := p.Index
		t.list = append(t.list, Event{T: at, Type: EventBlock, Block: &index, Exercise: p.Exercise, Side: string(p.Side)})
	}
	holds := s.Standing.Holds
	t.holds = min(t.holds, len(holds))
	for i := range holds[t.holds:] {
		h := holds[t.holds+i]
		t.list = append(t.list, Event{T: h.EndS, Type: EventHold, StartS: &h.StartS, Value: &h.S, Level: h.Level})
	}
	t.holds = len(holds)
	for _, p := range s.Pain[min(t.pain, len(s.Pain)):] {
		value, block := float64(p.Value), p.Block
		t.list = append(t.list, Event{T: p.T, Type: EventPain, Value: &value, When: string(p.When), Block: &block})
	}
	t.pain = len(s.Pain)
}

// ofFinding is what happened to a finding.
func ofFinding(c *coach.Event, now float64) Event {
	f := &c.Finding
	e := Event{T: f.StartS, Type: EventCue, Code: f.Code, Severity: string(f.Severity), Text: f.Text}
	switch c.Kind {
	case coach.Spoken:
		e.T, e.Type = now, EventSpoken
	case coach.Cleared:
		start := f.StartS
		e.T, e.Type, e.StartS = f.EndS, EventCueClear, &start
	}
	if f.Measured {
		value, limit := f.Value, f.Limit
		e.Value, e.Limit, e.Unit = &value, &limit, string(f.Unit)
	}
	return e
}

// eventsOf are the events that a session's findings and holds tell of, where no others were kept.
func eventsOf(s *results.Session) []Event {
	list := make([]Event, 0, 2*len(s.Cues)+len(s.Holds))
	for i := range s.Cues {
		f := s.Cues[i]
		begin, end := coach.Event{Kind: coach.Started, Finding: f}, coach.Event{Kind: coach.Cleared, Finding: f}
		list = append(list, ofFinding(&begin, 0), ofFinding(&end, 0))
	}
	for _, h := range s.Holds {
		list = append(list, Event{T: h.EndS, Type: EventHold, StartS: &h.StartS, Value: &h.S, Level: h.Level})
	}
	slices.SortStableFunc(list, func(a, b Event) int {
		switch {
		case a.T < b.T:
			return -1
		case a.T > b.T:
			return 1
		}
		return 0
	})
	return list
}

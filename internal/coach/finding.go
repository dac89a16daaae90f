package coach

import (
	"encoding/json"
	"fmt"

	"github.com/rollwell/rollwell/internal/exercise"
)

// Finding is a stretch of time in which a check was true.
type Finding struct {
	// ID counts the findings of a session from 1, in the order in which they began.
	ID       int
	Code     string
	Severity exercise.Severity
	// StartS is when the check had been true for as long as it has to persist, EndS the last time at which it
	// was surely true. EndS keeps moving while the finding is open.
	StartS, EndS float64
	// Value is the worst value seen, Limit the threshold it was past, both in Unit. They mean nothing unless
	// Measured: praise, and cues about what is not seen at all, have no value.
	Value, Limit float64
	Unit         exercise.Unit
	Measured     bool
	Text         string
	// Spoken tells whether arbitration let it speak.
	Spoken bool
}

// findingLine is a finding as session.json lists it; value, limit and unit are null where there is none.
type findingLine struct {
	Code     string            `json:"code"`
	Severity exercise.Severity `json:"severity"`
	StartS   float64           `json:"start_s"`
	EndS     float64           `json:"end_s"`
	Value    *float64          `json:"value"`
	Limit    *float64          `json:"limit"`
	Unit     *exercise.Unit    `json:"unit"`
	Text     string            `json:"text"`
	Spoken   bool              `json:"spoken"`
}

// MarshalJSON writes a finding as session.json lists it.
func (f Finding) MarshalJSON() ([]byte, error) {
	out := findingLine{Code: f.Code, Severity: f.Severity, StartS: f.StartS, EndS: f.EndS, Text: f.Text, Spoken: f.Spoken}
	if f.Measured {
		out.Value, out.Limit, out.Unit = &f.Value, &f.Limit, &f.Unit
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("writing cue %s: %w", f.Code, err)
	}
	return b, nil
}

// UnmarshalJSON reads what MarshalJSON wrote. The ID is not in there.
func (f *Finding) UnmarshalJSON(text []byte) error {
	var in findingLine
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("reading a cue: %w", err)
	}
	*f = Finding{Code: in.Code, Severity: in.Severity, StartS: in.StartS, EndS: in.EndS, Text: in.Text, Spoken: in.Spoken}
	if in.Value != nil && in.Limit != nil && in.Unit != nil {
		f.Value, f.Limit, f.Unit, f.Measured = *in.Value, *in.Limit, *in.Unit, true
	}
	return nil
}

// EventKind says what happened to a finding.
type EventKind uint8

// The kinds of events.
const (
	Started EventKind = iota // the finding began
	Spoken                   // it has been given the word; may come again while it lasts
	Cleared                  // it ended
)

var eventNames = [...]string{"started", "spoken", "cleared"}

// String returns the kind's name.
func (k EventKind) String() string { return eventNames[k] }

// MarshalText writes the kind by its name.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Event is a change at one step.
type Event struct {
	Kind    EventKind
	Finding Finding
}

// Banner is the one cue to be shown now.
type Banner struct {
	Finding
	Say, Hint string
	// Speak is set on the one step at which the cue is to be spoken.
	Speak bool
}

// Notice is a quiet hint: a softer limit is passed. It is shown, never spoken and never a finding.
type Notice struct {
	Code, Hint   string
	Value, Limit float64
	Unit         exercise.Unit
}

// Update is what one reading changed. Its slices and pointers belong to the Coach and are valid until the next
// Step.
type Update struct {
	T float64
	// Active lists the codes of all findings that are open, sorted.
	Active []string
	// Banner is nil while there is nothing to show.
	Banner  *Banner
	Notices []Notice
	Events  []Event
	// Phase is what the person is doing, by the exercise's names, and PhaseS for how long; empty and 0 where the
	// exercise has no phases.
	Phase    string
	PhaseS   float64
	Progress Progress
}

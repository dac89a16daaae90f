package exercise

import "github.com/rollwell/rollwell/internal/spine"

// Severity ranks what a check finds. One cue is spoken at a time, and the severity decides which.
type Severity string

// The severities, the most urgent first.
const (
	Safety    Severity = "safety"
	Setup     Severity = "setup"
	Technique Severity = "technique"
	Pace      Severity = "pace"
	Praise    Severity = "praise"
)

var severities = []Severity{Safety, Setup, Technique, Pace, Praise}

// Rank returns 0 for the most urgent severity and rises from there; an unknown severity comes last.
func (s Severity) Rank() int {
	for i, v := range severities {
		if v == s {
			return i
		}
	}
	return len(severities)
}

// Occasion is what makes a praising check speak.
type Occasion string

// The occasions.
const (
	OnPass Occasion = "pass" // a pass was completed
	OnHold Occasion = "hold" // a hold reached Hold.MinS
	OnDose Occasion = "dose" // the dose was reached
	OnRep  Occasion = "rep"  // a repetition was completed
	OnForm Occasion = "form" // nothing to correct for PersistS
)

// Check is one rule: what it watches, for how long, and what is said.
type Check struct {
	// Code names the finding in every output, for example "roller_too_low".
	Code     string   `yaml:"code"`
	Severity Severity `yaml:"severity"`
	// Phases lists the phases in which the check is made; empty means in any.
	Phases []string `yaml:"phases"`
	// When lists alternatives: the check is true while any of them is. Empty for praise.
	When []Condition `yaml:"when"`
	// While lists what has to hold besides. A check whose gates are not known does not fire.
	While []Condition `yaml:"while"`
	// On is the occasion of a praising check, empty for all others.
	On Occasion `yaml:"on"`
	// PersistS is how long it has to be true before it is a finding, ClearS how long it has to be over before
	// the finding ends.
	PersistS float64 `yaml:"persist_s"`
	ClearS   float64 `yaml:"clear_s"`
	// CooldownS is the time between two spoken cues of this code; RepeatMax how often it is spoken in a row.
	CooldownS float64 `yaml:"cooldown_s"`
	RepeatMax int     `yaml:"repeat_max"`
	// Notice is a softer limit on the first condition's quantity: past it the hint is shown, nothing is said
	// and nothing is found. Nil if there is none.
	Notice *Band `yaml:"notice"`
	// Words are keyed by language.
	Words map[string]Words `yaml:"words"`
}

// WordsIn returns the words in a language, or in the nearest there is: see Text.In.
func (c *Check) WordsIn(lang string) Words { return c.Words[nearest(c.Words, lang)] }

// Demand asks for a state of a quantity instead of a number.
type Demand string

// The demands.
const (
	DemandNone   Demand = ""
	DemandOK     Demand = "ok"     // the quantity is sure; for gates
	DemandUnseen Demand = "unseen" // nothing is known of it; for set-up checks
	DemandNotOK  Demand = "not_ok" // unseen or unsure; for set-up checks
)

// Condition is one test of a reading, of one of three kinds. It compares a number, that of a Quantity or of the
// expression Value, with Enter and Leave; or it asks for the State of a Quantity; or it is an expression that is
// true or false, Test, which a file writes as bare text.
type Condition struct {
	Quantity spine.Quantity `yaml:"quantity"`
	Value    Measure        `yaml:"value"`
	Test     Test           `yaml:"-"`
	// Unit repeats the unit of the quantity or of the expression, so that a number meant in another one is caught.
	Unit Unit `yaml:"unit"`
	// Abs compares the absolute value.
	Abs   bool   `yaml:"abs"`
	State Demand `yaml:"state"`
	Band  `yaml:",inline"`
	// Share and WindowS, if set, ask that the number was past Enter for that share of the last WindowS
	// seconds, and it stays true while it was past Leave for more than LeaveShare of them. Fast strokes turn
	// round every second, so no single moment tells.
	Share      float64 `yaml:"share"`
	LeaveShare float64 `yaml:"leave_share"`
	WindowS    float64 `yaml:"window_s"`
}

// IsMeasured tells whether the condition compares a number, rather than asking for a state or being true or false.
func (k *Condition) IsMeasured() bool { return k.State == DemandNone && !k.Test.IsSet() }

// Band is a limit with hysteresis: true from Enter on, until Leave. Gates may go without Leave.
type Band struct {
	Enter *Threshold `yaml:"enter"`
	Leave *Threshold `yaml:"leave"`
}

// Threshold is a limit and where it comes from. Exactly one of Above (v ≥ limit) and Below (v < limit) is set.
type Threshold struct {
	Above *float64 `yaml:"above"`
	Below *float64 `yaml:"below"`
	Basis `yaml:",inline"`
}

// Limit returns the limit and whether it is one from above.
func (t *Threshold) Limit() (limit float64, above bool) {
	if t.Above != nil {
		return *t.Above, true
	}
	return *t.Below, false
}

// Met tells whether v is past the limit.
func (t *Threshold) Met(v float64) bool {
	if t.Above != nil {
		return v >= *t.Above
	}
	return v < *t.Below
}

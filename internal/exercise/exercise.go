// Package exercise holds the catalogue: one YAML file per exercise with its stroke, checks, thresholds, doses
// and words. The loader is strict: what it does not understand it refuses, with file, line and reason. An
// Exercise is immutable once loaded and may be shared between goroutines.
package exercise

import "github.com/rollwell/rollwell/internal/spine"

// SchemaVersion is the version of the file format that this package reads.
const SchemaVersion = 1

// DefaultLanguage is the language every text has to be there in; others are optional.
const DefaultLanguage = "en"

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

// View is where the camera has to stand (domain.md §5).
type View string

// The views.
const (
	ViewSide View = "side" // side-on to the body's long axis
	ViewEnd  View = "end"  // at the feet or at the head
	ViewWall View = "wall" // facing a wall from the side
)

// Mark says how well a number is founded.
type Mark string

// The marks, as in domain.md.
const (
	Sourced   Mark = "sourced"   // a source of the list says so
	Derived   Mark = "derived"   // computed from a source of the list
	Heuristic Mark = "heuristic" // an engineering choice, to be tuned on data
)

// Text is one sentence in several languages, keyed by language tag ("en").
type Text map[string]string

// In returns the text in a language, or in DefaultLanguage where it is not translated.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t[DefaultLanguage]
}

// Lines is a list of sentences in several languages.
type Lines map[string][]string

// In returns the lines in a language, or in DefaultLanguage where they are not translated.
func (l Lines) In(lang string) []string {
	if s, ok := l[lang]; ok {
		return s
	}
	return l[DefaultLanguage]
}

// Exercise is one exercise of the catalogue. Times are seconds, positions and lengths in L are fractions of
// the torso length (hip to shoulder).
type Exercise struct {
	// Schema is the format's version, SchemaVersion.
	Schema int `yaml:"schema"`
	// ID names the exercise in file names and on the command line, for example "thoracic-roll".
	ID string `yaml:"id"`
	// Version rises whenever a rule or a threshold changes; sessions store it.
	Version int  `yaml:"version"`
	Title   Text `yaml:"title"`
	View    View `yaml:"view"`
	// Steps tells how the exercise is done, Mistakes what often goes wrong, and CannotVerify what the camera
	// cannot see, so that nobody takes silence for approval.
	Steps        Lines `yaml:"steps"`
	Mistakes     Lines `yaml:"mistakes"`
	CannotVerify Lines `yaml:"cannot_verify"`
	Zones        Zones `yaml:"zones"`
	// Stroke and Hold are nil where the exercise has none.
	Stroke *Stroke `yaml:"stroke"`
	Hold   *Hold   `yaml:"hold"`
	// Doses lists how much is enough; the first one is the default.
	Doses   []Dose   `yaml:"doses"`
	Checks  []Check  `yaml:"checks"`
	Sources []Source `yaml:"sources"`
}

// Zones says which stretches of the back are worked and which are kept off the roller, by the names of
// spine.Zone.
type Zones struct {
	Target []string `yaml:"target"`
	Avoid  []string `yaml:"avoid"`
}

// Basis says where a number comes from.
type Basis struct {
	Mark Mark `yaml:"mark"`
	// Source lists identifiers of Exercise.Sources. A heuristic needs none.
	Source []string `yaml:"source"`
}

// Stroke is the stretch of the back that the roller travels. A pass is one direction, travelled through at
// least Share of the stretch.
type Stroke struct {
	// From and To are positions s on the axis from the hip (0) to the shoulder (1).
	From  float64 `yaml:"from"`
	To    float64 `yaml:"to"`
	Share float64 `yaml:"share"`
	// Turn is how far (in L) the contact has to come back before it counts as having turned round: more than
	// the jitter of s.
	Turn  float64 `yaml:"turn"`
	Basis `yaml:",inline"`
}

// Hold is the pause on a tender spot.
type Hold struct {
	// Speed (cm/s) and Drift (L) are what the contact has to stay below.
	Speed float64 `yaml:"speed_cm_s"`
	Drift float64 `yaml:"drift_l"`
	// MinS makes it a hold, after MaxS it is time to move on.
	MinS  float64 `yaml:"min_s"`
	MaxS  float64 `yaml:"max_s"`
	Basis `yaml:",inline"`
}

// Dose is how long an area is worked for a purpose.
type Dose struct {
	// ID names the purpose: "warm_up", "recovery", "daily".
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
	// MinS and MaxS are the time per area and set.
	MinS  float64 `yaml:"min_s"`
	MaxS  float64 `yaml:"max_s"`
	Sets  int     `yaml:"sets"`
	Basis `yaml:",inline"`
}

// Occasion is what makes a praising check speak.
type Occasion string

// The occasions.
const (
	OnPass Occasion = "pass" // a pass was completed
	OnHold Occasion = "hold" // a hold reached Hold.MinS
	OnDose Occasion = "dose" // the default dose was reached
	OnForm Occasion = "form" // nothing to correct for PersistS
)

// Check is one rule: what it watches, for how long, and what is said.
type Check struct {
	// Code names the finding in every output, for example "roller_too_low".
	Code     string   `yaml:"code"`
	Severity Severity `yaml:"severity"`
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

// WordsIn returns the words in a language, or in DefaultLanguage where they are not translated.
func (c *Check) WordsIn(lang string) Words {
	if w, ok := c.Words[lang]; ok {
		return w
	}
	return c.Words[DefaultLanguage]
}

// Words is what a cue says.
type Words struct {
	// Text is shown, Say is spoken, Hint explains in one sentence.
	Text string `yaml:"text"`
	Say  string `yaml:"say"`
	Hint string `yaml:"hint"`
}

// Demand asks for a state of a quantity instead of a number.
type Demand string

// The demands.
const (
	DemandNone   Demand = ""
	DemandOK     Demand = "ok"     // the quantity is sure; for gates
	DemandUnseen Demand = "unseen" // nothing is known of it; for set-up checks
	DemandNotOK  Demand = "not_ok" // unseen or unsure; for set-up checks
)

// Condition is one test of one quantity of a reading. It either compares a number (Enter, Leave) or asks for
// a state (State).
type Condition struct {
	Quantity spine.Quantity `yaml:"quantity"`
	// Unit repeats the quantity's unit, so that a number meant in another one is caught.
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

// Source is where a number or a rule was taken from.
type Source struct {
	ID string `yaml:"id"`
	// Ref is the reference in words, with a DOI or an archive number where there is one.
	Ref string `yaml:"ref"`
}

package exercise

// PhaseAway is the phase of somebody who is not there, or of whom nothing is known. It is the first one of every
// exercise that has phases, and where a gap in the readings leads.
const PhaseAway = "away"

// Phase is something the person may be doing: getting ready, rolling, resting.
type Phase struct {
	// ID names the phase in the file and in every output, for example "getting_ready".
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
	// When is the condition of the phase, a boolean expression. It is empty for the first phase only.
	When Test `yaml:"when"`
	// From lists the phases from which this one may be entered; empty means from any.
	From []string `yaml:"from"`
	// PersistS is how long the condition has to be true before the phase is entered.
	PersistS float64 `yaml:"persist_s"`
	// Works tells that time in this phase fills the dose, where the exercise counts by phase.
	Works bool `yaml:"works"`
}

// Counts says what fills a dose that is measured in seconds.
type Counts string

// The ways to count.
const (
	CountZones Counts = "zones" // the time on the roller in Zones.Target
	CountPhase Counts = "phase" // the time in phases that work
	CountTime  Counts = "time"  // all time: for what the camera cannot judge
)

// MeasureOf is a quantity along which a stroke is travelled.
type MeasureOf string

// The measures of a stroke.
const (
	AlongBack  MeasureOf = "s"       // on the axis from the hip (0) to the shoulder (1)
	AlongThigh MeasureOf = "thigh_t" // on the axis from the hip (0) to the knee (1)
)

// Stroke is the stretch of the body that the roller travels. A pass is one direction, travelled through at
// least Share of the stretch.
type Stroke struct {
	// Of says what From and To are measured along; AlongBack where the file leaves it out.
	Of MeasureOf `yaml:"of"`
	// From and To are positions on that axis.
	From  float64 `yaml:"from"`
	To    float64 `yaml:"to"`
	Share float64 `yaml:"share"`
	// Turn is how far the contact has to come back before it counts as having turned round: more than the jitter of
	// its place.
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

// Reps says what is counted as a repetition: one visit of a phase that lasts at least HoldS, and is left for another
// phase.
type Reps struct {
	Phase string  `yaml:"phase"`
	HoldS float64 `yaml:"hold_s"`
	// Min and Max are how many repetitions are usual.
	Min   int `yaml:"min"`
	Max   int `yaml:"max"`
	Basis `yaml:",inline"`
}

// Dose is how long, or how often, an area is worked for a purpose.
type Dose struct {
	// ID names the purpose: "warm_up", "recovery", "mobility".
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
	// MinS and MaxS are the time per area and set; 0 where the dose is counted in repetitions.
	MinS float64 `yaml:"min_s"`
	MaxS float64 `yaml:"max_s"`
	// RepsMin and RepsMax are the repetitions per set; 0 where the dose is measured in seconds.
	RepsMin int `yaml:"reps_min"`
	RepsMax int `yaml:"reps_max"`
	Sets    int `yaml:"sets"`
	Basis   `yaml:",inline"`
}

// InReps tells whether the dose is counted in repetitions rather than in seconds.
func (d *Dose) InReps() bool { return d.RepsMin > 0 }

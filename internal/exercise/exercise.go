// Package exercise holds the catalogue: one YAML file per exercise with its stroke, phases, checks, thresholds, doses
// and words. The loader is strict: what it does not understand it refuses, with file, line and reason. An Exercise is
// immutable once loaded and may be shared between goroutines.
//
// README.md in this folder tells how an exercise is added; exercise.schema.json lets an editor complete the files.
package exercise

// SchemaVersion is the version of the file format that this package reads.
const SchemaVersion = 2

// View is where the camera has to stand (domain.md §5).
type View string

// The views.
const (
	ViewSide View = "side" // side-on to the body's long axis
	ViewEnd  View = "end"  // at the feet or at the head
	ViewWall View = "wall" // facing a wall from the side
)

// Equipment is what the exercise needs.
type Equipment string

// The equipment.
const (
	Roller      Equipment = "roller"
	Ball        Equipment = "ball" // a small one: lacrosse, tennis or trigger-point
	NoEquipment Equipment = "none"
)

// Posture is what the body does in the exercise, by the names of the variable "posture".
type Posture string

// The postures.
const (
	Supine   Posture = "supine"
	Prone    Posture = "prone"
	OnSide   Posture = "side"
	Sitting  Posture = "sitting"
	Kneeling Posture = "kneeling"
	Standing Posture = "standing"
)

// Side is a side of the body.
type Side string

// The sides. NoSide is that of an exercise without sides.
const (
	NoSide Side = ""
	Left   Side = "left"
	Right  Side = "right"
)

// Level says for whom an exercise is meant.
type Level string

// The levels.
const (
	Beginner Level = "beginner"
	Advanced Level = "advanced" // for the experienced, and only without pain
)

// Mark says how well a number is founded.
type Mark string

// The marks, as in domain.md.
const (
	Sourced   Mark = "sourced"   // a source of the list says so
	Derived   Mark = "derived"   // computed from a source of the list
	Heuristic Mark = "heuristic" // an engineering choice, to be tuned on data
)

// Exercise is one exercise of the catalogue. Times are seconds, positions and lengths in L are fractions of
// the torso length (hip to shoulder).
type Exercise struct {
	// Schema is the format's version, SchemaVersion.
	Schema int `yaml:"schema"`
	// ID names the exercise in file names and on the command line, for example "thoracic-roll".
	ID string `yaml:"id"`
	// Version rises whenever a rule or a threshold changes; sessions store it.
	Version int `yaml:"version"`
	// Hash names the rules exactly: "sha256:" and the digest of the file, followed by the files of shared checks it
	// uses.
	Hash string `yaml:"-"`
	// Languages lists the languages in which every text of the file is there, DefaultLanguage among them.
	Languages []string  `yaml:"languages"`
	Title     Text      `yaml:"title"`
	View      View      `yaml:"view"`
	Equipment Equipment `yaml:"equipment"`
	Posture   Posture   `yaml:"posture"`
	// Sides is empty where the exercise has no sides; otherwise each is a block of its own.
	Sides []Side `yaml:"sides"`
	Level Level  `yaml:"level"`
	// Why tells what the exercise is good for and why it is done this way, Steps how it is done, Mistakes what often
	// goes wrong, and CannotVerify what the camera cannot see, so that nobody takes silence for approval.
	Why          Lines `yaml:"why"`
	Steps        Lines `yaml:"steps"`
	Mistakes     Lines `yaml:"mistakes"`
	CannotVerify Lines `yaml:"cannot_verify"`
	Zones        Zones `yaml:"zones"`
	// Stroke, Hold and Reps are nil where the exercise has none.
	Stroke *Stroke `yaml:"stroke"`
	Hold   *Hold   `yaml:"hold"`
	Reps   *Reps   `yaml:"reps"`
	// Doses lists how much is enough; the first one is the default. Counts says what fills a dose that is measured in
	// seconds; the loader sets it where the file leaves it out.
	Doses  []Dose `yaml:"doses"`
	Counts Counts `yaml:"counts"`
	// Phases lists what the person may be doing; the first one is where everybody begins. It may be empty.
	Phases []Phase `yaml:"phases"`
	// Checks lists the file's own checks, followed by the shared ones that Use names, in the order of Use.
	Checks []Check `yaml:"checks"`
	// Use names shared checks, which are written down once for all exercises.
	Use     []string `yaml:"use"`
	Sources []Source `yaml:"sources"`
}

// Phase returns the place of a phase in Phases, or −1.
func (ex *Exercise) Phase(id string) int {
	for i := range ex.Phases {
		if ex.Phases[i].ID == id {
			return i
		}
	}
	return -1
}

// Dose returns the dose of that id, or the default one where there is none of it; nil where the exercise has no doses.
func (ex *Exercise) Dose(id string) *Dose {
	for i := range ex.Doses {
		if ex.Doses[i].ID == id {
			return &ex.Doses[i]
		}
	}
	if len(ex.Doses) > 0 {
		return &ex.Doses[0]
	}
	return nil
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

// Source is where a number or a rule was taken from.
type Source struct {
	ID string `yaml:"id"`
	// Ref is the reference in words, with a DOI or an archive number where there is one.
	Ref string `yaml:"ref"`
}

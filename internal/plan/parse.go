package plan

import (
	_ "embed"
	"fmt"
	"regexp"
	"sync"

	"github.com/rollwell/rollwell/internal/exercise"
)

// SchemaVersion is the version of the file format that this package reads.
const SchemaVersion = 1

//go:embed plans.yaml
var embedded []byte

// builtIn is the program's own plans. An error means a broken build.
var builtIn = sync.OnceValues(func() (*book, error) { return parse("plans.yaml", embedded) })

// book is a file of plans.
type book struct {
	Schema  int               `yaml:"schema"`
	Plans   []entry           `yaml:"plans"`
	Sources []exercise.Source `yaml:"sources"`
}

// entry is one plan as the file has it.
type entry struct {
	Aim            string        `yaml:"aim"`
	Title          exercise.Text `yaml:"title"`
	Text           exercise.Text `yaml:"text"`
	Steps          []line        `yaml:"steps"`
	exercise.Basis `yaml:",inline"`
}

// line is one exercise of a plan as the file has it.
type line struct {
	Exercise string `yaml:"exercise"`
	// Side is left out for both sides, Dose for the dose that is called like the aim.
	Side exercise.Side `yaml:"side"`
	Dose string        `yaml:"dose"`
	// RestS is the time to the next block, in seconds.
	RestS float64 `yaml:"rest_s"`
}

var (
	idPattern  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	aimPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

const (
	maxPlans, maxSteps = 20, 40
	maxRest            = 300
)

// parse checks a file of plans; name is what errors call it. Faults match exercise.ErrInvalid.
func parse(name string, data []byte) (*book, error) {
	b := new(book)
	d, err := exercise.Decode(name, data, b)
	if err != nil {
		return nil, err
	}
	if b.Schema != SchemaVersion {
		d.Fail([]any{"schema"}, "this program reads schema %d, not %d", SchemaVersion, b.Schema)
	}
	d.Sources(b.Sources)
	if n := len(b.Plans); n == 0 || n > maxPlans {
		d.Fail([]any{"plans"}, "there are %d plans; there have to be 1 to %d", n, maxPlans)
	}
	seen := map[string]bool{}
	for i := range b.Plans {
		e, at := &b.Plans[i], []any{"plans", i}
		if !aimPattern.MatchString(e.Aim) {
			d.Fail(append(at, "aim"), "%q must be lower-case words joined by underscores", e.Aim)
		}
		if seen[e.Aim] {
			d.Fail(append(at, "aim"), "%q is there twice", e.Aim)
		}
		seen[e.Aim] = true
		d.Text([]any{"plans", i, "title"}, e.Title)
		d.Text([]any{"plans", i, "text"}, e.Text)
		d.Basis([]any{"plans", i}, e.Basis)
		checkSteps(d, i, e)
	}
	if err := d.Err(); err != nil {
		return nil, fmt.Errorf("plans: %w", err)
	}
	return b, nil
}

func checkSteps(d *exercise.Document, i int, e *entry) {
	if n := len(e.Steps); n == 0 || n > maxSteps {
		d.Fail([]any{"plans", i, "steps"}, "there are %d steps; there have to be 1 to %d", n, maxSteps)
	}
	for k, s := range e.Steps {
		at := func(key string) []any { return []any{"plans", i, "steps", k, key} }
		if !idPattern.MatchString(s.Exercise) {
			d.Fail(at("exercise"), "%q is no id of an exercise", s.Exercise)
		}
		if s.Dose != "" && !aimPattern.MatchString(s.Dose) {
			d.Fail(at("dose"), "%q must be lower-case words joined by underscores", s.Dose)
		}
		switch s.Side {
		case exercise.NoSide, exercise.Left, exercise.Right:
		default:
			d.Fail(at("side"), "%q is no side; use left or right, or leave it out for both", s.Side)
		}
		d.Within(at("rest_s"), s.RestS, 0, maxRest)
	}
}

package repo

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// guideFile is testdata/guide.yaml: what the guide says, line by line, and where the product says or checks it.
type guideFile struct {
	Languages []string `yaml:"languages"`
	Parts     []struct {
		Part       string      `yaml:"part"`
		Statements []statement `yaml:"statements"`
	} `yaml:"parts"`
}

// statement is one line of the guide, in our own words.
type statement struct {
	ID    string  `yaml:"id"`
	Says  string  `yaml:"says"`
	Found []place `yaml:"found"`
}

// place is where a statement is found. Exactly one of Exercise, Plan, Words and Page is set.
type place struct {
	// Exercise is a file of the catalogue, Plan the aim of a plan, and At a path in it; a part of the path picks a key,
	// an element by its number, or an element by its id or code.
	Exercise string `yaml:"exercise"`
	Plan     string `yaml:"plan"`
	At       string `yaml:"at"`
	// Words is a sentence of internal/words, Page one of web/src/words.
	Words string `yaml:"words"`
	Page  string `yaml:"page"`
	// Screen is a file under web/src that shows the Page sentence.
	Screen string `yaml:"screen"`
	// Has is what the English text contains, Is the number that stands there.
	Has []string `yaml:"has"`
	Is  *float64 `yaml:"is"`
}

func (p place) String() string {
	switch {
	case p.Exercise != "":
		return p.Exercise + ": " + p.At
	case p.Plan != "":
		return "plan " + p.Plan + ": " + p.At
	case p.Words != "":
		return "internal/words: " + p.Words
	default:
		return "web/src/words: " + p.Page
	}
}

// parts are the parts of the guide, in its order.
var parts = []string{
	"in one sentence", "anatomy", "benefits", "when and how long", "thoracic roll", "around the back", "precautions",
	"equipment", "questions",
}

// Every line of the guide is found in the product, and in every language of it.
func TestEveryLineOfTheGuideIsInTheProduct(t *testing.T) {
	product := readProduct(t)
	seen := map[string]bool{}
	for _, part := range product.guide.Parts {
		for _, s := range part.Statements {
			if seen[s.ID] || !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(s.ID) {
				t.Errorf("%q names two statements, or is no name", s.ID)
			}
			seen[s.ID] = true
			if len(strings.Fields(s.Says)) < 3 || len(s.Found) == 0 {
				t.Errorf("%s: says %q and is found in %d places", s.ID, s.Says, len(s.Found))
			}
			for _, p := range s.Found {
				if err := product.check(p); err != nil {
					t.Errorf("%s: %v: %v", s.ID, p, err)
				}
			}
		}
	}
}

func TestTheTableOfTheGuideIsWhole(t *testing.T) {
	product := readProduct(t)
	var have []string
	named := map[string]bool{}
	for _, part := range product.guide.Parts {
		have = append(have, part.Part)
		if len(part.Statements) == 0 {
			t.Errorf("the part %q holds nothing", part.Part)
		}
		for _, s := range part.Statements {
			for _, p := range s.Found {
				named[p.Exercise] = true
			}
		}
	}
	if !slices.Equal(have, parts) {
		t.Errorf("the parts are %q, want %q", have, parts)
	}
	for _, exercise := range slices.Sorted(maps.Keys(product.exercises)) {
		if !named[exercise] && !strings.HasPrefix(exercise, "shared/") {
			t.Errorf("no statement is found in the exercise %s: does the guide ask for it?", exercise)
		}
	}
}

// A table that finds everything would prove nothing.
func TestTheTableOfTheGuideMissesWhatIsNotThere(t *testing.T) {
	product := readProduct(t)
	seven := 7.0
	for _, p := range []place{
		{},
		{Exercise: "handstand", At: "steps"},
		{Exercise: "thoracic-roll", At: "checks.roller_too_low.words.no"},
		{Exercise: "thoracic-roll", At: "steps.99"},
		{Exercise: "thoracic-roll", At: "steps", Has: []string{"standing on one hand"}},
		{Exercise: "thoracic-roll", At: "hold.min_s", Is: &seven},
		{Plan: "sleep", At: "text"},
		{Words: "no.such.text"},
		{Page: "no.such.key"},
		{Page: "no.such.key", Words: "no.such.text"},
	} {
		if err := product.check(p); err == nil {
			t.Errorf("%v was found", p)
		}
	}
}

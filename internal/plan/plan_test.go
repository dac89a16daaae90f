package plan

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
)

func catalogue(t *testing.T) []*exercise.Exercise {
	t.Helper()
	list, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// names are a plan's blocks in words.
func names(p *Plan) []string {
	list := make([]string, 0, len(p.Steps))
	for _, s := range p.Steps {
		list = append(list, strings.TrimSuffix(s.Exercise.ID+" "+string(s.Side), " "))
	}
	return list
}

// Every plan of the program is there for everybody who can do any of it, with doses of its aim, and takes as long as one
// would give to it.
func TestPlansOfTheProgram(t *testing.T) {
	aims, err := Aims()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"warm_up", "recovery", "mobility"}; !slices.Equal(aims, want) {
		t.Fatalf("aims %v, want %v", aims, want)
	}
	for _, aim := range aims {
		for _, o := range []Options{
			{},
			{Experienced: true},
			{Equipment: []exercise.Equipment{}},
			{Equipment: []exercise.Equipment{exercise.Roller}},
		} {
			p, err := For(aim, catalogue(t), o)
			if err != nil {
				t.Errorf("%s with %+v: %v", aim, o, err)
				continue
			}
			for i := range p.Steps {
				s := &p.Steps[i]
				if s.Dose != aim {
					t.Errorf("%s: %s has the dose %q", aim, s.Exercise.ID, s.Dose)
				}
				if s.Exercise.Level == exercise.Advanced && !o.Experienced {
					t.Errorf("%s: %s is for the advanced", aim, s.Exercise.ID)
				}
				if s.Exercise.View != exercise.ViewSide {
					t.Errorf("%s: for %s the camera has to be moved in the middle of a plan", aim, s.Exercise.ID)
				}
				if len(s.Exercise.Sides) > 0 != (s.Side != exercise.NoSide) {
					t.Errorf("%s: %s on the side %q", aim, s.Exercise.ID, s.Side)
				}
			}
			if m := p.Seconds() / 60; m < 0.5 || m > 30 {
				t.Errorf("%s with %+v takes %.1f minutes", aim, o, m)
			}
			for _, language := range exercise.Languages() {
				if p.Title[language] == "" || p.Text[language] == "" {
					t.Errorf("%s has no words in %s", aim, language)
				}
			}
		}
	}
}

func TestPlanGoesByEquipmentAndExperience(t *testing.T) {
	all, err := For("warm_up", catalogue(t), Options{Experienced: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(all), []string{"cat-cow", "thoracic-roll", "thoracic-extension", "lats left", "lats right"}; !slices.Equal(got, want) {
		t.Errorf("with everything %v, want %v", got, want)
	}
	few, err := For("warm_up", catalogue(t), Options{Equipment: []exercise.Equipment{exercise.Ball}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(few), []string{"cat-cow"}; !slices.Equal(got, want) {
		t.Errorf("without a roller %v, want %v", got, want)
	}
}

// small is an exercise as the loader would make it.
func small(id string, change func(ex *exercise.Exercise)) *exercise.Exercise {
	ex := &exercise.Exercise{ID: id, Equipment: exercise.Roller, Level: exercise.Beginner, Doses: []exercise.Dose{
		{ID: "warm_up", MinS: 30, MaxS: 60, Sets: 2}, {ID: "mobility", RepsMin: 5, RepsMax: 8, Sets: 3},
	}}
	if change != nil {
		change(ex)
	}
	return ex
}

func TestSingle(t *testing.T) {
	sided := small("sided", func(ex *exercise.Exercise) { ex.Sides = []exercise.Side{exercise.Left, exercise.Right} })
	plain := small("plain", func(ex *exercise.Exercise) { ex.Reps = &exercise.Reps{HoldS: 2} })
	bare := small("bare", func(ex *exercise.Exercise) { ex.Doses = nil })
	for _, tt := range []struct {
		name    string
		ex      *exercise.Exercise
		side    exercise.Side
		dose    string
		want    []string
		err     error
		seconds float64
		reps    int
	}{
		{"both sides", sided, "", "", []string{"sided left", "sided right"}, nil, 60, 0},
		{"one side", sided, exercise.Right, "warm_up", []string{"sided right"}, nil, 60, 0},
		{"repetitions", plain, "", "mobility", []string{"plain"}, nil, 0, 15},
		{"no doses", bare, "", "", []string{"bare"}, nil, undosedS, 0},
		{"no doses, one asked for", bare, "", "warm_up", []string{"bare"}, nil, undosedS, 0},
		{"a side of none", plain, exercise.Left, "", nil, ErrSide, 0, 0},
		{"an odd side", sided, "middle", "", nil, ErrSide, 0, 0},
		{"an odd dose", plain, "", "heroic", nil, ErrDose, 0, 0},
	} {
		p, err := Single(tt.ex, tt.side, tt.dose)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if err != nil || tt.err != nil {
			continue
		}
		seconds, reps := p.Steps[0].Target()
		if !slices.Equal(names(p), tt.want) || seconds != tt.seconds || reps != tt.reps || p.Aim != "" {
			t.Errorf("%s: %v of %g s or %d repetitions, want %+v", tt.name, names(p), seconds, reps, tt)
		}
	}
	p, err := Single(plain, "", "mobility")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Seconds(), introS+15*(2+repS); math.Abs(got-float64(want)) > 1e-9 {
		t.Errorf("15 repetitions take %g s, want %d", got, want)
	}
}

func TestForRefuses(t *testing.T) {
	b, err := parse("test.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, aim string
		catalogue []*exercise.Exercise
		options   Options
		err       error
		says      string
	}{
		{"an unknown aim", "immortality", nil, Options{}, ErrUnknown, "choose one of warm_up"},
		{"an exercise that is not there", "warm_up", []*exercise.Exercise{small("b", nil)}, Options{}, exercise.ErrUnknown, `"a"`},
		{"no equipment", "warm_up", []*exercise.Exercise{small("a", nil)}, Options{Equipment: []exercise.Equipment{}}, ErrNothing, "equipment"},
		{"a dose that is not there", "warm_up", []*exercise.Exercise{small("a", func(ex *exercise.Exercise) { ex.Doses = ex.Doses[1:] })}, Options{}, ErrDose, "mobility"},
	} {
		if _, err := b.plan(tt.aim, tt.catalogue, tt.options); !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %v with %q", tt.name, err, tt.err, tt.says)
		}
	}
}

const (
	sixTitles = "{en: T, de: T, fr: T, es: T, pt-BR: T, zh-Hans: T}"
	good      = "schema: 1\nplans:\n  - aim: warm_up\n    title: " + sixTitles + "\n    text: " + sixTitles + "\n    mark: sourced\n    source: [guide]\n" +
		"    steps:\n      - {exercise: a, rest_s: 5}\nsources:\n  - {id: guide, ref: The guide}\n"
)

// A file that is not understood is refused with its line, its column and a reason.
func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ name, from, to, says string }{
		{"another schema", "schema: 1", "schema: 2", "test.yaml:1:1: schema: this program reads schema 1"},
		{"an unknown key", "aim:", "goal:", "test.yaml:3:"},
		{"no plans", good[strings.Index(good, "plans:"):strings.Index(good, "sources:")], "plans: []\n", "there are 0 plans"},
		{"an odd aim", "warm_up", "Warm Up", "test.yaml:3:5: plans[0].aim: \"Warm Up\""},
		{"a language missing", "text: {en: T, de: T", "text: {en: T", "test.yaml:5:5: plans[0].text"},
		{"an unknown source", "source: [guide]", "source: [hearsay]", "hearsay"},
		{"an odd exercise", "exercise: a", "exercise: A B", "test.yaml:9:10: plans[0].steps[0].exercise"},
		{"an odd side", "exercise: a", "exercise: a, side: top", `"top" is no side`},
		{"an endless rest", "rest_s: 5", "rest_s: 5000", "plans[0].steps[0].rest_s: 5000 is impossible"},
		{"the same aim twice", "sources:", "  - aim: warm_up\n    title: " + sixTitles + "\n    text: " + sixTitles + "\n    mark: heuristic\n    steps: [{exercise: a}]\nsources:", "is there twice"},
		{"no YAML", "schema: 1", "\tschema", "test.yaml"},
	} {
		if !strings.Contains(good, tt.from) {
			t.Fatalf("%s: the good file has no %q", tt.name, tt.from)
		}
		_, err := parse("test.yaml", []byte(strings.Replace(good, tt.from, tt.to, 1)))
		if !errors.Is(err, exercise.ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add(embedded)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parse("fuzz.yaml", data)
		if (b == nil) != (err != nil) || err != nil && !errors.Is(err, exercise.ErrInvalid) {
			t.Fatalf("%v, %v", b, err)
		}
	})
}

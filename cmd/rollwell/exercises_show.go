package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/rollwell/rollwell/internal/exercise"
)

// showWidth is how wide lines of text may be, in characters.
const showWidth = 100

type exercisesShowCmd struct {
	exercisesFolder `embed:""`
	ID              string `arg:"" help:"The exercise: an id of the catalogue, or an exercise file."`
	Language        string `help:"Language of the words: a tag such as en or pt-BR." default:"en" placeholder:"TAG"`
}

// Run prints the exercise.
func (c exercisesShowCmd) Run(std streams) error {
	ex, err := c.openExercise(c.ID, std.err)
	if err != nil {
		return err
	}
	p := &sheet{out: std.out}
	p.head(ex, c.Language)
	p.list("Why", ex.Why.In(c.Language), "-")
	p.list("How", ex.Steps.In(c.Language), "1")
	p.list("Common mistakes", ex.Mistakes.In(c.Language), "-")
	p.list("What the camera cannot see", ex.CannotVerify.In(c.Language), "-")
	p.doses(ex, c.Language)
	p.phases(ex, c.Language)
	p.checks(ex, c.Language)
	p.title("Sources")
	for _, s := range ex.Sources {
		p.text("  "+s.ID+": ", "    ", s.Ref)
	}
	if p.err != nil {
		return fmt.Errorf("%w: %w", errOutput, p.err)
	}
	return nil
}

// sheet writes an exercise to a terminal. The first error sticks.
type sheet struct {
	out io.Writer
	err error
}

func (p *sheet) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

func (p *sheet) title(name string) { p.line("\n%s", name) }

// text prints a paragraph after a mark, its further lines indented.
func (p *sheet) text(mark, indent, text string) {
	line := mark
	for word := range strings.FieldsSeq(text) {
		if utf8.RuneCountInString(line)+utf8.RuneCountInString(word) > showWidth && strings.TrimSpace(line) != "" {
			p.line("%s", strings.TrimRight(line, " "))
			line = indent
		}
		line += word + " "
	}
	p.line("%s", strings.TrimRight(line, " "))
}

func (p *sheet) list(title string, lines []string, mark string) {
	p.title(title)
	for i, l := range lines {
		if mark == "-" {
			p.text("  - ", "    ", l)
		} else {
			p.text(fmt.Sprintf("  %d. ", i+1), "     ", l)
		}
	}
}

// table prints rows of cells in columns.
func (p *sheet) table(rows func(w io.Writer)) {
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	rows(w)
	if err := w.Flush(); p.err == nil {
		p.err = err
	}
}

func (p *sheet) head(ex *exercise.Exercise, lang string) {
	p.line("%s (%s, version %d)", ex.Title.In(lang), ex.ID, ex.Version)
	p.table(func(w io.Writer) {
		fmt.Fprintf(w, "  for\t%s\n  camera\t%s\n  equipment\t%s\n  posture\t%s\n", level(ex), ex.View, ex.Equipment, ex.Posture)
		if len(ex.Sides) > 0 {
			fmt.Fprintf(w, "  sides\t%s\n", sides(ex))
		}
		fmt.Fprintf(w, "  languages\t%s\n  rules\t%s\n", strings.Join(ex.Languages, ", "), ex.Hash)
	})
}

func level(ex *exercise.Exercise) string {
	if ex.Level == exercise.Advanced {
		return "the experienced, and only without pain"
	}
	return "everybody"
}

func (p *sheet) doses(ex *exercise.Exercise, lang string) {
	p.title("How much")
	p.table(func(w io.Writer) {
		for i := range ex.Doses {
			d := &ex.Doses[i]
			amount := fmt.Sprintf("%g to %g s", d.MinS, d.MaxS)
			if d.InReps() {
				amount = fmt.Sprintf("%d to %d repetitions", d.RepsMin, d.RepsMax)
			}
			if d.Sets > 1 {
				amount += fmt.Sprintf(", up to %d times", d.Sets)
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", d.ID, amount, basis(d.Basis), d.Name.In(lang))
		}
	})
	if r := ex.Reps; r != nil {
		p.line("  A repetition is a visit of %s of at least %g s; %d to %d are usual.", r.Phase, r.HoldS, r.Min, r.Max)
	}
}

func (p *sheet) phases(ex *exercise.Exercise, lang string) {
	if len(ex.Phases) == 0 {
		return
	}
	p.title("Phases")
	p.table(func(w io.Writer) {
		for i := range ex.Phases {
			ph := &ex.Phases[i]
			works := ""
			if ph.Works {
				works = "works"
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", ph.ID, works, ph.When, ph.Name.In(lang))
		}
	})
}

func (p *sheet) checks(ex *exercise.Exercise, lang string) {
	p.title("What is checked")
	for i := range ex.Checks {
		c := &ex.Checks[i]
		w := c.WordsIn(lang)
		p.line("  %s (%s)", c.Code, c.Severity)
		p.text("    says: ", "      ", w.Say)
		p.text("    why:  ", "      ", w.Hint)
		if c.On != "" {
			p.line("    when: %s", occasion(c))
			continue
		}
		for k := range c.When {
			p.text("    when: ", "      ", condition(&c.When[k]))
		}
		for k := range c.While {
			p.text("    while: ", "      ", condition(&c.While[k]))
		}
		p.line("    for:  %g s%s", c.PersistS, inPhases(c))
	}
}

func inPhases(c *exercise.Check) string {
	if len(c.Phases) == 0 {
		return ""
	}
	return ", in " + strings.Join(c.Phases, ", ")
}

func occasion(c *exercise.Check) string {
	switch c.On {
	case exercise.OnPass:
		return "a pass is complete"
	case exercise.OnHold:
		return "a hold was long enough"
	case exercise.OnDose:
		return "the dose is reached"
	case exercise.OnRep:
		return "a repetition is complete"
	default:
		return fmt.Sprintf("nothing to correct for %g s", c.PersistS)
	}
}

// condition puts a condition on one line.
func condition(k *exercise.Condition) string {
	name := string(k.Quantity)
	switch {
	case k.Test.IsSet():
		return k.Test.String()
	case k.State != exercise.DemandNone:
		return fmt.Sprintf("%s is %s", name, strings.ReplaceAll(string(k.State), "_", " "))
	case k.Value.IsSet():
		name = k.Value.String()
	}
	if k.Abs {
		name = "|" + name + "|"
	}
	s := fmt.Sprintf("%s %s %s", name, limit(k.Enter), k.Unit)
	if k.Leave != nil {
		s += ", until " + limit(k.Leave)
	}
	if k.Share > 0 {
		s += fmt.Sprintf(", for %g %% of %g s", 100*k.Share, k.WindowS)
	}
	return s + " " + basis(k.Enter.Basis)
}

func limit(t *exercise.Threshold) string {
	v, above := t.Limit()
	if above {
		return fmt.Sprintf(">= %g", v)
	}
	return fmt.Sprintf("< %g", v)
}

func basis(b exercise.Basis) string {
	if len(b.Source) == 0 {
		return fmt.Sprintf("[%s]", b.Mark)
	}
	return fmt.Sprintf("[%s: %s]", b.Mark, strings.Join(b.Source, ", "))
}

package exercise

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/rollwell/rollwell/internal/spine"
)

const (
	// maxSayWords keeps a cue speakable in under two seconds.
	maxSayWords = 9
	// maxText is the longest text (runes) that fits the banner, maxHint the longest line beneath it.
	maxText, maxHint = 60, 160
	// maxTime bounds every time of a check, in seconds.
	maxTime = 600
)

var (
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	codePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	langPattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

// validator collects the faults of one file.
type validator struct {
	file    string
	root    ast.Node
	faults  []*Error
	sources map[string]bool
}

func (v *validator) fail(p path, format string, args ...any) {
	line, column := locate(v.root, p)
	v.faults = append(v.faults, &Error{File: v.file, Line: line, Column: column, Key: p.String(), Reason: fmt.Sprintf(format, args...)})
}

// within demands lo ≤ x ≤ hi. NaN is never within.
func (v *validator) within(p path, x, lo, hi float64) {
	if !(x >= lo && x <= hi) {
		v.fail(p, "%g is impossible; it must be between %g and %g", x, lo, hi)
	}
}

func (v *validator) exercise(ex *Exercise) {
	if ex.Schema != SchemaVersion {
		v.fail(path{"schema"}, "this program reads schema %d, not %d", SchemaVersion, ex.Schema)
	}
	if !idPattern.MatchString(ex.ID) {
		v.fail(path{"id"}, "%q must be lower-case words joined by hyphens, such as thoracic-roll", ex.ID)
	}
	if ex.Version < 1 {
		v.fail(path{"version"}, "must be 1 or more")
	}
	if !slices.Contains([]View{ViewSide, ViewEnd, ViewWall}, ex.View) {
		v.fail(path{"view"}, "%q is no view; use side, end or wall", ex.View)
	}
	v.text(path{"title"}, ex.Title)
	v.lines(path{"steps"}, ex.Steps)
	v.lines(path{"mistakes"}, ex.Mistakes)
	v.lines(path{"cannot_verify"}, ex.CannotVerify)
	v.sourceList(ex.Sources)
	v.zones(ex.Zones)
	v.stroke(ex.Stroke)
	v.hold(ex.Hold)
	v.doses(ex.Doses)
	if len(ex.Checks) == 0 {
		v.fail(path{"checks"}, "an exercise needs at least one check")
	}
	seen := map[string]bool{}
	for i := range ex.Checks {
		p := path{"checks", i}
		if code := ex.Checks[i].Code; seen[code] {
			v.fail(p.to("code"), "%q is there twice", code)
		}
		seen[ex.Checks[i].Code] = true
		v.check(p, ex, &ex.Checks[i])
	}
}

func (v *validator) sourceList(sources []Source) {
	v.sources = map[string]bool{}
	for i, s := range sources {
		if !idPattern.MatchString(s.ID) {
			v.fail(path{"sources", i, "id"}, "%q must be lower-case words joined by hyphens", s.ID)
		}
		if v.sources[s.ID] {
			v.fail(path{"sources", i, "id"}, "%q is there twice", s.ID)
		}
		if strings.TrimSpace(s.Ref) == "" {
			v.fail(path{"sources", i, "ref"}, "the reference is missing")
		}
		v.sources[s.ID] = true
	}
}

func (v *validator) basis(p path, b Basis) {
	switch b.Mark {
	case Sourced, Derived:
		if len(b.Source) == 0 {
			v.fail(p.to("source"), "a number marked %s needs its source", b.Mark)
		}
	case Heuristic:
	default:
		v.fail(p.to("mark"), "%q is no mark; use sourced, derived or heuristic", b.Mark)
	}
	for i, s := range b.Source {
		if !v.sources[s] {
			v.fail(p.to("source", i), "%q is not in the list of sources", s)
		}
	}
}

func (v *validator) zones(z Zones) {
	names := map[string]bool{}
	for _, zone := range spine.Zones() {
		names[zone.String()] = zone != spine.ZoneOff
	}
	for i, n := range z.Target {
		if !names[n] {
			v.fail(path{"zones", "target", i}, "%q is no zone of the back", n)
		}
		if slices.Contains(z.Avoid, n) {
			v.fail(path{"zones", "target", i}, "%q cannot be both worked and avoided", n)
		}
	}
	for i, n := range z.Avoid {
		if !names[n] {
			v.fail(path{"zones", "avoid", i}, "%q is no zone of the back", n)
		}
	}
}

func (v *validator) stroke(s *Stroke) {
	if s == nil {
		return
	}
	p := path{"stroke"}
	v.within(p.to("from"), s.From, -0.5, 2)
	v.within(p.to("to"), s.To, -0.5, 2)
	if !(s.To-s.From >= 0.05) {
		v.fail(p.to("to"), "the stroke must end at least 0.05 above its start %g, not at %g", s.From, s.To)
	}
	v.within(p.to("share"), s.Share, 0.1, 1)
	if !(s.Turn > 0 && s.Turn < s.Share*(s.To-s.From)) {
		v.fail(p.to("turn"), "%g must be more than 0 and less than the travel of a pass, %g", s.Turn, s.Share*(s.To-s.From))
	}
	v.basis(p, s.Basis)
}

func (v *validator) hold(h *Hold) {
	if h == nil {
		return
	}
	p := path{"hold"}
	v.within(p.to("speed_cm_s"), h.Speed, 0.1, 10)
	v.within(p.to("drift_l"), h.Drift, 0.005, 0.5)
	v.within(p.to("min_s"), h.MinS, 1, maxTime)
	v.within(p.to("max_s"), h.MaxS, h.MinS, maxTime)
	v.basis(p, h.Basis)
}

func (v *validator) doses(doses []Dose) {
	for i, d := range doses {
		p := path{"doses", i}
		if !codePattern.MatchString(d.ID) {
			v.fail(p.to("id"), "%q must be lower-case words joined by underscores", d.ID)
		}
		v.text(p.to("name"), d.Name)
		v.within(p.to("min_s"), d.MinS, 1, 3600)
		v.within(p.to("max_s"), d.MaxS, d.MinS, 3600)
		v.within(p.to("sets"), float64(d.Sets), 1, 20)
		v.basis(p, d.Basis)
	}
}

// text demands the default language and refuses empty sentences.
func (v *validator) text(p path, t Text) {
	if _, ok := t[DefaultLanguage]; !ok {
		v.fail(p, "the text in %q is missing", DefaultLanguage)
	}
	for _, lang := range sortedKeys(t) {
		v.language(p, lang)
		v.sentence(p.to(lang), t[lang], maxHint)
	}
}

func (v *validator) lines(p path, l Lines) {
	if len(l[DefaultLanguage]) == 0 {
		v.fail(p, "the text in %q is missing", DefaultLanguage)
	}
	for _, lang := range sortedKeys(l) {
		v.language(p, lang)
		if len(l[lang]) != len(l[DefaultLanguage]) {
			v.fail(p.to(lang), "has %d lines where %q has %d", len(l[lang]), DefaultLanguage, len(l[DefaultLanguage]))
		}
		for i, s := range l[lang] {
			v.sentence(p.to(lang, i), s, maxHint)
		}
	}
}

func (v *validator) language(p path, lang string) {
	if !langPattern.MatchString(lang) {
		v.fail(p.to(lang), "%q is no language tag such as en or pt-BR", lang)
	}
}

func (v *validator) sentence(p path, s string, limit int) {
	if strings.TrimSpace(s) == "" {
		v.fail(p, "the text is missing")
	}
	if n := utf8.RuneCountInString(s); n > limit {
		v.fail(p, "has %d characters; at most %d fit", n, limit)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		v.fail(p, "must be one line without control characters")
	}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// finite tells whether x is a number at all.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

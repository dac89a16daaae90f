package exercise

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

const (
	// maxText is the longest text (characters) that fits the banner, maxHint the longest line beneath it, maxLine the
	// longest line of teaching.
	maxText, maxHint, maxLine = 60, 160, 240
	// maxTime bounds every time of a check, in seconds.
	maxTime = 600
	// maxPhases and maxChecks bound the work of checking a file, and what anybody could follow.
	maxPhases, maxChecks = 32, 100
)

var (
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	codePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	langPattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)
)

// validator collects the faults of one file.
type validator struct {
	file    string
	root    ast.Node
	faults  []*Error
	sources map[string]bool
	// languages are those in which every text has to be there.
	languages []string
	// phases are the phases of the file; nil in a file of shared checks, which go with any.
	phases []string
	shared sharedChecks
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

// oneOf demands that x is one of a list of names.
func oneOf[T ~string](v *validator, p path, what string, x T, list ...T) {
	if slices.Contains(list, x) {
		return
	}
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = string(n)
	}
	v.fail(p, "%q is no %s; use %s", x, what, strings.Join(names, ", "))
}

func (v *validator) exercise(ex *Exercise) {
	v.head(ex.Schema, ex.Languages)
	if !idPattern.MatchString(ex.ID) {
		v.fail(path{"id"}, "%q must be lower-case words joined by hyphens, such as thoracic-roll", ex.ID)
	}
	if ex.Version < 1 {
		v.fail(path{"version"}, "must be 1 or more")
	}
	oneOf(v, path{"view"}, "view", ex.View, ViewSide, ViewEnd, ViewWall)
	oneOf(v, path{"equipment"}, "equipment", ex.Equipment, Roller, Ball, NoEquipment)
	oneOf(v, path{"posture"}, "posture", ex.Posture, Supine, Prone, OnSide, Sitting, Kneeling, Standing)
	oneOf(v, path{"level"}, "level", ex.Level, Beginner, Advanced)
	for i, s := range ex.Sides {
		oneOf(v, path{"sides", i}, "side", s, Left, Right)
		if slices.Contains(ex.Sides[:i], s) {
			v.fail(path{"sides", i}, "%q is there twice", s)
		}
	}
	v.text(path{"title"}, ex.Title, maxText)
	v.lines(path{"why"}, ex.Why)
	v.lines(path{"steps"}, ex.Steps)
	v.lines(path{"mistakes"}, ex.Mistakes)
	v.lines(path{"cannot_verify"}, ex.CannotVerify)
	v.sourceList(ex.Sources)
	v.movement(ex)
	v.checks(ex.Checks)
	for i := range ex.Checks {
		v.fits(path{"checks", i}, "", ex, &ex.Checks[i])
	}
	v.use(ex)
	if len(ex.Checks) == 0 {
		v.fail(path{"checks"}, "an exercise needs at least one check, of its own or named in use")
	}
}

// head checks what every file begins with.
func (v *validator) head(schema int, languages []string) {
	if schema != SchemaVersion {
		v.fail(path{"schema"}, "this program reads schema %d, not %d", SchemaVersion, schema)
	}
	v.languages = languages
	if !slices.Contains(languages, DefaultLanguage) {
		v.fail(path{"languages"}, "%q is missing: it is what is said where a language is not known", DefaultLanguage)
	}
	for i, lang := range languages {
		if !langPattern.MatchString(lang) {
			v.fail(path{"languages", i}, "%q is no language tag such as en, pt-BR or zh-Hans", lang)
		}
		if slices.Contains(languages[:i], lang) {
			v.fail(path{"languages", i}, "%q is there twice", lang)
		}
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
	default:
		oneOf(v, p.to("mark"), "mark", b.Mark, Sourced, Derived, Heuristic)
	}
	for i, s := range b.Source {
		if !v.sources[s] {
			v.fail(p.to("source", i), "%q is not in the list of sources", s)
		}
	}
}

// each demands that a map has all languages of the file and no others.
func each[T any](v *validator, p path, what string, m map[string]T) {
	for _, lang := range v.languages {
		if _, ok := m[lang]; !ok {
			v.fail(p, "the %s in %q is missing", what, lang)
		}
	}
	for _, lang := range sortedKeys(m) {
		if !slices.Contains(v.languages, lang) {
			v.fail(p.to(lang), "%q is not in the file's list of languages", lang)
		}
	}
}

func (v *validator) text(p path, t Text, limit int) {
	each(v, p, "text", t)
	for _, lang := range sortedKeys(t) {
		v.sentence(p.to(lang), t[lang], limit)
	}
}

func (v *validator) lines(p path, l Lines) {
	each(v, p, "text", l)
	for _, lang := range sortedKeys(l) {
		if len(l[lang]) == 0 {
			v.fail(p.to(lang), "the text is missing")
		}
		if d, ok := l[DefaultLanguage]; ok && len(l[lang]) != len(d) {
			v.fail(p.to(lang), "has %d lines where %q has %d", len(l[lang]), DefaultLanguage, len(d))
		}
		for i, s := range l[lang] {
			v.sentence(p.to(lang, i), s, maxLine)
		}
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

// finite tells whether x is a number at all.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

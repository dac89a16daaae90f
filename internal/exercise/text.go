package exercise

import (
	"slices"
	"strings"
)

// DefaultLanguage is the language every text has to be there in: it is what is said where another is not known.
const DefaultLanguage = "en"

// Languages lists the languages (BCP 47) that every built-in exercise speaks. A file may speak fewer, or others.
func Languages() []string { return []string{"en", "de", "fr", "es", "pt-BR", "zh-Hans"} }

// Text is one sentence in several languages, keyed by language tag ("en").
type Text map[string]string

// In returns the text in a language, or in the nearest there is (see nearest).
func (t Text) In(lang string) string { return t[nearest(t, lang)] }

// Lines is a list of sentences in several languages.
type Lines map[string][]string

// In returns the lines in a language, or in the nearest there is (see nearest).
func (l Lines) In(lang string) []string { return l[nearest(l, lang)] }

// Words is what a cue says.
type Words struct {
	// Text is shown, Say is spoken in less than two seconds, Hint explains in one sentence.
	Text string `yaml:"text"`
	Say  string `yaml:"say"`
	Hint string `yaml:"hint"`
}

// nearest returns the key of m that serves somebody who asked for a language: the language itself, the same without
// region and script ("de" for "de-AT"), the same with another region or script ("pt-BR" for "pt"), or else
// DefaultLanguage.
func nearest[T any](m map[string]T, lang string) string {
	if _, ok := m[lang]; ok {
		return lang
	}
	base, _, _ := strings.Cut(lang, "-")
	if _, ok := m[base]; ok {
		return base
	}
	for _, key := range sortedKeys(m) {
		if strings.HasPrefix(key, base+"-") {
			return key
		}
	}
	return DefaultLanguage
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

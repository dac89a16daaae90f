// Package words holds the sentences that are not part of an exercise, in every language: what the set-up guide shows
// and says, what goes with a plan, and the errors that a person sees. It is pure.
//
// The sentences lie in active.<language>.yaml, in go-i18n's format. A sentence is named by a path with dots; its last
// part says where it goes, and how long it may be:
//
//	say     spoken while somebody moves: under two seconds
//	speech  spoken where there is time for a sentence or two: under six seconds
//	text    shown in one line: up to 60 characters
//	hint    shown below it: up to 160 characters
//
// A sentence with a number in it has the plural forms of its language (one, other and many, as CLDR has them) and
// names the number {{.Count}}. To add a sentence, write it into all files, and name it in the code by a whole string.
// The tests find what is missing, unused, too long, or different in its placeholders.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed active.*.yaml
var files embed.FS

// fallback is the language that everything is there in.
const fallback = "en"

// book is all sentences. It does not change once it is loaded.
type book struct {
	bundle *i18n.Bundle
	// languages are the tags in the order in which they are matched, fallback first.
	languages []string
	tags      []language.Tag
	matcher   language.Matcher
}

var whole = sync.OnceValues(func() (*book, error) { return load(files) })

// load reads every file of a folder. On an error the book has what could be read before it.
func load(folder fs.FS) (*book, error) {
	b := &book{bundle: i18n.NewBundle(language.MustParse(fallback))}
	b.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	add := func(tag string) {
		b.languages, b.tags = append(b.languages, tag), append(b.tags, language.MustParse(tag))
		b.matcher = language.NewMatcher(b.tags)
	}
	add(fallback)
	paths, err := fs.Glob(folder, "active.*.yaml")
	if err != nil {
		return b, fmt.Errorf("find the words: %w", err)
	}
	for _, path := range paths {
		if _, err := b.bundle.LoadMessageFileFS(folder, path); err != nil {
			return b, fmt.Errorf("read the words in %s: %w", path, err)
		}
		if tag := strings.TrimSuffix(strings.TrimPrefix(path, "active."), ".yaml"); tag != fallback {
			add(tag)
		}
	}
	return b, nil
}

// Match returns the language of ours that serves somebody best who asks for the given ones, the dearest first. Each is
// a tag of BCP 47 ("pt-PT") or the value of an Accept-Language header. Where nothing fits it is English.
func Match(asked ...string) string {
	b, _ := whole() // a test keeps the files whole; without them English is left
	return b.match(asked)
}

func (b *book) match(asked []string) string {
	_, i, sure := b.matcher.Match(parse(asked)...)
	if sure == language.No {
		return fallback
	}
	return b.languages[i]
}

// Choose is Match among the languages of something else, such as an exercise; what it has no tag for stays out.
func Choose(offered []string, asked ...string) string {
	var names []string
	var tags []language.Tag
	for _, name := range append([]string{fallback}, offered...) {
		if tag, err := language.Parse(name); err == nil {
			names, tags = append(names, name), append(tags, tag)
		}
	}
	_, i, sure := language.NewMatcher(tags).Match(parse(asked)...)
	if sure == language.No {
		return fallback
	}
	return names[i]
}

func parse(asked []string) (wanted []language.Tag) {
	for _, a := range asked {
		if tags, _, err := language.ParseAcceptLanguage(a); err == nil {
			wanted = append(wanted, tags...)
		}
	}
	return wanted
}

// Speaker finds sentences in one language. It does not change and may be shared between goroutines.
type Speaker struct {
	language  string
	localizer *i18n.Localizer
}

// Localizer returns a speaker of the language that Match finds.
func Localizer(asked ...string) *Speaker {
	b, _ := whole()
	return b.speaker(asked...)
}

func (b *book) speaker(asked ...string) *Speaker {
	tag := b.match(asked)
	return &Speaker{tag, i18n.NewLocalizer(b.bundle, tag)}
}

// Language is the tag of the language that is spoken.
func (s *Speaker) Language() string { return s.language }

// Text returns a sentence by its whole name. What this language lacks is returned in English, and a name that there is
// not as it is.
func (s *Speaker) Text(name string) string { return s.find(&i18n.LocalizeConfig{MessageID: name}) }

// With is Text for a sentence with placeholders: data has their values by name.
func (s *Speaker) With(name string, data map[string]any) string {
	return s.find(&i18n.LocalizeConfig{MessageID: name, TemplateData: data})
}

// Count is Text for a sentence with the number {{.Count}}, in the plural form that the number asks for. data has the
// values of further placeholders and may be nil.
func (s *Speaker) Count(name string, n int, data map[string]any) string {
	all := map[string]any{"Count": n}
	for k, v := range data {
		all[k] = v
	}
	return s.find(&i18n.LocalizeConfig{MessageID: name, TemplateData: all, PluralCount: n})
}

// Line is a sentence as it is shown and as it is spoken.
type Line struct {
	Text string
	// Say is empty where nothing is spoken.
	Say string
}

// Line returns the sentences name.text and name.say; the latter need not be there.
func (s *Speaker) Line(name string) Line {
	l := Line{Text: s.Text(name + ".text")}
	if say := name + ".say"; s.has(say) {
		l.Say = s.Text(say)
	}
	return l
}

// has tells whether there is a sentence in this language.
func (s *Speaker) has(name string) bool {
	_, err := s.localizer.Localize(&i18n.LocalizeConfig{MessageID: name})
	return err == nil
}

func (s *Speaker) find(what *i18n.LocalizeConfig) string {
	text, _ := s.localizer.Localize(what) // the error tells that English was taken
	if text == "" {
		return what.MessageID
	}
	return text
}

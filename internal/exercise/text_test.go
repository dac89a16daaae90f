package exercise

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestTheNearestLanguageIsSpoken(t *testing.T) {
	text := Text{"en": "Hello", "de": "Hallo", "pt-BR": "Olá", "zh-Hans": "你好"}
	for lang, want := range map[string]string{
		"en": "Hello", "de": "Hallo", "de-AT": "Hallo", "pt": "Olá", "pt-PT": "Olá", "zh": "你好", "zh-Hans-CN": "你好", "fr": "Hello", "": "Hello", "p": "Hello",
	} {
		if got := text.In(lang); got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
}

// The estimate of how long a sentence takes is that of somebody who counts syllables, within one.
func TestSpokenSyllables(t *testing.T) {
	for _, tt := range []struct {
		text, lang string
		syllables  float64
	}{
		{"Slow down", "en", 2},
		{"Bend your knees", "en", 3},
		{"Bring the roller higher", "en", 6},
		{"Lift your hips a little", "en", 6},
		{"Heb die Hüfte an", "de", 5},
		{"Roll langsamer", "de", 4},
		{"Remonte le rouleau", "fr", 5},
		{"Levanta la cadera", "es", 7},
		{"Suba o rolo", "pt-BR", 5},
		{"Stop!", "xx", 1},
		{"", "en", 0},
	} {
		if got := SpokenS(tt.text, tt.lang) * syllablesPerSecond; math.Abs(got-tt.syllables) > 1.01 {
			t.Errorf("%q: %.1f syllables, want %g", tt.text, got, tt.syllables)
		}
	}
	if got := SpokenS("把滚筒往上移", "zh-Hans"); got != 1.2 {
		t.Errorf("six characters take %g s, want 1.2", got)
	}
}

func TestLanguagesAreTags(t *testing.T) {
	for _, lang := range Languages() {
		if !langPattern.MatchString(lang) {
			t.Errorf("%q is no language tag", lang)
		}
	}
	if !slices.Contains(Languages(), DefaultLanguage) {
		t.Error("the default language is missing")
	}
	for _, bad := range []string{"EN", "e", "english", "pt_BR", "pt-br", "zh-hans", ""} {
		if langPattern.MatchString(bad) {
			t.Errorf("%q passes for a language tag", bad)
		}
	}
}

// Everything built in speaks every language.
func TestTheCatalogueSpeaksEveryLanguage(t *testing.T) {
	list, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range list {
		if !slices.Equal(ex.Languages, Languages()) {
			t.Errorf("%s speaks %v, want %v", ex.ID, ex.Languages, Languages())
		}
		for i := range ex.Checks {
			for _, lang := range Languages() {
				w := ex.Checks[i].Words[lang]
				if w.Say == "" || w.Text == "" || w.Hint == "" || SpokenS(w.Say, lang) > maxSpoken {
					t.Errorf("%s %s %s: %+v", ex.ID, ex.Checks[i].Code, lang, w)
				}
			}
		}
	}
}

// A translation is no copy: texts of several words differ from the English ones.
func TestTranslationsAreNoCopies(t *testing.T) {
	list, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range list {
		for _, lang := range ex.Languages {
			if lang == DefaultLanguage {
				continue
			}
			for i, line := range slices.Concat(ex.Steps.In(lang), ex.Why.In(lang), ex.Mistakes.In(lang), ex.CannotVerify.In(lang)) {
				english := slices.Concat(ex.Steps.In(DefaultLanguage), ex.Why.In(DefaultLanguage), ex.Mistakes.In(DefaultLanguage), ex.CannotVerify.In(DefaultLanguage))
				if line == english[i] {
					t.Errorf("%s %s: %q is English", ex.ID, lang, line)
				}
			}
			for i := range ex.Checks {
				w, e := ex.Checks[i].Words[lang], ex.Checks[i].Words[DefaultLanguage]
				if w.Hint == e.Hint || strings.Contains(e.Say, " ") && w.Say == e.Say {
					t.Errorf("%s %s %s: %q is English", ex.ID, ex.Checks[i].Code, lang, w.Hint)
				}
			}
		}
	}
}

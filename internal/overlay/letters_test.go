package overlay

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/exercise"
)

func TestLettersTellWhatTheyHave(t *testing.T) {
	l, err := ReadLetters(bytes.NewReader(goregular.TTF), bytes.NewReader(gobold.TTF))
	if err != nil {
		t.Fatal(err)
	}
	var none *Letters
	for text, want := range map[string]bool{"Grüße, œuvre, ação: ¿qué?": true, "上背": false, "": true, "a\tb\nc": true} {
		for name, letters := range map[string]*Letters{"given": l, "none": none} {
			if got, err := letters.Writes(text); got != want || err != nil {
				t.Errorf("%s letters write %q: %t, error %v, want %t", name, text, got, err, want)
			}
		}
	}
	for _, bad := range []string{"", "ttcf", "no font at all"} {
		if _, err := ReadLetters(strings.NewReader(bad), bytes.NewReader(gobold.TTF)); !errors.Is(err, ErrFont) {
			t.Errorf("%q was taken for a font: %v", bad, err)
		}
	}
}

// What no font has takes no room and leaves no box.
func TestNoBoxesForMissingLetters(t *testing.T) {
	face, err := newTypesetter(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := face.width(regular, "a上b"), face.width(regular, "ab"); got != want {
		t.Errorf("a missing letter is %g ems wide", got-want)
	}
	if g := face.glyph(glyphKey{r: '上', size: 20, w: bold}); g.w != 0 || g.h != 0 {
		t.Errorf("a missing letter is drawn %d×%d pixels large", g.w, g.h)
	}
}

func TestLabelsAreThereInEveryLanguage(t *testing.T) {
	english := *labelsIn("en")
	for _, language := range exercise.Languages() {
		l := labelsIn(language)
		if l.speed == "" || strings.Contains(l.all(), "overlay.") || strings.Contains(l.all(), "\x00") {
			t.Errorf("%s: %s", language, l.all())
		}
		if language != "en" && (l.speed == english.speed || l.sight[sightGood] == english.sight[sightGood]) {
			t.Errorf("%s speaks English", language)
		}
		if Labels(language) != l.all() {
			t.Errorf("%s: Labels says %q", language, Labels(language))
		}
	}
}

func TestChineseIsBrokenBetweenCharacters(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"two words", []string{"two", "words"}},
		{"上背，滚这里。", []string{"上", "背，", "滚", "这", "里。"}},
		{"（上背）Esc 键", []string{"（上", "背）", "Esc", "键"}},
		{"10秒", []string{"10", "秒"}},
		{"", []string{""}},
	} {
		var got []string
		for i := 0; i <= len(tt.text); {
			j := pieceEnd(tt.text, i)
			got = append(got, tt.text[i:j])
			if i = j; j == len(tt.text) || tt.text[j] == ' ' {
				i = j + 1
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q is broken into %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Breaking loses nothing: the lines hold all letters of the text, in their order.
func TestWrapLosesNothing(t *testing.T) {
	face, err := newTypesetter(nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := tidy(rapid.StringOf(rapid.SampledFrom([]rune("ab上背，。（） é"))).Draw(t, "text"))
		lines := face.wrap(nil, text, regular, rapid.Float64Range(1, 9).Draw(t, "ems"))
		if lines == nil {
			return // a word is wider than the line
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := bare(strings.Join(lines, "")); got != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}

package words

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"github.com/rollwell/rollwell/internal/exercise"
)

// languages are the ones that everything has to be there in, with the plural forms that CLDR 46 gives them. Chinese has
// but one; "many" is for whole millions in the Romance languages.
var languages = map[string][]string{
	"en": {"one", "other"}, "de": {"one", "other"}, "zh-Hans": {"other"},
	"fr": {"many", "one", "other"}, "es": {"many", "one", "other"}, "pt-BR": {"many", "one", "other"},
}

// sentence is one entry of a file: its forms, or its only one under "".
type sentence map[string]string

// sentencesOf reads the file of a language as names and sentences.
func sentencesOf(t *testing.T, language string) map[string]sentence {
	t.Helper()
	raw, err := files.ReadFile("active." + language + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.UnmarshalWithOptions(raw, &tree, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", language, err)
	}
	all := map[string]sentence{}
	flatten(t, all, "", tree)
	return all
}

var forms = []string{"zero", "one", "two", "few", "many", "other"}

func flatten(t *testing.T, all map[string]sentence, prefix string, tree map[string]any) {
	t.Helper()
	for name, v := range tree {
		whole := strings.TrimPrefix(prefix+"."+name, ".")
		switch v := v.(type) {
		case string:
			if slices.Contains(forms, name) {
				if all[prefix] == nil {
					all[prefix] = sentence{}
				}
				all[prefix][name] = v
				continue
			}
			all[whole] = sentence{"": v}
		case map[string]any:
			flatten(t, all, whole, v)
		default:
			t.Errorf("%s is neither a sentence nor a group of them: %v", whole, v)
		}
	}
}

func TestFilesLoad(t *testing.T) {
	b, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(slices.Values(b.languages)), slices.Sorted(maps.Keys(languages)); !slices.Equal(got, want) {
		t.Errorf("there are files for %v, want %v", got, want)
	}
}

// Page and server speak the same languages.
func TestThePageHasTheSameLanguages(t *testing.T) {
	paths, err := filepath.Glob("../../web/src/words/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var page []string
	for _, path := range paths {
		page = append(page, strings.TrimSuffix(filepath.Base(path), ".json"))
	}
	if want := slices.Sorted(maps.Keys(languages)); !slices.Equal(slices.Sorted(slices.Values(page)), want) {
		t.Errorf("the page has words for %v, want %v", page, want)
	}
}

func TestNoSentenceIsMissing(t *testing.T) {
	english := sentencesOf(t, fallback)
	if len(english) < 40 {
		t.Fatalf("only %d English sentences were read", len(english))
	}
	for language := range languages {
		these := sentencesOf(t, language)
		for name := range english {
			if _, ok := these[name]; !ok {
				t.Errorf("%s lacks %s", language, name)
			}
		}
		for name := range these {
			if _, ok := english[name]; !ok {
				t.Errorf("%s has %s, which English lacks", language, name)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{{[^}]*}}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestPlaceholdersAndPluralFormsAreRight(t *testing.T) {
	english := sentencesOf(t, fallback)
	wellFormed := regexp.MustCompile(`^{{\.[A-Z][A-Za-z]*}}$`)
	for language, wanted := range languages {
		for name, s := range sentencesOf(t, language) {
			_, counted := english[name]["other"]
			if _, ok := s["other"]; ok != counted {
				t.Errorf("%s, %s: plural forms in one language only", language, name)
			}
			if got := slices.Sorted(maps.Keys(s)); counted && !slices.Equal(got, wanted) {
				t.Errorf("%s, %s has the plural forms %v, want %v", language, name, got, wanted)
			}
			want := placeholders(english[name]["other"] + english[name][""])
			for form, text := range s {
				got := placeholders(text)
				if form == "one" || form == "zero" { // "one second" may do without the number
					got = slices.Compact(slices.Sorted(slices.Values(append(got, intersect(want, "{{.Count}}")...))))
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %s has the placeholders %v, want %v", language, name, got, want)
				}
				for _, p := range got {
					if !wellFormed.MatchString(p) {
						t.Errorf("%s, %s: %s is no placeholder such as {{.Name}}", language, name, p)
					}
				}
			}
		}
	}
}

func intersect(all []string, one string) []string {
	if slices.Contains(all, one) {
		return []string{one}
	}
	return nil
}

func TestNoSentenceIsTooLong(t *testing.T) {
	for language := range languages {
		for name, s := range sentencesOf(t, language) {
			for _, text := range s {
				bare := placeholder.ReplaceAllString(text, "")
				part := name[strings.LastIndex(name, ".")+1:]
				if strings.TrimSpace(text) != text || text == "" {
					t.Errorf("%s, %s is empty or has spaces at its ends: %q", language, name, text)
				}
				limit, shown := map[string]int{"text": 60, "hint": 160}[part]
				if n := utf8.RuneCountInString(bare); shown && n > limit {
					t.Errorf("%s, %s has %d characters, at most %d are shown: %q", language, name, n, limit, text)
				}
				most, spoken := map[string]float64{"say": 2, "speech": 6}[part]
				if d := exercise.SpokenS(bare, language); spoken && d > most {
					t.Errorf("%s, %s takes %.1f s to say, at most %g: %q", language, name, d, most, text)
				}
				if !shown && !spoken {
					t.Errorf("%s ends neither in text, hint, say nor speech", name)
				}
			}
		}
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		asked []string
		want  string
	}{
		{[]string{"de"}, "de"},
		{[]string{"de-AT"}, "de"},
		{[]string{"pt"}, "pt-BR"},
		{[]string{"zh-CN"}, "zh-Hans"},
		{[]string{"zh-Hans"}, "zh-Hans"},
		{[]string{"en-GB"}, "en"},
		{[]string{"xx", "fr"}, "fr"},
		{[]string{"xx"}, "en"},
		{[]string{""}, "en"},
		{nil, "en"},
		{[]string{"ja;q=0.9, es-MX;q=0.8, en;q=0.1"}, "es"},
		{[]string{"\x00 no tag at all"}, "en"},
	} {
		if got := Match(tt.asked...); got != tt.want {
			t.Errorf("who asks for %q gets %s, want %s", tt.asked, got, tt.want)
		}
	}
}

func TestChooseAmongOthers(t *testing.T) {
	for _, tt := range []struct{ asked, want string }{
		{"it", "it"}, {"it-CH", "it"}, {"de", "en"}, {"en-GB", "en"}, {"", "en"}, {"zh-CN", "zh-Hans"},
	} {
		if got := Choose([]string{"it", "no tag!", "zh-Hans"}, tt.asked); got != tt.want {
			t.Errorf("who asks for %q gets %s, want %s", tt.asked, got, tt.want)
		}
	}
}

// A bundle of its own, so that plurals and gaps are tested whatever the product says at the moment.
func TestSpeakerCountsAndFallsBack(t *testing.T) {
	b, err := load(fstest.MapFS{
		"active.en.yaml": {Data: []byte("a.hint: {one: 'One second, {{.Who}}', other: '{{.Count}} seconds, {{.Who}}'}\nb: {text: Only here, say: Said}\nc.text: Shown")},
		"active.fr.yaml": {Data: []byte("a.hint: {one: '{{.Count}} seconde, {{.Who}}', many: '{{.Count}} de secondes, {{.Who}}', other: '{{.Count}} secondes, {{.Who}}'}\nc.text: Montré")},
	})
	if err != nil {
		t.Fatal(err)
	}
	who := map[string]any{"Who": "Ada"}
	en, fr := b.speaker("en"), b.speaker("fr")
	for _, tt := range []struct{ got, want string }{
		{en.Count("a.hint", 1, who), "One second, Ada"},
		{en.Count("a.hint", 0, who), "0 seconds, Ada"},
		{fr.Count("a.hint", 0, who), "0 seconde, Ada"},
		{fr.Count("a.hint", 2, who), "2 secondes, Ada"},
		{fr.Count("a.hint", 1_000_000, who), "1000000 de secondes, Ada"},
		{fr.Text("c.text"), "Montré"},
		{fr.Text("b.text"), "Only here"},
		{fr.Text("no.such"), "no.such"},
		{en.With("a.hint", map[string]any{"Count": 3, "Who": "Bo"}), "3 seconds, Bo"},
		{en.Line("b").Say, "Said"},
		{en.Line("c").Say, ""},
		{fr.Language(), "fr"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestLoadRefusesWhatIsNoFileOfWords(t *testing.T) {
	for _, bad := range []string{"a: [", "a: {one: {two: 3}}", "- 1"} {
		if _, err := load(fstest.MapFS{"active.de.yaml": {Data: []byte(bad)}}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

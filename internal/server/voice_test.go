package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/push/page"
)

func TestAnswersSpeakTheLanguageThatIsAskedFor(t *testing.T) {
	s := newStand(t, setUp{})
	for _, tt := range []struct{ asked, language, want string }{
		{"de", "de", "Diesen Check gibt es nicht"},
		{"pt;q=0.9, en;q=0.1", "pt-BR", "Esta sessão não existe"},
		{"zh-Hans", "zh-Hans", "没有这次练习"},
		{"xx", "en", "There is no such check"},
		{"", "en", "There is no such check"},
		{";;q=x", "en", "There is no such check"},
	} {
		a := s.call(http.MethodGet, "/api/sessions/none/summary", "", "Accept-Language", tt.asked)
		if got := a.header.Get("Content-Language"); a.status != http.StatusNotFound || got != tt.language || !strings.Contains(string(a.body), tt.want) {
			t.Errorf("who asks for %q gets %d in %q: %s", tt.asked, a.status, got, a.body)
		}
	}
}

// The person's language goes with the check: into what its start answers, and into what the server says of its end.
func TestCheckSpeaksItsLanguage(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Limits.Grace = time.Second }})
	a := s.call(http.MethodPost, "/api/sessions", strings.Replace(goodWish, `"language":"en"`, `"language":"de-AT"`, 1), "Content-Type", jsonType)
	var o opened
	var rules struct{ Exercise exerciseForPage }
	if err := errors.Join(json.Unmarshal(a.body, &o), json.Unmarshal(a.body, &rules)); err != nil {
		t.Fatal(err)
	}
	ex, err := exercise.Get("thoracic-roll")
	if err != nil || rules.Exercise.Title != ex.Title["de"] || rules.Exercise.Title == "" {
		t.Errorf("the exercise is called %q, want %q, error %v", rules.Exercise.Title, ex.Title["de"], err)
	}
	p := s.watch(o)
	for _, text := range []string{`{"type":"language","language":"fr"}`, "nonsense"} {
		if err := p.Say(text); err != nil {
			t.Fatal(err)
		}
	}
	hear(t, p, "the refusal of nonsense, before which the language was taken", isType("error"))
	s.stop()
	m := hear(t, p, "the warning", func(m *page.Message) bool { return m.Type == "error" && m.Code == "draining" })
	if want := "Le serveur s'éteint. Cette séance finit au plus tard dans"; !strings.HasPrefix(m.Text, want) {
		t.Errorf("a French page hears %q, want %q", m.Text, want)
	}
}

package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/push/page"
)

// get reads JSON that the server answers with.
func get[T any](s *stand, path string, headers ...string) (v T) {
	s.t.Helper()
	a := s.call(http.MethodGet, path, "", headers...)
	if a.status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	d := json.NewDecoder(strings.NewReader(string(a.body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return v
}

func TestExercisesAreTaughtInEachLanguage(t *testing.T) {
	s := newStand(t, setUp{})
	titles := map[string]bool{}
	for _, language := range []string{"en", "de", "fr", "es", "pt-BR", "zh-Hans"} {
		list := get[[]taught](s, "/api/exercises?language="+language)
		if len(list) < 11 {
			t.Fatalf("only %d exercises", len(list))
		}
		for _, ex := range list {
			if ex.Title == "" || len(ex.Why) == 0 || len(ex.Steps) == 0 || len(ex.Mistakes) == 0 || len(ex.CannotVerify) == 0 || len(ex.Doses) == 0 || ex.Sides == nil {
				t.Errorf("%s in %s: %+v", ex.ID, language, ex)
			}
			for _, d := range ex.Doses {
				if d.Name == "" || (d.MinS == nil) == (d.RepsMin == nil) || (d.MaxS == nil) == (d.RepsMax == nil) {
					t.Errorf("%s: the dose %+v", ex.ID, d)
				}
			}
			if ex.ID == "thoracic-roll" {
				titles[ex.Title] = true
			}
		}
	}
	if len(titles) < 5 {
		t.Errorf("the thoracic roll is called only %v in six languages", titles)
	}
	// Without a word the browser's languages count.
	german := get[[]taught](s, "/api/exercises?language=de")
	if asked := get[[]taught](s, "/api/exercises", "Accept-Language", "de-AT, en;q=0.5"); asked[0].Title != german[0].Title {
		t.Errorf("for de-AT the first is called %q, want %q", asked[0].Title, german[0].Title)
	}
}

func TestPlansGoByWhatThereIs(t *testing.T) {
	s := newStand(t, setUp{})
	has := func(list []planForPage, aim, exercise string) bool {
		for _, p := range list {
			if p.Aim == aim {
				return slices.ContainsFunc(p.Steps, func(b stepOfPlan) bool { return b.Exercise == exercise })
			}
		}
		return false
	}
	all := get[[]planForPage](s, "/api/plans?language=de&experienced=true")
	if len(all) != 3 || all[0].Title != "Aufwärmen" || !has(all, "warm_up", "thoracic-extension") {
		t.Errorf("plans %+v", all)
	}
	for _, p := range all {
		if p.Minutes < 1 || p.Text == "" {
			t.Errorf("%s takes %d minutes: %q", p.Aim, p.Minutes, p.Text)
		}
		for _, b := range p.Steps {
			if (b.Seconds == nil) == (b.Reps == nil) || b.Dose != p.Aim {
				t.Errorf("%s: %+v", p.Aim, b)
			}
		}
	}
	if beginner := get[[]planForPage](s, "/api/plans"); has(beginner, "warm_up", "thoracic-extension") || !has(beginner, "recovery", "rhomboids-ball-floor") {
		t.Errorf("for beginners with everything %+v", beginner)
	}
	if roller := get[[]planForPage](s, "/api/plans?equipment=roller"); has(roller, "recovery", "rhomboids-ball-floor") || !has(roller, "recovery", "lats") {
		t.Errorf("with a roller %+v", roller)
	}
	if nothing := get[[]planForPage](s, "/api/plans?equipment="); has(nothing, "recovery", "lats") || !has(nothing, "recovery", "child-pose") {
		t.Errorf("with nothing %+v", nothing)
	}
	if a := s.call(http.MethodGet, "/api/plans?equipment=hammer", ""); a.status != http.StatusBadRequest || a.code() != "bad_request" {
		t.Errorf("with a hammer: %d %s", a.status, a.body)
	}
}

// wish is a request for a check with more members.
func wish(more string) string {
	return `{"language":"en","consent":true,"screening_passed":true,` + more + `}`
}

func TestStartByPlanSideAndDose(t *testing.T) {
	s := newStand(t, setUp{})
	for name, tt := range map[string]struct {
		more   string
		status int
		code   string
		has    []string
	}{
		"a plan": {`"plan":"recovery","equipment":["roller"]`, 201, "", []string{
			`"plan":{"aim":"recovery"`, `"exercise":"lats","title":"Lats, lying on your side","side":"left"`, `"exercises":[{"id":"thoracic-roll"`, `{"id":"child-pose"`,
		}},
		"one exercise":              {`"exercise":"thoracic-roll","side":null,"dose":null,"height_cm":180`, 201, "", []string{`"exercise":{"id":"thoracic-roll"`, `"plan":null`}},
		"one side":                  {`"exercise":"lats","side":"right","dose":"mobility"`, 201, "", []string{`"exercise":{"id":"lats"`, `"plan":null`}},
		"both sides":                {`"exercise":"lats"`, 201, "", []string{`"plan":{"aim":""`, `"side":"left"`, `"side":"right"`}},
		"an unknown aim":            {`"plan":"immortality"`, 400, "unknown_plan", []string{"warm_up, recovery, mobility"}},
		"a plan and an exercise":    {`"plan":"recovery","exercise":"lats"`, 400, "bad_request", nil},
		"a side of none":            {`"exercise":"thoracic-roll","side":"left"`, 400, "bad_request", []string{"has no sides"}},
		"an odd side":               {`"exercise":"lats","side":"top"`, 400, "bad_request", nil},
		"an odd dose":               {`"exercise":"lats","dose":"heroic"`, 400, "bad_request", []string{"warm_up"}},
		"a giant":                   {`"exercise":"lats","height_cm":400`, 400, "bad_request", []string{"between 100 and 250"}},
		"odd equipment":             {`"plan":"recovery","equipment":["hammer"]`, 400, "bad_request", []string{"hammer"}},
		"neither plan nor exercise": {`"dose":"warm_up"`, 400, "unknown_exercise", nil},
	} {
		a := s.call(http.MethodPost, "/api/sessions", wish(tt.more), "Content-Type", jsonType)
		if a.status != tt.status || a.code() != tt.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		for _, want := range tt.has {
			if !strings.Contains(string(a.body), want) {
				t.Errorf("%s: no %s in %s", name, want, a.body)
			}
		}
	}
}

// stepOf is a step as a test looks at it.
type stepOf struct {
	Kind, Exercise, Title, Say string
	Index                      int
}

// follow starts a plan in a language, with a camera, and returns its page once the first step was told.
func (s *stand) follow(language string) (*page.Page, stepOf) {
	s.t.Helper()
	a := s.call(http.MethodPost, "/api/sessions", strings.Replace(wish(`"plan":"warm_up"`), `"en"`, `"`+language+`"`, 1), "Content-Type", jsonType)
	var o opened
	if err := json.Unmarshal(a.body, &o); err != nil || a.status != http.StatusCreated {
		s.t.Fatalf("no check: %d %s", a.status, a.body)
	}
	p := s.watch(o)
	s.send(o, units(s.t))
	hear(s.t, p, "a frame", func(m *page.Message) bool { return m.Type == "state" && m.T != nil })
	s.say(p, `{"type":"start"}`)
	return p, s.step(p, "intro")
}

func (s *stand) say(p *page.Page, text string) {
	s.t.Helper()
	if err := p.Say(text); err != nil {
		s.t.Fatal(err)
	}
}

// step waits for a step of a kind.
func (s *stand) step(p *page.Page, kind string) (st stepOf) {
	s.t.Helper()
	hear(s.t, p, "the step "+kind, func(m *page.Message) bool {
		return m.Type == "step" && json.Unmarshal(m.JSON, &st) == nil && st.Kind == kind
	})
	return st
}

// Two people follow the same plan in different languages at the same time, each through all of it, and each summary has
// all blocks.
func TestTwoPlansInTwoLanguages(t *testing.T) {
	s := newStand(t, setUp{})
	english, first := s.follow("en")
	chinese, other := s.follow("zh-Hans")
	if first.Exercise != other.Exercise || first.Title == other.Title || first.Say == other.Say || !strings.Contains(other.Say, other.Title) {
		t.Errorf("one hears %+v, the other %+v", first, other)
	}
	for _, p := range []*page.Page{english, chinese} {
		for index := 1; ; index++ {
			s.say(p, `{"type":"skip"}`)
			var plan struct {
				Plan *struct {
					Index, Count int
					State        string
				}
			}
			hear(t, p, fmt.Sprintf("block %d", index), func(m *page.Message) bool {
				return m.Type == "state" && json.Unmarshal(m.JSON, &plan) == nil && plan.Plan != nil && (plan.Plan.Index == index || plan.Plan.State == "done")
			})
			if plan.Plan.State == "done" {
				break
			}
		}
		s.say(p, `{"type":"pain","value":1}`)
		s.say(p, `{"type":"stop"}`)
		var told struct {
			Aim    string
			Blocks []struct {
				ID      string `json:"exercise_id"`
				Hash    string `json:"exercise_hash"`
				Outcome string
			}
			Pain []struct{ When string }
		}
		if err := json.Unmarshal(hear(t, p, "the summary", isType("summary")).Summary, &told); err != nil {
			t.Fatal(err)
		}
		if told.Aim != "warm_up" || len(told.Blocks) != 4 || told.Blocks[0].Outcome != "skipped" || !strings.HasPrefix(told.Blocks[3].Hash, "sha256:") ||
			len(told.Pain) != 1 || told.Pain[0].When != "after" {
			t.Errorf("summary %+v", told)
		}
	}
}

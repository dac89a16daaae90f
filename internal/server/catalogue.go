package server

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/words"
)

// taught is an exercise as GET /api/exercises tells it: all that a person learns of it before it begins.
type taught struct {
	ID           string             `json:"id"`
	Version      int                `json:"version"`
	Title        string             `json:"title"`
	Languages    []string           `json:"languages"`
	View         exercise.View      `json:"view"`
	Equipment    exercise.Equipment `json:"equipment"`
	Posture      exercise.Posture   `json:"posture"`
	Sides        []exercise.Side    `json:"sides"`
	Level        exercise.Level     `json:"level"`
	Why          []string           `json:"why"`
	Steps        []string           `json:"steps"`
	Mistakes     []string           `json:"mistakes"`
	CannotVerify []string           `json:"cannot_verify"`
	Doses        []dose             `json:"doses"`
	// Reps is null where nothing is counted.
	Reps *reps `json:"reps"`
	// Judged tells that the camera tells how much is done; otherwise it goes by time.
	Judged bool `json:"judged"`
}

type reps struct {
	Min   int     `json:"min"`
	Max   int     `json:"max"`
	HoldS float64 `json:"hold_s"`
}

// languageOf is the language that somebody asked for, or that their browser does.
func languageOf(asked string, r *http.Request) string {
	if asked != "" {
		return asked
	}
	return words.Match(r.Header.Get("Accept-Language"))
}

// exercises tells all exercises in the language of ?language=.
func (s *Server) exercises(w http.ResponseWriter, r *http.Request) {
	language := languageOf(r.URL.Query().Get("language"), r)
	list := make([]taught, 0, len(s.o.Exercises))
	for _, ex := range s.o.Exercises {
		t := taught{
			ID: ex.ID, Version: ex.Version, Title: ex.Title.In(language), Languages: ex.Languages, View: ex.View,
			Equipment: ex.Equipment, Posture: ex.Posture, Sides: append([]exercise.Side{}, ex.Sides...), Level: ex.Level,
			Why: ex.Why.In(language), Steps: ex.Steps.In(language), Mistakes: ex.Mistakes.In(language),
			CannotVerify: ex.CannotVerify.In(language), Doses: dosesOf(ex, language), Judged: ex.Counts != exercise.CountTime,
		}
		if ex.Reps != nil {
			t.Reps = &reps{ex.Reps.Min, ex.Reps.Max, ex.Reps.HoldS}
		}
		list = append(list, t)
	}
	writeJSON(w, http.StatusOK, list)
}

// planForPage is a plan as the page shows it.
type planForPage struct {
	Aim     string       `json:"aim"`
	Title   string       `json:"title"`
	Text    string       `json:"text"`
	Minutes int          `json:"minutes"`
	Steps   []stepOfPlan `json:"steps"`
}

// stepOfPlan is a block. Seconds or else Reps have to be done.
type stepOfPlan struct {
	Exercise string   `json:"exercise"`
	Title    string   `json:"title"`
	Side     *string  `json:"side"`
	Dose     string   `json:"dose"`
	Seconds  *float64 `json:"seconds"`
	Reps     *int     `json:"reps"`
	RestS    float64  `json:"rest_s"`
}

func planFor(p *plan.Plan, language string) *planForPage {
	out := &planForPage{
		Aim: p.Aim, Title: p.Title.In(language), Text: p.Text.In(language),
		Minutes: int(math.Ceil(p.Seconds() / 60)), Steps: make([]stepOfPlan, 0, len(p.Steps)),
	}
	for i := range p.Steps {
		b := &p.Steps[i]
		step := stepOfPlan{Exercise: b.Exercise.ID, Title: b.Exercise.Title.In(language), Dose: b.Dose, RestS: b.RestS}
		if side := string(b.Side); side != "" {
			step.Side = &side
		}
		if seconds, count := b.Target(); count > 0 {
			step.Reps = &count
		} else {
			step.Seconds = &seconds
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// plans tells the plans in the language of ?language=, for somebody with the ?equipment= (roller, ball or both, joined by
// a comma; left out: everything) and who is ?experienced=true or not.
func (s *Server) plans(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	language := languageOf(q.Get("language"), r)
	request := planRequest{Experienced: q.Get("experienced") == "true"}
	if q.Has("equipment") {
		request.Equipment = strings.FieldsFunc(q.Get("equipment"), func(c rune) bool { return c == ',' })
		if request.Equipment == nil {
			request.Equipment = []string{}
		}
	}
	o, err := request.options()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	aims, err := plan.Aims()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := make([]*planForPage, 0, len(aims))
	for _, aim := range aims {
		p, err := plan.For(aim, s.o.Exercises, o)
		if errors.Is(err, plan.ErrNothing) {
			continue
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		list = append(list, planFor(p, language))
	}
	writeJSON(w, http.StatusOK, list)
}

// planRequest is what somebody wants to do: the plan for an aim, or else an exercise, on a side and with a dose where they
// choose.
type planRequest struct {
	Plan     string        `json:"plan"`
	Exercise string        `json:"exercise"`
	Side     exercise.Side `json:"side"`
	Dose     string        `json:"dose"`
	// Equipment is what there is for a plan, null: everything. Experienced lets advanced exercises into it.
	Equipment   []string `json:"equipment"`
	Experienced bool     `json:"experienced"`
}

func (q *planRequest) options() (plan.Options, error) {
	o := plan.Options{Experienced: q.Experienced}
	if q.Equipment == nil {
		return o, nil
	}
	o.Equipment = make([]exercise.Equipment, 0, len(q.Equipment))
	for _, name := range q.Equipment {
		e := exercise.Equipment(name)
		if !slices.Contains([]exercise.Equipment{exercise.Roller, exercise.Ball, exercise.NoEquipment}, e) {
			return o, badRequest(fmt.Sprintf("equipment %.40q is neither roller nor ball", name))
		}
		o.Equipment = append(o.Equipment, e)
	}
	return o, nil
}

// plan finds what somebody wants to do.
func (s *Server) plan(q *planRequest) (*plan.Plan, error) {
	if q.Plan == "" {
		at := slices.IndexFunc(s.o.Exercises, func(ex *exercise.Exercise) bool { return ex.ID == q.Exercise })
		if at < 0 {
			return nil, refusedPlan("unknown_exercise", exercise.NotFound(fmt.Sprintf("%.40s", q.Exercise), s.o.Exercises))
		}
		p, err := plan.Single(s.o.Exercises[at], q.Side, q.Dose)
		if err != nil {
			return nil, refusedPlan("bad_request", err)
		}
		return p, nil
	}
	if q.Exercise != "" || q.Side != "" || q.Dose != "" {
		return nil, badRequest("a plan brings its own exercises, sides and doses")
	}
	o, err := q.options()
	if err != nil {
		return nil, err
	}
	p, err := plan.For(q.Plan, s.o.Exercises, o)
	switch {
	case errors.Is(err, plan.ErrUnknown):
		return nil, refusedPlan("unknown_plan", err)
	case errors.Is(err, plan.ErrNothing):
		return nil, refusedPlan("empty_plan", err)
	}
	return p, err
}

func refusedPlan(code string, err error) error {
	return &apiError{status: http.StatusBadRequest, code: code, message: sentence(err)}
}

// rulesOf lists what the page draws each exercise of a plan by, once each, the first block's first.
func rulesOf(p *plan.Plan, language string) []exerciseForPage {
	var list []exerciseForPage
	seen := map[string]bool{}
	for i := range p.Steps {
		if ex := p.Steps[i].Exercise; !seen[ex.ID] {
			seen[ex.ID] = true
			list = append(list, forPage(ex, language))
		}
	}
	return list
}

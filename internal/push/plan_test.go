package push

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// led is the state of a check that follows a plan.
func led() *session.LiveState {
	l := frameAt(2).Live
	l.ExercisePhase = "rolling"
	l.Plan = &session.PlanState{
		Aim: "warm_up", Index: 1, Count: 4, Exercise: "lats", Title: "Lats", Side: exercise.Left, State: session.Working,
		RemainingS: 12.34, Timed: true, Next: &session.NextBlock{Exercise: "lats", Title: "Lats", Side: exercise.Right},
	}
	return l
}

// members reads the members of a message.
func members(t *testing.T, text []byte) map[string]json.RawMessage {
	t.Helper()
	fromServer(t, text)
	var m map[string]json.RawMessage
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// only takes the messages of a type out of an outbox.
func only(t *testing.T, o *outbox, kind string) (all []map[string]json.RawMessage) {
	t.Helper()
	for {
		m, ok := o.take()
		if !ok {
			return all
		}
		if got := members(t, m.text); string(got["type"]) == `"`+kind+`"` {
			all = append(all, got)
		}
	}
}

func TestStateTellsOfThePlan(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	if plan := only(t, o, "state")[0]["plan"]; string(plan) != "null" {
		t.Errorf("without a plan %s is told", plan)
	}
	for name, tt := range map[string]struct {
		change func(p *session.PlanState)
		want   string
	}{
		"in seconds": {
			func(*session.PlanState) {},
			`{"aim":"warm_up","index":1,"count":4,"exercise":"lats","title":"Lats","side":"left","state":"working","remaining_s":12.3,` +
				`"reps":null,"reps_target":null,"next":{"exercise":"lats","title":"Lats","side":"right"}}`,
		},
		"in repetitions, at the end": {
			func(p *session.PlanState) {
				p.Timed, p.Reps, p.RepsTarget, p.Next, p.Side, p.Aim, p.State = false, 2, 5, nil, "", "", session.Finished
			},
			`{"aim":null,"index":1,"count":4,"exercise":"lats","title":"Lats","side":null,"state":"done","remaining_s":null,` +
				`"reps":2,"reps_target":5,"next":null}`,
		},
	} {
		l := led()
		tt.change(l.Plan)
		if err := h.Tick(l); err != nil {
			t.Fatal(err)
		}
		m := only(t, o, "state")[0]
		if string(m["plan"]) != tt.want || string(m["phase_exercise"]) != `"rolling"` {
			t.Errorf("%s: %s in %s, want %s", name, m["plan"], m["phase_exercise"], tt.want)
		}
	}
}

// Steps come after the state that they belong to, in their order, and once.
func TestStepsAreTold(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	l := led()
	l.Steps = []session.Step{
		{Kind: session.StepHalf, Index: 1, Exercise: "lats", Side: exercise.Left, Title: "Lats", Text: "Half", Say: "Half \"way\"."},
		{Kind: session.StepFinished, Index: 1, Exercise: "lats", Title: "Lats", Text: "Done", Say: ""},
	}
	if err := h.Tick(l); err != nil {
		t.Fatal(err)
	}
	got := only(t, o, "step")
	if len(got) != 2 || string(got[0]["kind"]) != `"half"` || string(got[0]["say"]) != `"Half \"way\"."` || string(got[1]["side"]) != "null" {
		t.Errorf("told %v", got)
	}
	l.Steps = nil
	if err := h.Tick(l); err != nil {
		t.Fatal(err)
	}
	if again := only(t, o, "step"); len(again) != 0 {
		t.Errorf("told again: %v", again)
	}
}

func TestCalibrationIsAnswered(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	l := led()
	l.Calibrated = []session.Calibrated{{Kind: spine.CalibrateScapula, Value: -0.0561, Ready: true, Text: "Got it", Say: "Got it."}}
	if err := h.Tick(l); err != nil {
		t.Fatal(err)
	}
	if got := only(t, o, "calibrated"); len(got) != 1 || string(got[0]["value"]) != "-0.056" || string(got[0]["kind"]) != `"scapula"` {
		t.Errorf("answered %v", got)
	}
	l.Calibrated = []session.Calibrated{{Kind: spine.CalibrateHipsDown, Text: "Lie still"}}
	if err := h.Tick(l); err != nil {
		t.Fatal(err)
	}
	if got := only(t, o, "error"); len(got) != 1 || string(got[0]["code"]) != `"not_ready"` || string(got[0]["message"]) != `"Lie still"` || string(got[0]["fatal"]) != "false" {
		t.Errorf("answered %v", got)
	}
}

// What a page wishes reaches the check.
func TestWishesOnThePlan(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	for wish, call := range map[string]string{
		`{"type":"next"}`:                           "next",
		`{"type":"skip"}`:                           "skip",
		`{"type":"back"}`:                           "back",
		`{"type":"calibrate","kind":"scapula"}`:     "calibrate scapula",
		`{"type":"pain","value":4,"when":"before"}`: "pain 4before",
		`{"type":"language","language":"zh-Hans"}`:  "language zh-Hans",
		`{"type":"calibrate","kind":"hips_down"}`:   "calibrate hips_down",
		`{"type":"pain","value":2}`:                 "pain 2",
	} {
		p.say(wish)
		if got := <-s.check.taken; got != call {
			t.Errorf("%s became %q, want %q", wish, got, call)
		}
	}
}

// The summary of a plan has all blocks, each by its own rules.
func TestSummaryOfAPlan(t *testing.T) {
	r := result()
	r.Reason, r.Aim = session.ReasonDone, "recovery"
	block := r.Summary
	block.ExerciseID, block.Side, block.ExerciseHash = "lats", exercise.Right, "sha256:1"
	r.Blocks = []session.Block{
		{Index: 0, Outcome: session.OutcomeDone, WorkedS: 61.5, Judged: true, Summary: r.Summary},
		{Index: 1, Outcome: session.OutcomeSkipped, Summary: block},
	}
	text, err := Summary(r)
	if err != nil {
		t.Fatal(err)
	}
	fromServer(t, appendSummary(nil, stamp{seq: 1, t: -1}, text))
	for _, want := range []string{`"reason":"done","aim":"recovery"`, `{"index":0,"outcome":"done","worked_s":61.5,"judged":true,"exercise_id":"thoracic-roll"`, `"side":"right"`, `"when":"during","block":1`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// Whatever a plan holds, the messages are of the protocol.
func TestAnyPlanIsOfTheProtocol(t *testing.T) {
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\"\\\x00\n\u2028", "\xff\xfe"}))
	side := rapid.SampledFrom([]exercise.Side{exercise.NoSide, exercise.Left, exercise.Right})
	rapid.Check(t, func(rt *rapid.T) {
		h := newTestHub()
		o := listen(h)
		l := led()
		p := l.Plan
		p.Aim = rapid.SampledFrom([]string{"", "warm_up"}).Draw(rt, "aim")
		p.Index, p.Count = rapid.IntRange(0, 50).Draw(rt, "index"), rapid.IntRange(1, 50).Draw(rt, "count")
		p.Title, p.Side = word.Draw(rt, "title"), side.Draw(rt, "side")
		p.State = session.BlockState(rapid.IntRange(0, 3).Draw(rt, "state"))
		p.Timed = rapid.Bool().Draw(rt, "timed")
		p.RemainingS = rapid.OneOf(rapid.Float64Range(0, 1e6), rapid.Just(math.NaN())).Draw(rt, "remaining")
		p.Reps, p.RepsTarget = rapid.IntRange(0, 9).Draw(rt, "reps"), rapid.IntRange(0, 9).Draw(rt, "target")
		if rapid.Bool().Draw(rt, "last") {
			p.Next = nil
		}
		l.Steps = []session.Step{{
			Kind:  rapid.SampledFrom([]session.StepKind{session.StepIntro, session.StepTeach, session.StepStart, session.StepHalf, session.StepBreathe, session.StepDone, session.StepFinished, session.StepEase}).Draw(rt, "kind"),
			Index: p.Index, Exercise: "cat-cow", Side: p.Side, Title: p.Title, Text: word.Draw(rt, "text"), Say: word.Draw(rt, "say"),
		}}
		l.Progress = coach.Progress{Reps: p.Reps, RepsTarget: p.RepsTarget, DoseDone: rapid.Bool().Draw(rt, "done")}
		if err := h.Tick(l); err != nil {
			rt.Fatal(err)
		}
		said(t, o)
	})
}

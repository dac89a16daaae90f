package session

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/plan"
)

// lampExercise is an exercise that is done well while the light is bright, or that goes by time.
const lampExercise = `schema: 2
id: %s
version: 3
languages: [en, de]
title: {en: Lamp %[1]s, de: Lampe %[1]s}
view: side
equipment: none
posture: supine
level: beginner
why: {en: [It is bright.], de: [Es ist hell.]}
steps: {en: [Lie down., Light the lamp.], de: [Leg dich hin., Mach das Licht an.]}
mistakes: {en: [Darkness.], de: [Dunkelheit.]}
cannot_verify: {en: [The mood.], de: [Die Stimmung.]}
counts: %s
doses:
  - {id: warm_up, name: {en: Before, de: Vorher}, min_s: 20, max_s: 30, sets: 1, mark: heuristic}
phases:
  - {id: away, name: {en: Away, de: Weg}}
  - {id: ready, name: {en: Ready, de: Bereit}, when: 'brightness >= 0.4 and brightness < 0.6', persist_s: 0.2}
  - {id: shining, name: {en: Shining, de: Hell}, when: 'brightness >= 0.6', persist_s: 0.2, works: true}
checks:
  - code: too_bright
    severity: technique
    when:
      - {quantity: brightness, unit: share, enter: {above: 0.9, mark: heuristic}, leave: {below: 0.8}}
    persist_s: 0.5
    clear_s: 0.4
    cooldown_s: 6
    repeat_max: 3
    words: {en: {text: Dim it, say: Dim it, hint: Less light.}, de: {text: Dimmen, say: Dimmen, hint: Weniger Licht.}}
sources: []
`

// lamps is a plan of so many of them; those at the given places go by time.
func lamps(t *testing.T, n int, byTime ...int) *plan.Plan {
	t.Helper()
	p := &plan.Plan{Aim: "warm_up"}
	for i := range n {
		counts := "phase"
		if slices.Contains(byTime, i) {
			counts = "time"
		}
		id := string(rune('a' + i))
		ex, err := exercise.Parse(id+".yaml", fmt.Appendf(nil, lampExercise, id, counts))
		if err != nil {
			t.Fatal(err)
		}
		p.Steps = append(p.Steps, plan.Step{Exercise: ex, Dose: "warm_up", RestS: 5})
	}
	return p
}

// planStage is a session that is led through a plan, with somebody who lies there in the dark.
func planStage(t *testing.T, p *plan.Plan) *stage {
	t.Helper()
	s := newStage(t, onePool(), 10*ms, func(_ *stage, c *LiveConfig) { c.Plan = p })
	s.light = 0.2
	s.pose = func() *body.Pose { return trunk(5) }
	return s.run(t.Context())
}

// kinds are the kinds of what was told, each with its block.
func kinds(steps []Step) (list []string) {
	for _, s := range steps {
		list = append(list, fmt.Sprintf("%s %d", s.Kind, s.Index))
	}
	return list
}

func (s *stage) planIs(what string, index int, state BlockState, remaining float64) {
	s.t.Helper()
	p := s.sink.last().state.Plan
	if p == nil || p.Index != index || p.State != state || math.Abs(p.RemainingS-remaining) > 0.5 {
		s.t.Fatalf("%s: the plan stands at %+v, want block %d %s with %g s left", what, p, index, state, remaining)
	}
}

// A plan leads from the first word to the last by itself: the camera sees when somebody begins and has done enough, and
// what it cannot see goes by time. A pause holds all of it.
func TestLivePlanLeadsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := planStage(t, lamps(t, 2, 1))
		s.play(2 * time.Second)
		if len(s.sink.steps()) != 0 {
			t.Errorf("before the check %v was told", kinds(s.sink.steps()))
		}
		s.live.Start()
		s.play(3 * time.Second)
		s.planIs("in the dark", 0, Intro, 20)
		s.light = 0.5
		s.play(time.Second)
		s.planIs("ready", 0, Working, 20)
		if phase := s.sink.last().state.ExercisePhase; phase != "ready" {
			t.Errorf("the person is %q, want ready", phase)
		}
		s.light = 0.7
		s.play(15 * time.Second)
		s.planIs("after 15 s", 0, Working, 5)
		s.live.Pause()
		s.play(time.Minute)
		s.planIs("after a pause", 0, Working, 5)
		s.live.Resume()
		s.play(6 * time.Second)
		s.planIs("done", 0, Done, 0)
		s.play(5 * time.Second)
		s.planIs("the next", 1, Intro, 20)
		s.light = 0.2 // this one goes by time
		s.play(11 * time.Second)
		s.planIs("by time", 1, Working, 18.5)
		s.wait(time.Second) // the camera is gone
		s.planIs("without a picture", 1, Working, 18.5)
		s.play(20 * time.Second)
		s.planIs("at the end", 1, Finished, 0)
		if err := s.live.Pain(1, ""); err != nil {
			t.Fatal(err)
		}
		s.play(finishedFor)
		s.over(ReasonDone)

		want := []string{"intro 0", "half 0", "done 0", "intro 1", "teach 1", "start 1", "half 1", "finished 1"}
		if got := kinds(s.sink.steps()); !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
		r := s.result
		if len(r.Blocks) != 2 || r.Aim != "warm_up" {
			t.Fatalf("blocks %+v of %q", r.Blocks, r.Aim)
		}
		for i, judged := range []bool{true, false} {
			b := r.Blocks[i]
			if b.Index != i || b.Outcome != OutcomeDone || b.Judged != judged || b.Summary.ExerciseVersion != 3 || b.Summary.Dose != "warm_up" ||
				b.Summary.ExerciseID != string(rune('a'+i)) || !strings.HasPrefix(b.Summary.ExerciseHash, "sha256:") {
				t.Errorf("block %d: %+v", i, b)
			}
		}
		if d := r.Blocks[0].Summary.Doses[0].DoneS; math.Abs(d-20) > 0.5 || math.Abs(r.Blocks[1].WorkedS-20) > 0.2 {
			t.Errorf("%g s and %g s were done, want 20 each", d, r.Blocks[1].WorkedS)
		}
		if len(r.Pain) != 1 || r.Pain[0].When != PainAfter || r.Pain[0].Block != 1 {
			t.Errorf("pain %+v", r.Pain)
		}
	})
}

// Findings of different blocks have different numbers, each is cleared with its block, and the summary has all.
func TestLivePlanNumbersFindingsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := planStage(t, lamps(t, 3))
		s.live.Start()
		s.light = 0.95
		for range 3 {
			s.play(27 * time.Second)
		}
		s.live.Stop()
		s.over(ReasonStopped)
		var began []int
		cleared := 0
		for _, m := range s.sink.moments() {
			began = append(began, m.started...)
			cleared += m.cleared
		}
		if !slices.Equal(began, []int{1, 2, 3}) || cleared != 3 {
			t.Errorf("findings %v began, and %d were cleared", began, cleared)
		}
		if n := len(s.result.Summary.Cues); n != 3 || len(s.result.Blocks) != 3 {
			t.Errorf("%d findings in the summary of %d blocks", n, len(s.result.Blocks))
		}
	})
}

func TestLivePlanAtAPersonsWish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := planStage(t, lamps(t, 3))
		s.live.Next() // nothing has begun
		s.play(time.Second)
		s.live.Start()
		s.play(time.Second)
		for _, tt := range []struct {
			name  string
			do    func()
			index int
			state BlockState
		}{
			{"skip", s.live.Skip, 1, Intro},
			{"back", s.live.Back, 0, Intro},
			{"back at the first", s.live.Back, 0, Intro},
			{"next", s.live.Next, 1, Intro},
			{"next in a pause", func() { s.live.Pause(); s.live.Next() }, 2, Intro},
			{"next at the last", func() { s.live.Resume(); s.live.Next() }, 2, Finished},
			{"next after the end", s.live.Next, 2, Finished},
			{"back after the end", s.live.Back, 1, Intro},
		} {
			tt.do()
			s.play(time.Second)
			if p := s.sink.last().state.Plan; p.Index != tt.index || p.State != tt.state {
				t.Errorf("%s: %+v, want block %d %s", tt.name, p, tt.index, tt.state)
			}
		}
		s.live.Stop()
		s.over(ReasonStopped)
		var outcomes []string
		for _, b := range s.result.Blocks {
			outcomes = append(outcomes, fmt.Sprintf("%d %s", b.Index, b.Outcome))
		}
		if want := []string{"0 skipped", "1 cut", "0 cut", "0 cut", "1 cut", "2 cut", "1 stopped"}; !slices.Equal(outcomes, want) {
			t.Errorf("blocks %v, want %v", outcomes, want)
		}
	})
}

// Somebody who gets up between two blocks has not sat up from their exercise.
func TestLivePlanPausesOnlyWhileWorking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := planStage(t, lamps(t, 2))
		s.live.Start()
		s.pose = func() *body.Pose { return trunk(80) }
		s.play(10 * time.Second)
		if p := s.sink.last().state; p.Phase != Checking {
			t.Fatalf("getting ready became %s for %q", p.Phase, p.Reason)
		}
		s.pose, s.light = func() *body.Pose { return trunk(5) }, 0.7
		s.play(5 * time.Second)
		s.pose, s.light = func() *body.Pose { return trunk(80) }, 0.3
		s.play(5 * time.Second)
		if p := s.sink.last().state; p.Phase != Paused || p.Reason != ReasonSatUp {
			t.Fatalf("sitting up at work became %s for %q", p.Phase, p.Reason)
		}
		s.live.Next()
		s.play(time.Second)
		if p := s.sink.last().state; p.Phase != Checking || p.Plan.Index != 1 {
			t.Errorf("going on to the next became %s in block %d", p.Phase, p.Plan.Index)
		}
		s.live.Stop()
		s.over(ReasonStopped)
	})
}

func TestLivePainBeforeDuringAndAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := planStage(t, lamps(t, 1))
		say := func(value int, when string) {
			t.Helper()
			if err := s.live.Pain(value, when); err != nil {
				t.Fatal(err)
			}
			s.play(time.Second)
		}
		say(3, "")
		s.live.Start()
		say(3, "")
		say(4, "")
		s.live.Next()
		say(4, "")
		say(2, "before")
		say(5, "") // 2 more than at first
		s.over(ReasonPain)
		var got []string
		for _, p := range s.result.Pain {
			got = append(got, fmt.Sprintf("%d %s", p.Value, p.When))
		}
		if want := []string{"3 before", "3 during", "4 during", "4 after", "2 before", "5 after"}; !slices.Equal(got, want) {
			t.Errorf("pain %v, want %v", got, want)
		}
		if told := kinds(s.sink.steps()); !slices.Equal(told, []string{"intro 0", "ease 0", "finished 0"}) {
			t.Errorf("told %v, want one word to ease off", told)
		}
		if w := s.sink.last().state.PainStop; w == nil || w.Text == "" || w.Say == "" || w.Hint == "" {
			t.Errorf("the last word on pain is %+v", w)
		}
	})
}

func TestLivePlanChangesItsLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := planStage(t, lamps(t, 2))
		s.live.Start()
		s.play(time.Second)
		s.live.SetLanguage("de")
		s.live.Next()
		s.play(time.Second)
		s.live.Stop()
		s.over(ReasonStopped)
		steps := s.sink.steps()
		if len(steps) != 2 || steps[0].Title != "Lamp a" || steps[1].Title != "Lampe b" || !strings.HasSuffix(steps[1].Say, "Leg dich hin.") {
			t.Errorf("told %+v", steps)
		}
		if p := s.sink.last().state.Plan; p.Title != "Lampe b" || p.Next != nil {
			t.Errorf("the plan stands at %+v", p)
		}
	})
}

// Somebody who is not seen surely cannot calibrate, and hears so.
func TestLiveCalibrationThatIsNotReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, onePool(), 10*ms).run(t.Context())
		if err := s.live.Calibrate("stars"); err == nil {
			t.Error("the stars were taken")
		}
		s.play(time.Second)
		if err := s.live.Calibrate("scapula"); err != nil {
			t.Fatal(err)
		}
		s.wait(ms)
		c := s.sink.last().state.Calibrated
		if len(c) != 1 || c[0].Ready || c[0].Text == "" || c[0].Say == "" || c[0].Kind != "scapula" {
			t.Errorf("answered by %+v", c)
		}
		s.live.Stop()
		s.over(ReasonStopped)
	})
}

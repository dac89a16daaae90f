package session

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/words"
)

// blockOf is an exercise of two lines of instructions, as far as a course looks at it.
func blockOf(id string, counts exercise.Counts, dose exercise.Dose) plan.Step {
	dose.ID, dose.Sets = "warm_up", 1
	return plan.Step{Dose: "warm_up", RestS: 5, Exercise: &exercise.Exercise{
		ID: id, Title: exercise.Text{"en": strings.ToUpper(id)}, Posture: exercise.Supine, Counts: counts, Doses: []exercise.Dose{dose},
		Steps:  exercise.Lines{"en": {"Lie on your back.", "Lift your hips."}},
		Phases: []exercise.Phase{{ID: "away"}, {ID: "getting_ready"}, {ID: "ready"}, {ID: "rolling", Works: true}},
	}}
}

func seconds(n float64) exercise.Dose { return exercise.Dose{MinS: n, MaxS: 2 * n} }

// threeBlocks are one counted in seconds, one in repetitions, and one that goes by time.
func threeBlocks() course {
	return newCourse(&plan.Plan{Aim: "warm_up", Steps: []plan.Step{
		blockOf("roll", exercise.CountPhase, seconds(40)),
		blockOf("bend", exercise.CountPhase, exercise.Dose{RepsMin: 4, RepsMax: 8}),
		blockOf("tilt", exercise.CountTime, seconds(30)),
	}}, "en")
}

// person does what a test says: the phase they are in, and how much of the dose each second brings.
type person struct {
	phase string
	u     coach.Update
	rate  float64
}

// pass lets time pass in steps of a tenth of a second and returns the turns that it brought, with their times.
func (c *course) pass(p *person, d float64) (turns []turn, at []float64) {
	const dt = 0.1
	for t := dt; t < d+dt/2; t += dt {
		p.u.Phase = p.phase
		p.u.Progress.DoseS += p.rate * dt
		p.u.Progress.DoseShare = math.Min(1, p.u.Progress.DoseShare+p.rate*dt/40)
		if brought := c.step(dt, &p.u); brought != noTurn {
			turns, at = append(turns, brought), append(at, t)
		}
	}
	return turns, at
}

func TestCourseLeadsThroughAPlan(t *testing.T) {
	c, p := threeBlocks(), &person{phase: "away"}
	expect := func(what string, d float64, state BlockState, want ...turn) {
		t.Helper()
		got, at := c.pass(p, d)
		if !slices.Equal(got, want) || c.state != state {
			t.Fatalf("%s: turns %v at %v and %s, want %v and %s", what, got, at, c.state, want, state)
		}
	}
	expect("getting up", 20, Intro, teaches)
	p.phase = "getting_ready"
	expect("getting ready", 5, Intro)
	p.phase = "ready"
	expect("ready", 0.1, Working, ready)
	p.phase, p.rate = "rolling", 1
	expect("half of it", 20.1, Working, halves)
	p.rate = 0
	expect("a rest", 60, Working)
	p.rate = 1
	expect("the rest of it", 20, Done, completes)
	p.phase, p.rate = "away", 0
	expect("getting up", 4.7, Done)
	expect("on", 0.4, Done, follows)

	c.begin(1)
	p.u = coach.Update{}
	p.phase = "rolling" // begins before the instructions are over
	expect("at once", 0.1, Working, ready)
	p.u.Progress.Reps, p.u.Progress.DoseShare = 2, 0.5
	expect("two of four", 0.1, Working, halves)
	p.u.Progress.Reps, p.u.Progress.DoseShare = 4, 1
	expect("four", 0.1, Done, completes)

	c.begin(2)
	*p = person{phase: "away"}
	if c.coached() {
		t.Error("the coach follows somebody whom the camera can't judge while they get ready")
	}
	expect("instructions", 20, Working, teaches, starts)
	expect("by time", 30, Finished, halves, finishes)
	expect("after the end", 100, Finished)
}

func TestCourseOfOneExercise(t *testing.T) {
	c := newCourse(&plan.Plan{Steps: []plan.Step{blockOf("roll", exercise.CountPhase, seconds(40))}}, "en")
	p := &person{phase: "rolling", rate: 1}
	if got, at := c.pass(p, 100); len(got) != 0 || c.state != Working {
		t.Errorf("turns %v at %v, and %s: one exercise goes on until somebody ends it", got, at, c.state)
	}
	p.u.Progress.HoldS = breatheAfter
	if got, _ := c.pass(p, 10); !slices.Equal(got, []turn{breathes}) {
		t.Errorf("in a long hold %v, want one reminder to breathe", got)
	}
	p.u.Progress.HoldS = 0
	c.pass(p, 1)
	p.u.Progress.HoldS = breatheAfter + 1
	if got, _ := c.pass(p, 10); !slices.Equal(got, []turn{breathes}) {
		t.Errorf("in the next one %v, want one reminder", got)
	}
}

// A small dose is over before half of it is worth a word.
func TestCourseKeepsQuietOverSmallHalves(t *testing.T) {
	c := newCourse(&plan.Plan{Aim: "x", Steps: []plan.Step{blockOf("hold", exercise.CountPhase, seconds(15))}}, "en")
	p := &person{phase: "rolling"}
	c.pass(p, 0.1)
	p.u.Progress.DoseShare = 0.6
	if got, _ := c.pass(p, 1); len(got) != 0 {
		t.Errorf("turns %v", got)
	}
}

// Whatever a person does, a course comes to each block in its order, says what it says once, and never goes back.
func TestCourseOnAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := threeBlocks()
		var u coach.Update
		said := map[turn]int{}
		for range rapid.IntRange(1, 300).Draw(rt, "frames") {
			u.Phase = rapid.SampledFrom([]string{"", "away", "getting_ready", "ready", "rolling", "no such"}).Draw(rt, "phase")
			more := rapid.Float64Range(0, 0.2).Draw(rt, "more")
			u.Progress.DoseShare, u.Progress.DoseS = math.Min(1, u.Progress.DoseShare+more), u.Progress.DoseS+more
			u.Progress.HoldS = rapid.Float64Range(0, 20).Draw(rt, "hold")
			before, index := c.state, c.index
			got := c.step(rapid.Float64Range(0, 0.5).Draw(rt, "dt"), &u)
			if c.index != index || c.state < before {
				rt.Fatalf("block %d %s became %d %s", index, before, c.index, c.state)
			}
			said[got]++
			for _, once := range []turn{ready, starts, halves, completes, finishes} {
				if said[once] > 1 {
					rt.Fatalf("turn %d came twice in a block", once)
				}
			}
			if got == follows && before != Done || (got == completes) != (c.state == Done && before != Done) || got == finishes && !c.last() {
				rt.Fatalf("turn %d from %s to %s", got, before, c.state)
			}
			if got == follows {
				c.begin(c.index + 1)
				u, said = coach.Update{}, map[turn]int{}
			}
		}
	})
}

// Every step of every block has words in every language, and names the block where that matters.
func TestStepsHaveWords(t *testing.T) {
	catalogue, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, aim := range []string{"warm_up", "recovery", "mobility"} {
		p, err := plan.For(aim, catalogue, plan.Options{Experienced: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, language := range exercise.Languages() {
			c, s := newCourse(p, language), words.Localizer(language)
			for i := range p.Steps {
				c.begin(i)
				kinds := []StepKind{StepIntro, StepTeach, StepStart, StepHalf, StepBreathe, StepEase, StepFinished}
				if !c.last() {
					kinds = append(kinds, StepDone)
				}
				for _, kind := range kinds {
					text, say := c.wordsFor(kind, s)
					if text == "" || say == "" || strings.Contains(text+say, "plan.") || strings.Contains(text+say, "{{") || strings.Contains(text+say, "<no value>") {
						t.Errorf("%s, %s, block %d, %s: %q, %q", aim, language, i, kind, text, say)
					}
				}
				if _, say := c.wordsFor(StepIntro, s); !strings.Contains(say, p.Steps[i].Exercise.Title.In(language)) {
					t.Errorf("%s, %s, block %d: the intro does not name the exercise: %q", aim, language, i, say)
				}
			}
		}
	}
}

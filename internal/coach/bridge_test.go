package coach

import (
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// bridgeFile is an exercise with phases and repetitions: hips up, held, and down again.
const bridgeFile = `schema: 2
id: bridge
version: 3
languages: [en, de]
title: {en: Bridge, de: Brücke}
view: side
equipment: none
posture: supine
sides: [left, right]
level: beginner
why: {en: [It helps.], de: [Es hilft.]}
steps: {en: [Lift.], de: [Heb.]}
mistakes: {en: [Haste.], de: [Eile.]}
cannot_verify: {en: [Pain.], de: [Schmerz.]}
reps: {phase: up, hold_s: 2, min: 3, max: 5, mark: heuristic}
counts: phase
doses:
  - {id: mobility, name: {en: Daily, de: Täglich}, reps_min: 2, reps_max: 5, sets: 1, mark: heuristic}
  - {id: warm_up, name: {en: Before, de: Vorher}, min_s: 5, max_s: 10, sets: 1, mark: heuristic}
phases:
  - id: away
    name: {en: Away, de: Weg}
  - id: down
    name: {en: Down, de: Unten}
    when: posture == "supine" and hip_lift_l < 0.1
    persist_s: 0.3
  - id: up
    name: {en: Up, de: Oben}
    when: posture == "supine" and hip_lift_l >= 0.2
    from: [down]
    persist_s: 0.5
    works: true
  - id: sitting
    name: {en: Sitting, de: Sitzen}
    when: posture == "sitting"
    persist_s: 1
checks:
  - code: uneven
    severity: technique
    phases: [up]
    when:
      - value: knee_deg - abs(neck_deg)
        unit: deg
        enter: {above: 100, mark: heuristic}
        leave: {below: 90}
    persist_s: 0.5
    clear_s: 0.2
    cooldown_s: 5
    repeat_max: 3
    words:
      en: {text: Even out, say: Even out, hint: Even.}
      de: {text: Gleich, say: Gleich, hint: Gleich.}
  - code: other_side
    severity: technique
    when:
      - side == "left" and wanted_side == "right" or side == "right" and wanted_side == "left"
    persist_s: 1
    clear_s: 0.5
    cooldown_s: 5
    repeat_max: 3
    words:
      en: {text: Other side, say: Other side, hint: Turn.}
      de: {text: Andere Seite, say: Andere Seite, hint: Dreh dich.}
  - code: too_long
    severity: pace
    phases: [up]
    when: [phase_s > 6]
    while: [rep < 2]
    persist_s: 0
    clear_s: 0
    cooldown_s: 5
    repeat_max: 3
    words:
      en: {text: Come down, say: Come down, hint: Rest.}
      de: {text: Komm runter, say: Komm runter, hint: Ruh dich aus.}
  - code: counted
    severity: praise
    on: rep
    persist_s: 0
    clear_s: 0
    cooldown_s: 1
    repeat_max: 9
    words:
      en: {text: Good, say: Good, hint: Good.}
      de: {text: Gut, say: Gut, hint: Gut.}
`

// bridge returns the exercise, with some texts of its file replaced.
func bridge(t testing.TB, oldnew ...string) *exercise.Exercise {
	t.Helper()
	ex, err := exercise.Parse("bridge.yaml", []byte(strings.NewReplacer(oldnew...).Replace(bridgeFile)))
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

// scene is a stretch of time in which the body does one thing.
type scene struct {
	s float64
	// lift is the height of the hips in L.
	lift float64
	edit func(r *spine.Reading)
}

// played returns the readings of scenes that follow one another, of somebody who lies on the back.
func played(fps float64, scenes ...scene) []spine.Reading {
	total := 0.0
	for _, sc := range scenes {
		total += sc.s
	}
	return filmed(fps, total, func(t float64, r *spine.Reading) {
		r.Posture, r.OnRoller, r.Knee, r.Neck = spine.PostureSupine, ok(0), ok(90), ok(0)
		for i, sc := range scenes {
			if t -= sc.s; t < 0 || i == len(scenes)-1 {
				r.HipLiftL = ok(sc.lift)
				if sc.edit != nil {
					sc.edit(r)
				}
				return
			}
		}
	})
}

// visits returns the phases in the order in which they were entered.
func visits(c *coached) (ids []string) {
	for _, id := range c.Phases {
		if len(ids) == 0 || ids[len(ids)-1] != id {
			ids = append(ids, id)
		}
	}
	return ids
}

func unseen(r *spine.Reading) { r.Person, r.HipLiftL, r.Posture = spine.Unseen, spine.Value{}, 0 }

func unsure(r *spine.Reading) { r.HipLiftL.State = spine.Unsure }

func sits(r *spine.Reading) { r.Posture = spine.PostureSitting }

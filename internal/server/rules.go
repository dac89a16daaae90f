package server

import (
	"math"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// exerciseForPage is what the page draws gauges and zones by. What the exercise has no limit for is null.
type exerciseForPage struct {
	ID      string      `json:"id"`
	Version int         `json:"version"`
	Title   string      `json:"title"`
	Zones   []zoneSpan  `json:"zones"`
	Levels  []levelAt   `json:"levels"`
	Speed   speedLimits `json:"speed_cm_s"`
	HipLift *hipLimit   `json:"hip_lift"`
	Hold    *holdLimits `json:"hold"`
	Doses   []dose      `json:"doses"`
}

// zoneSpan is a stretch of the axis from hip (0) to shoulder (1); null is open.
type zoneSpan struct {
	Zone string   `json:"zone"`
	From *float64 `json:"from"`
	To   *float64 `json:"to"`
}

// levelAt is the middle of a vertebra on that axis.
type levelAt struct {
	Level string  `json:"level"`
	S     float64 `json:"s"`
}

// speedLimits are cm/s: from Hint on a hint is shown, from Cue on a cue is spoken, and gauges end at MaxShown.
type speedLimits struct {
	Hint     *float64 `json:"hint"`
	Cue      *float64 `json:"cue"`
	MaxShown *float64 `json:"max_shown"`
}

type hipLimit struct {
	MinL float64 `json:"min_l"`
}

type holdLimits struct {
	MinS float64 `json:"min_s"`
	MaxS float64 `json:"max_s"`
}

// dose is measured in seconds or counted in repetitions; the bounds of the other are null.
type dose struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	MinS    *float64 `json:"min_s"`
	MaxS    *float64 `json:"max_s"`
	RepsMin *int     `json:"reps_min"`
	RepsMax *int     `json:"reps_max"`
	Sets    int      `json:"sets"`
}

// dosesOf tells the doses of an exercise in a language.
func dosesOf(ex *exercise.Exercise, language string) []dose {
	list := make([]dose, 0, len(ex.Doses))
	for i := range ex.Doses {
		d := &ex.Doses[i]
		out := dose{ID: d.ID, Name: d.Name.In(language), Sets: d.Sets}
		if d.InReps() {
			out.RepsMin, out.RepsMax = &d.RepsMin, &d.RepsMax
		} else {
			out.MinS, out.MaxS = &d.MinS, &d.MaxS
		}
		list = append(list, out)
	}
	return list
}

// shownPast is how far gauges of speed go where the exercise does not say what is jerky, in terms of the limit.
const shownPast = 2

// forPage picks out of an exercise what the page needs.
func forPage(ex *exercise.Exercise, language string) exerciseForPage {
	out := exerciseForPage{
		ID: ex.ID, Version: ex.Version, Title: ex.Title.In(language), Zones: []zoneSpan{}, Levels: []levelAt{}, Doses: dosesOf(ex, language),
	}
	for _, z := range spine.ZoneSpans() {
		out.Zones = append(out.Zones, zoneSpan{z.Name, finite(z.From), finite(z.To)})
	}
	for _, l := range spine.LevelSpans() {
		out.Levels = append(out.Levels, levelAt{l.Name, math.Round((l.From+l.To)/2*1000) / 1000})
	}
	out.Speed = speedsOf(ex)
	if least, ok := limitOf(ex, "hip_lift_l", false); ok {
		out.HipLift = &hipLimit{least}
	}
	if h := ex.Hold; h != nil {
		out.Hold = &holdLimits{h.MinS, h.MaxS}
	}
	return out
}

func speedsOf(ex *exercise.Exercise) (out speedLimits) {
	cue, ok := limitOf(ex, "stroke_speed_cm_s", true)
	if !ok {
		return out
	}
	out.Cue = &cue
	shown, ok := limitOf(ex, "peak_speed_cm_s", true)
	if !ok {
		shown = shownPast * cue
	}
	out.MaxShown = &shown
	for i := range ex.Checks {
		c := &ex.Checks[i]
		if c.Notice != nil && len(c.When) > 0 && c.When[0].Quantity == "stroke_speed_cm_s" {
			hint, _ := c.Notice.Enter.Limit()
			out.Hint = &hint
		}
	}
	return out
}

// limitOf returns the limit of the first check that compares a quantity from above, or from below.
func limitOf(ex *exercise.Exercise, q spine.Quantity, fromAbove bool) (limit float64, ok bool) {
	for i := range ex.Checks {
		for _, w := range ex.Checks[i].When {
			if w.Quantity != q || w.Enter == nil {
				continue
			}
			if limit, above := w.Enter.Limit(); above == fromAbove {
				return limit, true
			}
		}
	}
	return 0, false
}

func finite(x float64) *float64 {
	if math.IsInf(x, 0) {
		return nil
	}
	return &x
}

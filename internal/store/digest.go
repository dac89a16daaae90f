package store

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
)

// Apply takes over what a session came to: it is ready then.
func (n *Session) Apply(d archive.Digest) {
	n.State, n.Error, n.Reserved = Ready, "", 0
	n.Exercise, n.ExerciseVersion, n.Hash = d.Session.Exercise.ID, d.Session.Exercise.Version, d.Session.Exercise.Hash
	n.DurationS, n.Score = known(d.DurationS), known(d.Score)
	n.Frames, n.Cues = d.Session.Frames.Analysed, d.Corrections
	n.Worst = nil
	if w := d.Worst; w != nil {
		n.Worst = &Worst{StartS: w.StartS, EndS: w.EndS, Code: w.Code, Severity: w.Severity}
	}
	n.Outcome = &Outcome{TimeInZoneS: d.Session.TimeInZoneS, SpeedOverS: tooFast(d.Session.Cues)}
}

// known is a number, or nil where it is none.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// tooFast is for how many seconds the roller went too fast.
func tooFast(cues []coach.Finding) (seconds float64) {
	for i := range cues {
		if slices.Contains([]string{"rolling_too_fast", "jerky"}, cues[i].Code) {
			seconds += max(0, cues[i].EndS-cues[i].StartS)
		}
	}
	return math.Round(seconds*1000) / 1000
}

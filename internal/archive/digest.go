package archive

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

const (
	// longestFrame is the longest time in seconds that a frame stands for: what is longer is a gap.
	longestFrame = 0.25
	// leastJudged is the judged time in seconds that a score needs.
	leastJudged = 5
)

// corrects are the severities of what is to be corrected, the gravest first.
var corrects = []exercise.Severity{exercise.Safety, exercise.Technique, exercise.Pace}

// NewDigest sums a session up for a library.
func NewDigest(s *results.Session, frames []Frame) Digest {
	d := Digest{Session: *s, Score: math.NaN()}
	if n := len(frames); n > 0 {
		d.DurationS = frames[n-1].T - frames[0].T
	}
	wrong := map[string]bool{}
	for i := range s.Cues {
		c := &s.Cues[i]
		wrong[c.Code] = slices.Contains(corrects, c.Severity)
		if c.Spoken {
			d.Spoken++
		}
	}
	d.Worst = worst(s)
	d.Score = score(frames, wrong)
	return d
}

// score is the share of the judged time in which nothing was wrong, in per cent.
func score(frames []Frame, wrong map[string]bool) float64 {
	judged, good := 0.0, 0.0
	sure := surely(frames)
	for i := range frames[:max(len(frames)-1, 0)] {
		f := &frames[i]
		if f.Phase != session.Checking.String() || !sure(f) {
			continue
		}
		dt := min(frames[i+1].T-f.T, longestFrame)
		judged += dt
		if !slices.ContainsFunc(f.Active, func(code string) bool { return wrong[code] }) {
			good += dt
		}
	}
	if judged < leastJudged {
		return math.NaN()
	}
	return math.Round(1000*good/judged) / 10
}

// surely returns what tells whether a frame can be judged: the place on the back is sure. In a session in which the back
// is never on a roller, as with the calves or the lats, a person who is seen well can be.
func surely(frames []Frame) func(*Frame) bool {
	onBack := func(f *Frame) bool {
		return f.State == spine.OK.String() && f.Zone != "" && f.Zone != spine.ZoneOff.String()
	}
	for i := range frames {
		if onBack(&frames[i]) {
			return onBack
		}
	}
	return func(f *Frame) bool { return f.Pose && f.PoseScore >= 0.5 }
}

// worst is the longest of the gravest findings, nil where nothing was to be corrected.
func worst(s *results.Session) *Worst {
	for _, severity := range corrects {
		var found *Worst
		for i := range s.Cues {
			c := &s.Cues[i]
			if c.Severity == severity && (found == nil || c.EndS-c.StartS > found.EndS-found.StartS) {
				found = &Worst{StartS: c.StartS, EndS: c.EndS, Code: c.Code, Severity: string(severity)}
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// Digest sums the session up for a library.
func (a *Archive) Digest() (Digest, error) {
	frames, err := a.Frames()
	if err != nil {
		return Digest{}, err
	}
	return NewDigest(&a.Session, frames), nil
}

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

// Corrections counts the cues of safety, technique or pace that were spoken.
func Corrections(s *results.Session) (n int) {
	for i := range s.Cues {
		if c := &s.Cues[i]; c.Spoken && slices.Contains(corrects, c.Severity) {
			n++
		}
	}
	return n
}

// scorer sums frames up, one after the other.
type scorer struct {
	session *results.Session
	wrong   map[string]bool // codes of what is to be corrected
	unseen  map[string]bool // codes of what keeps the camera from judging
	// person tells that the exercise's rules ask for no place on the back: who is seen well can be judged.
	person bool
	n      int
	first  float64
	last   float64
	// before is what the last frame says for the time until the next.
	before verdict
	// judged and good are the times in seconds by both ways to be sure: the back on the roller, and the person.
	judged, good [2]float64
	onBack       bool // the back has ever surely been on the roller
}

// verdict tells whether a frame can be judged, by both ways, and whether nothing is wrong.
type verdict struct {
	sure [2]bool
	fine bool
}

func newScorer(s *results.Session) *scorer {
	c := &scorer{session: s, wrong: map[string]bool{}, unseen: map[string]bool{}}
	for i := range s.Cues {
		c.wrong[s.Cues[i].Code] = slices.Contains(corrects, s.Cues[i].Severity)
		c.unseen[s.Cues[i].Code] = s.Cues[i].Severity == exercise.Setup
	}
	// Of rules that are not in the catalogue nobody knows here what they ask for.
	ex, err := exercise.Get(s.Exercise.ID)
	c.person = err == nil && len(ex.Zones.Target) == 0
	return c
}

func (c *scorer) add(f *Frame) {
	if c.n > 0 {
		dt := min(f.T-c.last, longestFrame)
		for way, sure := range c.before.sure {
			if !sure {
				continue
			}
			c.judged[way] += dt
			if c.before.fine {
				c.good[way] += dt
			}
		}
	} else {
		c.first = f.T
	}
	c.n++
	c.last = f.T
	back := f.State == spine.OK.String() && f.Zone != "" && f.Zone != spine.ZoneOff.String()
	c.onBack = c.onBack || back
	checking := f.Phase == session.Checking.String()
	c.before = verdict{
		sure: [2]bool{checking && back, checking && f.Pose && f.PoseScore >= 0.5 && !slices.ContainsFunc(f.Active, func(code string) bool { return c.unseen[code] })},
		fine: !slices.ContainsFunc(f.Active, func(code string) bool { return c.wrong[code] }),
	}
}

// digest is what the frames come to. In an exercise in which the back is on no roller, as with the lats, a person who is
// seen well can be judged; in any other nothing is known of somebody whose back was never surely on one.
func (c *scorer) digest() Digest {
	d := Digest{Session: *c.session, DurationS: c.last - c.first, Score: math.NaN(), Worst: worst(c.session), Corrections: Corrections(c.session)}
	way := 0
	if c.person && !c.onBack {
		way = 1
	}
	if c.judged[way] >= leastJudged {
		d.Score = math.Round(1000*c.good[way]/c.judged[way]) / 10
	}
	return d
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
	c := newScorer(&a.Session)
	if err := a.each(c.add); err != nil {
		return Digest{}, err
	}
	return c.digest(), nil
}

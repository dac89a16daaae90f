package score

import (
	"math"
	"slices"
	"strings"
)

// Report is what the verdicts on one or more sessions come to.
type Report struct {
	// Sessions counts those that were graded, Unmarked those of a library that nobody has marked, Unreadable those whose
	// files cannot be read: they are left out.
	Sessions   int `json:"sessions"`
	Unmarked   int `json:"unmarked"`
	Unreadable int `json:"unreadable"`
	// Cues has a row for each code, by name; Headline and All sum up the headline ones and all of them.
	Cues     []Cue `json:"cues"`
	Headline Cue   `json:"headline"`
	All      Cue   `json:"all"`
}

// Cue is a row of the report. What nothing was counted for is null.
type Cue struct {
	// Code is empty in a sum.
	Code     string `json:"code"`
	Headline bool   `json:"headline"`
	// Hit is how many came that were due, Missed how many did not, False how many came that should not have.
	Hit    int `json:"hit"`
	Missed int `json:"missed"`
	False  int `json:"false"`
	// Precision is hit / (hit + false), Recall hit / (hit + missed).
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	// DelayS is the median of the delays of Delays hits.
	DelayS *float64 `json:"delay_s"`
	Delays int      `json:"delays"`

	delays []float64
}

// Tally adds verdicts up. The zero value is ready.
type Tally struct {
	// Unmarked and Unreadable count sessions that were left out.
	Unmarked, Unreadable int

	sessions int
	cues     map[string]*Cue
}

// Add takes what came of one session.
func (t *Tally) Add(verdicts []Verdict) {
	t.sessions++
	if t.cues == nil {
		t.cues = map[string]*Cue{}
	}
	for _, v := range verdicts {
		c := t.cues[v.Code]
		if c == nil {
			c = &Cue{Code: v.Code, Headline: Headline(v.Code)}
			t.cues[v.Code] = c
		}
		c.add(v.Hit, v.Miss, v.False, v.DelaysS)
	}
}

// Report sums up.
func (t *Tally) Report() Report {
	r := Report{Sessions: t.sessions, Unmarked: t.Unmarked, Unreadable: t.Unreadable, Cues: make([]Cue, 0, len(t.cues)), Headline: Cue{Headline: true}}
	for _, c := range t.cues {
		r.All.add(c.Hit, c.Missed, c.False, c.delays)
		if c.Headline {
			r.Headline.add(c.Hit, c.Missed, c.False, c.delays)
		}
		r.Cues = append(r.Cues, *c)
	}
	slices.SortFunc(r.Cues, func(a, b Cue) int { return strings.Compare(a.Code, b.Code) })
	for i := range r.Cues {
		r.Cues[i].finish()
	}
	r.Headline.finish()
	r.All.finish()
	return r
}

func (c *Cue) add(hit, missed, wrong int, delays []float64) {
	c.Hit, c.Missed, c.False = c.Hit+hit, c.Missed+missed, c.False+wrong
	c.delays = append(c.delays, delays...)
}

func (c *Cue) finish() {
	c.Precision, c.Recall = ratio(c.Hit, c.False), ratio(c.Hit, c.Missed)
	if c.Delays = len(c.delays); c.Delays > 0 {
		slices.Sort(c.delays)
		median := math.Round(1000*c.delays[len(c.delays)/2]) / 1000
		c.DelayS = &median
	}
}

// ratio is a / (a + b).
func ratio(a, b int) *float64 {
	if a+b == 0 {
		return nil
	}
	x := float64(a) / float64(a+b)
	return &x
}

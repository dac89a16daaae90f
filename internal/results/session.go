// Package results writes what comes out of a session in the schemas that stay stable: session.json and
// frames.jsonl.
package results

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/session"
)

// Schema is the version of both files' schemas.
const Schema = 1

// Session is session.json.
type Session struct {
	Schema      int               `json:"schema"`
	Source      Source            `json:"source"`
	Exercise    Exercise          `json:"exercise"`
	Models      map[string]string `json:"models"`
	Engine      string            `json:"engine"`
	Frames      Frame             `json:"frames"`
	Cues        []coach.Finding   `json:"cues"`
	Passes      int               `json:"passes"`
	TimeInZoneS coach.ZoneTimes   `json:"time_in_zone_s"`
	TimingsMS   Timings           `json:"timings_ms"`
	CPUS        float64           `json:"cpu_s"`
	// What follows was added later: new members come last, and none is ever changed or taken away.
	Reps         int               `json:"reps"`
	Holds        []coach.Hold      `json:"holds"`
	Phases       []coach.PhaseTime `json:"phases"`
	TimeAtLevelS []coach.LevelTime `json:"time_at_level_s"`
	Doses        []coach.DoseDone  `json:"doses"`
	// CutOff tells that the session was cut off and this was made of what had been written down: frames that were dropped,
	// timings, CPU time, phases and doses are not known, and stand as 0 and as empty lists.
	CutOff bool `json:"cut_off,omitempty"`
}

// Source is the video, its size that of the upright picture in pixels. What the file does not tell is null.
type Source struct {
	Name      string   `json:"name"`
	Width     int      `json:"width"`
	Height    int      `json:"height"`
	FPS       *float64 `json:"fps"`
	DurationS *float64 `json:"duration_s"`
}

// Exercise is the rules that the session was judged by. Hash names them exactly. Side and Dose are what was to be done,
// empty where there is none.
type Exercise struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Hash    string `json:"hash"`
	Side    string `json:"side"`
	Dose    string `json:"dose"`
}

// Frame counts frames: read = analysed + dropped.
type Frame struct {
	Read     int64 `json:"read"`
	Analysed int64 `json:"analysed"`
	Dropped  int64 `json:"dropped"`
}

// Quantiles are in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// Timings is how long each stage took per frame.
type Timings struct {
	Decode Quantiles `json:"decode"`
	Pose   Quantiles `json:"pose"`
	Roller Quantiles `json:"roller"`
	Rules  Quantiles `json:"rules"`
	Total  Quantiles `json:"total"`
}

// NewSession puts a session's result into the schema. Source, Models and Engine are left to the caller.
func NewSession(r session.Result) Session {
	return Session{
		Schema: Schema,
		Exercise: Exercise{
			ID: r.Summary.ExerciseID, Version: r.Summary.ExerciseVersion, Hash: r.Summary.ExerciseHash,
			Side: string(r.Summary.Side), Dose: r.Summary.Dose,
		},
		Frames: Frame{r.Frames.Read, r.Frames.Analysed, r.Frames.Dropped},
		Cues:   r.Summary.Cues, Passes: r.Summary.Passes, TimeInZoneS: r.Summary.TimeInZoneS,
		TimingsMS: Timings{
			Decode: milliseconds(r.Timings.Decode), Pose: milliseconds(r.Timings.Pose), Roller: milliseconds(r.Timings.Roller),
			Rules: milliseconds(r.Timings.Rules), Total: milliseconds(r.Timings.Total),
		},
		CPUS: round(r.CPU.Seconds(), 3),
		Reps: r.Summary.Reps, Holds: r.Summary.Holds, Phases: r.Summary.Phases, TimeAtLevelS: r.Summary.TimeAtLevelS, Doses: r.Summary.Doses,
	}
}

// Write writes the session as indented JSON.
func (s *Session) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return fmt.Errorf("write session.json: %w", err)
	}
	return nil
}

// Positive returns x for the schema, or null where x is not known.
func Positive(x float64) *float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return nil
	}
	x = round(x, 3)
	return &x
}

func milliseconds(q session.Quantiles) Quantiles {
	ms := func(d time.Duration) float64 { return round(d.Seconds()*1000, 3) }
	return Quantiles{ms(q.P50), ms(q.P95)}
}

func round(x float64, decimals int) float64 {
	k := math.Pow10(decimals)
	return math.Round(x*k) / k
}

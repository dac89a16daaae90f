// Package archive keeps one session as files in a folder: what the eye saw, what was read from it, what happened, and
// what it came to. A session that was cut off at any moment can be closed later from what had been written.
package archive

import (
	"github.com/rollwell/rollwell/internal/results"
)

// The files of a session's folder.
const (
	ObservationsFile = "observations.jsonl.zst"
	ReadingsFile     = "readings.jsonl.zst"
	EventsFile       = "events.jsonl.zst"
	SessionFile      = "session.json"
	TrackFile        = "track.bin"
	ThumbFile        = "thumb.jpg"
)

// Frame is one analysed frame: results.Frames' line with what export and score need beside it. Lengths are pixels of the
// source's upright picture, unknown numbers NaN, unknown texts "".
type Frame struct {
	T     float64
	Phase string
	// Pose tells that somebody was seen; Landmarks are x, y, visibility, World metres around the hips (x right, y down, z away).
	Pose      bool
	PoseScore float64
	Landmarks [33][3]float64
	World     [33][3]float64
	// RollerScore is NaN where no roller was seen.
	RollerScore float64
	Near, Far   [2]float64
	Radius      float64

	S, SSigma                float64
	Level, Zone, State       string
	SpeedCMS, HipLiftCM      float64
	KneeDeg, NeckDeg, SHKDeg float64
	YawDeg                   float64
	PxPerCM                  float64
	Active                   []string
	Cue                      string
	// Passes counts those of the exercise until then, −1 where that was not written down.
	Passes int
}

// The types of events. A reader leaves out those that it does not know.
const (
	EventPhase       = "phase"       // of the check: Phase, Reason
	EventBlock       = "block"       // a block of the plan begins: Block, Exercise, Side
	EventCue         = "cue"         // a finding begins: Code, Severity, Text; Value, Limit and Unit where it is measured
	EventSpoken      = "spoken"      // it is given the word; may come again while it lasts
	EventCueClear    = "cue_clear"   // it ends: the same as for its begin, with the worst value
	EventHold        = "hold"        // a pause on one spot is over: StartS, Value is s, Level
	EventPain        = "pain"        // Value, When, Block
	EventCalibration = "calibration" // what Text names, moved by Value
	EventRoller      = "roller"      // a person has said where the roller is
	EventVideo       = "video"       // the video begins, or ends early: Reason
)

// Event is something that happened at a time.
type Event struct {
	T    float64 `json:"t"`
	Type string  `json:"type"`
	// What goes with the type, "" and null where it does not apply.
	Phase    string   `json:"phase,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Block    *int     `json:"block,omitempty"`
	Exercise string   `json:"exercise,omitempty"`
	Side     string   `json:"side,omitempty"`
	Dose     string   `json:"dose,omitempty"`
	Code     string   `json:"code,omitempty"`
	Severity string   `json:"severity,omitempty"`
	Text     string   `json:"text,omitempty"`
	Value    *float64 `json:"value,omitempty"`
	When     string   `json:"when,omitempty"`
	Limit    *float64 `json:"limit,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Level    string   `json:"level,omitempty"`
	StartS   *float64 `json:"start_s,omitempty"`
}

// Digest is what the library shows of a session.
type Digest struct {
	Session   results.Session
	DurationS float64
	// Score is 0…100, NaN where fewer than five seconds could be judged: the share of the judged time (the check goes on,
	// the reading is sure, the back is on the roller) in which nothing of safety, technique or pace was to be corrected.
	Score float64
	Worst *Worst
	// Corrections is the number of cues of safety, technique or pace that were spoken: praise and set-up are none.
	Corrections int
	// VideoOffsetS is what to add to a media time of the original video to get session time, in seconds. Only a recovery of
	// a folder finds it out (package record); the times of a live check's video are the session's.
	VideoOffsetS float64
}

// Worst is the longest finding of the gravest severity.
type Worst struct {
	StartS, EndS   float64
	Code, Severity string
}

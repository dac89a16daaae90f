// Package store keeps what has been recorded and uploaded: a library of sessions with their notes, marks and jobs in a
// database, and for each session a folder of files (package archive, and its video).
package store

import (
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
)

var (
	// ErrNotFound tells that there is no such session, note, mark or job.
	ErrNotFound = errors.New("not in the library")
	// ErrFull tells that the disk budget, or the disk, does not allow more.
	ErrFull = errors.New("the library is full")
	// ErrID marks what is no id.
	ErrID = errors.New("no id")
	// ErrInvalid marks a change that makes no sense; the text says which and what would.
	ErrInvalid = errors.New("not possible")
)

var idForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// ValidID tells whether id has the form that crypto/rand.Text gives: nothing else may ever name a folder.
func ValidID(id string) bool { return idForm.MatchString(id) }

// Kind is where a session comes from.
type Kind string

// The kinds.
const (
	Live   Kind = "live"   // recorded during a live check
	Upload Kind = "upload" // a clip that somebody sent
	Import Kind = "import" // exported elsewhere
)

// State is how far a session is.
type State string

// The states.
const (
	Recording State = "recording" // the live check goes on
	Uploading State = "uploading"
	Queued    State = "queued" // waits for its analysis
	Analysing State = "analysing"
	Ready     State = "ready"
	Failed    State = "failed" // Session.Error says why and what to do
)

// Keep is what is kept of a session.
type Keep string

// What can be kept.
const (
	KeepNothing      Keep = "nothing"
	KeepObservations Keep = "observations" // what the eye saw, no pictures
	KeepVideo        Keep = "video"
)

// Session is a session as the library lists it. What is not known is null.
type Session struct {
	ID    string `json:"id"`
	Kind  Kind   `json:"kind"`
	State State  `json:"state"`
	Title string `json:"title"`
	// SourceName is what the sender called the clip: for show only, never a path.
	SourceName string    `json:"source_name"`
	Created    time.Time `json:"created"`
	// Exercise is the id of the (first) exercise, Hash the rules that it was judged by.
	Exercise        string `json:"exercise"`
	ExerciseVersion int    `json:"exercise_version"`
	Hash            string `json:"hash"`
	Language        string `json:"language"`
	// DurationS is from the first to the last frame in seconds.
	DurationS *float64 `json:"duration_s"`
	Frames    int64    `json:"frames"`
	// Score is 0…100: archive.Digest.
	Score *float64 `json:"score"`
	Worst *Worst   `json:"worst"`
	// Cues is the number of corrections that were spoken.
	Cues int      `json:"cues"`
	Tags []string `json:"tags"`
	Keep Keep     `json:"keep"`
	// KeepUntil is when the video goes; null: it stays.
	KeepUntil *time.Time `json:"keep_until"`
	Video     *Video     `json:"video"`
	Thumb     bool       `json:"thumb"`
	// Bytes are all files of the session together.
	Bytes int64 `json:"bytes"`
	// Error is why it failed; for a session that is ready it is a warning: what was damaged or cut off.
	Error string `json:"error"`
	// Deleted is when somebody deleted it; until the undo time is over it can be had back.
	Deleted *time.Time `json:"deleted"`
	// Reserved is what its files may grow to in bytes: the length of an upload.
	Reserved int64 `json:"-"`
	// Sent is the length of the upload that it was; 0 if it was none, or came to nothing.
	Sent int64 `json:"-"`
	// Outcome is what trends are made of; nil before there is one.
	Outcome *Outcome `json:"-"`
}

// Outcome is what a session came to, as far as trends show it.
type Outcome struct {
	TimeInZoneS coach.ZoneTimes `json:"time_in_zone_s"`
	// SpeedOverS is for how many seconds the roller went too fast.
	SpeedOverS float64 `json:"speed_over_s"`
}

// Worst is the moment to look at first.
type Worst struct {
	StartS   float64 `json:"start_s"`
	EndS     float64 `json:"end_s"`
	Code     string  `json:"code"`
	Severity string  `json:"severity"`
}

// Video is what can be played.
type Video struct {
	// File is its fixed name in the session's folder.
	File   string `json:"file"`
	Type   string `json:"type"` // "video/mp4" or "video/webm"
	Width  int    `json:"width"`
	Height int    `json:"height"`
	// OffsetS is what to add to a media time to get session time, in seconds.
	OffsetS float64 `json:"offset_s"`
}

// Note is something said or drawn at a time. Shapes are the page's: a list of objects with type and points in pixels of
// the video; they are kept as they come, up to 64 KB.
type Note struct {
	ID      string          `json:"id"`
	T       float64         `json:"t"`
	EndT    *float64        `json:"end_t"`
	Text    string          `json:"text"`
	Shapes  json.RawMessage `json:"shapes"`
	Created time.Time       `json:"created"`
	Updated time.Time       `json:"updated"`
}

// MarkKind says what a coach says of a cue.
type MarkKind string

// The kinds of marks.
const (
	MarkFalse  MarkKind = "false"  // the cue should not have come
	MarkMissed MarkKind = "missed" // a cue should have come and did not
)

// Mark is a coach's word on a cue that came, or on one that did not.
type Mark struct {
	ID   string   `json:"id"`
	Kind MarkKind `json:"kind"`
	Code string   `json:"code"`
	// Cue is the place in session.json's cues; null for a missed one.
	Cue     *int      `json:"cue"`
	StartS  float64   `json:"start_s"`
	EndS    float64   `json:"end_s"`
	Note    string    `json:"note"`
	Created time.Time `json:"created"`
}

// JobKind is what a job does.
type JobKind string

// The kinds of jobs.
const (
	JobAnalyse JobKind = "analyse"
	JobFilm    JobKind = "film" // the annotated video
)

// Job is a piece of work that waits its turn and outlives a restart.
type Job struct {
	ID      string  `json:"id"`
	Session string  `json:"session"`
	Kind    JobKind `json:"kind"`
	// State is queued, running, done, failed or cancelled.
	State string `json:"state"`
	// Progress is 0…1; LeftS the seconds that are about left, null where that is not known.
	Progress float64         `json:"progress"`
	LeftS    *float64        `json:"left_s"`
	Error    string          `json:"error"`
	Options  json.RawMessage `json:"options"`
	Created  time.Time       `json:"created"`
	// Attempts is how often it was begun, but for when it was then laid aside in good order.
	Attempts int `json:"-"`
}

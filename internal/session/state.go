package session

import (
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/setup"
)

// Phase is what a live session is about just now.
type Phase uint8

// The phases. SettingUp is left for good by Start, Ended is never left.
const (
	SettingUp Phase = iota // the guide judges camera, light and place; nobody is corrected
	Checking               // the coach follows every frame
	Paused                 // the coach waits; see Reason
	Ended                  // nothing more comes
)

var phaseNames = [...]string{"setup", "checking", "paused", "ended"}

// String returns "setup", "checking", "paused" or "ended".
func (p Phase) String() string { return phaseNames[p] }

// MarshalText writes the phase by its name.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Reason says why a session is paused or has ended.
type Reason string

// The reasons. ReasonNone goes with SettingUp and Checking.
const (
	ReasonNone   Reason = ""
	ReasonButton Reason = "button" // paused by Pause
	ReasonSatUp  Reason = "sat_up" // paused because the person sat up; lying back resumes

	ReasonStopped Reason = "stopped"  // ended by Stop
	ReasonDone    Reason = "done"     // ended some time after the plan was done
	ReasonPain    Reason = "pain"     // ended because the pain is too strong, or has risen too much
	ReasonNoVideo Reason = "no_video" // ended because no picture came for too long
	ReasonDrain   Reason = "drain"    // ended because the server shuts down
	ReasonStuck   Reason = "stuck"    // ended because the analysis of a frame hung
	ReasonError   Reason = "error"    // ended by an error, which Run returns
)

// Connection is how well pictures come.
type Connection uint8

// The connections.
const (
	ConnectionNone Connection = iota // nothing has come yet
	ConnectionGood
	ConnectionPoor // they come, but late or with losses
	ConnectionLost // they came once, and do not any more
)

var connectionNames = [...]string{"none", "good", "poor", "lost"}

// String returns "none", "good", "poor" or "lost".
func (c Connection) String() string { return connectionNames[c] }

// MarshalText writes the connection by its name.
func (c Connection) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Transport is the way on which pictures come.
type Transport uint8

// The transports.
const (
	TransportNone Transport = iota // nothing has come yet
	TransportWebRTC
	TransportJPEG // single pictures, the fallback
)

var transportNames = [...]string{"none", "webrtc", "jpeg"}

// String returns "none", "webrtc" or "jpeg".
func (t Transport) String() string { return transportNames[t] }

// MarshalText writes the transport by its name.
func (t Transport) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Delays tells where the time of one frame went.
type Delays struct {
	// Network is from the sender's capture to the last packet's arrival. It means something only if NetworkKnown:
	// the sender told when it was captured, and the two clocks agree well enough for that to make sense.
	Network      time.Duration
	NetworkKnown bool
	// Decode is from the arrival to the decoded picture, Wait from there to the beginning of the analysis.
	Decode, Wait time.Duration
	// Pose, Roller and Rules are the stages of the analysis.
	Pose, Roller, Rules time.Duration
}

// LiveState is how a live session stands. It and all it points to belong to the session and are valid during the
// call only.
type LiveState struct {
	// T is the session time of the newest analysed frame in seconds, negative before the first.
	T      float64
	Phase  Phase
	Reason Reason
	// Width and Height are the size of the sender's pictures in pixels, 0 before the first. Places on the picture
	// that a page tells are meant in these.
	Width, Height int
	// Captured is when the newest analysed frame was taken, by the sender's wall clock; zero if it does not tell.
	Captured time.Time
	// Delays are those of the newest analysed frame.
	Delays                   Delays
	ReceivedFPS, AnalysedFPS float64
	Connection               Connection
	Transport                Transport
	// Setup is the guide's judgement on the newest analysed frame, empty before the first.
	Setup []setup.Item
	// Standing is how far the check has come; Progress the same in short.
	Standing coach.Standing
	Progress coach.Progress
	// ExercisePhase is what the person is doing, by the exercise's names; empty where that is not known.
	ExercisePhase string
	// Plan is how the plan stands; nil for one exercise on its own.
	Plan *PlanState
	// Steps are told in one call only, and only by Tick; so are Calibrated.
	Steps      []Step
	Calibrated []Calibrated
	// Pain is what the person has said about their pain so far.
	Pain []PainValue
	// PainStop is what to tell a person whose check has ended with ReasonPain; nil otherwise.
	PainStop *Warning
}

// Warning is what a person is told in words longer than a cue's.
type Warning struct{ Text, Say, Hint string }

// LiveSink takes what a live session tells, from one goroutine, in order. An error ends the session.
type LiveSink interface {
	// Take is called with each analysed frame, in every phase but Ended; Moment.Live is set. Outside of Checking
	// the update holds no findings, but for the events of those that a pause clears.
	Sink
	// Tick is called at each change of phase, and once a second while no frame is analysed, so that a page learns
	// of a lost connection. The last call of a session is a Tick with the phase Ended.
	Tick(s *LiveState) error
}

// Drops counts the pictures that were received and not analysed, by the stage that they came to.
type Drops struct {
	// Queue: they came faster than they could be decoded. Decode: damaged, or between a damaged picture and the
	// next key picture, or not meant to be shown. Slot: a newer one came before the analysis was free. Paused: left
	// out on purpose while the check pauses. Analysis: the analysis failed. Shutdown: the session ended first.
	Queue, Decode, Slot, Paused, Analysis, Shutdown int64
}

// Total is the sum over all stages.
func (d Drops) Total() int64 {
	return d.Queue + d.Decode + d.Slot + d.Paused + d.Analysis + d.Shutdown
}

// Counters tells where the pictures of a live session went. Once it has ended, Received = Analysed + Dropped.Total().
type Counters struct {
	Received, Decoded, Analysed int64
	Dropped                     Drops
	// Pushed is the number of moments that every sink has taken.
	Pushed int64
	// KeyFrames is how often a key picture was asked for.
	KeyFrames int64
}

// PainTime says when a person told of their pain.
type PainTime string

// The times.
const (
	PainBefore PainTime = "before" // the exercise
	PainDuring PainTime = "during"
	PainAfter  PainTime = "after"
)

// PainValue is what a person said about their pain, 0 (none) to 10 (worst), at a session time in seconds.
type PainValue struct {
	T     float64
	Value int
	When  PainTime
	// Block is the place of the plan's block that it was told in.
	Block int
}

// Outcome is how a block ended.
type Outcome string

// The outcomes.
const (
	OutcomeDone    Outcome = "done"    // the dose was reached
	OutcomeCut     Outcome = "cut"     // the person went on, or back, before
	OutcomeSkipped Outcome = "skipped" // the person left it out
	OutcomeStopped Outcome = "stopped" // the session ended before
)

// Block is what a block came to. Gone back to, a block is there more than once.
type Block struct {
	// Index is its place in the plan, from 0.
	Index   int
	Outcome Outcome
	// WorkedS is how long it went on, in seconds, from the beginning of the work: for what goes by time that is the dose.
	WorkedS float64
	// Judged tells that the camera told how much was done; otherwise it went by time.
	Judged  bool
	Summary coach.Summary
}

// LiveResult is what a live session came to.
type LiveResult struct {
	Reason Reason
	// Aim is that of the plan, empty for one exercise on its own.
	Aim string
	// Summary is what all blocks came to together, under the exercise of the first.
	Summary coach.Summary
	// Blocks lists what was begun, in order of time.
	Blocks []Block
	Frames Counters
	Pain   []PainValue
	// Checked is how long the session was in the phase Checking.
	Checked time.Duration
	Timings Timings
}

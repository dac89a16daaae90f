// Package push brings what a check finds to the pages that show it, over WebSockets, and the pages' wishes back to the
// check. A state replaces the one before it that a page has not taken yet; cues and the like wait in a short queue. A
// page that does not keep up is disconnected, never waited for.
//
// The protocol is in protocol.schema.json; both sides are tested against it.
package push

import (
	_ "embed"
	"errors"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/session"
)

// Schema is the protocol's JSON Schema.
//
//go:embed protocol.schema.json
var Schema []byte

// Protocol is the WebSocket subprotocol that the server speaks.
const Protocol = "rollwell.v1"

// Check is what a page may ask of its check. Its methods are called from several goroutines and must not block.
type Check interface {
	Start()
	Pause()
	Resume()
	Stop()
	// Next, Skip and Back go to another block of a plan.
	Next()
	Skip()
	Back()
	// Pain notes a rating from 0 to 10, told before, during or after the exercise; "" means now.
	Pain(value int, when string) error
	// Calibrate takes the person's word that they lie as kind says.
	Calibrate(kind string) error
	// PlaceRoller says where the near end of the roller is, in pixels of the source's picture, at a session time in
	// seconds; negative: in the newest frame.
	PlaceRoller(x, y, radius, at float64) error
	SetLanguage(language string)
	// JPEG takes a picture of the fallback without WebRTC. It keeps data. A zero time means that the time of capture
	// is not known.
	JPEG(data []byte, captured time.Time)
}

// Watch is told of connections. Its methods are called from several goroutines.
type Watch interface {
	Connected()
	// Disconnected tells why a connection has ended, by one of Labels.
	Disconnected(label string)
}

// ErrFull tells that a check has as many connections as it may.
var ErrFull = errors.New("too many pages watch this check; close one of them")

// ErrClosed tells that a check has gone and takes no more connections.
var ErrClosed = errors.New("the check is over")

// progressEvery is the time between two messages of progress.
const progressEvery = 500 * time.Millisecond

// Hub serves the pages of one check. It is a sink of the check's session.
type Hub struct {
	check  Check
	limits Limits
	watch  Watch
	serves sync.WaitGroup

	mu      sync.Mutex // guards what follows
	clients map[*client]struct{}
	serving int  // the clients, and those that are not yet or no longer among them
	closed  bool // no new ones
	seq     uint64
	last    stamp // of the newest frame; seq is not used
	picture picture
	state   message // the newest
	// spoken are the cues that pages believe to hold, by id; highest is the highest id of any finding so far.
	spoken  map[int]coach.Finding
	highest int
	// over is the last message, once there is one.
	over *message
	// The progress told last, and when.
	told     coach.Progress
	toldAt   time.Time
	progress *message
	// size is how long a state was, to make room for the next.
	size int
}

// New returns the hub of a check. Watch may be nil.
func New(limits Limits, watch Watch) *Hub {
	if limits == (Limits{}) {
		limits = DefaultLimits()
	}
	if watch == nil {
		watch = nobody{}
	}
	h := &Hub{limits: limits, watch: watch, clients: map[*client]struct{}{}, spoken: map[int]coach.Finding{}, picture: nothingSeen(), last: stamp{t: -1}}
	h.pushState(&session.LiveState{T: -1})
	return h
}

// Bind says which check the pages' wishes go to. Call it before Serve.
func (h *Hub) Bind(c Check) { h.check = c }

// Take sends what a frame has brought.
func (h *Hub) Take(m *session.Moment) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = stamp{t: m.Live.T, captured: m.Live.Captured}
	h.picture.see(m)
	h.pushState(m.Live)
	if m.Live.Phase != session.Checking {
		h.clearAll()
	}
	for i := range m.Update.Events {
		e := &m.Update.Events[i]
		h.highest = max(h.highest, e.Finding.ID)
		if e.Kind == coach.Cleared {
			h.clear(e.Finding.ID)
		}
	}
	if n := m.Update.Banner; n != nil && n.Speak {
		h.speak(n)
	}
	if p := &m.Live.Progress; *p != h.told {
		if now := time.Now(); now.Sub(h.toldAt) >= progressEvery {
			h.told, h.toldAt = *p, now
			m := h.event(appendProgress(nil, h.stamp(), m.Live))
			h.progress = &m
		}
	}
	return nil
}

// Tick sends a state without a new frame.
func (h *Hub) Tick(s *session.LiveState) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	lost := s.Connection == session.ConnectionLost || s.Connection == session.ConnectionNone
	if lost {
		h.picture = nothingSeen()
	} else if s.Phase != session.Checking {
		h.picture.banner, h.picture.notices = nothingSeen().banner, nothingSeen().notices
	}
	h.last = stamp{t: s.T, captured: s.Captured}
	h.pushState(s)
	if s.Phase != session.Checking {
		h.clearAll()
	}
	for i := range s.Steps {
		h.event(appendStep(nil, h.stamp(), &s.Steps[i]))
	}
	for i := range s.Calibrated {
		h.event(appendCalibrated(nil, h.stamp(), &s.Calibrated[i]))
	}
	if s.Phase == session.Ended && s.PainStop != nil {
		h.speak(painStop(s.PainStop, h.highest+1, math.Max(s.T, 0)))
	}
	return nil
}

// speak sends a cue. The lock must be held, as for clear.
func (h *Hub) speak(n *coach.Banner) {
	h.spoken[n.ID], h.highest = n.Finding, max(h.highest, n.ID)
	h.event(appendCue(nil, h.stamp(), n))
}

// clear says that a cue is over, if pages have heard it.
func (h *Hub) clear(id int) {
	if f, ok := h.spoken[id]; ok {
		delete(h.spoken, id)
		h.event(appendClear(nil, h.stamp(), &f))
	}
}

// clearAll does so for every cue, in order: nothing is corrected outside of a check that runs.
func (h *Hub) clearAll() {
	for _, id := range slices.Sorted(maps.Keys(h.spoken)) {
		h.clear(id)
	}
}

// painStop is the cue of a check that ends because of pain (domain.md §6).
func painStop(w *session.Warning, id int, at float64) *coach.Banner {
	return &coach.Banner{
		Finding: coach.Finding{
			ID: id, Code: "pain_stop", Severity: exercise.Safety, StartS: at, EndS: at, Spoken: true, Text: w.Text,
		},
		Say: w.Say, Hint: w.Hint,
	}
}

// stamp returns the next message's stamp. The lock must be held.
func (h *Hub) stamp() stamp {
	h.seq++
	return stamp{h.seq, h.last.t, h.last.captured}
}

// pushState makes the state once and gives it to every client. The lock must be held, as for event.
func (h *Hub) pushState(l *session.LiveState) {
	stamp := h.stamp()
	b := appendState(make([]byte, 0, h.size+h.size/8+64), stamp, l, &h.picture)
	h.size = len(b)
	h.state = message{seq: stamp.seq, text: b, at: time.Now()}
	for c := range h.clients {
		c.out.putState(h.state)
	}
}

// event gives a message, whose stamp was made last, to every client.
func (h *Hub) event(text []byte) message {
	m := message{seq: h.seq, text: text, at: time.Now()}
	for c := range h.clients {
		c.event(m)
	}
	return m
}

// Finish sends the last message of the check, what Summary made of it, and closes the connections. Pages that come
// later get the same.
func (h *Hub) Finish(summary []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.finish(appendSummary(nil, h.stamp(), summary), farewell{websocket.CloseNormalClosure, "the check has ended", labelEnded})
}

// Fail does the same where there is no summary: with an error.
func (h *Hub) Fail(code, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.finish(appendError(nil, h.stamp(), code, text, true), farewell{websocket.CloseInternalServerErr, code, labelEnded})
}

func (h *Hub) finish(text []byte, f farewell) {
	if h.over != nil {
		return
	}
	h.over = &message{seq: h.seq, text: text, last: &f}
	m := *h.over
	m.at = time.Now()
	for c := range h.clients {
		c.event(m)
	}
}

// Warn sends an error that ends nothing to every page.
func (h *Hub) Warn(code, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over == nil {
		h.event(appendError(nil, h.stamp(), code, text, false))
	}
}

// tell sends an error to one client. With a farewell the connection is closed after it.
func (h *Hub) tell(c *client, code, text string, f *farewell) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.event(message{text: appendError(nil, h.stamp(), code, text, f != nil), seq: h.seq, at: time.Now(), last: f})
}

// Clients returns how many connections there are.
func (h *Hub) Clients() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.serving
}

// Wait returns when every connection has ended. It lets no new ones in.
func (h *Hub) Wait() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.serves.Wait()
}

// nobody watches.
type nobody struct{}

func (nobody) Connected()          {}
func (nobody) Disconnected(string) {}

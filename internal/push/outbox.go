package push

import (
	"sync"
	"time"
)

// message is a text that is sent to a client. The text is shared by all clients and never changed.
type message struct {
	seq  uint64
	text []byte
	// at is when it was put into the outbox.
	at time.Time
	// last tells that the connection is closed after it.
	last *farewell
}

// outbox holds what a client has not been sent yet: the newest state, and every event. It is safe for concurrent
// use.
type outbox struct {
	mu     sync.Mutex
	state  message // without a text if there is none
	events []message
	limit  int
	// wake has room for one, and holds it when something has come.
	wake chan struct{}
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1)}
}

// putState replaces the state that still waits.
func (o *outbox) putState(m message) {
	o.mu.Lock()
	o.state = m
	o.mu.Unlock()
	o.ring()
}

// putEvent appends an event. It is false if there is no room: then the client has been too slow.
func (o *outbox) putEvent(m message) bool {
	o.mu.Lock()
	room := len(o.events) < o.limit || m.last != nil // the last word always has room
	if room {
		o.events = append(o.events, m)
	}
	o.mu.Unlock()
	o.ring()
	return room
}

// take returns what is to be sent next, by the order in which it came to be, and false if there is nothing.
func (o *outbox) take() (message, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	state := o.state.text != nil
	if len(o.events) > 0 && (!state || o.events[0].seq < o.state.seq) {
		m := o.events[0]
		o.events = append(o.events[:0], o.events[1:]...)
		return m, true
	}
	m := o.state
	o.state = message{}
	return m, state
}

func (o *outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

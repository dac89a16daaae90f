package session

import (
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/media"
)

// Limits of what may wait for a session's own goroutine. They are far from anything that happens while it keeps up.
const (
	maxBacklog      = time.Second // between the oldest and the newest picture
	maxBacklogUnits = 256
	maxBacklogBytes = 16 << 20
	maxCommands     = 256
)

// inbox takes in what comes for a session from any goroutine, without ever blocking, until the session's own
// goroutine fetches it.
type inbox struct {
	// ready holds a token whenever something may be waiting.
	ready chan struct{}

	mu       sync.Mutex // guards everything below
	units    []media.AccessUnit
	bytes    int
	commands []func(*liveRun)
	// gap is set when a unit had to be refused: everything up to the next key picture is then of no use. news tells
	// that nobody has fetched that yet.
	gap, news bool
	closed    bool

	received, overflown, late int64
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

// unit takes in a picture, or counts why it does not.
func (b *inbox) unit(u media.AccessUnit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.received++
	switch {
	case b.closed:
		b.late++
		return
	case b.isFull(u):
		b.gap, b.news = true, true
		b.overflown++
		return
	case b.gap && !u.Key:
		b.overflown++
		return
	}
	b.gap = false
	b.units = append(b.units, u)
	b.bytes += len(u.Data)
	b.wake()
}

func (b *inbox) isFull(u media.AccessUnit) bool {
	if len(b.units) == 0 {
		return len(u.Data) > maxBacklogBytes
	}
	return len(b.units) >= maxBacklogUnits || b.bytes+len(u.Data) > maxBacklogBytes ||
		u.Received.Sub(b.units[0].Received) > maxBacklog
}

// command takes in something to be done by the session's goroutine. What comes after the end, or in floods, is left
// out.
func (b *inbox) command(do func(*liveRun)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.commands) >= maxCommands {
		return
	}
	b.commands = append(b.commands, do)
	b.wake()
}

func (b *inbox) wake() {
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// fetch swaps what has come against two empty lists. lost tells that units were refused since the last time.
func (b *inbox) fetch(units []media.AccessUnit, commands []func(*liveRun)) (_ []media.AccessUnit, _ []func(*liveRun), lost bool) {
	clear(units)
	clear(commands)
	b.mu.Lock()
	defer b.mu.Unlock()
	units, b.units = b.units, units[:0]
	commands, b.commands = b.commands, commands[:0]
	lost, b.news = b.news, false
	b.bytes = 0
	return units, commands, lost
}

// close refuses everything from now on, and counts what still waits as too late.
func (b *inbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.late += int64(len(b.units))
	b.units, b.commands, b.bytes = nil, nil, 0
}

// counts tells what was received, refused for want of room, and left over at the end.
func (b *inbox) counts() (received, overflown, late int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.received, b.overflown, b.late
}

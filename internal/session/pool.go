package session

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"
)

// ErrFull tells that there is no room for one more session. See FullError for when to try again.
var ErrFull = errors.New("the server is full")

// FullError says that one more session would slow all of them down too much.
type FullError struct {
	// Sessions are running, of Limit that fit.
	Sessions, Limit int
	// RetryAfter is when it is worth asking again.
	RetryAfter time.Duration
}

// Error says what to do.
func (e *FullError) Error() string {
	return fmt.Sprintf("%v: %d of %d checks are running; try again in %.0f seconds", ErrFull, e.Sessions, e.Limit, e.RetryAfter.Seconds())
}

// Unwrap makes errors.Is find ErrFull.
func (e *FullError) Unwrap() error { return ErrFull }

// PoolOptions say how many frames may be analysed at once, and how many sessions that serves. Zero means the default.
type PoolOptions struct {
	// Workers is how many frames are analysed at once: the number of cores.
	Workers int
	// MinRate is how many frames of each session must be analysed in a second at the least: 10.
	MinRate float64
	// MaxSessions is a fixed limit on top of the measured one: none.
	MaxSessions int
	// AssumedCost is the processor time that a frame's analysis is thought to take before it has been measured: 15 ms,
	// for the model full with ONNX Runtime.
	AssumedCost time.Duration
	// Headroom is the share of the cores' time that may be planned: 0.9.
	Headroom float64
	// RetryAfter is when a visitor who was refused should ask again: 20 s.
	RetryAfter time.Duration
}

func (o *PoolOptions) complete() {
	if o.Workers <= 0 {
		o.Workers = runtime.NumCPU()
	}
	if !(o.MinRate > 0) {
		o.MinRate = defaultMinRate
	}
	if o.AssumedCost <= 0 {
		o.AssumedCost = 15 * time.Millisecond
	}
	if !(o.Headroom > 0) {
		o.Headroom = 0.9
	}
	if o.RetryAfter <= 0 {
		o.RetryAfter = 20 * time.Second
	}
}

// defaultMinRate is below what a stroke's turns still show: 10 frames a second (design.md §8).
const defaultMinRate = 10

// Pool shares the machine's cores between all live sessions: each analyses one frame in its turn, and the turns go
// round. When there is too much to do everybody's rate falls together, and before it falls too low, newcomers are
// refused. It is safe for use by many goroutines, and starts none.
type Pool struct {
	o PoolOptions

	mu       sync.Mutex // guards everything below
	busy     int        // turns taken
	queue    []*seat    // who waits for a turn, the longest first
	sessions int
	cost     average   // seconds of a core per frame
	overhead average   // seconds of a core per second and session, for decoding, rules and sinks
	starved  time.Time // when a session last got fewer turns than it must
	stuck    int64
	hung     int           // analyses that were given up and have not come back yet
	free     chan struct{} // closed when hung falls to zero; nil while it is
}

// NewPool makes a pool for all sessions of a process.
func NewPool(o PoolOptions) *Pool {
	o.complete()
	return &Pool{
		o:        o,
		cost:     average{value: o.AssumedCost.Seconds(), n: priorWeight},
		overhead: average{value: assumedOverhead, n: priorWeight},
	}
}

const (
	// priorWeight is how many measurements the assumption made before the first one counts for.
	priorWeight = 10
	// leastShare is the weight of the newest measurement, once there are many.
	leastShare = 0.02
	// assumedOverhead is what a session is thought to need of a core beside the analysis: 30 frames of 640×480 decoded
	// in a second, and the rules.
	assumedOverhead = 0.04
	// networkShare is what a session needs of a core outside of this package, for receiving and pushing: half of what
	// a whole server took for a stream of 640×480 (realtime-video.md); the other half was decoding.
	networkShare = 0.05
	// starvedFor is for how long nobody is let in after a session has got fewer turns than it must: the machine then
	// has other work, or the measurements were wrong.
	starvedFor = 5 * time.Second
)

// average is an exponentially weighted mean that begins as a plain one.
type average struct {
	value float64
	n     float64
}

func (a *average) add(x float64) {
	a.n++
	a.value += math.Max(leastShare, 1/a.n) * (x - a.value)
}

// Admit takes one more session in, or refuses it by a *FullError. release gives its place back; calling it again does
// nothing.
func (p *Pool) Admit() (release func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if limit := p.limit(); p.sessions >= limit || (p.sessions > 0 && p.starves()) {
		return nil, &FullError{Sessions: p.sessions, Limit: min(limit, p.sessions), RetryAfter: p.o.RetryAfter}
	}
	p.sessions++
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sessions--
	}), nil
}

// starves tells whether a session has got fewer turns than it must, not long ago.
func (p *Pool) starves() bool { return !p.starved.IsZero() && time.Since(p.starved) < starvedFor }

// limit is how many sessions fit: at the least rate each needs so much of the cores' time.
func (p *Pool) limit() int {
	each := p.o.MinRate*p.cost.value + p.overhead.value + networkShare
	const whole = 1e-9 // so that what fits exactly fits
	n := max(1, int(p.o.Headroom*float64(p.o.Workers)/each+whole))
	if p.o.MaxSessions > 0 {
		n = min(n, p.o.MaxSessions)
	}
	return n
}

// PoolStats is how a pool stands.
type PoolStats struct {
	Workers, Sessions, Limit int
	// Cost is the processor time that the analysis of a frame takes on the average, Overhead the share of a core that
	// a session takes beside it. Starving tells that some session has got fewer turns than it must, not long ago.
	Cost     time.Duration
	Overhead float64
	Starving bool
	// Waiting sessions want a turn, Busy ones have it.
	Waiting, Busy int
	// Stuck counts the analyses that were given up, Hung those of them that have still not come back.
	Stuck int64
	Hung  int
}

// Stats tells how the pool stands.
func (p *Pool) Stats() PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PoolStats{
		Workers: p.o.Workers, Sessions: p.sessions, Limit: p.limit(),
		Cost: time.Duration(p.cost.value * float64(time.Second)), Overhead: p.overhead.value, Starving: p.starves(),
		Waiting: len(p.queue), Busy: p.busy, Stuck: p.stuck, Hung: p.hung,
	}
}

// Close waits until every analysis that was given up has come back, or ctx ends. Before it has returned nil, what the
// eyes use must not be freed. All sessions must have ended before.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	free, hung := p.free, p.hung
	p.mu.Unlock()
	if free == nil {
		return nil
	}
	select {
	case <-free:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %d analyses have not come back: %w", ErrStuck, hung, ctx.Err())
	}
}

// seat is one session's place in the round.
type seat struct {
	// granted tells the session that its turn has come. Whoever reads from it must call done, leave or hang.
	granted chan struct{}
	state   seatState // guarded by Pool.mu
}

type seatState uint8

const (
	idle    seatState = iota
	waiting           // in Pool.queue
	turning           // has a worker
	given             // had a worker, which was taken away
)

func newSeat() *seat { return &seat{granted: make(chan struct{}, 1)} }

// ask queues for a turn. A session that waits or has its turn does not ask again.
func (p *Pool) ask(s *seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state != idle {
		return
	}
	s.state = waiting
	p.queue = append(p.queue, s)
	p.grant()
}

// grant gives free workers to those who wait longest.
func (p *Pool) grant() {
	for p.busy < p.o.Workers && len(p.queue) > 0 {
		s := p.queue[0]
		p.queue = append(p.queue[:0], p.queue[1:]...) // few, and no array that wanders
		s.state = turning
		p.busy++
		s.granted <- struct{}{}
	}
}

// done ends a turn, and takes note of the processor time that the analysis of a frame took, unless that is zero.
func (p *Pool) done(s *seat, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state == given { // it has come back after all
		if p.hung--; p.hung == 0 {
			close(p.free)
			p.free = nil
		}
		return
	}
	if took > 0 {
		p.cost.add(took.Seconds())
	}
	p.end(s)
}

// leave gives up the place in the queue, or a turn that was not used.
func (p *Pool) leave(s *seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch s.state {
	case waiting:
		for i, other := range p.queue {
			if other == s {
				p.queue = append(p.queue[:i], p.queue[i+1:]...)
				break
			}
		}
		s.state = idle
	case turning:
		select {
		case <-s.granted:
		default:
		}
		p.end(s)
	}
}

// hang takes the worker away from an analysis that does not end, and so replaces it. It returns false if the turn
// has ended in the meantime.
func (p *Pool) hang(s *seat) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state != turning {
		return false
	}
	p.end(s)
	s.state = given
	p.stuck++
	if p.hung++; p.free == nil {
		p.free = make(chan struct{})
	}
	return true
}

func (p *Pool) end(s *seat) {
	s.state = idle
	p.busy--
	p.grant()
}

// spent takes note of the processor time that a session took for everything but the analysis, and whether it gets
// fewer turns than it must.
func (p *Pool) spent(busy, of time.Duration, starves bool) {
	if of <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.overhead.add(busy.Seconds() / of.Seconds())
	if starves {
		p.starved = time.Now()
	}
}

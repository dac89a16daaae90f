package server

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/session"
)

// registry knows the checks by their ids: those that run, and those that have ended and may still be asked for. It is
// safe for concurrent use.
type registry struct {
	mu     sync.Mutex
	checks map[string]*check
	// past is where the frames of checks went that are not in checks any more.
	past session.Counters
}

func newRegistry() *registry { return &registry{checks: map[string]*check{}} }

func (r *registry) add(c *check) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks[c.id] = c
}

func (r *registry) get(id string) (*check, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.checks[id]
	return c, ok
}

// forget drops a check that has ended.
func (r *registry) forget(c *check) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(c)
}

func (r *registry) drop(c *check) {
	if r.checks[c.id] == c {
		delete(r.checks, c.id)
		last := c.live.Counts()
		sum(&r.past, &last)
	}
}

// all returns the checks in no order.
func (r *registry) all() []*check {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*check, 0, len(r.checks))
	for _, c := range r.checks {
		list = append(list, c)
	}
	return list
}

// waiting is how many checks from an address run without a picture that could be analysed yet.
func (r *registry) waiting(from netip.Addr) (n int) {
	for _, c := range r.all() {
		if c.from == from && c.running() && c.live.Counts().Analysed == 0 {
			n++
		}
	}
	return n
}

// sweep forgets the checks that have ended before a time, and the oldest where there are more than limit.
func (r *registry) sweep(before time.Time, limit int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ended []*check
	for _, c := range r.checks {
		if !c.running() {
			ended = append(ended, c)
		}
	}
	slices.SortFunc(ended, func(a, b *check) int { return a.endedAt.Compare(b.endedAt) })
	for i, c := range ended {
		if c.endedAt.Before(before) || i < len(ended)-limit {
			r.drop(c)
		}
	}
}

// frames tells where the frames of all checks went.
func (r *registry) frames() session.Counters {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := r.past
	for _, c := range r.checks {
		now := c.live.Counts()
		sum(&total, &now)
	}
	return total
}

// sum adds b to a.
func sum(a, b *session.Counters) {
	a.Received += b.Received
	a.Decoded += b.Decoded
	a.Analysed += b.Analysed
	a.Pushed += b.Pushed
	a.KeyFrames += b.KeyFrames
	d, e := &a.Dropped, &b.Dropped
	d.Queue += e.Queue
	d.Decode += e.Decode
	d.Slot += e.Slot
	d.Paused += e.Paused
	d.Analysis += e.Analysis
	d.Shutdown += e.Shutdown
}

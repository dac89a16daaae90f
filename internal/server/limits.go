package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what clients may do. The zero value of a field stands for that of DefaultLimits.
type Limits struct {
	// Offer and Request are the most bytes of a session description and of any other body.
	Offer, Request int64
	// Rate and Burst are how many API requests one address may make a second, in the long run and at once; Starts and
	// StartBurst the same for new checks. IPv6 addresses count by their network of 64 bits.
	Rate, Starts      rate.Limit
	Burst, StartBurst int
	// Waiting is how many checks to which no video has come yet one address may have; this machine may have any number.
	Waiting int
	// Remember is how long the summary of a check that has ended may be asked for, and Ended how many are kept.
	Remember time.Duration
	Ended    int
	// Header is how long a client may take to send the header of a request, Body for all of it, Answer for taking what
	// is answered, and Idle how long a connection may do nothing.
	Header, Body, Answer, Idle time.Duration
	// Negotiate is how long the answer to an offer may take.
	Negotiate time.Duration
	// Turn is how long a request waits for one of the few places at work that takes much of the machine.
	Turn time.Duration
	// Grace is how long checks may go on when the server is asked to end.
	Grace time.Duration
}

// DefaultLimits are the limits of a server.
func DefaultLimits() Limits {
	return Limits{
		Offer: 64 << 10, Request: 16 << 10,
		Rate: 20, Burst: 100, Starts: 1, StartBurst: 30, Waiting: 4,
		Remember: 10 * time.Minute, Ended: 256,
		Header: 5 * time.Second, Body: 10 * time.Second, Answer: 30 * time.Second, Idle: 60 * time.Second,
		Negotiate: 10 * time.Second, Turn: 15 * time.Second, Grace: 10 * time.Second,
	}
}

// complete fills in what was not said.
func (l *Limits) complete() {
	d := DefaultLimits()
	or(&l.Offer, d.Offer)
	or(&l.Request, d.Request)
	or(&l.Rate, d.Rate)
	or(&l.Burst, d.Burst)
	or(&l.Starts, d.Starts)
	or(&l.StartBurst, d.StartBurst)
	or(&l.Waiting, d.Waiting)
	or(&l.Remember, d.Remember)
	or(&l.Ended, d.Ended)
	or(&l.Header, d.Header)
	or(&l.Body, d.Body)
	or(&l.Answer, d.Answer)
	or(&l.Idle, d.Idle)
	or(&l.Negotiate, d.Negotiate)
	or(&l.Turn, d.Turn)
	or(&l.Grace, d.Grace)
}

func or[T comparable](to *T, other T) {
	var zero T
	if *to == zero {
		*to = other
	}
}

// maxAddresses bounds the table of addresses.
const maxAddresses = 20_000

// throttle limits requests by address. It is safe for concurrent use.
type throttle struct {
	limit rate.Limit
	burst int

	mu   sync.Mutex
	seen map[netip.Addr]*rate.Limiter
	// rest is shared by all addresses that the table has no room for.
	rest *rate.Limiter
}

func newThrottle(limit rate.Limit, burst int) *throttle {
	return &throttle{limit: limit, burst: burst, seen: map[netip.Addr]*rate.Limiter{}, rest: rate.NewLimiter(limit, burst)}
}

// allow tells whether a request from an address may pass.
func (t *throttle) allow(a netip.Addr) bool {
	t.mu.Lock()
	l, ok := t.seen[a]
	if !ok {
		if len(t.seen) >= maxAddresses {
			l = t.rest
		} else {
			l = rate.NewLimiter(t.limit, t.burst)
			t.seen[a] = l
		}
	}
	t.mu.Unlock()
	return l.Allow()
}

// sweep forgets the addresses that have been quiet for long enough to have their whole burst again.
func (t *throttle) sweep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for a, l := range t.seen {
		if l.Tokens() >= float64(t.burst) {
			delete(t.seen, a)
		}
	}
}

// addressOf is whose request counts. A proxy on this machine, if one was told of by Origins, says for whom it asks:
// the last address that it names is the one that it saw itself.
func (s *Server) addressOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	if told := r.Header.Values("X-Forwarded-For"); len(s.o.Origins) > 0 && len(told) > 0 && a.Unmap().IsLoopback() {
		list := strings.Split(told[len(told)-1], ",")
		if other, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			a = other
		}
	}
	return network(a)
}

// network is what counts of an address: all of an IPv4 one, the first half of an IPv6 one.
func network(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

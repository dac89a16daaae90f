// Package ingest receives a browser's camera over WebRTC and gives out whole coded pictures. It speaks WHIP's part of
// offer and answer (RFC 9725); the HTTP around it belongs to the server. One publication is one connection with one
// video track and is never renegotiated: a sender that changes networks publishes anew, and the new publication goes
// on in the same check. There are no data channels and no audio.
//
// It is the only package that uses pion.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pion/transport/v2"

	"github.com/rollwell/rollwell/internal/media"
)

// DefaultMaxPublications is how many publications may be open at once if the options say nothing.
const DefaultMaxPublications = 64

// Options say where to receive.
type Options struct {
	// Address is the local address to receive on, "127.0.0.1"; empty or unspecified for all but loopback ones.
	Address string
	// Port is the number of both the UDP and the TCP port, 0 for any that is free.
	Port int
	// PublicIPs are told to senders in place of the local addresses, for servers behind a port forwarding.
	PublicIPs []string
	// StartBitrateKbps is the bit rate that browsers are asked to begin with, 0 to leave it to them.
	StartBitrateKbps int
	// MaxPublications bounds the publications open at once, 0 for DefaultMaxPublications.
	MaxPublications int
	// Log may be nil.
	Log *slog.Logger
}

// Sink takes what a publication receives. Both methods are called from one goroutine of the publication, in order, so
// they must not wait for long: what arrives meanwhile is queued, and then lost. They must not call Publication.Close.
type Sink interface {
	// Unit takes the next picture. The first one, and the first after a loss, is a key picture; so is the first one
	// of another coding or size.
	Unit(u media.AccessUnit)
	// Lost takes news of the connection: each change of its state, and once a second while it is up. The last one has
	// the state Closed.
	Lost(l Loss)
}

// Receiver owns the media ports and all publications. Its methods may be called from any goroutine.
type Receiver struct {
	options Options
	ports   *ports
	virtual transport.Net // for tests
	log     *slog.Logger
	limits  limits

	mu     sync.Mutex // guards what follows
	open   map[*Publication]struct{}
	opened int // publications open or about to be
	closed bool
	idle   sync.WaitGroup // Publish calls under way
}

// limits are times that the tests shorten.
type limits struct {
	connect      time.Duration // until a publication must be connected
	disconnected time.Duration // of silence, until it counts as disconnected
	failed       time.Duration // and after that, until it is given up
	keepalive    time.Duration // between checks of a silent connection
}

func defaultLimits() limits {
	return limits{
		connect: 15 * time.Second, disconnected: 2 * time.Second, failed: 6 * time.Second,
		keepalive: 700 * time.Millisecond, // three checks within the time to disconnected
	}
}

// New opens the ports. The caller closes the receiver. The errors wrap ErrNoAddress or ErrPort.
func New(o Options) (*Receiver, error) {
	return newReceiver(o, nil, defaultLimits())
}

func newReceiver(o Options, virtual transport.Net, limits limits) (*Receiver, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxPublications <= 0 {
		o.MaxPublications = DefaultMaxPublications
	}
	ports, err := openPorts(o, virtual, pionLog{o.Log}.NewLogger("ice"))
	if err != nil {
		return nil, err
	}
	return &Receiver{
		options: o, ports: ports, virtual: virtual, log: o.Log, limits: limits, open: map[*Publication]struct{}{},
	}, nil
}

// Port is the number of the UDP and the TCP port.
func (r *Receiver) Port() int { return r.ports.number }

// Publish answers an offer and begins to receive. The pictures go to sink, marked with stream. The context bounds the
// making of the answer, not the publication, which lasts until Close, the sender's end, 15 s without a connection or
// 8 s of silence. The errors wrap ErrOffer, ErrTooLarge, ErrNoVideo, ErrNoCodec, ErrFull, ErrClosed or the context's.
func (r *Receiver) Publish(ctx context.Context, offer string, stream int, sink Sink) (*Publication, error) {
	o, err := readOffer(offer)
	if err != nil {
		return nil, err
	}
	if err := r.admit(); err != nil {
		return nil, err
	}
	defer r.idle.Done()
	p, err := r.newPublication(ctx, o, stream, sink)
	if err != nil {
		r.leave(nil)
		return nil, err
	}
	r.mu.Lock()
	r.open[p] = struct{}{}
	r.mu.Unlock()
	p.begin(func() { r.leave(p) })
	return p, nil
}

// admit makes room for one more publication.
func (r *Receiver) admit() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return ErrClosed
	case r.opened >= r.options.MaxPublications:
		return fmt.Errorf("%w (%d are open)", ErrFull, r.opened)
	}
	r.opened++
	r.idle.Add(1)
	return nil
}

// leave gives the room of a publication back; p is nil if it never began.
func (r *Receiver) leave(p *Publication) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, p)
	r.opened--
}

// Publications is how many publications are open.
func (r *Receiver) Publications() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened
}

// Close ends all publications, waits until their sinks have heard of it, and closes the ports. It must not be called
// from a sink.
func (r *Receiver) Close() error {
	r.mu.Lock()
	already := r.closed
	r.closed = true
	r.mu.Unlock()
	r.idle.Wait()
	r.mu.Lock()
	open := make([]*Publication, 0, len(r.open))
	for p := range r.open {
		open = append(open, p)
	}
	r.mu.Unlock()
	var ending sync.WaitGroup
	errs := make([]error, len(open)+1)
	for i, p := range open {
		ending.Go(func() { errs[i] = p.Close() })
	}
	ending.Wait()
	if !already {
		errs[len(open)] = r.ports.close()
	}
	return errors.Join(errs...)
}

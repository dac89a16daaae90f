package ingest

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v3"

	"github.com/rollwell/rollwell/internal/media"
)

const (
	// inboxPackets is how many packets wait for a sink that takes its time, before more are lost.
	inboxPackets = 512
	// newsEvery is the time between two reports of how a connection fares.
	newsEvery = time.Second
)

// Publication is one camera's connection. Its methods may be called from any goroutine.
type Publication struct {
	answer     string
	stream     int
	sink       Sink
	connection *webrtc.PeerConnection
	tap        *tap
	limits     limits
	log        *slog.Logger

	inbox    chan arrival
	overflow atomic.Uint64 // packets lost because the inbox was full
	nudge    chan struct{} // something under mu changed
	ending   chan struct{} // closed to end the publication
	endOnce  sync.Once
	done     chan struct{}
	pumps    sync.WaitGroup // readers of pion's tracks

	mu      sync.Mutex // guards what follows
	state   State
	wantKey bool
	closing bool // no pump may begin any more
	stats   Stats
	closed  error // what closing answered, valid once done is closed

	receiving // only run's goroutine touches it
}

// receiving is the state of a publication's one goroutine.
type receiving struct {
	assembler *assembler
	timeline  timeline
	weather   weather
	own       uint32 // our number as a sender of feedback
	source    uint32 // the video's stream, 0 until known
	repairs   uint32 // the stream of its retransmissions, 0 if not told
	told      State  // what the sink heard last
	codec     media.Codec
	colour    media.Range
	newest    time.Time // arrival of the newest picture
	strays    uint64    // packets of streams that are not the video's
	bytes     uint64
	roundTrip time.Duration
}

// newPublication negotiates a connection. It does not receive yet.
func (r *Receiver) newPublication(ctx context.Context, o *offer, stream int, sink Sink) (*Publication, error) {
	p := &Publication{
		stream: stream, sink: sink, limits: r.limits, log: r.log.With(slog.Int("stream", stream)),
		inbox: make(chan arrival, inboxPackets), nudge: make(chan struct{}, 1),
		ending: make(chan struct{}), done: make(chan struct{}), state: Connecting,
		receiving: receiving{assembler: newAssembler(), own: rand.Uint32(), source: o.ssrc, repairs: o.repairSSRC},
	}
	p.tap = &tap{formats: o.formats(), ids: o.ids(), deliver: p.deliver}
	connection, err := r.newConnection(o, p.tap, p.end)
	if err != nil {
		return nil, err
	}
	p.connection = connection
	connection.OnTrack(p.track)
	connection.OnConnectionStateChange(p.changed)
	if p.answer, err = p.negotiate(ctx, o, r.options.StartBitrateKbps); err != nil {
		return nil, errors.Join(err, p.shut())
	}
	return p, nil
}

func (p *Publication) negotiate(ctx context.Context, o *offer, startKbps int) (string, error) {
	reduced, err := o.reduced()
	if err != nil {
		return "", err
	}
	answer, err := negotiate(ctx, p.connection, reduced)
	if err != nil {
		return "", err
	}
	return o.answer(answer, startKbps)
}

// Answer is the session description to send back.
func (p *Publication) Answer() string { return p.answer }

// Done is closed when the publication is over and its sink has heard the last of it.
func (p *Publication) Done() <-chan struct{} { return p.done }

// RequestKeyFrame has the sender asked for a key picture: at once, or as soon as 300 ms have passed since the last
// time, and again until one comes. It does not wait.
func (p *Publication) RequestKeyFrame() {
	p.mu.Lock()
	p.wantKey = true
	p.mu.Unlock()
	p.wake()
}

// Close ends the publication and waits until its sink has heard the last of it. It must not be called from the sink.
func (p *Publication) Close() error {
	p.end()
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// end has the publication end, without waiting for it.
func (p *Publication) end() { p.endOnce.Do(func() { close(p.ending) }) }

func (p *Publication) wake() {
	select {
	case p.nudge <- struct{}{}:
	default: // it is awake already
	}
}

// deliver queues what the tap saw. It is called by pion's goroutines and never waits: what finds no room is lost as
// if on the way, and had back in the same manner.
func (p *Publication) deliver(a arrival) {
	select {
	case p.inbox <- a:
	default:
		p.overflow.Add(1)
	}
}

// changed is pion's word on the connection.
func (p *Publication) changed(s webrtc.PeerConnectionState) {
	state := Connecting
	switch s {
	case webrtc.PeerConnectionStateConnected:
		state = Connected
	case webrtc.PeerConnectionStateDisconnected:
		state = Disconnected
	case webrtc.PeerConnectionStateFailed:
		state = Failed
	case webrtc.PeerConnectionStateClosed:
		state = Closed
	}
	p.mu.Lock()
	p.state = state
	p.mu.Unlock()
	p.wake()
}

// track keeps reading a track and its reports, which is what makes pion pass packets through the tap.
func (p *Publication) track(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	p.mu.Lock()
	if p.closing {
		p.mu.Unlock()
		return
	}
	p.pumps.Add(1)
	p.mu.Unlock()
	defer p.pumps.Done()
	p.pumps.Go(func() {
		b := make([]byte, maxPacketBytes)
		for {
			if _, _, err := receiver.Read(b); err != nil {
				return
			}
		}
	})
	b := make([]byte, maxPacketBytes)
	for {
		if _, _, err := track.Read(b); err != nil {
			return
		}
	}
}

// shut closes the connection and waits for everything that reads from it.
func (p *Publication) shut() error {
	p.mu.Lock()
	p.closing = true
	p.mu.Unlock()
	err := p.connection.GracefulClose()
	p.pumps.Wait()
	return err
}

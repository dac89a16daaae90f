// Package publisher is a camera made of a clip: it sends encoded pictures over WHIP in real time, as a browser would.
// Tests and benches use it; no server does.
package publisher

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v2"
	"github.com/pion/webrtc/v3"

	"github.com/rollwell/rollwell/internal/media"
)

// ErrRefused is returned when the server answers the offer with anything but 201 Created.
var ErrRefused = errors.New("the server refused the publication")

// ErrNoConnection is returned when the connection fails or does not come about.
var ErrNoConnection = errors.New("no connection to the server's media port: check that it is reachable over UDP or TCP")

// Options say what to send where.
type Options struct {
	// URL is the WHIP endpoint, Token what the Authorization header bears if it is not empty.
	URL, Token string
	// Client may be nil.
	Client *http.Client
	// Units are sent in order, at the pace of their Time; the first must be a key picture. All have one coding.
	Units []media.AccessUnit
	// Loop begins anew after the last unit, else the publication ends there.
	Loop bool
	// TCP connects over ICE-TCP only.
	TCP bool
	// NoCaptureTime leaves the wall clock of the pictures untold.
	NoCaptureTime bool

	// Exchange takes the place of WHIP if it is set: it turns an offer into an answer.
	Exchange func(ctx context.Context, offer string) (answer string, err error)
	// Network takes the place of the machine's if it is set.
	Network transport.Net
}

// Publisher sends one clip. Its methods may be called from any goroutine.
type Publisher struct {
	options    Options
	connection *webrtc.PeerConnection
	track      *webrtc.TrackLocalStaticRTP
	sender     *webrtc.RTPSender
	resource   string // the publication's own URL, for ending it

	connected chan struct{} // closed once
	lost      chan struct{} // closed once the connection is over
	cancel    context.CancelFunc
	done      chan struct{}
	work      sync.WaitGroup

	keyWanted atomic.Bool
	sent      atomic.Int64
	packets   atomic.Int64
	asked     atomic.Int64
	nacked    atomic.Int64
	err       error // valid once done is closed
}

// Stats counts what was sent.
type Stats struct {
	Units, Packets int64
	KeyRequests    int64 // the server's requests for a key picture
	Nacked         int64 // packets that the server asked for again
}

// Start negotiates, connects and begins to send. The context bounds the connecting, not the sending, which lasts until
// Close or the clip's end. The errors wrap ErrRefused, ErrNoConnection or the context's.
func Start(ctx context.Context, o Options) (*Publisher, error) {
	if len(o.Units) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrClip)
	}
	p := &Publisher{
		options: o, connected: make(chan struct{}), lost: make(chan struct{}), done: make(chan struct{}),
	}
	if err := p.open(); err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, errors.Join(err, p.hangUp())
	}
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p.cancel = cancel
	p.work.Go(p.listen)
	go func() {
		defer close(p.done)
		p.err = p.replay(sending)
	}()
	return p, nil
}

// connect exchanges the descriptions and waits for the connection.
func (p *Publisher) connect(ctx context.Context) error {
	offer, err := p.connection.CreateOffer(nil)
	if err != nil {
		return fmt.Errorf("make the offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(offer); err != nil {
		return fmt.Errorf("make the offer: %w", err)
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	exchange := p.options.Exchange
	if exchange == nil {
		exchange = p.whip
	}
	answer, err := exchange(ctx, p.connection.LocalDescription().SDP)
	if err != nil {
		return err
	}
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}
	if err := p.connection.SetRemoteDescription(description); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	select {
	case <-p.connected:
		return nil
	case <-p.lost:
		return ErrNoConnection
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNoConnection, context.Cause(ctx))
	}
}

// replay sends the units until the clip is over, the connection is, or ctx.
func (p *Publisher) replay(ctx context.Context) error {
	packets := newPacketizer(p.options.Units[0].Codec)
	capture := p.extension(uriCaptureTime)
	var clock time.Duration // of what was sent, rising over jumps and rounds
	begun := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := 0; ; {
		select {
		case <-timer.C:
		case <-p.lost:
			return ErrNoConnection
		case <-ctx.Done():
			return nil
		}
		if p.keyWanted.Swap(false) {
			i = nextKey(p.options.Units, i, p.options.Loop)
		}
		if err := p.send(packets.split(p.options.Units[i].Data, clock), capture); err != nil {
			return err
		}
		p.sent.Add(1)
		step := stepAfter(p.options.Units, i)
		if i++; i == len(p.options.Units) {
			if !p.options.Loop {
				return nil
			}
			i = 0
		}
		clock += step
		timer.Reset(time.Until(begun.Add(clock)))
	}
}

func (p *Publisher) send(packets []*rtp.Packet, capture uint8) error {
	if capture != 0 && !p.options.NoCaptureTime && len(packets) > 0 {
		data, err := rtp.NewAbsCaptureTimeExtension(time.Now()).Marshal()
		if err != nil {
			return fmt.Errorf("capture time: %w", err)
		}
		if err := packets[0].SetExtension(capture, data); err != nil {
			return fmt.Errorf("capture time: %w", err)
		}
	}
	for _, packet := range packets {
		if err := p.track.WriteRTP(packet); err != nil {
			return fmt.Errorf("send: %w", err)
		}
		p.packets.Add(1)
	}
	return nil
}

// extension is the negotiated number of a header extension, 0 if there is none.
func (p *Publisher) extension(uri string) uint8 {
	for _, e := range p.sender.GetParameters().HeaderExtensions {
		if e.URI == uri {
			return uint8(e.ID)
		}
	}
	return 0
}

// nextKey is the first key picture from i on, where looping goes round; without one the clip goes on as it is.
func nextKey(units []media.AccessUnit, i int, loop bool) int {
	for n := range units {
		at := i + n
		if at >= len(units) && !loop {
			return i
		}
		if at %= len(units); units[at].Key {
			return at
		}
	}
	return i
}

// stepAfter is the time from unit i to the one after it; the last one takes as long as the one before.
func stepAfter(units []media.AccessUnit, i int) time.Duration {
	switch {
	case i+1 < len(units):
		return units[i+1].Time - units[i].Time
	case i > 0:
		return units[i].Time - units[i-1].Time
	}
	return time.Second
}

// listen reads what the server reports and asks for.
func (p *Publisher) listen() {
	for {
		reports, _, err := p.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, report := range reports {
			switch report := report.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				p.asked.Add(1)
				p.keyWanted.Store(true)
			case *rtcp.TransportLayerNack:
				for _, pair := range report.Nacks {
					p.nacked.Add(int64(len(pair.PacketList())))
				}
			}
		}
	}
}

// Done is closed when nothing is sent any more; Err says why.
func (p *Publisher) Done() <-chan struct{} { return p.done }

// Err is nil while the clip is being sent and after it was sent or closed.
func (p *Publisher) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stats says what was sent so far.
func (p *Publisher) Stats() Stats {
	return Stats{
		Units: p.sent.Load(), Packets: p.packets.Load(), KeyRequests: p.asked.Load(), Nacked: p.nacked.Load(),
	}
}

// Close stops sending, tells the server if there is one, and waits until all is over. The context bounds the telling.
func (p *Publisher) Close(ctx context.Context) error {
	p.cancel()
	<-p.done
	err := errors.Join(p.unpublish(ctx), p.hangUp())
	p.work.Wait()
	return err
}

// Vanish stops without a word, as a browser does that lost its network. Close may follow.
func (p *Publisher) Vanish() error {
	p.cancel()
	<-p.done
	err := p.hangUp()
	p.work.Wait()
	return err
}

func (p *Publisher) hangUp() error { return p.connection.GracefulClose() }

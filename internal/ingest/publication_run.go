package ingest

import (
	"log/slog"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"

	"github.com/rollwell/rollwell/internal/media"
)

// begin starts to receive; left is called when all is over.
func (p *Publication) begin(left func()) {
	go func() {
		defer close(p.done)
		defer left()
		p.run()
		err := p.shut()
		p.mu.Lock()
		p.closed = err
		p.mu.Unlock()
		p.snapshot()
		p.sink.Lost(p.news(Closed))
	}()
}

// run receives until the publication ends, the connection fails or it does not come about.
func (p *Publication) run() {
	connect := time.NewTimer(p.limits.connect)
	defer connect.Stop()
	second := time.NewTicker(newsEvery)
	defer second.Stop()
	due := time.NewTimer(time.Hour)
	due.Stop()
	defer due.Stop()
	p.tell(Connecting)
	for {
		select {
		case <-p.ending:
			return
		case in := <-p.inbox:
			p.receive(in)
		case <-p.nudge:
			if !p.attend() {
				return
			}
			if p.told != Connecting {
				connect.Stop()
			}
		case now := <-due.C:
			p.assembler.tick(now)
		case now := <-second.C:
			p.look(now)
		case <-connect.C:
			p.log.Info("a publication never connected")
			p.tell(Failed)
			return
		}
		p.flush()
		if at := p.assembler.deadline(); at.IsZero() {
			due.Stop()
		} else {
			due.Reset(max(time.Until(at), time.Millisecond))
		}
	}
}

// attend looks at what other goroutines changed. It reports false once the connection is over.
func (p *Publication) attend() bool {
	p.mu.Lock()
	state, wantKey := p.state, p.wantKey
	p.wantKey = false
	p.mu.Unlock()
	if wantKey {
		p.assembler.requestKeyFrame()
		p.assembler.tick(time.Now())
	}
	if state != p.told && state != Closed {
		p.tell(state)
	}
	return state != Failed && state != Closed
}

// receive takes one arrival.
func (p *Publication) receive(in arrival) {
	if in.report != nil {
		if in.ssrc == p.source {
			p.timeline.reported(in.report.NTPTime, in.report.RTPTime)
		}
		return
	}
	switch {
	case in.packet.repair && (p.repairs == 0 || p.repairs == in.ssrc):
	case !in.packet.repair && p.source == 0:
		p.source = in.ssrc
	case !in.packet.repair && p.source == in.ssrc:
	default:
		p.strays++
		return
	}
	p.bytes += uint64(len(in.packet.payload))
	p.assembler.push(in.packet, in.packet.arrived)
}

// flush passes on what the assembler has ready.
func (p *Publication) flush() {
	pictures, ask := p.assembler.take()
	for _, picture := range pictures {
		p.codec, p.newest = picture.codec, picture.arrived
	}
	p.snapshot() // before the sink hears of it, so that what it sees fits
	for _, picture := range pictures {
		p.unit(picture)
	}
	var feedback []rtcp.Packet
	if len(ask.missing) > 0 {
		feedback = append(feedback, &rtcp.TransportLayerNack{
			SenderSSRC: p.own, MediaSSRC: p.source, Nacks: rtcp.NackPairsFromSequenceNumbers(ask.missing),
		})
	}
	if ask.keyFrame {
		feedback = append(feedback, &rtcp.PictureLossIndication{SenderSSRC: p.own, MediaSSRC: p.source})
	}
	if len(feedback) > 0 {
		if err := p.connection.WriteRTCP(feedback); err != nil {
			p.log.Debug("feedback was not sent", slog.Any("error", err))
		}
	}
}

func (p *Publication) unit(picture picture) {
	times := p.timeline.add(picture)
	if picture.extras.colour != media.Unsaid {
		p.colour = picture.extras.colour
	}
	p.sink.Unit(media.AccessUnit{
		Codec: picture.codec, Data: picture.data, Key: picture.key, Stream: p.stream,
		Time: times.media, Captured: times.captured, Received: picture.arrived, Range: p.colour,
	})
}

// look judges the connection once a second.
func (p *Publication) look(now time.Time) {
	if p.told != Connected && p.told != Disconnected {
		return
	}
	p.roundTrip = roundTrip(p.connection)
	p.assembler.setRoundTrip(p.roundTrip)
	if p.assembler.measured {
		p.roundTrip = p.assembler.roundTrip
	}
	p.weather.tick(p.assembler.counts, p.newest, now)
	p.sink.Lost(p.news(p.told))
}

// tell tells the sink of a new state.
func (p *Publication) tell(state State) {
	p.told = state
	if state == Connected {
		p.roundTrip = roundTrip(p.connection)
		p.assembler.setRoundTrip(p.roundTrip)
	}
	p.snapshot()
	p.sink.Lost(p.news(state))
}

func (p *Publication) news(state State) Loss {
	return Loss{
		Stream: p.stream, State: state, FractionLost: p.weather.fraction, RTT: p.roundTrip, Poor: p.weather.poor,
	}
}

// roundTrip is what the connection's own checks measured, 0 if nothing yet.
func roundTrip(connection *webrtc.PeerConnection) time.Duration {
	stats, ok := connection.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats()
	if !ok {
		return 0
	}
	return time.Duration(stats.CurrentRoundTripTime * float64(time.Second))
}

package ingest

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

const (
	peerVideo  = 96 // payload types
	peerRepair = 97
	repairSSRC = 4242
)

// peer is a sender that does whatever a test wants, right or wrong.
type peer struct {
	connection *webrtc.PeerConnection
	sender     *webrtc.RTPSender
	track      *rawTrack
	connected  chan struct{}
	asked      chan rtcp.Packet // what the receiver asked for
}

// rawTrack hands out the way to the network, past everything that would put headers right.
type rawTrack struct {
	ssrc   uint32
	writer webrtc.TrackLocalWriter
}

func (r *rawTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	r.writer, r.ssrc = c.WriteStream(), uint32(c.SSRC())
	return c.CodecParameters()[0], nil
}
func (*rawTrack) Unbind(webrtc.TrackLocalContext) error { return nil }
func (*rawTrack) ID() string                            { return "video" }
func (*rawTrack) RID() string                           { return "" }
func (*rawTrack) StreamID() string                      { return "peer" }
func (*rawTrack) Kind() webrtc.RTPCodecType             { return webrtc.RTPCodecTypeVideo }

// connectPeer publishes a VP8 track with retransmissions on their own stream.
func connectPeer(t *testing.T, r *Receiver, sink Sink) (*peer, *Publication) {
	t.Helper()
	p := newPeer(t)
	offer, err := p.connection.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	ssrc := p.sender.GetParameters().Encodings[0].SSRC
	text := p.connection.LocalDescription().SDP + fmt.Sprintf("a=ssrc-group:FID %d %d\r\na=ssrc:%d cname:peer\r\n", ssrc, repairSSRC, repairSSRC)
	publication, err := r.Publish(t.Context(), text, 1, sink)
	if err != nil {
		t.Fatal(err)
	}
	answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: publication.Answer()}
	if err := p.connection.SetRemoteDescription(answer); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case <-p.connected:
	case <-ctx.Done():
		t.Fatal("the peer never connected")
	}
	return p, publication
}

func newPeer(t *testing.T) *peer {
	t.Helper()
	engine := &webrtc.MediaEngine{}
	for _, c := range []webrtc.RTPCodecParameters{
		{PayloadType: peerVideo, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: clockRate, RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}},
		}},
		{PayloadType: peerRepair, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: "video/rtx", ClockRate: clockRate, SDPFmtpLine: fmt.Sprintf("apt=%d", peerVideo),
		}},
	} {
		if err := engine.RegisterCodec(c, webrtc.RTPCodecTypeVideo); err != nil {
			t.Fatal(err)
		}
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	connection, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{connection: connection, track: &rawTrack{}, connected: make(chan struct{}), asked: make(chan rtcp.Packet, 1000)}
	if p.sender, err = connection.AddTrack(p.track); err != nil {
		t.Fatal(err)
	}
	connection.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			close(p.connected)
		}
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			packets, _, err := p.sender.ReadRTCP()
			if err != nil {
				return
			}
			for _, packet := range packets {
				select {
				case p.asked <- packet:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() {
		if err := connection.GracefulClose(); err != nil {
			t.Errorf("close the peer: %v", err)
		}
		<-done
	})
	return p
}

// send writes packets of the assembler's tests to the network.
func (p *peer) send(t *testing.T, packets ...packet) {
	t.Helper()
	for _, in := range packets {
		p.raw(t, rtp.Header{
			Version: 2, PayloadType: peerVideo, SequenceNumber: in.seq, Timestamp: in.timestamp, Marker: in.marker, SSRC: p.track.ssrc,
		}, in.payload)
	}
}

// repair sends one again in the manner of RFC 4588.
func (p *peer) repair(t *testing.T, in packet, seq uint16) {
	t.Helper()
	p.raw(t, rtp.Header{
		Version: 2, PayloadType: peerRepair, SequenceNumber: seq, Timestamp: in.timestamp, Marker: in.marker, SSRC: repairSSRC,
	}, append(binary.BigEndian.AppendUint16(nil, in.seq), in.payload...))
}

func (p *peer) raw(t *testing.T, header rtp.Header, payload []byte) {
	t.Helper()
	if _, err := p.track.writer.WriteRTP(&header, payload); err != nil && !strings.Contains(err.Error(), "closed") {
		t.Fatal(err)
	}
}

package publisher

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v3"

	"github.com/rollwell/rollwell/internal/media"
)

const (
	uriTransportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	uriCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"

	clockRate   = 90_000
	packetBytes = 1200
	payloadType = 96
)

// capabilities are what a browser offers for each coding.
var capabilities = map[media.Codec]webrtc.RTPCodecCapability{
	media.H264: {
		MimeType: webrtc.MimeTypeH264, ClockRate: clockRate,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	},
	media.VP8: {MimeType: webrtc.MimeTypeVP8, ClockRate: clockRate},
	media.VP9: {MimeType: webrtc.MimeTypeVP9, ClockRate: clockRate, SDPFmtpLine: "profile-id=0"},
	media.AV1: {MimeType: webrtc.MimeTypeAV1, ClockRate: clockRate, SDPFmtpLine: "profile=0"},
}

// open makes the connection with its one track.
func (p *Publisher) open() error {
	capability, known := capabilities[p.options.Units[0].Codec]
	if !known {
		return fmt.Errorf("%w: cannot publish %s", ErrClip, p.options.Units[0].Codec)
	}
	capability.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "transport-cc"}}
	api, err := p.engine(capability)
	if err != nil {
		return err
	}
	if p.connection, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return fmt.Errorf("open a connection: %w", err)
	}
	var once, never sync.Once
	p.connection.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			once.Do(func() { close(p.connected) })
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			never.Do(func() { close(p.lost) })
		}
	})
	if p.track, err = webrtc.NewTrackLocalStaticRTP(capability, "video", "clip"); err != nil {
		return fmt.Errorf("make a track: %w", err)
	}
	transceiver, err := p.connection.AddTransceiverFromTrack(p.track, webrtc.RTPTransceiverInit{
		Direction: webrtc.RTPTransceiverDirectionSendonly,
	})
	if err != nil {
		return fmt.Errorf("add the track: %w", err)
	}
	p.sender = transceiver.Sender()
	return nil
}

func (p *Publisher) engine(capability webrtc.RTPCodecCapability) (*webrtc.API, error) {
	engine := &webrtc.MediaEngine{}
	codec := webrtc.RTPCodecParameters{RTPCodecCapability: capability, PayloadType: payloadType}
	if err := engine.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, fmt.Errorf("register the coding: %w", err)
	}
	for _, uri := range []string{uriTransportCC, uriCaptureTime} {
		extension := webrtc.RTPHeaderExtensionCapability{URI: uri}
		if err := engine.RegisterHeaderExtension(extension, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("register a header extension: %w", err)
		}
	}
	responder, err := nack.NewResponderInterceptor()
	if err != nil {
		return nil, fmt.Errorf("retransmissions: %w", err)
	}
	reports, err := report.NewSenderInterceptor()
	if err != nil {
		return nil, fmt.Errorf("sender reports: %w", err)
	}
	congestion, err := twcc.NewHeaderExtensionInterceptor()
	if err != nil {
		return nil, fmt.Errorf("congestion feedback: %w", err)
	}
	registry := &interceptor.Registry{}
	registry.Add(responder)
	registry.Add(reports)
	registry.Add(congestion)
	var settings webrtc.SettingEngine
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(true)
	if p.options.Network != nil {
		settings.SetNet(p.options.Network)
	}
	if p.options.TCP {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings),
	), nil
}

// packetizer splits pictures into packets; the track fills in stream and payload type.
type packetizer struct {
	payloader rtp.Payloader
	sequence  uint16
	base      uint32
}

func newPacketizer(codec media.Codec) *packetizer {
	p := &packetizer{sequence: uint16(rand.Uint32()), base: rand.Uint32()}
	switch codec {
	case media.VP8:
		p.payloader = &codecs.VP8Payloader{EnablePictureID: true}
	case media.VP9:
		p.payloader = &codecs.VP9Payloader{}
	case media.AV1:
		p.payloader = &codecs.AV1Payloader{}
	default:
		p.payloader = &codecs.H264Payloader{}
	}
	return p
}

// split makes the packets of a picture taken at a time of the media clock.
func (p *packetizer) split(picture []byte, at time.Duration) []*rtp.Packet {
	payloads := p.payloader.Payload(packetBytes, picture)
	packets := make([]*rtp.Packet, len(payloads))
	for i, payload := range payloads {
		packets[i] = &rtp.Packet{Payload: payload, Header: rtp.Header{
			Version: 2, SequenceNumber: p.sequence, Marker: i == len(payloads)-1,
			Timestamp: p.base + uint32(at*clockRate/time.Second),
		}}
		p.sequence++
	}
	return packets
}

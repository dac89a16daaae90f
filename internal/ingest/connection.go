package ingest

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/transport/v2/packetio"
	"github.com/pion/webrtc/v3"
)

const (
	// replayWindow is how many packets a retransmission on the stream itself may be late and still be let through.
	replayWindow = 1024
	// maxSources bounds the streams that one connection may send. A browser sends two.
	maxSources = 16
	// streamBuffer bounds what is queued of one stream, in bytes.
	streamBuffer = 1 << 20
)

// newConnection makes pion's part of a publication. Each has an engine of its own, which knows exactly what its offer
// and we have in common, and so answers with the offer's own payload types in our order.
func (r *Receiver) newConnection(o *offer, t *tap, flooded func()) (*webrtc.PeerConnection, error) {
	engine, err := newEngine(o)
	if err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	registry.Add(t) // the first one is nearest to the network
	congestion, err := twcc.NewSenderInterceptor(twcc.WithLoggerFactory(pionLog{r.log}))
	if err != nil {
		return nil, fmt.Errorf("congestion feedback: %w", err)
	}
	reports, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(pionLog{r.log}))
	if err != nil {
		return nil, fmt.Errorf("receiver reports: %w", err)
	}
	registry.Add(congestion)
	registry.Add(reports)
	// No NACK generator: pion's never learns of retransmissions that come on their own stream and asks on. No NACK
	// responder either, for nothing is sent here.
	settings, err := r.settings(o, flooded)
	if err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings),
	)
	return api.NewPeerConnection(webrtc.Configuration{})
}

// newEngine registers what the offer has.
func newEngine(o *offer) (*webrtc.MediaEngine, error) {
	engine := &webrtc.MediaEngine{}
	register := func(name string, payload uint8, fmtp string, feedback []webrtc.RTCPFeedback) error {
		return engine.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: "video/" + name, ClockRate: clockRate, SDPFmtpLine: fmtp, RTCPFeedback: feedback,
			},
			PayloadType: webrtc.PayloadType(payload),
		}, webrtc.RTPCodecTypeVideo)
	}
	feedback := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "transport-cc"}}
	for _, c := range o.codecs {
		if err := register(c.name, c.payload, c.fmtp, feedback); err != nil {
			return nil, fmt.Errorf("register %s: %w", c.codec, err)
		}
		if !c.repaired {
			continue
		}
		if err := register("rtx", c.repair, fmt.Sprintf("apt=%d", c.payload), nil); err != nil {
			return nil, fmt.Errorf("register the retransmissions of %s: %w", c.codec, err)
		}
	}
	for _, uri := range extensionURIs {
		extension := webrtc.RTPHeaderExtensionCapability{URI: uri}
		if err := engine.RegisterHeaderExtension(extension, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, fmt.Errorf("register %s: %w", uri, err)
		}
	}
	return engine, nil
}

func (r *Receiver) settings(o *offer, flooded func()) (webrtc.SettingEngine, error) {
	var s webrtc.SettingEngine
	s.LoggerFactory = pionLog{r.log}
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(r.limits.disconnected, r.limits.failed, r.limits.keepalive)
	s.SetSRTPReplayProtectionWindow(replayWindow)
	s.SetReceiveMTU(maxPacketBytes)
	s.DisableActiveTCP(true)
	s.SetICEUDPMux(r.ports.udp)
	s.SetIPFilter(r.ports.uses)
	s.SetIncludeLoopbackCandidate(r.ports.loopback)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if r.ports.tcp != nil {
		s.SetICETCPMux(r.ports.tcp)
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetNetworkTypes(networks)
	if len(r.options.PublicIPs) > 0 {
		s.SetNAT1To1IPs(r.options.PublicIPs, webrtc.ICECandidateTypeHost)
	}
	if r.virtual != nil {
		s.SetNet(r.virtual)
	}
	s.BufferFactory = boundedBuffers(flooded)
	if o.setup == "active" { // the sender wants to begin, so we wait
		if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
			return s, fmt.Errorf("set the DTLS role: %w", err)
		}
	}
	return s, nil
}

// boundedBuffers makes the queues of a connection's streams. pion opens one for every stream number that it meets,
// before it checks who sent the packet; beyond a few, flooded is called and the rest goes nowhere.
func boundedBuffers(flooded func()) func(packetio.BufferPacketType, uint32) io.ReadWriteCloser {
	var sources atomic.Int32
	return func(packetio.BufferPacketType, uint32) io.ReadWriteCloser {
		buffer := packetio.NewBuffer()
		if sources.Add(1) > 2*maxSources { // each has one for RTP and one for RTCP
			flooded()
			_ = buffer.Close() // it is empty and nobody reads it
			return buffer
		}
		buffer.SetLimitSize(streamBuffer)
		return buffer
	}
}

// negotiate has pion answer the reduced offer and waits until its candidates are gathered, which are host candidates
// and take no time.
func negotiate(ctx context.Context, connection *webrtc.PeerConnection, reduced string) (string, error) {
	offer := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: reduced}
	if err := connection.SetRemoteDescription(offer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	answer, err := connection.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err := connection.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffer, err)
	}
	select {
	case <-gathered:
		return connection.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

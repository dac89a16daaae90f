package ingest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// reduced is the offer as pion gets to see it: one video section, in which everything was looked at.
func (o *offer) reduced() (string, error) {
	m := &sdp.MediaDescription{
		MediaName:             sdp.MediaName{Media: "video", Port: sdp.RangedPort{Value: 9}, Protos: []string{"UDP", "TLS", "RTP", "SAVPF"}},
		ConnectionInformation: nowhere(),
	}
	add := func(key, value string) { m.Attributes = append(m.Attributes, sdp.NewAttribute(key, value)) }
	add("ice-ufrag", o.ufrag)
	add("ice-pwd", o.password)
	add("fingerprint", o.fingerprint)
	add("setup", o.setup)
	add(sdp.AttrKeyMID, o.mid)
	m.Attributes = append(m.Attributes, sdp.NewPropertyAttribute(sdp.AttrKeySendOnly),
		sdp.NewPropertyAttribute(sdp.AttrKeyRTCPMux), sdp.NewPropertyAttribute(sdp.AttrKeyRTCPRsize))
	for _, uri := range extensionURIs {
		if id, ok := o.extensions[uri]; ok {
			add(sdp.AttrKeyExtMap, fmt.Sprintf("%d %s", id, uri))
		}
	}
	for _, c := range o.codecs {
		o.describe(m, c)
	}
	add(sdp.AttrKeyMsid, "rollwell camera")
	if o.ssrc != 0 {
		if o.repairSSRC != 0 {
			add(sdp.AttrKeySSRCGroup, fmt.Sprintf("FID %d %d", o.ssrc, o.repairSSRC))
		}
		add(sdp.AttrKeySSRC, fmt.Sprintf("%d cname:rollwell", o.ssrc))
		if o.repairSSRC != 0 {
			add(sdp.AttrKeySSRC, fmt.Sprintf("%d cname:rollwell", o.repairSSRC))
		}
	}
	s := o.envelope()
	s.MediaDescriptions = []*sdp.MediaDescription{m}
	text, err := s.Marshal()
	return string(text), err
}

// describe adds a coding and its retransmissions to m.
func (o *offer) describe(m *sdp.MediaDescription, c codecOffer) {
	add := func(payload uint8, key, value string) {
		m.Attributes = append(m.Attributes, sdp.NewAttribute(key, fmt.Sprintf("%d %s", payload, value)))
	}
	m.MediaName.Formats = append(m.MediaName.Formats, strconv.Itoa(int(c.payload)))
	add(c.payload, "rtpmap", fmt.Sprintf("%s/%d", c.name, clockRate))
	if c.fmtp != "" {
		add(c.payload, "fmtp", c.fmtp)
	}
	for _, f := range c.feedback {
		add(c.payload, "rtcp-fb", f)
	}
	if c.repaired {
		m.MediaName.Formats = append(m.MediaName.Formats, strconv.Itoa(int(c.repair)))
		add(c.repair, "rtpmap", fmt.Sprintf("rtx/%d", clockRate))
		add(c.repair, "fmtp", fmt.Sprintf("apt=%d", c.payload))
	}
}

// envelope is a session description without media.
func (o *offer) envelope() *sdp.SessionDescription {
	s := &sdp.SessionDescription{
		Origin:           sdp.Origin{Username: "-", SessionID: 1, SessionVersion: 1, NetworkType: "IN", AddressType: "IP4", UnicastAddress: "127.0.0.1"},
		SessionName:      "-",
		TimeDescriptions: []sdp.TimeDescription{{}},
		Attributes:       []sdp.Attribute{sdp.NewAttribute(sdp.AttrKeyGroup, "BUNDLE "+o.mid)},
	}
	if o.mixedExtensions {
		s.Attributes = append(s.Attributes, sdp.NewPropertyAttribute(sdp.AttrKeyExtMapAllowMixed))
	}
	return s
}

// answer turns pion's answer to the reduced offer into one to the whole offer: every other section is turned down, and
// the codings carry the bit rate to start with, without which 720p begins at a quarter of its size and takes 13 s.
func (o *offer) answer(fromPion string, startKbps int) (string, error) {
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(fromPion); err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	if len(parsed.MediaDescriptions) != 1 || parsed.MediaDescriptions[0].MediaName.Port.Value == 0 {
		return "", fmt.Errorf("%w: the video was turned down", ErrNoCodec)
	}
	video := parsed.MediaDescriptions[0]
	tidy(video)
	if startKbps > 0 {
		o.hint(video, startKbps)
	}
	s := o.envelope()
	s.Origin = parsed.Origin
	if own, ok := parsed.Attribute("fingerprint"); ok {
		s.Attributes = append(s.Attributes, sdp.NewAttribute("fingerprint", own))
	}
	for i, other := range o.sections {
		if i == o.video {
			s.MediaDescriptions = append(s.MediaDescriptions, video)
			continue
		}
		s.MediaDescriptions = append(s.MediaDescriptions, other.refused())
	}
	text, err := s.Marshal()
	return string(text), err
}

// refused is the section as an answer turns it down (RFC 3264 section 6).
func (s section) refused() *sdp.MediaDescription {
	m := &sdp.MediaDescription{
		MediaName:             sdp.MediaName{Media: s.kind, Protos: s.protos, Formats: s.formats},
		ConnectionInformation: nowhere(),
		Attributes:            []sdp.Attribute{sdp.NewPropertyAttribute(sdp.AttrKeyInactive)},
	}
	if s.mid != "" {
		m.Attributes = append(m.Attributes, sdp.NewAttribute(sdp.AttrKeyMID, s.mid))
	}
	return m
}

// tidy leaves out the candidates for a second component, which does not exist: RTCP shares the port.
func tidy(m *sdp.MediaDescription) {
	kept := m.Attributes[:0]
	for _, a := range m.Attributes {
		if words := strings.Fields(a.Value); a.Key == sdp.AttrKeyCandidate && len(words) > 1 && words[1] != "1" {
			continue
		}
		kept = append(kept, a)
	}
	m.Attributes = kept
}

// hint adds the bit rate to start with, in kbit/s, to each coding's parameters. Chromium reads it, others do not mind.
func (o *offer) hint(m *sdp.MediaDescription, kbps int) {
	parameter := fmt.Sprintf("x-google-start-bitrate=%d", kbps)
	for _, c := range o.codecs {
		number := strconv.Itoa(int(c.payload))
		found := false
		for i, a := range m.Attributes {
			if a.Key == "fmtp" && strings.HasPrefix(a.Value, number+" ") {
				m.Attributes[i].Value += ";" + parameter
				found = true
			}
		}
		if !found {
			m.Attributes = append(m.Attributes, sdp.NewAttribute("fmtp", number+" "+parameter))
		}
	}
}

func nowhere() *sdp.ConnectionInformation {
	return &sdp.ConnectionInformation{NetworkType: "IN", AddressType: "IP4", Address: &sdp.Address{Address: "0.0.0.0"}}
}

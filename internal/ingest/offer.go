package ingest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/rollwell/rollwell/internal/media"
)

// MaxOfferBytes bounds an offer. A browser's takes 3 to 8 KiB.
const MaxOfferBytes = 64 << 10

// What an offer may hold at most before it is not looked at any closer.
const (
	maxSections   = 32
	maxAttributes = 2000
)

// The forms of the values that are taken over from an offer (RFC 8839, RFC 8122, RFC 4566).
var (
	iceChars    = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{4,256}$`) // "=", "-" and "_" occur, though RFC 8839 has them not
	fingerprint = regexp.MustCompile(`(?i)^sha-(256|384|512) [0-9A-F]{2}(:[0-9A-F]{2})+$`)
	token       = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+^_{|}~-]{1,64}$`)
	fmtpChars   = regexp.MustCompile(`^[\x20-\x7e]{0,512}$`)
)

// offer is what is kept of a publisher's session description: one video section and who else wanted to be in.
type offer struct {
	sections []section // all of them, in order, for the answer has to mention each
	video    int       // the one that is taken

	mid, ufrag, password, fingerprint, setup string
	mixedExtensions                          bool

	codecs     []codecOffer   // in order of preference
	extensions map[string]int // number by URI, only of those that are wanted
	ssrc       uint32         // 0 if not told
	repairSSRC uint32         // 0 if not told
}

// section is what of a media section has to be repeated when it is turned down.
type section struct {
	kind    string
	protos  []string
	formats []string
	mid     string
}

// codecOffer is one coding of an offer.
type codecOffer struct {
	codec    media.Codec
	name     string // as the offer spells it
	payload  uint8
	repair   uint8 // payload type of its retransmissions
	repaired bool  // repair is set
	fmtp     string
	feedback []string
}

// readOffer finds the video in an offer. Nothing of the offer but what was looked at here reaches pion, whose parsers
// are not written for strangers: it neither sees candidates (whoever wants to send has to find us, and we send no
// checks to addresses that a stranger names) nor simulcast, audio or data.
func readOffer(text string) (*offer, error) {
	if len(text) > MaxOfferBytes {
		return nil, fmt.Errorf("%w (%d bytes, the limit is %d)", ErrTooLarge, len(text), MaxOfferBytes)
	}
	if !strings.HasPrefix(text, "v=0") {
		return nil, fmt.Errorf("%w: it does not begin with v=0", ErrOffer)
	}
	var parsed sdp.SessionDescription
	if err := parsed.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOffer, err)
	}
	if len(parsed.MediaDescriptions) > maxSections {
		return nil, fmt.Errorf("%w (%d media sections, the limit is %d)", ErrTooLarge, len(parsed.MediaDescriptions), maxSections)
	}
	o := &offer{video: -1, extensions: map[string]int{}}
	_, o.mixedExtensions = parsed.Attribute(sdp.AttrKeyExtMapAllowMixed)
	for i, m := range parsed.MediaDescriptions {
		if len(m.Attributes) > maxAttributes {
			return nil, fmt.Errorf("%w (%d attributes, the limit is %d)", ErrTooLarge, len(m.Attributes), maxAttributes)
		}
		mid, _ := m.Attribute(sdp.AttrKeyMID)
		if mid != "" && !token.MatchString(mid) {
			return nil, fmt.Errorf("%w: media section %d has an unusable mid", ErrOffer, i)
		}
		o.sections = append(o.sections, section{
			kind: m.MediaName.Media, protos: m.MediaName.Protos, formats: m.MediaName.Formats, mid: mid,
		})
		if o.video < 0 && sendsVideo(m) {
			o.video = i
		}
	}
	if o.video < 0 {
		return nil, ErrNoVideo
	}
	return o, o.readVideo(&parsed, parsed.MediaDescriptions[o.video])
}

// sendsVideo reports whether a section is video that its sender means to send.
func sendsVideo(m *sdp.MediaDescription) bool {
	if m.MediaName.Media != "video" {
		return false
	}
	_, deaf := m.Attribute(sdp.AttrKeyRecvOnly)
	_, inactive := m.Attribute(sdp.AttrKeyInactive)
	return !deaf && !inactive
}

func (o *offer) readVideo(s *sdp.SessionDescription, m *sdp.MediaDescription) error {
	either := func(key string) string {
		if value, ok := m.Attribute(key); ok {
			return value
		}
		value, _ := s.Attribute(key)
		return value
	}
	o.mid = o.sections[o.video].mid
	o.ufrag, o.password = either("ice-ufrag"), either("ice-pwd")
	o.fingerprint, o.setup = either("fingerprint"), either("setup")
	switch {
	case o.mid == "":
		return fmt.Errorf("%w: the video section has no mid", ErrOffer)
	case !iceChars.MatchString(o.ufrag) || !iceChars.MatchString(o.password):
		return fmt.Errorf("%w: no usable ICE credentials", ErrOffer)
	case !fingerprint.MatchString(o.fingerprint):
		return fmt.Errorf("%w: no certificate fingerprint of SHA-256 or better", ErrOffer)
	case o.setup != "actpass" && o.setup != "active" && o.setup != "passive":
		return fmt.Errorf("%w: no DTLS role (a=setup)", ErrOffer)
	}
	o.readCodecs(m)
	if len(o.codecs) == 0 {
		return ErrNoCodec
	}
	o.readExtensions(m)
	o.readSources(m)
	return nil
}

// readExtensions keeps the header extensions that are wanted.
func (o *offer) readExtensions(m *sdp.MediaDescription) {
	taken := map[int]bool{}
	for _, a := range m.Attributes {
		if a.Key != sdp.AttrKeyExtMap {
			continue
		}
		words := strings.Fields(a.Value)
		if len(words) < 2 {
			continue
		}
		number, _, _ := strings.Cut(words[0], "/")
		id, err := strconv.Atoi(number)
		if err != nil || id < 1 || id > 255 || id == 15 || taken[id] || !slices.Contains(extensionURIs, words[1]) {
			continue
		}
		if _, again := o.extensions[words[1]]; !again {
			o.extensions[words[1]] = id
			taken[id] = true
		}
	}
}

// readSources finds the stream of the video and of its retransmissions. Not all senders tell them.
func (o *offer) readSources(m *sdp.MediaDescription) {
	repairs := map[uint32]uint32{} // what is repaired, by what repairs
	var sources []uint32
	for _, a := range m.Attributes {
		words := strings.Fields(a.Value)
		switch {
		case a.Key == sdp.AttrKeySSRCGroup && len(words) == 3 && words[0] == sdp.SemanticTokenFlowIdentification:
			of, by := parseSSRC(words[1]), parseSSRC(words[2])
			if of != 0 && by != 0 && of != by {
				repairs[by] = of
			}
		case a.Key == sdp.AttrKeySSRC && len(words) > 0:
			if ssrc := parseSSRC(words[0]); ssrc != 0 {
				sources = append(sources, ssrc)
			}
		}
	}
	for _, ssrc := range sources {
		if _, isRepair := repairs[ssrc]; !isRepair {
			o.ssrc = ssrc
			break
		}
	}
	for by, of := range repairs {
		if of == o.ssrc && o.ssrc != 0 {
			o.repairSSRC = by
		}
	}
}

func parseSSRC(text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// formats are the payload types that the answer agrees to.
func (o *offer) formats() map[uint8]format {
	formats := map[uint8]format{}
	for _, c := range o.codecs {
		formats[c.payload] = format{codec: c.codec}
		if c.repaired {
			formats[c.repair] = format{codec: c.codec, repair: true}
		}
	}
	return formats
}

// ids are the numbers of the header extensions that are read here.
func (o *offer) ids() extensionIDs {
	return extensionIDs{
		transportCC: uint8(o.extensions[uriTransportCC]),
		captureTime: uint8(o.extensions[uriCaptureTime]),
		colourSpace: uint8(o.extensions[uriColourSpace]),
	}
}

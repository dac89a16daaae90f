package ingest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"github.com/rollwell/rollwell/internal/media"
)

// feedbacks are the kinds of RTCP feedback that are agreed to if offered.
var feedbacks = []string{"nack", "nack pli", "transport-cc"}

// readCodecs keeps one payload type of each known coding, the one that suits best, in order of preference: H.264,
// which costs a browser a third less than the others and decodes fastest, then VP8, the most robust, then VP9 and AV1.
func (o *offer) readCodecs(m *sdp.MediaDescription) {
	names, fmtps, feedback := map[uint8]string{}, map[uint8]string{}, map[uint8][]string{}
	for _, a := range m.Attributes {
		number, rest, found := strings.Cut(a.Value, " ")
		if !found {
			continue
		}
		payload, ok := parsePayload(number)
		if !ok {
			continue
		}
		rest = strings.TrimSpace(rest) // pion ends feedback without a parameter with a space
		switch a.Key {
		case "rtpmap":
			if name, rate, _ := strings.Cut(rest, "/"); rate == strconv.Itoa(clockRate) {
				names[payload] = name
			}
		case "fmtp":
			if fmtpChars.MatchString(rest) {
				fmtps[payload] = rest
			}
		case "rtcp-fb":
			if slices.Contains(feedbacks, rest) {
				feedback[payload] = append(feedback[payload], rest)
			}
		}
	}
	best := map[media.Codec]int{} // the rank of what is kept, 0 for nothing
	kept := map[media.Codec]codecOffer{}
	for _, text := range m.MediaName.Formats {
		payload, ok := parsePayload(text)
		if !ok {
			continue
		}
		codec, rank := judge(names[payload], fmtps[payload])
		if rank <= best[codec] {
			continue
		}
		best[codec] = rank
		kept[codec] = codecOffer{
			codec: codec, name: names[payload], payload: payload, fmtp: fmtps[payload], feedback: feedback[payload],
		}
	}
	for _, codec := range []media.Codec{media.H264, media.VP8, media.VP9, media.AV1} {
		c, ok := kept[codec]
		if !ok {
			continue
		}
		c.repair, c.repaired = repairOf(c.payload, m.MediaName.Formats, names, fmtps)
		o.codecs = append(o.codecs, c)
	}
}

// judge says which coding a payload type stands for and how well it suits, 0 for not at all.
func judge(name, fmtp string) (media.Codec, int) {
	switch parameters := parseFmtp(fmtp); strings.ToUpper(name) {
	case "VP8":
		return media.VP8, 1
	case "VP9":
		if id := parameters["profile-id"]; id == "" || id == "0" {
			return media.VP9, 1
		}
	case "AV1":
		if id := parameters["profile"]; id == "" || id == "0" {
			return media.AV1, 1
		}
	case "H264":
		return media.H264, judgeH264(parameters)
	}
	return media.Unknown, 0
}

// judgeH264 prefers packets that may carry parts of units, and then the constrained baseline profile, which all
// browsers encode without delay.
func judgeH264(parameters map[string]string) int {
	profile := strings.ToLower(parameters["profile-level-id"])
	rank := 1
	switch {
	case strings.HasPrefix(profile, "42e0"):
		rank = 3
	case strings.HasPrefix(profile, "42"), profile == "":
		rank = 2
	}
	switch parameters["packetization-mode"] {
	case "1":
		return rank + 3
	case "", "0":
		return rank
	}
	return 0 // interleaved
}

// repairOf finds the payload type of the retransmissions of payload (RFC 4588).
func repairOf(payload uint8, formats []string, names, fmtps map[uint8]string) (uint8, bool) {
	for _, text := range formats {
		by, ok := parsePayload(text)
		if !ok || by == payload || !strings.EqualFold(names[by], "rtx") {
			continue
		}
		if parseFmtp(fmtps[by])["apt"] == strconv.Itoa(int(payload)) {
			return by, true
		}
	}
	return 0, false
}

func parseFmtp(fmtp string) map[string]string {
	parameters := map[string]string{}
	for _, part := range strings.Split(fmtp, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parameters[strings.ToLower(key)] = value
	}
	return parameters
}

// parsePayload reads a payload type that is none of RTCP's numbers (RFC 5761).
func parsePayload(text string) (uint8, bool) {
	n, err := strconv.ParseUint(text, 10, 7)
	if err != nil || n >= 64 && n <= 95 {
		return 0, false
	}
	return uint8(n), true
}

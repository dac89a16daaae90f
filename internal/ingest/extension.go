package ingest

import (
	"time"

	"github.com/pion/rtp"

	"github.com/rollwell/rollwell/internal/media"
)

// The header extensions that are negotiated. Video orientation is left out on purpose: a browser whose peer does not
// know it turns the pictures itself, and nobody else has to.
const (
	uriTransportCC  = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	uriCaptureTime  = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
	uriColourSpace  = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
	uriMid          = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriRid          = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	uriRepairedRid  = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
	ntpEpochSeconds = 2_208_988_800 // from 1900 to 1970
)

// extensionURIs are the ones that are accepted, in the order of the answer.
var extensionURIs = []string{uriTransportCC, uriCaptureTime, uriColourSpace, uriMid, uriRid, uriRepairedRid}

// extensionIDs are the negotiated numbers of the extensions that are read here, 0 for what was not offered.
type extensionIDs struct {
	transportCC, captureTime, colourSpace uint8
}

// read takes from a header what the sender says about the picture. What cannot be read counts as unsaid.
func (ids extensionIDs) read(header *rtp.Header) extras {
	var e extras
	if ids.captureTime != 0 {
		e.captured = captureTime(header.GetExtension(ids.captureTime))
	}
	if ids.colourSpace != 0 {
		e.colour = colourRange(header.GetExtension(ids.colourSpace))
	}
	return e
}

// captureTime reads the time at which a picture was taken, as the sender's clock had it. The capturing machine's clock
// may be another one; its distance is then told as well.
func captureTime(data []byte) time.Time {
	var extension rtp.AbsCaptureTimeExtension
	if len(data) == 0 || extension.Unmarshal(data) != nil || extension.Timestamp>>32 == 0 {
		return time.Time{}
	}
	captured := fromNTP(extension.Timestamp)
	if offset := extension.EstimatedCaptureClockOffsetDuration(); offset != nil {
		captured = captured.Add(-*offset)
	}
	return captured
}

// colourRange reads the range out of the colour space: primaries, transfer, matrix, and a byte whose bits 4 and 5 hold
// the range, 1 for limited and 2 for full.
func colourRange(data []byte) media.Range {
	if len(data) < 4 {
		return media.Unsaid
	}
	switch data[3] >> 4 & 3 {
	case 1:
		return media.Limited
	case 2:
		return media.Full
	}
	return media.Unsaid
}

// fromNTP converts a 64-bit timestamp of RFC 5905. Its era ends in 2036: smaller numbers of seconds than that of 1968
// mean the next one.
func fromNTP(timestamp uint64) time.Time {
	seconds := int64(timestamp >> 32)
	if seconds < 1<<31 {
		seconds += 1 << 32
	}
	nanoseconds := int64(timestamp&0xffffffff) * 1e9 >> 32
	return time.Unix(seconds-ntpEpochSeconds, nanoseconds)
}

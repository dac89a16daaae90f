// Package media holds what travels between the network and the decoder: compressed pictures and their times.
package media

import "time"

// Codec is a video coding.
type Codec uint8

// The codings that browsers offer, and the one of the fallback without WebRTC.
const (
	Unknown Codec = iota
	H264
	VP8
	VP9
	AV1
	// JPEG is one picture by itself; every one is a key picture.
	JPEG
)

// String returns the coding's name as libavcodec and the WebRTC statistics spell it, "h264".
func (c Codec) String() string {
	switch c {
	case H264:
		return "h264"
	case VP8:
		return "vp8"
	case VP9:
		return "vp9"
	case AV1:
		return "av1"
	case JPEG:
		return "mjpeg"
	}
	return "unknown"
}

// Range says which grey levels stand for black and white.
type Range uint8

// The colour ranges. Unsaid leaves it to what the coded picture itself says.
const (
	Unsaid  Range = iota
	Limited       // 16…235, as television has it
	Full          // 0…255, as canvases and some webcams have it
)

// AccessUnit is one compressed picture, whole. Data belongs to the receiver of the unit.
type AccessUnit struct {
	Codec Codec
	// Data is the coded picture: Annex B for H.264, a low-overhead stream with sizes for AV1.
	Data []byte
	// Key is set where decoding can begin.
	Key bool
	// Stream counts the publications of one check from 1. A new one begins with a key picture.
	Stream int
	// Time is when the picture was taken, counted from the publication's first picture by the sender's media clock.
	Time time.Duration
	// Captured is the same moment by the wall clock of the sender, zero if it does not tell.
	Captured time.Time
	// Received is when the last packet of it came, by our own clock.
	Received time.Time
	Range    Range
}

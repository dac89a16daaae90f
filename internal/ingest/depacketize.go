package ingest

import (
	"errors"
	"fmt"

	"github.com/pion/rtp/codecs"

	"github.com/rollwell/rollwell/internal/media"
)

// errMalformed is wrapped by what a depacketizer says of packets that make no picture.
var errMalformed = errors.New("malformed video packets")

// depacketizer puts the payloads of one picture together. Its methods are called in the order of their declaration,
// add once for each packet.
type depacketizer interface {
	// reset forgets an earlier picture.
	reset()
	// add appends what payload carries to data.
	add(data, payload []byte) ([]byte, error)
	// finish completes the picture and says whether decoding can begin with it.
	finish(data []byte) (picture []byte, key bool, err error)
}

// depacketizers holds one depacketizer for each coding.
type depacketizers struct {
	h264 h264Depacketizer
	vp8  vp8Depacketizer
	vp9  vp9Depacketizer
	av1  av1Depacketizer
}

// of returns the depacketizer of a coding that was negotiated.
func (d *depacketizers) of(codec media.Codec) depacketizer {
	switch codec {
	case media.H264:
		return &d.h264
	case media.VP9:
		return &d.vp9
	case media.AV1:
		return &d.av1
	default:
		return &d.vp8
	}
}

// startsPicture reports whether the payload alone shows that it is the first of its picture. Where it does not, only
// the packet before tells.
func startsPicture(codec media.Codec, payload []byte) bool {
	if len(payload) < 2 {
		return false
	}
	switch codec {
	case media.VP8: // RFC 7741: start of partition 0
		return payload[0]&0x17 == 0x10
	case media.VP9: // RFC 9628: beginning of a frame, and not of one that builds on a lower layer
		return payload[0]&0x08 != 0 && !vp9UpperLayer(payload)
	case media.AV1: // the first packet of a coded video sequence
		return payload[0]&0x88 == 0x08
	case media.H264: // access units begin with a delimiter or with their parameter sets
		kind := h264Kind(payload)
		return kind == h264Delimiter || kind == h264SPS
	}
	return false
}

// hintsKey reports whether a picture's first payload looks like that of a key frame.
func hintsKey(codec media.Codec, payload []byte) bool {
	if len(payload) < 2 {
		return false
	}
	switch codec {
	case media.VP8:
		body, err := (&codecs.VP8Packet{}).Unmarshal(payload)
		return err == nil && len(body) > 0 && payload[0]&0x17 == 0x10 && body[0]&1 == 0
	case media.VP9:
		return payload[0]&0x48 == 0x08
	case media.AV1:
		return payload[0]&0x88 == 0x08
	case media.H264:
		kind := h264Kind(payload)
		return kind == h264Delimiter || kind == h264SPS || kind == h264IDR
	}
	return false
}

// vp8Depacketizer follows RFC 7741.
type vp8Depacketizer struct {
	packet codecs.VP8Packet
	begun  bool
}

func (d *vp8Depacketizer) reset() { d.begun = false }

func (d *vp8Depacketizer) add(data, payload []byte) ([]byte, error) {
	body, err := d.packet.Unmarshal(payload)
	if err != nil {
		return nil, fmt.Errorf("%w: VP8: %w", errMalformed, err)
	}
	if !d.begun && (d.packet.S != 1 || d.packet.PID != 0) {
		return nil, fmt.Errorf("%w: VP8 picture without its beginning", errMalformed)
	}
	d.begun = true
	return append(data, body...), nil
}

// finish reads the frame tag (RFC 6386 section 9.1).
func (d *vp8Depacketizer) finish(data []byte) ([]byte, bool, error) {
	if len(data) < 3 {
		return nil, false, fmt.Errorf("%w: VP8 picture of %d bytes", errMalformed, len(data))
	}
	if data[0]&1 != 0 {
		return data, false, nil
	}
	if len(data) < 10 || data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a {
		return nil, false, fmt.Errorf("%w: VP8 key frame without start code", errMalformed)
	}
	return data, true, nil
}

// vp9Depacketizer follows RFC 9628.
type vp9Depacketizer struct {
	packet codecs.VP9Packet
	begun  bool
}

func (d *vp9Depacketizer) reset() { d.begun = false }

func (d *vp9Depacketizer) add(data, payload []byte) ([]byte, error) {
	body, err := d.packet.Unmarshal(payload)
	if err != nil {
		return nil, fmt.Errorf("%w: VP9: %w", errMalformed, err)
	}
	if !d.begun && !d.packet.B {
		return nil, fmt.Errorf("%w: VP9 picture without its beginning", errMalformed)
	}
	d.begun = true
	return append(data, body...), nil
}

// finish reads the first bits of the uncompressed header (VP9 bitstream specification, section 6.2).
func (d *vp9Depacketizer) finish(data []byte) ([]byte, bool, error) {
	if len(data) == 0 || data[0]>>6 != 2 {
		return nil, false, fmt.Errorf("%w: VP9 picture without frame marker", errMalformed)
	}
	shift := 3                // behind the marker and the two bits of the profile: show_existing_frame
	if data[0]&0x30 == 0x30 { // profile 3 has a reserved bit there
		shift = 2
	}
	shown, inter := data[0]>>shift&1, data[0]>>(shift-1)&1
	return data, shown == 0 && inter == 0, nil
}

// vp9UpperLayer reports whether a payload's descriptor names a spatial layer above the lowest.
func vp9UpperLayer(payload []byte) bool {
	at := 1
	if payload[0]&0x80 != 0 { // picture number, of one or two bytes
		if at++; payload[1]&0x80 != 0 {
			at++
		}
	}
	return payload[0]&0x20 != 0 && at < len(payload) && payload[at]>>1&7 != 0
}

// av1Depacketizer follows the RTP payload format for AV1. It gives out open bitstream units with sizes.
type av1Depacketizer struct {
	unit  codecs.AV1Depacketizer
	begun bool
}

func (d *av1Depacketizer) reset() { *d = av1Depacketizer{} }

func (d *av1Depacketizer) add(data, payload []byte) ([]byte, error) {
	body, err := d.unit.Unmarshal(payload)
	if err != nil {
		return nil, fmt.Errorf("%w: AV1: %w", errMalformed, err)
	}
	if !d.begun && d.unit.Z {
		return nil, fmt.Errorf("%w: AV1 picture without its beginning", errMalformed)
	}
	d.begun = true
	return append(data, body...), nil
}

// finish looks for a sequence header and a key frame behind it (AV1 specification, sections 5.3 and 5.9.2).
func (d *av1Depacketizer) finish(data []byte) ([]byte, bool, error) {
	if d.unit.Y {
		return nil, false, fmt.Errorf("%w: AV1 picture without its end", errMalformed)
	}
	sequence := false
	for rest := data; len(rest) > 0; {
		kind, body, after, err := av1Unit(rest)
		if err != nil {
			return nil, false, err
		}
		switch kind {
		case 1:
			sequence = true
		case 3, 6: // a frame header, or a whole frame
			return data, sequence && len(body) > 0 && body[0]&0xe0 == 0, nil // shown anew: no; type: key
		}
		rest = after
	}
	return data, false, nil
}

// av1Unit splits the first open bitstream unit off data.
func av1Unit(data []byte) (kind byte, body, rest []byte, err error) {
	at := 1
	if data[0]&4 != 0 { // an extension byte
		at++
	}
	size, shift := 0, 0
	for ; ; shift += 7 {
		if at >= len(data) || shift > 28 {
			return 0, nil, nil, fmt.Errorf("%w: AV1 unit without a size", errMalformed)
		}
		b := data[at]
		at++
		size |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			break
		}
	}
	if data[0]&2 == 0 || size > len(data)-at {
		return 0, nil, nil, fmt.Errorf("%w: AV1 unit of %d bytes where %d are left", errMalformed, size, len(data)-at)
	}
	return data[0] >> 3 & 15, data[at : at+size], data[at+size:], nil
}

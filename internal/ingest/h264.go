package ingest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/pion/rtp/codecs"
)

// The kinds of H.264 units that matter here (ITU-T H.264 table 7-1, RFC 6184 table 1).
const (
	h264IDR       = 5
	h264SPS       = 7
	h264PPS       = 8
	h264Delimiter = 9
	h264Several   = 24 // STAP-A: several small units
	h264Part      = 28 // FU-A: a part of a large one
)

var startCode = []byte{0, 0, 0, 1}

// h264Kind is the kind of the first unit in a payload, 0 if that is the later part of one.
func h264Kind(payload []byte) byte {
	switch kind := payload[0] & 31; kind {
	case h264Several:
		if len(payload) > 3 {
			return payload[3] & 31
		}
	case h264Part:
		if payload[1]&0x80 != 0 {
			return payload[1] & 31
		}
	default:
		return kind
	}
	return 0
}

// h264Depacketizer follows RFC 6184 without interleaving and gives out Annex B. It remembers the parameter sets, for
// some senders send them once and ahead of the first key frame.
type h264Depacketizer struct {
	packet   codecs.H264Packet
	open     bool // within a unit that came in parts
	sps, pps []byte
}

func (d *h264Depacketizer) reset() {
	d.packet = codecs.H264Packet{}
	d.open = false
}

func (d *h264Depacketizer) add(data, payload []byte) ([]byte, error) {
	if payload[0]&31 == h264Part {
		if len(payload) < 2 || (payload[1]&0x80 != 0) == d.open {
			return nil, fmt.Errorf("%w: H.264 part that fits no other", errMalformed)
		}
		d.open = payload[1]&0x40 == 0
	} else if d.open {
		return nil, fmt.Errorf("%w: H.264 unit without its end", errMalformed)
	}
	body, err := d.packet.Unmarshal(payload)
	if err != nil {
		return nil, fmt.Errorf("%w: H.264: %w", errMalformed, err)
	}
	return append(data, body...), nil
}

// finish takes a picture for a key frame if it holds an IDR slice that is one: OpenH264 was seen to send predicted
// slices under that name, with which decoding cannot begin. Parameter sets that are missing are put in front.
func (d *h264Depacketizer) finish(data []byte) ([]byte, bool, error) {
	if d.open {
		return nil, false, fmt.Errorf("%w: H.264 unit without its end", errMalformed)
	}
	var idr, intra, own bool
	for unit := range annexB(data) {
		if len(unit) == 0 {
			continue
		}
		switch unit[0] & 31 {
		case h264SPS:
			d.sps, own = append(d.sps[:0], unit...), true
		case h264PPS:
			d.pps = append(d.pps[:0], unit...)
		case h264IDR:
			idr = true
			intra = intra || intraSlice(unit)
		}
	}
	key := idr && intra && len(d.sps) > 0 && len(d.pps) > 0
	if key && !own {
		data = slices.Concat(startCode, d.sps, startCode, d.pps, data)
	}
	return data, key, nil
}

// annexB gives the units between four-byte start codes, which is how they were joined.
func annexB(data []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for rest := data; len(rest) > 0; {
			rest = bytes.TrimPrefix(rest, startCode)
			end := bytes.Index(rest, startCode)
			if end < 0 {
				end = len(rest)
			}
			if !yield(rest[:end]) {
				return
			}
			rest = rest[end:]
		}
	}
}

// intraSlice reads first_mb_in_slice and slice_type from the head of a slice (section 7.3.3) and reports whether the
// slice is coded without reference to other pictures.
func intraSlice(unit []byte) bool {
	bits := bitReader{data: unit[1:]}
	if _, ok := bits.exponential(); !ok {
		return false
	}
	kind, ok := bits.exponential()
	return ok && (kind%5 == 2 || kind%5 == 4) // I and SI
}

// bitReader reads bits, the highest of each byte first.
type bitReader struct {
	data []byte
	at   int
}

func (b *bitReader) bit() (uint, bool) {
	if b.at >= 8*len(b.data) {
		return 0, false
	}
	bit := b.data[b.at/8] >> (7 - b.at%8) & 1
	b.at++
	return uint(bit), true
}

// exponential reads an unsigned Exp-Golomb number of at most 32 bits (section 9.1).
func (b *bitReader) exponential() (uint, bool) {
	zeros := 0
	for {
		bit, ok := b.bit()
		if !ok || zeros > 31 {
			return 0, false
		}
		if bit == 1 {
			break
		}
		zeros++
	}
	value := uint(1)
	for range zeros {
		bit, ok := b.bit()
		if !ok {
			return 0, false
		}
		value = value<<1 | bit
	}
	return value - 1, true
}

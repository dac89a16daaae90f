package ingest

import (
	"encoding/binary"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/rollwell/rollwell/internal/media"
)

// maxPacketBytes is the largest packet that is read. An Ethernet frame carries less.
const maxPacketBytes = 1600

// tap sits between the decryption and pion's interceptors and copies what arrives to the publication. It sees
// retransmissions at once, which a TrackRemote would hand over only together with the next packet, and it keeps from
// pion what is malformed or of a payload type that was not agreed on: pion stops reading a stream over that.
type tap struct {
	interceptor.NoOp
	formats map[uint8]format // agreed payload types
	ids     extensionIDs
	deliver func(arrival)
	foreign atomic.Uint64 // packets of payload types that were not agreed on
	garbled atomic.Uint64 // packets that are no RTP or RTCP
}

// format is what a payload type stands for.
type format struct {
	codec  media.Codec
	repair bool // retransmissions of codec
}

// arrival is what the tap hands on: a packet or a sender report.
type arrival struct {
	ssrc   uint32
	packet packet
	report *rtcp.SenderReport
}

// NewInterceptor makes the tap its own factory: there is one for each connection.
func (t *tap) NewInterceptor(string) (interceptor.Interceptor, error) { return t, nil }

// BindRemoteStream returns a reader that copies each good packet and swallows each bad one.
func (t *tap) BindRemoteStream(_ *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attributes, err := reader.Read(b, a)
			if errors.Is(err, io.ErrShortBuffer) {
				t.garbled.Add(1)
				continue
			}
			if err != nil {
				return n, attributes, err
			}
			if t.copy(b[:n]) {
				return n, attributes, nil
			}
		}
	})
}

// copy hands a packet on and reports whether it was good.
func (t *tap) copy(b []byte) bool {
	now := time.Now()
	var p rtp.Packet
	if err := p.Unmarshal(b); err != nil || p.Version != 2 || t.badTransportCC(&p.Header) {
		t.garbled.Add(1)
		return false
	}
	f, agreed := t.formats[p.PayloadType]
	if !agreed {
		t.foreign.Add(1)
		return false
	}
	in := packet{
		seq: p.SequenceNumber, timestamp: p.Timestamp, marker: p.Marker, codec: f.codec,
		extras: t.ids.read(&p.Header), arrived: now,
	}
	payload := p.Payload
	if f.repair { // RFC 4588: the original number, then the original payload; padding that probes the network has none
		if len(payload) < 2 {
			return true
		}
		in.seq, in.repair, payload = binary.BigEndian.Uint16(payload), true, payload[2:]
	}
	in.payload = append([]byte(nil), payload...)
	t.deliver(arrival{ssrc: p.SSRC, packet: in})
	return true
}

// badTransportCC reports an extension that pion's congestion feedback would refuse to read.
func (t *tap) badTransportCC(header *rtp.Header) bool {
	if t.ids.transportCC == 0 {
		return false
	}
	data := header.GetExtension(t.ids.transportCC)
	return data != nil && len(data) < 2
}

// BindRTCPReader returns a reader that hands on sender reports and swallows what is no RTCP.
func (t *tap) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attributes, err := reader.Read(b, a)
			if errors.Is(err, io.ErrShortBuffer) {
				t.garbled.Add(1)
				continue
			}
			if err != nil {
				return n, attributes, err
			}
			reports, err := rtcp.Unmarshal(b[:n])
			if err != nil {
				t.garbled.Add(1)
				continue
			}
			for _, r := range reports {
				if report, ok := r.(*rtcp.SenderReport); ok {
					t.deliver(arrival{ssrc: report.SSRC, report: report})
				}
			}
			return n, attributes, nil
		}
	})
}

package ingest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/rollwell/rollwell/internal/media"
)

// source reads out packets and then the end.
func source(t *testing.T, packets ...any) interceptor.RTPReaderFunc {
	t.Helper()
	return func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		if len(packets) == 0 {
			return 0, nil, io.EOF
		}
		next := packets[0]
		packets = packets[1:]
		switch next := next.(type) {
		case []byte:
			return copy(b, next), a, nil
		case error:
			return 0, nil, next
		case *rtp.Packet:
			data, err := next.Marshal()
			return copy(b, data), a, err
		}
		t.Fatalf("unknown %T", next)
		return 0, nil, nil
	}
}

func TestTheTapPassesOnWhatIsGoodOnly(t *testing.T) {
	video := func(payloadType uint8, payload ...byte) *rtp.Packet {
		return &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: payloadType, SequenceNumber: 9, SSRC: 5}, Payload: payload}
	}
	shortCC := video(96, 1)
	if err := shortCC.SetExtension(3, []byte{1}); err != nil {
		t.Fatal(err)
	}
	var came []arrival
	tap := &tap{
		formats: map[uint8]format{96: {codec: media.VP8}, 97: {codec: media.VP8, repair: true}},
		ids:     extensionIDs{transportCC: 3},
		deliver: func(a arrival) { came = append(came, a) },
	}
	reader := tap.BindRemoteStream(nil, source(t,
		[]byte("no RTP"), video(96, 1, 2), io.ErrShortBuffer, video(98, 1), shortCC, video(97, 0x01, 0x02, 7, 8), video(97, 1), video(96, 3),
	))
	read := 0
	for b := make([]byte, maxPacketBytes); ; read++ {
		if _, _, err := reader.Read(b, nil); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
	}
	if read != 4 { // the two of the video, the retransmission and the probe for bandwidth, which pion deals with itself
		t.Errorf("pion gets to see %d packets, want 4", read)
	}
	if len(came) != 3 || tap.garbled.Load() != 3 || tap.foreign.Load() != 1 {
		t.Fatalf("%d handed on, %d garbled, %d foreign; want 3, 3 and 1", len(came), tap.garbled.Load(), tap.foreign.Load())
	}
	if r := came[1].packet; !r.repair || r.seq != 0x0102 || !bytes.Equal(r.payload, []byte{7, 8}) {
		t.Errorf("the retransmission became %+v", r)
	}
}

func TestTheTapHandsOnSenderReports(t *testing.T) {
	report, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: 5, NTPTime: 1 << 40, RTPTime: 77}})
	if err != nil {
		t.Fatal(err)
	}
	var came []arrival
	tap := &tap{deliver: func(a arrival) { came = append(came, a) }}
	packets := source(t, []byte{0xff, 0xff}, report, io.ErrShortBuffer)
	reader := tap.BindRTCPReader(interceptor.RTCPReaderFunc(packets))
	if _, _, err := reader.Read(make([]byte, maxPacketBytes), nil); err != nil {
		t.Fatal(err)
	}
	if len(came) != 1 || came[0].report.RTPTime != 77 || tap.garbled.Load() != 1 {
		t.Errorf("%+v, %d garbled", came, tap.garbled.Load())
	}
	if _, _, err := reader.Read(make([]byte, maxPacketBytes), nil); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
}

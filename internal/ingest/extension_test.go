package ingest

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/rollwell/rollwell/internal/media"
)

func TestCaptureTimeIsRead(t *testing.T) {
	want := time.Date(2026, 3, 1, 12, 0, 0, 250_000_000, time.UTC)
	data, err := rtp.NewAbsCaptureTimeExtension(want).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got := captureTime(data); got.Sub(want).Abs() > time.Microsecond {
		t.Errorf("got %v, want %v", got, want)
	}
	// The capturing machine's clock is 2 s ahead of the sender's.
	data, err = rtp.NewAbsCaptureTimeExtensionWithCaptureClockOffset(want.Add(2*time.Second), 2*time.Second).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got := captureTime(data); got.Sub(want).Abs() > time.Microsecond {
		t.Errorf("got %v by the sender's clock, want %v", got, want)
	}
	for _, bad := range [][]byte{nil, {}, {1, 2, 3}, make([]byte, 8)} {
		if got := captureTime(bad); !got.IsZero() {
			t.Errorf("%v gives %v, want nothing", bad, got)
		}
	}
}

func TestNTPGoesOnIn2036(t *testing.T) {
	for _, want := range []time.Time{
		time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2036, 2, 7, 6, 28, 15, 0, time.UTC),
		time.Date(2036, 2, 7, 6, 28, 17, 0, time.UTC),
		time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		seconds := uint64(want.Unix()+ntpEpochSeconds) & 0xffffffff
		if got := fromNTP(seconds << 32); !got.Equal(want) {
			t.Errorf("got %v, want %v", got.UTC(), want)
		}
	}
}

func TestColourRangeIsRead(t *testing.T) {
	for _, test := range []struct {
		data []byte
		want media.Range
	}{
		{nil, media.Unsaid},
		{[]byte{1, 1, 1}, media.Unsaid},
		{[]byte{1, 1, 1, 0x00}, media.Unsaid},
		{[]byte{1, 1, 1, 0x10}, media.Limited},
		{[]byte{1, 13, 0, 0x20}, media.Full},
		{[]byte{1, 1, 1, 0x30}, media.Unsaid}, // derived from the coding
		{append([]byte{1, 1, 1, 0x2f}, make([]byte, 24)...), media.Full},
	} {
		if got := colourRange(test.data); got != test.want {
			t.Errorf("%v gives %v, want %v", test.data, got, test.want)
		}
	}
}

// FuzzTap gives the tap whatever bytes come out of the decryption.
func FuzzTap(f *testing.F) {
	good := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: 7, SSRC: 1}, Payload: []byte{0x10, 0, 1}}
	for id, data := range map[uint8][]byte{1: {0, 1}, 2: make([]byte, 8), 3: {1, 1, 1, 0x20}} {
		if err := good.SetExtension(id, data); err != nil {
			f.Fatal(err)
		}
	}
	data, err := good.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	good.PayloadType = 97
	if data, err = good.Marshal(); err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0x10, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var came []arrival
		tap := &tap{
			formats: map[uint8]format{96: {codec: media.VP8}, 97: {codec: media.VP8, repair: true}},
			ids:     extensionIDs{transportCC: 1, captureTime: 2, colourSpace: 3},
			deliver: func(a arrival) { came = append(came, a) },
		}
		good := tap.copy(data)
		if bad := tap.foreign.Load() + tap.garbled.Load(); good == (bad == 1) || len(came) > 1 {
			t.Fatalf("good %v, %d bad, %d handed on", good, bad, len(came))
		}
		for _, a := range came {
			if len(a.packet.payload) > len(data) || a.packet.codec != media.VP8 {
				t.Fatalf("%+v out of %d bytes", a, len(data))
			}
		}
	})
}

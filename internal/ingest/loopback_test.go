package ingest

import (
	"bytes"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
)

func TestPublishOverLoopback(t *testing.T) {
	for _, codec := range []media.Codec{media.H264, media.VP8, media.VP9, media.AV1} {
		for _, tcp := range []bool{false, true} {
			if tcp && codec != media.H264 {
				continue
			}
			name := codec.String()
			if tcp {
				name += " over TCP"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				units := clip(t, publisher.Encoding{Codec: codec, Width: 320, Kbps: 800, Seconds: 2})
				r := receive(t, Options{Address: "127.0.0.1"})
				sink := newRecorder()
				p, publication := publish(t, r, publisher.Options{Units: units, TCP: tcp}, sink)
				<-p.Done()
				sink.awaitUnits(t, len(units))
				checkUnits(t, codec, units, sink.received())
				if s := publication.Stats(); s.Units != uint64(len(units)) || s.Codec != codec || s.Malformed+s.Foreign+s.Garbled+s.Strays != 0 {
					t.Errorf("stats %+v, want %d units and nothing odd", s, len(units))
				}
				if err := publication.Close(); err != nil {
					t.Fatal(err)
				}
				sink.awaitState(t, Closed)
				<-publication.Done()
			})
		}
	}
}

// checkUnits wants the pictures that were sent, with times that fit.
func checkUnits(t *testing.T, codec media.Codec, sent, got []media.AccessUnit) {
	t.Helper()
	if len(got) != len(sent) {
		t.Fatalf("%d units came, %d were sent", len(got), len(sent))
	}
	for i, u := range got {
		switch {
		case u.Codec != codec || u.Stream != 1:
			t.Fatalf("unit %d is %v of stream %d, want %v of stream 1", i, u.Codec, u.Stream, codec)
		case u.Key != sent[i].Key:
			t.Fatalf("unit %d: key %v, want %v", i, u.Key, sent[i].Key)
		case (u.Time - sent[i].Time).Abs() > time.Millisecond:
			t.Fatalf("unit %d at %v, want %v", i, u.Time, sent[i].Time)
		case u.Captured.IsZero() || u.Received.Before(u.Captured.Add(-time.Millisecond)) || u.Received.Sub(u.Captured) > patience:
			t.Fatalf("unit %d taken at %v and received at %v", i, u.Captured, u.Received)
		case !bytes.Equal(plain(codec, u.Data), plain(codec, sent[i].Data)):
			t.Fatalf("unit %d: other bytes than were sent (%d, want %d)", i, len(u.Data), len(sent[i].Data))
		}
	}
}

// plain takes out what packets do not carry: the length of start codes and AV1's temporal delimiters.
func plain(codec media.Codec, data []byte) []byte {
	switch codec {
	case media.H264:
		return bytes.ReplaceAll(bytes.ReplaceAll(data, []byte{0, 0, 0, 1}, []byte{0, 0, 1}), []byte{0, 0, 1}, nil)
	case media.AV1:
		return bytes.TrimPrefix(data, []byte{0x12, 0})
	}
	return data
}

func TestTheWallClockOfASenderThatDoesNotTellIsWorkedOut(t *testing.T) {
	t.Parallel()
	units := clip(t, publisher.Encoding{Codec: media.H264, Width: 320, Kbps: 800, Seconds: 2})
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := newRecorder()
	publish(t, r, publisher.Options{Units: units, Loop: true, NoCaptureTime: true}, sink)
	sink.await(t, "a picture whose capture time is known from a report", func(units []media.AccessUnit, _ []Loss) bool {
		return len(units) > 0 && !units[len(units)-1].Captured.IsZero()
	})
	got := sink.received()
	if !got[0].Captured.IsZero() {
		t.Errorf("the first picture was taken at %v, before any report", got[0].Captured)
	}
	if last := got[len(got)-1]; last.Received.Sub(last.Captured).Abs() > 10*time.Second {
		t.Errorf("taken at %v and received at %v", last.Captured, last.Received)
	}
}

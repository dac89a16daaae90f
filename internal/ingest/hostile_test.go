package ingest

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/rollwell/rollwell/internal/media"
)

func TestWhatWasNotAgreedOnIsDropped(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink, other := newRecorder(), newRecorder()
	p, publication := connectPeer(t, r, sink)
	q, _ := connectPeer(t, r, other)
	packets := film(0, 20, 2, 5)
	for i, in := range packets { // the first packet of all is of another coding already
		p.raw(t, rtp.Header{Version: 2, PayloadType: 120, SequenceNumber: in.seq + 300, Timestamp: in.timestamp, SSRC: p.track.ssrc}, in.payload)
		p.send(t, in)
		q.send(t, in)
		if i%7 == 0 {
			p.raw(t, rtp.Header{Version: 2, PayloadType: peerRepair, SequenceNumber: in.seq, SSRC: repairSSRC}, []byte{1})
			p.repair(t, packet{seq: in.seq + 20000, payload: []byte("nonsense")}, in.seq)
		}
	}
	sink.awaitUnits(t, 20)
	other.awaitUnits(t, 20)
	if s := publication.Stats(); s.Foreign != 40 {
		t.Errorf("%+v, want 40 packets of another coding counted", s)
	}
}

func TestNonsenseMakesNoPicture(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := newRecorder()
	p, publication := connectPeer(t, r, sink)
	good := film(500, 12, 1, 100)
	p.send(t, good[0])
	for seq := range uint16(10) {
		p.send(t, packet{seq: 501 + seq, timestamp: 3000 + uint32(seq), marker: true, payload: []byte{0x90, 0xff, 0xff}})
	}
	key := shot(511, 100000, 1, true)
	p.send(t, key...)
	sink.awaitUnits(t, 2)
	if s := publication.Stats(); s.Malformed != 10 || s.Units != 2 {
		t.Errorf("%+v, want 10 malformed pictures between two good ones", s)
	}
}

func TestAFloodOfStreamsEndsThePublication(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := newRecorder()
	p, publication := connectPeer(t, r, sink)
	for ssrc := range uint32(10 * maxSources) {
		p.raw(t, rtp.Header{Version: 2, PayloadType: peerVideo, SequenceNumber: 1, SSRC: 100_000 + ssrc}, []byte{0x10, 0, 0})
	}
	select {
	case <-publication.Done():
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
}

// stuck is a sink that does not come back until it is told to.
type stuck struct {
	*recorder
	entered, free chan struct{}
}

func (s *stuck) Unit(u media.AccessUnit) {
	select {
	case s.entered <- struct{}{}:
	default:
	}
	<-s.free
	s.recorder.Unit(u)
}

func TestASlowSinkLosesPacketsAndRecovers(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := &stuck{recorder: newRecorder(), entered: make(chan struct{}, 1), free: make(chan struct{})}
	p, publication := connectPeer(t, r, sink)
	packets := film(0, 5*inboxPackets, 1, 100)
	p.send(t, packets[0])
	<-sink.entered
	for i, in := range packets[1:] {
		p.send(t, in)
		if i%100 == 0 {
			runtime.Gosched()
		}
	}
	deadline := time.Now().Add(patience)
	for publication.overflow.Load() == 0 {
		if time.Now().After(deadline) {
			t.Fatal("nothing overflows")
		}
		runtime.Gosched()
	}
	close(sink.free)
	freed := time.Now()
	key := shot(uint16(len(packets)), uint32(len(packets))*3000, 1, true)
	sink.await(t, "a key picture after the flood", func(units []media.AccessUnit, _ []Loss) bool {
		p.send(t, key...)
		key = shot(key[0].seq+1, key[0].timestamp+3000, 1, true)
		return slices.ContainsFunc(units, func(u media.AccessUnit) bool { return u.Key && u.Received.After(freed) })
	})
}

func TestThousandsWhoSayNothingCostLittle(t *testing.T) {
	const many = 1000
	l := limits{connect: patience, disconnected: patience, failed: patience, keepalive: time.Second}
	r := receiveWith(t, Options{Address: "127.0.0.1", MaxPublications: many + 1}, l)
	before := heapBytes()
	routines := runtime.NumGoroutine()
	for i := range many { // publications that never connect
		if _, err := r.Publish(t.Context(), chromium(t), i, newRecorder()); err != nil {
			t.Fatal(err)
		}
	}
	each := (heapBytes() - before) / many
	t.Logf("a publication that says nothing: %d KiB, %d goroutines", each>>10, (runtime.NumGoroutine()-routines)/many)
	if each > 256<<10 {
		t.Errorf("%d bytes each", each)
	}
	var dialer net.Dialer
	for range many { // connections to the TCP port that stay mute
		c, err := dialer.DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", r.Port()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() }) // the receiver may have closed it already
	}
	sink := newRecorder()
	p, _ := connectPeer(t, r, sink) // and still there is room for one that says something
	p.send(t, film(0, 10, 2, 5)...)
	sink.awaitUnits(t, 10)
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

package ingest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
)

// hurried are limits that do not keep a test waiting.
func hurried() limits {
	return limits{
		connect: 300 * time.Millisecond, disconnected: 500 * time.Millisecond, failed: time.Second, keepalive: 100 * time.Millisecond,
	}
}

func receiveWith(t *testing.T, o Options, l limits) *Receiver {
	t.Helper()
	r, err := newReceiver(o, nil, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close the receiver: %v", err)
		}
	})
	return r
}

// states are those that a sink heard of, each once.
func states(news []Loss) []State {
	var all []State
	for _, l := range news {
		all = append(all, l.State)
	}
	return slices.Compact(all)
}

func TestWhoNeverConnectsIsClosed(t *testing.T) {
	r := receiveWith(t, Options{Address: "127.0.0.1"}, hurried())
	sink := newRecorder()
	p, err := r.Publish(t.Context(), chromium(t), 3, sink)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	case <-time.After(patience):
		t.Fatal("it stays open")
	}
	if got := states(sink.heard()); !slices.Equal(got, []State{Connecting, Failed, Closed}) {
		t.Errorf("heard %v", got)
	}
	if sink.heard()[0].Stream != 3 || r.Publications() != 0 {
		t.Errorf("stream %d, %d publications open", sink.heard()[0].Stream, r.Publications())
	}
}

func TestWhoVanishesIsDisconnectedAndThenFails(t *testing.T) {
	l := hurried()
	l.connect = patience
	r := receiveWith(t, Options{Address: "127.0.0.1"}, l)
	sink := newRecorder()
	p, publication := publish(t, r, publisher.Options{
		Units: clip(t, publisher.Encoding{Codec: media.H264, Width: 320, Kbps: 800, Seconds: 2}), Loop: true,
	}, sink)
	sink.awaitUnits(t, 5)
	if err := p.Vanish(); err != nil {
		t.Fatal(err)
	}
	<-publication.Done()
	if got := states(sink.heard()); !slices.Equal(got, []State{Connecting, Connected, Disconnected, Failed, Closed}) {
		t.Errorf("heard %v", got)
	}
}

func TestThereIsRoomForSoMany(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1", MaxPublications: 3})
	var open []*Publication
	for range 3 {
		p, err := r.Publish(t.Context(), chromium(t), 1, newRecorder())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, p)
	}
	if _, err := r.Publish(t.Context(), chromium(t), 1, newRecorder()); !errors.Is(err, ErrFull) {
		t.Fatalf("got %v, want %v", err, ErrFull)
	}
	if err := open[1].Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Publish(t.Context(), chromium(t), 1, newRecorder()); err != nil {
		t.Errorf("there is room again, and yet %v", err)
	}
}

func TestCloseEndsAll(t *testing.T) {
	r, err := New(Options{Address: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	sinks := []*recorder{newRecorder(), newRecorder()}
	for _, s := range sinks {
		if _, err := r.Publish(t.Context(), chromium(t), 1, s); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time has nothing to do
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range sinks {
		if news := s.heard(); news[len(news)-1].State != Closed {
			t.Errorf("the last news is %v", news[len(news)-1])
		}
	}
	if _, err := r.Publish(t.Context(), chromium(t), 1, newRecorder()); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
}

// await waits until the receiver asks for something in particular.
func (p *peer) await(t *testing.T, what string, is func(rtcp.Packet) bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case asked := <-p.asked:
			if is(asked) {
				return
			}
		case <-deadline:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func TestAKeyFrameIsRequested(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := newRecorder()
	p, publication := connectPeer(t, r, sink)
	p.send(t, film(0, 1, 1, 1)...)
	sink.awaitUnits(t, 1)
	publication.RequestKeyFrame()
	p.await(t, "a request for a key frame", func(asked rtcp.Packet) bool {
		pli, ok := asked.(*rtcp.PictureLossIndication)
		return ok && pli.MediaSSRC == p.track.ssrc
	})
}

func TestARetransmissionFillsTheHoleAtOnce(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := newRecorder()
	p, publication := connectPeer(t, r, sink)
	packets := film(65530, 6, 2, 100)
	p.send(t, packets[:5]...)
	p.send(t, packets[6:]...) // 5 is lost
	p.await(t, "a request for the lost packet", func(asked rtcp.Packet) bool {
		nack, ok := asked.(*rtcp.TransportLayerNack)
		return ok && nack.MediaSSRC == p.track.ssrc && slices.Equal(nack.Nacks[0].PacketList(), []uint16{packets[5].seq})
	})
	p.repair(t, packets[5], 77) // and nothing else follows
	sink.awaitUnits(t, 6)
	if s := publication.Stats(); s.Repaired != 1 || s.Freezes != 0 {
		t.Errorf("%+v, want one packet repaired and no freeze", s)
	}
}

func TestAConnectionComesBack(t *testing.T) {
	l := hurried()
	l.connect, l.failed = patience, patience
	r, camera, cut := cutNetwork(t, l)
	sink := newRecorder()
	_, _ = publish(t, r, publisher.Options{
		Units: clip(t, publisher.Encoding{Codec: media.H264, Width: 320, Kbps: 800, Seconds: 2}), Network: camera, Loop: true,
	}, sink)
	sink.awaitUnits(t, 10)
	cut.Store(true)
	sink.awaitState(t, Disconnected)
	had := len(sink.received())
	cut.Store(false)
	sink.awaitState(t, Connected)
	sink.awaitUnits(t, had+10)
	checkOrder(t, sink.received())
}

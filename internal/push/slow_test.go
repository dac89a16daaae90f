package push

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// tally is what a page of the next test has read.
type tally struct {
	cues, states int
	err          error
}

// readAll reads until the state of a time has come, with a pause after each message.
func (p *pageClient) readAll(until float64, pause time.Duration) (all tally) {
	var last heard
	for {
		_ = p.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		var m heard
		if all.err = p.conn.ReadJSON(&m); all.err != nil {
			return all
		}
		if m.Seq <= last.Seq {
			all.err = fmt.Errorf("message %d after %d", m.Seq, last.Seq)
			return all
		}
		last = m
		switch m.Type {
		case "cue":
			all.cues++
		case "state":
			if all.states++; m.T != nil && *m.T >= until {
				return all
			}
		}
		if pause > 0 {
			<-time.After(pause)
		}
	}
}

// Of states that come faster than a page reads, it gets the newest; cues it gets all. One that stalls is disconnected
// and does not hold up the others.
func TestFastSlowAndStalledPages(t *testing.T) {
	limits := DefaultLimits()
	limits.Stall, limits.Farewell, limits.Queue = 2*time.Second, 100*time.Millisecond, 5000
	s := newStand(t, limits)
	fast, slow, stalled := s.dial(), s.dial(), s.dial()
	if tcp, ok := stalled.conn.NetConn().(*net.TCPConn); ok {
		if err := tcp.SetReadBuffer(4 << 10); err != nil {
			t.Fatal(err)
		}
	}
	const frames, cueEvery = 2000, 100
	end := float64(frames) / 100
	fastRead, slowRead := make(chan tally, 1), make(chan tally, 1)
	go func() { fastRead <- fast.readAll(end, 0) }()
	go func() { slowRead <- slow.readAll(end, 10*time.Millisecond) }()
	begun := time.Now()
	for i := range frames {
		m := frameAt(float64(i+1) / 100)
		if (i+1)%cueEvery == 0 {
			speaking(m, finding(i+1, "jerky"))
		}
		if err := s.hub.Take(m); err != nil {
			t.Fatal(err)
		}
		<-time.After(50 * time.Microsecond)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the check was held up for %s", took)
	}
	f, l := <-fastRead, <-slowRead
	// The last cue comes after the state of its frame.
	if f.err != nil || f.cues < frames/cueEvery-1 || f.states < frames/10 {
		t.Errorf("the fast page: %+v", f)
	}
	if l.err != nil || l.cues < frames/cueEvery-1 || l.states >= f.states {
		t.Errorf("the slow page: %+v, the fast one %+v", l, f)
	}
	// Small states fill the buffers of the system before a stalled page is noticed.
	waitFor(t, "the end of the stalled page", func() bool {
		if err := s.hub.Take(frameAt(100)); err != nil {
			t.Fatal(err)
		}
		s.watch.mu.Lock()
		defer s.watch.mu.Unlock()
		return s.watch.ends[labelSlow] > 0
	})
}

// A page that reads, but not fast enough for the events, is told why it is disconnected.
func TestTooSlowForTheEvents(t *testing.T) {
	limits := DefaultLimits()
	limits.Queue = 3
	s := newStand(t, limits)
	p := s.dial()
	p.next()
	s.hub.mu.Lock()
	for c := range s.hub.clients {
		for range limits.Queue + 1 {
			c.event(message{seq: 1, at: time.Now().Add(time.Hour), text: []byte(`{"type":"error","seq":1,"t_s":null,"capture_ms":null,"code":"x","message":"x","fatal":false}`)})
		}
	}
	s.hub.mu.Unlock()
	// The writer may have sent some of them already; then there was room.
	for range 100 {
		s.hub.Warn("x", "x")
	}
	if code, reason := p.closed(); code != websocket.ClosePolicyViolation || !strings.Contains(reason, "reading too slowly") {
		t.Errorf("closed by %d %q", code, reason)
	}
	if got := <-s.watch.ended; got != labelSlow {
		t.Errorf("ended as %s", got)
	}
}

func TestLateEventsEndTheConnection(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	p.next()
	s.hub.mu.Lock()
	for c := range s.hub.clients {
		c.event(message{seq: 9, at: time.Now().Add(-6 * time.Second), text: []byte("{}")})
	}
	s.hub.mu.Unlock()
	if code, reason := p.closed(); code != websocket.ClosePolicyViolation || !strings.Contains(reason, "6 s behind") {
		t.Errorf("closed by %d %q", code, reason)
	}
}

func TestSilentPageIsGivenUp(t *testing.T) {
	limits := DefaultLimits()
	limits.Ping = 250 * time.Millisecond
	s := newStand(t, limits)
	alive, silent := s.dial(), s.dial()
	silent.conn.SetPingHandler(func(string) error { return nil })
	go func() { // a browser answers pings by itself while it is open
		for {
			if _, _, err := silent.conn.NextReader(); err != nil {
				return
			}
		}
	}()
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		for {
			if _, _, err := alive.conn.NextReader(); err != nil {
				return
			}
		}
	}()
	if got := <-s.watch.ended; got != labelUnresponsive {
		t.Errorf("ended as %s", got)
	}
	select {
	case <-reading:
		t.Error("the page that answers was given up, too")
	case got := <-s.watch.ended:
		t.Errorf("the page that answers ended as %s", got)
	case <-time.After(3 * limits.Ping):
	}
	_ = alive.conn.Close()
	<-reading
}

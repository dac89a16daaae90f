package push

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPagesGetWhatACheckFinds(t *testing.T) {
	s := newStand(t, Limits{})
	a, b := s.dial(), s.dial()
	for _, p := range []*pageClient{a, b} {
		if first := p.next(); first.Type != "state" || first.Phase != "setup" {
			t.Fatalf("first comes %+v", first)
		}
	}
	if err := s.hub.Take(speaking(frameAt(1), finding(1, "jerky"))); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*pageClient{a, b} {
		if c := p.until("cue"); c.Code != "jerky" || c.Seq < 2 {
			t.Errorf("the cue is %+v", c)
		}
	}
}

func TestPagesWishesReachTheCheck(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	for text, want := range map[string]string{
		`{"type":"start"}`: "start", `{"type":"pause"}`: "pause", `{"type":"resume"}`: "resume", `{"type":"stop"}`: "stop",
		`{"type":"pain","value":4}`: "pain 4", `{"type":"language","language":"de"}`: "language de",
		`{"type":"place_roller","x":10,"y":20,"radius":5,"t_s":null}`: "place 10 20 5 at -1",
		`{"type":"place_roller","x":10,"y":20,"radius":5,"t_s":1.5}`:  "place 10 20 5 at 1.5",
	} {
		p.say(text)
		if got := <-s.check.taken; got != want {
			t.Errorf("%s became %q", text, got)
		}
	}
	if err := p.conn.WriteMessage(websocket.BinaryMessage, pictureMessage(1234.5, "\xff\xd8\xff...")); err != nil {
		t.Fatal(err)
	}
	if got := <-s.check.taken; got != "picture of 6 at 1234" {
		t.Errorf("the picture became %q", got)
	}
}

// What cannot be taken is answered, and the connection goes on.
func TestOddMessagesAreAnswered(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	s.check.fail = errors.New("no such place")
	for _, tt := range []struct{ text, code string }{
		{"garbage", "bad_message"},
		{`{"type":"dance"}`, "unknown_type"},
		{`{"type":"pain","value":99}`, "bad_message"},
		{`{"type":"place_roller","x":NaN,"y":1,"radius":1}`, "bad_message"},
		{`{"type":"place_roller","x":1,"y":1,"radius":1}`, "bad_message"}, // the check does not take it
		{strings.Repeat("x", MaxText+1), "too_large"},
		{strings.Repeat("x", maxMessage-1), "too_large"},
	} {
		p.say(tt.text)
		if e := p.until("error"); e.Code != tt.code || e.Fatal || e.Message == "" {
			t.Errorf("%.40s is answered by %+v", tt.text, e)
		}
	}
	for name, message := range map[string][]byte{"bad_picture": {1, 2}, "too_large": make([]byte, MaxPicture+captureHeader+1)} {
		if err := p.conn.WriteMessage(websocket.BinaryMessage, message); err != nil {
			t.Fatal(err)
		}
		if e := p.until("error"); e.Code != name {
			t.Errorf("answered by %+v, want %s", e, name)
		}
	}
	p.say(`{"type":"stop"}`)
	waitFor(t, "the command after all that", func() bool {
		s.check.mu.Lock()
		defer s.check.mu.Unlock()
		return slices.Contains(s.check.calls, "stop")
	})
}

func TestHugeMessageEndsTheConnection(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	_ = p.conn.WriteMessage(websocket.TextMessage, make([]byte, 2*maxMessage)) // the server may close before its end
	if got := <-s.watch.ended; got != labelTooLarge {
		t.Errorf("ended as %s", got)
	}
}

// A flood ends the connection that it comes from, and no other.
func TestFlood(t *testing.T) {
	s := newStand(t, Limits{})
	victim, p := s.dial(), s.dial()
	ctx, stop := context.WithCancel(t.Context())
	flooding := make(chan struct{})
	go func() {
		defer close(flooding)
		for ctx.Err() == nil {
			if p.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"start"}`)) != nil {
				return
			}
		}
	}()
	code, reason := p.closed()
	stop()
	_ = p.conn.Close()
	<-flooding
	if code != websocket.ClosePolicyViolation || !strings.Contains(reason, "too many") {
		t.Errorf("closed by %d %q", code, reason)
	}
	if got := <-s.watch.ended; got != labelFlooding {
		t.Errorf("ended as %s", got)
	}
	if err := s.hub.Take(frameAt(1)); err != nil {
		t.Fatal(err)
	}
	for m := victim.next(); m.T == nil; {
		m = victim.next()
	}
}

// Pictures beyond the rate are left out, and the page hears of it.
func TestTooManyPictures(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	const sent = 40
	for range sent {
		if err := p.conn.WriteMessage(websocket.BinaryMessage, pictureMessage(1, "\xff\xd8\xff")); err != nil {
			t.Fatal(err)
		}
	}
	if e := p.until("error"); e.Code != "too_fast" {
		t.Errorf("answered by %+v", e)
	}
	p.say(`{"type":"stop"}`)
	waitFor(t, "the command", func() bool {
		s.check.mu.Lock()
		defer s.check.mu.Unlock()
		return slices.Contains(s.check.calls, "stop")
	})
	if n := len(s.check.calls) - 1; n < PictureRate || n >= sent {
		t.Errorf("%d pictures were taken", n)
	}
}

// A page that comes back knows at once how things stand.
func TestReconnect(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	p.until("state") // now it is among the clients, and hears what happens
	m := speaking(frameAt(5), finding(1, "jerky"))
	m.Live.Progress.Passes = 4
	if err := s.hub.Take(m); err != nil {
		t.Fatal(err)
	}
	p.until("cue")
	_ = p.conn.Close()
	if got := <-s.watch.ended; got != labelLost {
		t.Errorf("ended as %s", got)
	}
	p = s.dial()
	state, progress := p.next(), p.next()
	if state.Type == "progress" {
		state, progress = progress, state
	}
	if state.Type != "state" || *state.T != 5 || state.Banner == nil || state.Banner.Code != "jerky" || progress.Passes != 4 {
		t.Errorf("back again, a page hears %+v and %+v", state, progress)
	}
}

func TestEndOfACheck(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	text, err := Summary(result())
	if err != nil {
		t.Fatal(err)
	}
	s.hub.Finish(text)
	if m := p.until("summary"); string(m.Summary) != string(text) {
		t.Errorf("the summary is %s", m.Summary)
	}
	if code, _ := p.closed(); code != websocket.CloseNormalClosure {
		t.Errorf("closed by %d", code)
	}
	if got := <-s.watch.ended; got != labelEnded {
		t.Errorf("ended as %s", got)
	}
	// Whoever comes late gets the same.
	late := s.dial()
	late.until("summary")
	if code, _ := late.closed(); code != websocket.CloseNormalClosure {
		t.Errorf("closed by %d", code)
	}
	<-s.watch.ended
	s.hub.Wait()
	if err := s.hub.enter(); !errors.Is(err, ErrClosed) {
		t.Errorf("after the last: %v", err)
	}
}

func TestFailureOfACheck(t *testing.T) {
	s := newStand(t, Limits{})
	p := s.dial()
	s.hub.Fail("failed", "It broke: start a new one.")
	if e := p.until("error"); !e.Fatal || e.Code != "failed" {
		t.Errorf("a page hears %+v", e)
	}
	if code, reason := p.closed(); code != websocket.CloseInternalServerErr || reason != "failed" {
		t.Errorf("closed by %d %q", code, reason)
	}
}

func TestTooManyPages(t *testing.T) {
	limits := DefaultLimits()
	limits.Clients = 2
	s := newStand(t, limits)
	s.dial()
	gone := s.dial()
	d := websocket.Dialer{Subprotocols: []string{Protocol}}
	url := "ws" + strings.TrimPrefix(s.http.URL, "http")
	_, resp, err := d.DialContext(t.Context(), url, nil)
	if err == nil || resp == nil || resp.StatusCode != 429 {
		t.Fatalf("a third page: %v", err)
	}
	_ = resp.Body.Close()
	_ = gone.conn.Close()
	<-s.watch.ended
	waitFor(t, "room", func() bool { return s.hub.Clients() == 1 })
	s.dial()
}

// Everything at once, for the race detector.
func TestManyPagesComeAndGo(t *testing.T) {
	limits := DefaultLimits()
	limits.Clients, limits.Strikes, limits.Commands = 100, 1000, 1000
	s := newStand(t, limits)
	done := make(chan error, 8)
	for i := range 8 {
		go func() {
			for range 5 {
				p := s.dial()
				if err := p.conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"type":"pain","value":%d}`, i)); err != nil {
					done <- err
					return
				}
				for range 3 {
					if _, err := p.read(); err != nil {
						done <- err
						return
					}
				}
				_ = p.conn.Close()
			}
			done <- nil
		}()
	}
	for left := 8; left > 0; {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			left--
		default:
			if err := s.hub.Take(speaking(frameAt(1), finding(1, "jerky"))); err != nil {
				t.Fatal(err)
			}
			<-time.After(100 * time.Microsecond)
		}
	}
}

func TestToken(t *testing.T) {
	for _, tt := range []struct {
		upgrade, protocols, token string
		ok                        bool
	}{
		{"websocket", "rollwell.v1, token.abc", "abc", true},
		{"websocket", "token.abc,rollwell.v1", "abc", true},
		{"websocket", "rollwell.v1", "", true},
		{"websocket", "token.abc", "", false},
		{"websocket", "", "", false},
		{"", "rollwell.v1, token.abc", "", false},
	} {
		r := upgradeRequest(t, tt.upgrade, tt.protocols)
		if token, ok := Token(r); token != tt.token || ok != tt.ok {
			t.Errorf("%+v: %q, %t", tt, token, ok)
		}
	}
}

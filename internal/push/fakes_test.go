package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/setup"
	"github.com/rollwell/rollwell/internal/spine"
)

// schemas holds the protocol's schema, compiled for each side.
type schemas struct{ server, page *jsonschema.Schema }

var protocol = sync.OnceValues(func() (s schemas, err error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		return s, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	const id = "urn:rollwell:protocol:v1"
	if err := c.AddResource(id, doc); err != nil {
		return s, err
	}
	if s.server, err = c.Compile(id + "#/$defs/from_server"); err != nil {
		return s, err
	}
	s.page, err = c.Compile(id + "#/$defs/from_page")
	return s, err
})

// valid tells what the schema has against a text.
func valid(schema *jsonschema.Schema, text []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

func fromServer(t testing.TB, text []byte) {
	t.Helper()
	s, err := protocol()
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(s.server, text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// fakeCheck notes what pages ask for.
type fakeCheck struct {
	mu    sync.Mutex
	calls []string
	taken chan string
	fail  error
}

func newFakeCheck() *fakeCheck { return &fakeCheck{taken: make(chan string, 100)} }

func (f *fakeCheck) note(format string, args ...any) {
	call := fmt.Sprintf(format, args...)
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	select {
	case f.taken <- call:
	default:
	}
}

func (f *fakeCheck) Start()  { f.note("start") }
func (f *fakeCheck) Pause()  { f.note("pause") }
func (f *fakeCheck) Resume() { f.note("resume") }
func (f *fakeCheck) Stop()   { f.note("stop") }
func (f *fakeCheck) Next()   { f.note("next") }
func (f *fakeCheck) Skip()   { f.note("skip") }
func (f *fakeCheck) Back()   { f.note("back") }
func (f *fakeCheck) Pain(value int, when string) error {
	f.note("pain %d%s", value, when)
	return f.fail
}
func (f *fakeCheck) Calibrate(kind string) error { f.note("calibrate %s", kind); return f.fail }
func (f *fakeCheck) PlaceRoller(x, y, radius, at float64) error {
	f.note("place %g %g %g at %g", x, y, radius, at)
	return f.fail
}
func (f *fakeCheck) SetLanguage(l string) { f.note("language %s", l) }
func (f *fakeCheck) JPEG(data []byte, captured time.Time) {
	f.note("picture of %d at %d", len(data), captured.UnixMilli())
}

// fakeWatch notes connections.
type fakeWatch struct {
	mu    sync.Mutex
	open  int
	ends  map[string]int
	ended chan string
}

func newFakeWatch() *fakeWatch {
	return &fakeWatch{ends: map[string]int{}, ended: make(chan string, 100)}
}

func (f *fakeWatch) Connected() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open++
}

func (f *fakeWatch) Disconnected(label string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open--
	f.ends[label]++
	f.ended <- label
}

// stand is a hub behind a real server.
type stand struct {
	t     *testing.T
	hub   *Hub
	check *fakeCheck
	watch *fakeWatch
	http  *httptest.Server
}

func newStand(t *testing.T, limits Limits) *stand {
	s := &stand{t: t, check: newFakeCheck(), watch: newFakeWatch()}
	s.hub = New(limits, s.watch)
	s.hub.Bind(s.check)
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.hub.Serve(w, r, slog.New(slog.DiscardHandler)); err != nil {
			http.Error(w, err.Error(), http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(func() {
		s.hub.Fail("test", "The test is over.")
		s.hub.Wait()
		s.http.Close()
	})
	return s
}

// dial connects a page.
func (s *stand) dial() *pageClient {
	s.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{Protocol, "token.x"}, HandshakeTimeout: 5 * time.Second}
	conn, resp, err := d.DialContext(s.t.Context(), "ws"+strings.TrimPrefix(s.http.URL, "http"), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if conn.Subprotocol() != Protocol {
		s.t.Fatalf("the server chose the subprotocol %q", conn.Subprotocol())
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return &pageClient{s.t, conn}
}

// pageClient is a page's end of a connection.
type pageClient struct {
	t    *testing.T
	conn *websocket.Conn
}

// heard is a message of the server as a test looks at it.
type heard struct {
	Type    string   `json:"type"`
	Seq     uint64   `json:"seq"`
	T       *float64 `json:"t_s"`
	Capture *float64 `json:"capture_ms"`
	Phase   string   `json:"phase"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Fatal   bool     `json:"fatal"`
	ID      int      `json:"id"`
	Say     string   `json:"say"`
	Passes  int      `json:"passes"`
	Banner  *struct{ Code string }
	Frame   json.RawMessage `json:"frame"`
	Summary json.RawMessage `json:"summary"`
}

// next reads one message and holds it against the schema.
func (p *pageClient) next() heard {
	p.t.Helper()
	m, err := p.read()
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func (p *pageClient) read() (m heard, err error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	kind, text, err := p.conn.ReadMessage()
	if err != nil {
		return m, err
	}
	if kind != websocket.TextMessage {
		return m, errors.New("not a text message")
	}
	fromServer(p.t, text)
	return m, json.Unmarshal(text, &m)
}

// until reads up to the first message of a type, and returns it.
func (p *pageClient) until(kind string) heard {
	p.t.Helper()
	for {
		if m := p.next(); m.Type == kind {
			return m
		}
	}
}

// closed reads up to the end of the connection and returns its code and reason.
func (p *pageClient) closed() (int, string) {
	p.t.Helper()
	for {
		if _, err := p.read(); err != nil {
			var c *websocket.CloseError
			if !errors.As(err, &c) {
				p.t.Fatalf("the connection ended without a farewell: %v", err)
			}
			return c.Code, c.Text
		}
	}
}

func (p *pageClient) say(text string) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// frameAt is a frame of a check that runs, with everything in it.
func frameAt(t float64) *session.Moment {
	p := &body.Pose{Score: 0.9}
	for i := range p.Landmarks {
		p.Landmarks[i] = body.Landmark{X: float64(i), Y: 100.25, Z: -3.14, Visibility: 0.9, Presence: 1}
	}
	sure := func(v float64) spine.Value { return spine.Value{V: v, Sigma: 0.07, State: spine.OK} }
	return &session.Moment{
		Frame: &frame.Frame{Scale: 2},
		Observation: &spine.Observation{
			T: t, Width: 320, Height: 180, Pose: p,
			Roller: &spine.Roller{Score: 0.75, Near: body.Point{X: 10, Y: 20}, Far: body.Point{X: 30, Y: 40}, FarSeen: true, Radius: 8.5},
		},
		Reading: &spine.Reading{
			T: t, S: sure(0.81), Level: "T8", Zone: spine.ZoneThoracic, Speed: sure(-3.456), HipLift: sure(6.789),
			Knee: sure(91.26), Neck: sure(-7.04), SHK: sure(140),
		},
		Update: &coach.Update{
			T: t, Active: []string{"hips_not_lifted"},
			Notices: []coach.Notice{{Code: "rolling_too_fast", Hint: "Slow down a little.", Value: 6.1, Limit: 5.1, Unit: "cm/s"}},
		},
		Live: &session.LiveState{
			T: t, Phase: session.Checking, Width: 640, Height: 360, Captured: time.UnixMilli(1_700_000_000_123),
			Delays: session.Delays{
				Network: 3 * time.Millisecond, NetworkKnown: true, Decode: time.Millisecond, Wait: 2 * time.Millisecond,
				Pose: 9 * time.Millisecond, Roller: time.Millisecond, Rules: 40 * time.Microsecond,
			},
			ReceivedFPS: 30, AnalysedFPS: 29.7, Connection: session.ConnectionGood, Transport: session.TransportWebRTC,
			Setup:    []setup.Item{{ID: setup.SideOn, State: setup.OK, Text: "Side-on"}, {ID: setup.Roller, State: setup.Bad, Text: "No roller \"seen\"", Say: "Drag the circle\nonto it."}},
			Standing: coach.Standing{Levels: []coach.LevelTime{{Level: "T8", TimeS: 1.25}}},
		},
	}
}

// finding is an open cue.
func finding(id int, code string) coach.Finding {
	return coach.Finding{
		ID: id, Code: code, Severity: exercise.Technique, StartS: 1.5, EndS: 2, Value: .02, Limit: .06, Unit: "L",
		Measured: true, Text: "Lift your hips", Spoken: true,
	}
}

// speaking adds a cue that is to be spoken to a moment.
func speaking(m *session.Moment, f coach.Finding) *session.Moment {
	m.Update.Banner = &coach.Banner{Finding: f, Say: "Lift your hips.", Hint: "Press into your feet.", Speak: true}
	m.Update.Events = append(m.Update.Events, coach.Event{Kind: coach.Started, Finding: f}, coach.Event{Kind: coach.Spoken, Finding: f})
	return m
}

// waitFor polls until done says so; it fails with what was still missing.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("still waiting for %s", what)
		}
	}
}

// upgradeRequest asks for a WebSocket with subprotocols.
func upgradeRequest(t *testing.T, upgrade, protocols string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	if upgrade != "" {
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", upgrade)
	}
	if protocols != "" {
		r.Header.Set("Sec-WebSocket-Protocol", protocols)
	}
	return r
}

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/push/page"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// fakeEye sees nobody, and does what a test wants besides.
type fakeEye struct{ before func() }

func (e fakeEye) Observe(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
	if e.before != nil {
		e.before()
	}
	return spine.Observation{T: f.PTS.Seconds(), Width: f.Width, Height: f.Height, Quality: spine.Quality{Brightness: 0.5}}, ctx.Err()
}

func (fakeEye) StageTimes() (pose, roller time.Duration) { return time.Millisecond, time.Millisecond }
func (fakeEye) Place(body.Point, float64, float64)       {}
func (fakeEye) Close() error                             { return nil }

// fakeDecoder takes anything for a picture.
type fakeDecoder struct{ pool *frame.Pool }

func (fakeDecoder) Decode(media.AccessUnit) (bool, error) { return true, nil }
func (d fakeDecoder) Frame() (*frame.Frame, error) {
	f := d.pool.Get(64, 36, 0, 0)
	f.Scale = 10
	return f, nil
}
func (fakeDecoder) Close() error { return nil }

// stand is a server that runs, with the real receiver and pool, and eyes that see nothing.
type stand struct {
	t      *testing.T
	url    string
	server *Server
	log    *safeBuffer
	stop   context.CancelFunc
	ended  chan error
	once   sync.Once
	err    error
}

// setUp is what a test wants otherwise.
type setUp struct {
	options func(o *Options)
	pool    session.PoolOptions
	live    func(c *session.LiveConfig)
	eye     fakeEye
}

func testPage() fs.FS {
	return fstest.MapFS{
		"index.html":           {Data: []byte("<!doctype html><title>Rollwell</title>")},
		"robots.txt":           {Data: []byte("User-agent: *\nDisallow: /\n")},
		"assets/main-abc12.js": {Data: []byte("export {}")},
	}
}

func newStand(t *testing.T, u setUp) *stand {
	t.Helper()
	exercises, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	log := &safeBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	receiver, err := ingest.New(ingest.Options{Address: "127.0.0.1", Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	frames := frame.NewPool()
	o := Options{
		Version: "test", Exercises: exercises, Page: testPage(), Receiver: receiver, Pool: session.NewPool(u.pool), Log: logger,
		Build: func(c session.LiveConfig) (*session.Live, error) {
			c.Eye = u.eye
			c.Decoder = func(media.Codec) (session.Decoder, error) { return fakeDecoder{frames}, nil }
			if u.live != nil {
				u.live(&c)
			}
			return session.NewLive(c), nil
		},
	}
	o.Limits = Limits{Rate: 1e6, Burst: 1e6, Starts: 1e6, StartBurst: 1e6} // tests are quick
	if u.options != nil {
		u.options(&o)
	}
	s := &stand{t: t, log: log, ended: make(chan error, 1)}
	if s.server, err = New(o); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // at once
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() { s.ended <- s.server.Run(ctx, listener) }()
	t.Cleanup(func() {
		s.end()
		if err := receiver.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return s
}

// end shuts the server down and waits until it has.
func (s *stand) end() {
	s.stop()
	s.once.Do(func() {
		if s.err = <-s.ended; s.err != nil {
			s.t.Errorf("the server ended with %v", s.err)
		}
	})
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code is the code of an error.
func (a answer) code() string {
	var e errorBody
	_ = json.Unmarshal(a.body, &e)
	return e.Error.Code
}

// call sends a request. Headers come in pairs.
func (s *stand) call(method, path, sent string, headers ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(sent))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, text}
}

const (
	jsonType = "application/json"
	sdpType  = "application/sdp"
	goodWish = `{"exercise":"thoracic-roll","language":"en","roller":{"diameter_cm":15,"length_cm":null},"consent":true,"screening_passed":true}`
)

// opened is a check that a test has started.
type opened struct {
	ID     string `json:"id"`
	Token  string `json:"token"`
	WHIP   string `json:"whip"`
	Events string `json:"events"`
}

func (o opened) bearer() []string { return []string{"Authorization", "Bearer " + o.Token} }

// open starts a check.
func (s *stand) open(headers ...string) opened {
	s.t.Helper()
	a := s.call(http.MethodPost, "/api/sessions", goodWish, append(headers, "Content-Type", jsonType)...)
	if a.status != http.StatusCreated {
		s.t.Fatalf("no check: %d %s", a.status, a.body)
	}
	var o opened
	if err := json.Unmarshal(a.body, &o); err != nil {
		s.t.Fatal(err)
	}
	return o
}

// watch connects a page to a check.
func (s *stand) watch(o opened) *page.Page {
	s.t.Helper()
	p, err := page.Dial(s.t.Context(), s.url+o.Events, o.Token, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = p.Close() })
	return p
}

// hear reads until a message is as wished.
func hear(t *testing.T, p *page.Page, what string, wished func(m *page.Message) bool) page.Message {
	t.Helper()
	m, err := p.Until(patience, wished)
	if err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
	return m
}

// farewell reads to the end of a connection.
func farewell(t *testing.T, p *page.Page) *page.Closed {
	t.Helper()
	_, err := p.Until(patience, func(*page.Message) bool { return false })
	var closed *page.Closed
	if !errors.As(err, &closed) {
		t.Fatalf("the connection ended without a farewell: %v", err)
	}
	return closed
}

func isType(kind string) func(*page.Message) bool {
	return func(m *page.Message) bool { return m.Type == kind }
}

// waitFor polls until done says so; it fails with what was still missing.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("still waiting for %s", what)
		}
	}
}

// safeBuffer is a buffer that several goroutines may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

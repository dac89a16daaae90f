package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rollwell/rollwell/internal/push/page"
	"github.com/rollwell/rollwell/internal/session"
)

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	s := newStand(t, setUp{})
	for _, path := range []string{"/", "/robots.txt", "/nowhere", "/api/info", "/api/nowhere", "/healthz", "/readyz", "/metrics"} {
		h := s.call(http.MethodGet, path, "").header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self';", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "no-referrer", "Permissions-Policy": "camera=(self)", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(h.Get("X-Request-Id")) {
			t.Errorf("%s: request %q", path, h.Get("X-Request-Id"))
		}
		if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
		t.Errorf("the policy is lax: %s", policy)
	}
	strict := newStand(t, setUp{options: func(o *Options) { o.Strict = true }})
	if h := strict.call(http.MethodGet, "/", "").header; h.Get("Strict-Transport-Security") == "" {
		t.Error("nothing insists on TLS")
	}
}

func TestFilesOfThePage(t *testing.T) {
	s := newStand(t, setUp{})
	for path, want := range map[string][2]string{
		"/":                     {"text/html; charset=utf-8", "no-cache"},
		"/index.html":           {"text/html; charset=utf-8", "no-cache"},
		"/assets/main-abc12.js": {"text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"/robots.txt":           {"text/plain; charset=utf-8", "no-cache"},
	} {
		a := s.call(http.MethodGet, path, "")
		if a.status != 200 || a.header.Get("Content-Type") != want[0] || a.header.Get("Cache-Control") != want[1] || len(a.body) == 0 {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		if a := s.call(http.MethodGet, path, "", "If-None-Match", a.header.Get("ETag")); a.status != http.StatusNotModified || len(a.body) > 0 {
			t.Errorf("%s again: %d", path, a.status)
		}
	}
	for _, path := range []string{"/nowhere", "/assets/", "/assets", "/..%2f..%2fetc/passwd", "/index.html/"} {
		if a := s.call(http.MethodGet, path, ""); a.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := s.call(http.MethodPost, "/", "x"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", a.status)
	}
}

func TestWithoutAPage(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Page = fstest.MapFS{"robots.txt": {Data: []byte("x")}} }})
	if a := s.call(http.MethodGet, "/", ""); a.status != http.StatusNotFound || !strings.Contains(string(a.body), "make build") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.call(http.MethodGet, "/readyz", ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("ready: %d %s", a.status, a.body)
	}
	if a := s.call(http.MethodGet, "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("well: %d %s", a.status, a.body)
	}
}

func TestOtherSitesStayOut(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Origins = []string{"https://example.org"} }})
	o := s.open()
	own := strings.TrimPrefix(s.url, "http://")
	for origin, allowed := range map[string]bool{
		"": true, s.url: true, "https://" + own: true, "https://example.org": true,
		"http://example.org": false, "https://example.org:444": false, "https://example.org.evil.test": false, "https://evil.test": false,
		"null": false, "http://": false, "http://127.0.0.1": false, "http://localhost:1": false, "%%": false,
	} {
		var headers []string
		header := http.Header{}
		if origin != "" {
			headers = []string{"Origin", origin}
			header.Set("Origin", origin)
		}
		a := s.call(http.MethodPost, "/api/sessions", goodWish, append(headers, "Content-Type", jsonType)...)
		if (a.status == http.StatusCreated) != allowed || !allowed && a.code() != "foreign_origin" {
			t.Errorf("POST from %q: %d %s", origin, a.status, a.body)
		}
		p, err := page.Dial(t.Context(), s.url+o.Events, o.Token, header)
		if (err == nil) != allowed || !allowed && !strings.Contains(err.Error(), "foreign_origin") {
			t.Errorf("WebSocket from %q: %v", origin, err)
		}
		if err == nil {
			_ = p.Close()
			waitFor(t, "its end", func() bool { c, _ := s.server.registry.get(o.ID); return c.hub.Clients() == 0 })
		}
	}
	if a := s.call(http.MethodGet, "/api/info", "", "Origin", "https://evil.test"); a.status != 200 || a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a look from elsewhere: %d %v", a.status, a.header)
	}
}

// A site whose name is made to lead to this machine is no page of ours.
func TestOtherNamesStayOut(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Origins = []string{"https://example.org"} }})
	for host, allowed := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1:1": true, "[::1]:8080": true, "LOCALHOST": true, "example.org": true,
		"evil.test": false, "evil.test:8080": false, "127.0.0.1.evil.test": false, "192.0.2.1": false, "example.org:99": false,
	} {
		if a := s.call(http.MethodGet, "/api/info", "", "Host", host); (a.status == 200) != allowed || !allowed && a.code() != "foreign_host" {
			t.Errorf("%s: %d %s", host, a.status, a.body)
		}
	}
	open := newStand(t, setUp{options: func(o *Options) { o.AccessToken = "a-secret-of-some-length" }})
	if a := open.call(http.MethodGet, "/api/info", "", "Host", "roll.example.net"); a.status != 200 {
		t.Errorf("with an access token: %d %s", a.status, a.body)
	}
}

func TestTooManyRequests(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Limits = Limits{Rate: 0.001, Burst: 20, Starts: 0.001, StartBurst: 2} }})
	s.open()
	s.open()
	a := s.call(http.MethodPost, "/api/sessions", goodWish, "Content-Type", jsonType)
	if a.status != http.StatusTooManyRequests || a.code() != "too_many_requests" || a.header.Get("Retry-After") == "" {
		t.Errorf("the third check: %d %s", a.status, a.body)
	}
	last := answer{}
	for range 20 {
		last = s.call(http.MethodGet, "/api/info", "")
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("after many requests: %d", last.status)
	}
	if a := s.call(http.MethodGet, "/healthz", ""); a.status != 200 {
		t.Errorf("health does not count: %d", a.status)
	}
}

// Nobody takes all places by starting checks that never begin.
func TestChecksThatWaitForTheirCamera(t *testing.T) {
	s := newStand(t, setUp{
		options: func(o *Options) { o.Origins, o.Limits.Waiting = []string{"https://example.org"}, 2 },
		pool:    session.PoolOptions{Workers: 100},
	})
	first := s.open("X-Forwarded-For", "192.0.2.1")
	s.open("X-Forwarded-For", "192.0.2.1")
	again := func(from string) answer {
		return s.call(http.MethodPost, "/api/sessions", goodWish, "Content-Type", jsonType, "X-Forwarded-For", from)
	}
	if a := again("192.0.2.1"); a.status != http.StatusTooManyRequests || a.code() != "too_many_waiting" {
		t.Errorf("the third: %d %s", a.status, a.body)
	}
	if a := again("192.0.2.2"); a.status != http.StatusCreated {
		t.Errorf("somebody else's: %d %s", a.status, a.body)
	}
	p := s.watch(first)
	s.send(first, units(t))
	hear(t, p, "a picture", func(m *page.Message) bool { return m.T != nil })
	if a := again("192.0.2.1"); a.status != http.StatusCreated {
		t.Errorf("once one of them has begun: %d %s", a.status, a.body)
	}
}

func TestThrottle(t *testing.T) {
	th := newThrottle(0.001, 2)
	from := func(address string) bool { return th.allow(network(netip.MustParseAddr(address))) }
	if !from("192.0.2.1") || !from("::ffff:192.0.2.1") || from("192.0.2.1") || !from("192.0.2.2") {
		t.Error("an address is not what counts")
	}
	if !from("2001:db8:1:2::1") || !from("2001:db8:1:2:ffff::9") || from("2001:db8:1:2::3%eth0") || !from("2001:db8:1:3::1") {
		t.Error("a network of 64 bits is not what counts")
	}
	fresh := newThrottle(1e9, 2)
	fresh.allow(netip.MustParseAddr("192.0.2.1"))
	fresh.sweep()
	if len(fresh.seen) != 0 {
		t.Errorf("%d quiet addresses are kept", len(fresh.seen))
	}
	th.sweep()
	if len(th.seen) != 4 {
		t.Errorf("%d busy addresses are kept, want 4", len(th.seen))
	}
}

// A proxy of our own is believed as to whom it asks for; nobody else is.
func TestWhoseRequestCounts(t *testing.T) {
	alone, proxied := &Server{}, &Server{o: Options{Origins: []string{"https://example.org"}}}
	for _, tt := range []struct {
		s                  *Server
		remote, told, want string
	}{
		{alone, "127.0.0.1:5", "192.0.2.1", "127.0.0.1"},
		{proxied, "127.0.0.1:5", "192.0.2.1", "192.0.2.1"},
		{proxied, "[::1]:5", "10.0.0.1, 192.0.2.1", "192.0.2.1"},
		{proxied, "127.0.0.1:5", "", "127.0.0.1"},
		{proxied, "127.0.0.1:5", "nonsense", "127.0.0.1"},
		{proxied, "192.0.2.9:5", "192.0.2.1", "192.0.2.9"},
		{proxied, "nowhere", "", "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{}}
		if tt.told != "" {
			r.Header.Set("X-Forwarded-For", tt.told)
		}
		if got := tt.s.addressOf(r).String(); got != tt.want {
			t.Errorf("%s with %q: %s, want %s", tt.remote, tt.told, got, tt.want)
		}
	}
}

// A fault in a handler is one request's, not the server's.
func TestPanicInAHandler(t *testing.T) {
	s := newStand(t, setUp{})
	mux := http.NewServeMux()
	mux.HandleFunc("/boom", func(http.ResponseWriter, *http.Request) { panic("boom") })
	mux.Handle("/", s.server.handler)
	stack := s.server.guard(mux)
	w := newWriter()
	stack.ServeHTTP(w, mustRequest(t, "/boom"))
	if w.status != http.StatusInternalServerError || !strings.Contains(w.text.String(), `"code":"internal"`) {
		t.Errorf("answered by %d %s", w.status, w.text.String())
	}
	if log := s.log.String(); !strings.Contains(log, "fault=boom") || !strings.Contains(log, "guard_test.go") {
		t.Error("the log does not tell of it, or not where")
	}
	s.measuresTell(t, "rollwell_panics_total 1")
}

func mustRequest(t *testing.T, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "localhost"
	return r
}

// writer is an answer kept in memory.
type writer struct {
	header http.Header
	status int
	text   strings.Builder
}

func newWriter() *writer { return &writer{header: http.Header{}} }

func (w *writer) Header() http.Header         { return w.header }
func (w *writer) WriteHeader(status int)      { w.status = status }
func (w *writer) Write(b []byte) (int, error) { return w.text.Write(b) }

// A thousand connections that say nothing keep nobody out, and are hung up on.
func TestSilentConnections(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Limits.Header = 500 * time.Millisecond }})
	address := strings.TrimPrefix(s.url, "http://")
	var dialer net.Dialer
	silent := make([]net.Conn, 1000)
	for i := range silent {
		c, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if i%2 == 0 { // half of a request is as bad as none
			if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: local"); err != nil {
				t.Fatal(err)
			}
		}
		silent[i] = c
	}
	hear(t, s.watch(s.open()), "a state meanwhile", isType("state"))
	for i, c := range silent {
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); err != nil && !errors.Is(err, net.ErrClosed) && isTimeoutError(err) {
			t.Fatalf("connection %d is still open", i)
		}
	}
}

func isTimeoutError(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

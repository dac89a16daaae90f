package server

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// policy is what the page may do: run its own scripts, speak to its own server, show its camera. Nothing is loaded
// from elsewhere, nothing is inline, and nobody may put the page into a frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; " +
	"media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'none'"

// permissions are what the page may ask of the browser.
const permissions = "camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), " +
	"screen-wake-lock=(self), fullscreen=(self)"

// secureHeaders are on every answer.
func secureHeaders(h http.Header, tls bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", permissions)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if tls {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// requestKey is the context's key for what belongs to a request.
type requestKey struct{}

// logOf is the log of a request, with its number.
func logOf(ctx context.Context) *slog.Logger {
	if l, ok := ctx.Value(requestKey{}).(*slog.Logger); ok {
		return l
	}
	return slog.New(slog.DiscardHandler)
}

// guard is what every request passes: it gets a number, headers, a line in the log, and a net under it.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := requestID()
		log := s.log.With("request", id)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, log))
		w.Header().Set("X-Request-Id", id)
		secureHeaders(w.Header(), s.o.Strict)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if fault := recover(); fault != nil {
				s.caught(log, rec, r, fault)
			}
			s.noted(log, r, rec, time.Since(began))
		}()
		if refusal := s.admissible(r); refusal != nil {
			s.refuse(rec, r, refusal)
			return
		}
		next.ServeHTTP(rec, r)
	})
}

// caught answers where a handler has panicked.
func (s *Server) caught(log *slog.Logger, w *recorder, r *http.Request, fault any) {
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault) // net/http's own way to drop a connection
	}
	s.metrics.Panicked()
	log.Error("a handler panicked", "fault", fault, "stack", string(debug.Stack()))
	if w.status == 0 {
		errInternal.write(w, r)
	}
}

// noted writes the line of the log and counts. Tokens are in headers, so the address may be told.
func (s *Server) noted(log *slog.Logger, r *http.Request, w *recorder, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	status := w.status
	if w.hijacked {
		status = http.StatusSwitchingProtocols
	}
	level := slog.LevelInfo
	if !strings.Contains(route, "/api/") {
		level = slog.LevelDebug
	}
	log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path, "status", status, "took", took.Round(time.Microsecond), "from", r.RemoteAddr)
	if !w.hijacked {
		s.metrics.Request(route, strconv.Itoa(status), took)
	}
}

// admissible refuses what must not even be looked at.
func (s *Server) admissible(r *http.Request) *apiError {
	if s.o.AccessToken == "" && !s.ownHost(r.Host) {
		return errHost
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		return nil
	}
	// A page of the library is many pictures at once: who may see them is not counted.
	visitor := s.o.Library != nil && strings.HasPrefix(r.URL.Path, "/api/library/") && s.mayRead(r)
	if !visitor && !s.requests.allow(s.addressOf(r)) {
		return errRate
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	if (!safe || r.Header.Get("Upgrade") != "") && !s.ownOrigin(r) {
		return errOrigin
	}
	return nil
}

// ownHost tells whether a request names this server by a name that is its own. Without an access token any site whose
// name is made to lead here would otherwise be "the same origin" (DNS rebinding).
func (s *Server) ownHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() || strings.EqualFold(name, "localhost") {
		return true
	}
	return slices.ContainsFunc(s.o.Origins, func(o string) bool {
		u, err := url.Parse(o)
		return err == nil && strings.EqualFold(u.Host, host)
	})
}

// ownOrigin tells whether a request comes from our own page, from a site that is allowed, or from no page at all.
func (s *Server) ownOrigin(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 {
		return false
	}
	if slices.Contains(s.o.Origins, origins[0]) {
		return true
	}
	u, err := url.Parse(origins[0])
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// refuse answers with an error and counts it.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, e *apiError) {
	s.metrics.Refused(e.code)
	e.write(w, r)
}

// fail is refuse for an error of any kind.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := asAPIError(err)
	if e == errInternal {
		logOf(r.Context()).Error("request failed", "cause", err)
	} else {
		logOf(r.Context()).Debug("request refused", "cause", err)
	}
	s.refuse(w, r, e)
}

// recorder notes the status that was answered.
type recorder struct {
	http.ResponseWriter
	status   int
	hijacked bool
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes that all went well, if nothing else was said.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Hijack hands the connection over.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	r.hijacked = err == nil
	return conn, rw, err
}

// Unwrap lets http.ResponseController find the writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// requestID is a number to find a request by in the log.
func requestID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// sameSecret compares in a time that tells nothing.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// bearer is the token of the Authorization header, or nothing.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

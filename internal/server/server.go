// Package server is Rollwell over HTTP: the page, the API with which it starts a check and sends video to it, the
// WebSocket on which it hears what was found, and what an operator needs to watch it. It owns the checks: each runs in
// a goroutine of its own, and none of them can take the server or another one down.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/telemetry"
)

// Options are a server's parts. All but the library, AccessToken, Origins, Strict and the limits must be set.
type Options struct {
	Version   string
	Exercises []*exercise.Exercise
	// Page holds the files of the built page.
	Page fs.FS
	// Receiver takes the video, Pool shares the machine between checks. Both stay the caller's, who closes them after
	// Run has returned.
	Receiver *ingest.Receiver
	Pool     *session.Pool
	// Build makes a session: it fills in what a config of the server lacks, the eye and the decoder.
	Build func(session.LiveConfig) (*session.Live, error)
	// Library keeps sessions and Jobs works on them; without them there are no addresses for that.
	Library Library
	Jobs    Jobs
	// Uploads takes clips in at /api/library/uploads/.
	Uploads http.Handler
	// Draw makes the exports that need pictures.
	Draw Drawing
	// Models and Engine name what looks at the pictures, for what is kept.
	Models map[string]string
	Engine string
	// AccessToken is asked of everybody who starts a check, unless it is empty. Without one the server answers only
	// under the names of the loopback interface and those of Origins.
	AccessToken string
	// Origins are other sites ("https://example.org") whose pages may use this server.
	Origins []string
	// Strict makes browsers insist on TLS for a year.
	Strict bool
	Limits Limits
	Push   push.Limits
	Log    *slog.Logger
}

// Server serves checks. Make it with New, then call Run once.
type Server struct {
	o        Options
	log      *slog.Logger
	site     *site
	metrics  *telemetry.Metrics
	registry *registry
	handler  http.Handler

	requests, starts *throttle
	// exports is held by who makes one, as many as may be made at a time.
	exports chan struct{}
	// imports is the same for sessions that are made of documents.
	imports chan struct{}

	draining atomic.Bool
	// entry is held while a check enters, and by drain to keep further ones out.
	entry sync.Mutex
	// checks counts the goroutines of checks; life ends them.
	checks sync.WaitGroup
	life   context.Context //nolint:containedctx // the checks outlive the requests that start them
	end    context.CancelFunc
}

// New makes a server. It opens nothing.
func New(o Options) (*Server, error) {
	o.Limits.complete()
	p, err := newSite(o.Page)
	if err != nil {
		return nil, err
	}
	s := &Server{
		o: o, log: o.Log, site: p, registry: newRegistry(), exports: make(chan struct{}, mostExports), imports: make(chan struct{}, mostImports),
		requests: newThrottle(o.Limits.Rate, o.Limits.Burst), starts: newThrottle(o.Limits.Starts, o.Limits.StartBurst),
	}
	s.metrics = telemetry.New(o.Version, telemetry.Source{Pool: o.Pool.Stats, Frames: s.registry.frames})
	s.life, s.end = context.WithCancel(context.Background())
	s.handler = s.guard(s.routes())
	return s, nil
}

// HasPage tells whether the program holds a built page.
func (s *Server) HasPage() bool { return s.site.built() }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/info", s.info)
	mux.HandleFunc("GET /api/exercises", s.exercises)
	mux.HandleFunc("GET /api/plans", s.plans)
	mux.HandleFunc("POST /api/sessions", s.create)
	mux.HandleFunc("DELETE /api/sessions/{id}", s.remove)
	mux.HandleFunc("GET /api/sessions/{id}/summary", s.summary)
	mux.HandleFunc("GET /api/sessions/{id}/events", s.events)
	mux.HandleFunc("POST /api/sessions/{id}/whip", s.publish)
	mux.HandleFunc("DELETE /api/sessions/{id}/whip/{n}", s.withdraw)
	s.serveLibrary(mux)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /metrics", s.measures)
	// What has a route but not for the method asked, by the method that it has.
	for path, allow := range map[string]string{
		"/api/info": "GET, HEAD", "/api/exercises": "GET, HEAD", "/api/plans": "GET, HEAD", "/api/sessions": "POST", "/api/sessions/{id}": "DELETE", "/api/sessions/{id}/summary": "GET, HEAD",
		"/api/sessions/{id}/events": "GET", "/api/sessions/{id}/whip": "POST", "/api/sessions/{id}/whip/{n}": "DELETE",
		"/healthz": "GET, HEAD", "/readyz": "GET, HEAD", "/metrics": "GET, HEAD",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", allow)
			s.refuse(w, r, errMethod)
		})
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, errNotFound) })
	mux.Handle("/", s.site)
	return mux
}

// Run serves on the listener until ctx ends. Then it lets nobody in any more, tells the pages, waits for the checks
// for the grace period, ends them, and returns when nothing of it runs on. The listener is closed.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	l := &s.o.Limits
	web := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: l.Header, ReadTimeout: l.Header + l.Body, WriteTimeout: l.Answer,
		IdleTimeout: l.Idle, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	broken := make(chan error, 1)
	go func() { broken <- web.Serve(listener) }()
	sweep := time.NewTicker(10 * time.Second)
	defer sweep.Stop()
	for {
		select {
		case err := <-broken:
			s.drain(0)
			return fmt.Errorf("serve HTTP: %w", err)
		case <-sweep.C:
			s.registry.sweep(time.Now().Add(-l.Remember), l.Ended)
			s.requests.sweep()
			s.starts.sweep()
		case <-ctx.Done():
			s.drain(l.Grace)
			return s.shutDown(context.WithoutCancel(ctx), web, broken)
		}
	}
}

// shutDown ends the HTTP server once all checks have ended.
func (s *Server) shutDown(ctx context.Context, web *http.Server, broken <-chan error) error {
	wait, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := web.Shutdown(wait)
	if errors.Is(err, context.DeadlineExceeded) { // somebody still reads an answer
		err = web.Close()
	}
	if last := <-broken; !errors.Is(last, http.ErrServerClosed) {
		err = errors.Join(err, last)
	}
	return err
}

// drain ends all checks: those that nobody watches at once, the others after grace unless they end by themselves.
func (s *Server) drain(grace time.Duration) {
	s.entry.Lock()
	s.draining.Store(true)
	s.entry.Unlock()
	running := 0
	for _, c := range s.registry.all() {
		if c.running() {
			running++
			c.hub.Warn("draining", c.voice.speaker().Count("error.shutting_down.hint", int(math.Ceil(grace.Seconds())), nil))
		}
	}
	s.log.Info("shutting down", "checks", running, "grace", grace)
	ended := make(chan struct{})
	go func() { s.checks.Wait(); close(ended) }()
	for end := time.Now().Add(grace); !within(ended, drainStep); {
		for _, c := range s.registry.all() {
			if c.hub.Clients() == 0 || time.Now().After(end) {
				c.live.Drain()
			}
		}
		if time.Since(end) > drainPatience {
			s.log.Warn("checks do not end by themselves")
			s.end()
			<-ended
		}
	}
	s.end()
	for _, c := range s.registry.all() {
		c.hub.Wait()
	}
}

const (
	// drainStep is the time between two looks at what still runs.
	drainStep = 50 * time.Millisecond
	// drainPatience is how long checks may take to end in good order.
	drainPatience = 2 * time.Second
)

func within(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

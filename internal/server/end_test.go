package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/push/page"
	"github.com/rollwell/rollwell/internal/session"
)

// A server that is asked to end lets nobody in, tells those who are there, gives them their time and their summary.
func TestDrain(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Limits.Grace = 2 * time.Second }})
	o, lonely := s.open(), s.open()
	p := s.watch(o)
	hear(t, p, "a state", isType("state"))
	asked := time.Now()
	s.stop()
	hear(t, p, "the warning", func(m *page.Message) bool { return m.Type == "error" && m.Code == "draining" })
	if a := s.call(http.MethodPost, "/api/sessions", goodWish, "Content-Type", jsonType); a.status != 503 || a.code() != "draining" || a.header.Get("Retry-After") == "" {
		t.Errorf("a newcomer: %d %s", a.status, a.body)
	}
	if a := s.call(http.MethodGet, "/readyz", ""); a.status != http.StatusServiceUnavailable {
		t.Errorf("ready: %d %s", a.status, a.body)
	}
	if a := s.call(http.MethodGet, "/healthz", ""); a.status != http.StatusOK {
		t.Errorf("well: %d %s", a.status, a.body)
	}
	waitFor(t, "the end of the check that nobody watches", func() bool {
		return s.call(http.MethodGet, "/api/sessions/"+lonely.ID+"/summary", "", lonely.bearer()...).status == 200
	})
	if since := time.Since(asked); since > 1500*time.Millisecond {
		t.Errorf("that took %s", since)
	}
	hear(t, p, "the summary", isType("summary"))
	if since := time.Since(asked); since < 1500*time.Millisecond {
		t.Errorf("the check had only %s", since)
	}
	if c := farewell(t, p); c.Code != 1000 {
		t.Errorf("closed by %v", c)
	}
	s.end()
	if s.err != nil {
		t.Error(s.err)
	}
}

// Checks that end by themselves do not make the end wait.
func TestDrainDoesNotWaitForNothing(t *testing.T) {
	s := newStand(t, setUp{options: func(o *Options) { o.Limits.Grace = time.Hour }})
	p := s.watch(s.open())
	hear(t, p, "a state", isType("state"))
	s.stop()
	hear(t, p, "the warning", isType("error"))
	if err := p.Say(`{"type":"stop"}`); err != nil {
		t.Fatal(err)
	}
	hear(t, p, "the summary", isType("summary"))
	farewell(t, p)
	begun := time.Now()
	s.end()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the end took %s", took)
	}
}

// breaking is a sink that fails a session in its own way, at the first state.
type breaking struct{ how func() error }

func (b breaking) Take(*session.Moment) error    { return b.how() }
func (b breaking) Tick(*session.LiveState) error { return b.how() }

// What breaks one check leaves the others and the server alone.
func TestOneCheckBreaks(t *testing.T) {
	type broken struct {
		what string
		how  func() error
		code string
		log  string
	}
	for _, tt := range []broken{
		{"panics", func() error { panic("the sky falls") }, "failed", "the sky falls"},
		{"fails", func() error { return http.ErrBodyNotAllowed }, "failed", "body"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			first := true
			s := newStand(t, setUp{live: func(c *session.LiveConfig) {
				if first {
					c.Sinks = append(c.Sinks, breaking{tt.how})
					first = false
				}
			}})
			bad, good := s.open(), s.open()
			p, other := s.watch(bad), s.watch(good)
			if err := p.Say(`{"type":"start"}`); err != nil {
				t.Fatal(err)
			}
			hear(t, p, "the fault", func(m *page.Message) bool { return m.Type == "error" && m.Code == tt.code })
			farewell(t, p)
			if !strings.Contains(s.log.String(), tt.log) {
				t.Error("the log does not tell of it")
			}
			if err := other.Say(`{"type":"start"}`); err != nil {
				t.Fatal(err)
			}
			hear(t, other, "the other check", func(m *page.Message) bool { return m.Phase == "checking" })
			s.open()
		})
	}
}

// An analysis that hangs ends its own check.
func TestHangingAnalysis(t *testing.T) {
	release := make(chan struct{})
	s := newStand(t, setUp{
		eye:  fakeEye{before: func() { <-release }},
		live: func(c *session.LiveConfig) { c.StuckAfter = 100 * time.Millisecond },
	})
	defer close(release)
	o := s.open()
	p := s.watch(o)
	s.send(o, units(t))
	hear(t, p, "the reason", func(m *page.Message) bool { return m.Type == "error" && m.Code == "analysis_stuck" })
	hear(t, p, "the summary", isType("summary"))
	s.measuresTell(t, "rollwell_stuck_analyses_total 1", `rollwell_sessions_ended_total{reason="stuck"} 1`)
}

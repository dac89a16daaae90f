package telemetry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/session"
)

func newTestMetrics() *Metrics {
	return New("v1", Source{
		Pool: func() session.PoolStats {
			return session.PoolStats{Sessions: 3, Limit: 8, Cost: 12 * time.Millisecond, Stuck: 1}
		},
		Frames: func() session.Counters {
			return session.Counters{Received: 100, Decoded: 98, Analysed: 90, Pushed: 90, KeyFrames: 2, Dropped: session.Drops{Slot: 8, Decode: 2}}
		},
	})
}

func page(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return "\n" + w.Body.String()
}

func moment() *session.Moment {
	return &session.Moment{Live: &session.LiveState{
		Captured: time.Now().Add(-30 * time.Millisecond),
		Delays: session.Delays{
			Network: 3 * time.Millisecond, NetworkKnown: true, Decode: time.Millisecond, Wait: time.Millisecond,
			Pose: 9 * time.Millisecond, Roller: time.Millisecond, Rules: time.Microsecond,
		},
	}}
}

func TestMetricsTellWhatHappened(t *testing.T) {
	m := newTestMetrics()
	m.SessionStarted()
	m.SessionEnded("stopped")
	m.Refused("server_full")
	m.Panicked()
	m.Publishing(+2)
	m.Publishing(-1)
	m.Request("POST /api/sessions", "201", time.Millisecond)
	m.Connected()
	m.Connected()
	m.Disconnected("slow")
	if err := m.Take(moment()); err != nil {
		t.Fatal(err)
	}
	unknown := moment()
	unknown.Live.Delays.NetworkKnown = false
	if err := m.Take(unknown); err != nil {
		t.Fatal(err)
	}
	if err := m.Tick(unknown.Live); err != nil {
		t.Fatal(err)
	}
	text := page(t, m)
	for _, want := range []string{
		`rollwell_build_info{version="v1"} 1`, "rollwell_sessions 3", "rollwell_sessions_limit 8", "rollwell_sessions_started_total 1",
		`rollwell_sessions_ended_total{reason="stopped"} 1`, `rollwell_refused_total{code="server_full"} 1`, "rollwell_panics_total 1",
		"rollwell_publications 1", `rollwell_http_requests_total{route="POST /api/sessions",status="201"} 1`,
		"rollwell_websocket_clients 1", `rollwell_websocket_disconnects_total{reason="slow"} 1`,
		`rollwell_frames_total{stage="received"} 100`, `rollwell_frames_total{stage="analysed"} 90`, `rollwell_frames_dropped_total{stage="slot"} 8`,
		`rollwell_frames_dropped_total{stage="shutdown"} 0`, "rollwell_key_frames_asked_total 2", "rollwell_stuck_analyses_total 1",
		`rollwell_stage_seconds_count{stage="pose"} 2`, `rollwell_stage_seconds_count{stage="network"} 1`,
		"rollwell_capture_to_push_seconds_count 1", `rollwell_capture_to_push_seconds_bucket{le="0.02"} 0`, "rollwell_frame_cost_seconds 0.012",
		"go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestTimingAFrameDoesNotAllocate(t *testing.T) {
	m, f := newTestMetrics(), moment()
	if n := testing.AllocsPerRun(100, func() { _ = m.Take(f) }); n != 0 {
		t.Errorf("%g allocations for a frame", n)
	}
}

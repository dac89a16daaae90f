// Package telemetry counts and times what the server does, in Prometheus's terms. Names begin with rollwell_, times are
// seconds.
package telemetry

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rollwell/rollwell/internal/session"
)

// Source is what is asked for its numbers at each look. Its functions are called from several goroutines.
type Source struct {
	// Pool tells how the sessions stand.
	Pool func() session.PoolStats
	// Frames tells where the frames of all sessions went since the start, those that have ended included.
	Frames func() session.Counters
}

// Metrics are the server's counters. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	handler  http.Handler

	started, panics        prometheus.Counter
	ended, refused         *prometheus.CounterVec
	requests               *prometheus.CounterVec
	clients                prometheus.Gauge
	disconnects            *prometheus.CounterVec
	publications           prometheus.Gauge
	stages                 stages
	captureToPush, request prometheus.Histogram
}

// stages are the observers of a frame's stages, looked up once.
type stages struct{ network, decode, wait, pose, roller, rules prometheus.Observer }

// New makes the metrics of a server of that version.
func New(version string, source Source) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		started:  counter("sessions_started_total", "Checks begun."),
		panics:   counter("panics_total", "Faults of the program that were survived: please report them."),
		ended:    counters("sessions_ended_total", "Checks that have ended, by reason.", "reason"),
		refused:  counters("refused_total", "Requests refused, by the code that the client got.", "code"),
		requests: counters("http_requests_total", "HTTP requests answered, by route and status.", "route", "status"),
		clients: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "rollwell_websocket_clients", Help: "Pages connected.",
		}),
		disconnects: counters("websocket_disconnects_total", "Connections of pages that have ended, by reason.", "reason"),
		publications: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "rollwell_publications", Help: "Browsers that send video.",
		}),
		captureToPush: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "rollwell_capture_to_push_seconds", Help: "From the capture of a frame to what it brought being sent, where both clocks agree.",
			Buckets: []float64{.01, .015, .02, .03, .04, .06, .08, .1, .15, .2, .3, .5, 1, 2, 5},
		}),
		request: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "rollwell_http_request_seconds", Help: "Duration of HTTP requests, websockets left out.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10},
		}),
	}
	stage := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "rollwell_stage_seconds", Help: "Duration of each stage of a frame's way.",
		Buckets: []float64{.0002, .0005, .001, .002, .005, .01, .015, .02, .03, .05, .1, .2, .5, 1, 5},
	}, []string{"stage"})
	m.stages = stages{
		network: stage.WithLabelValues("network"), decode: stage.WithLabelValues("decode"), wait: stage.WithLabelValues("wait"),
		pose: stage.WithLabelValues("pose"), roller: stage.WithLabelValues("roller"), rules: stage.WithLabelValues("rules"),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rollwell_build_info", Help: "Always 1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build,
		m.started, m.panics, m.ended, m.refused, m.requests, m.clients, m.disconnects, m.publications, m.captureToPush, m.request,
		stage, &looker{source},
	)
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: 4})
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: "rollwell_" + name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rollwell_" + name, Help: help}, labels)
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler { return m.handler }

// SessionStarted counts a check.
func (m *Metrics) SessionStarted() { m.started.Inc() }

// SessionEnded counts the end of a check.
func (m *Metrics) SessionEnded(reason string) { m.ended.WithLabelValues(reason).Inc() }

// Refused counts a request that was refused with an error code of the API.
func (m *Metrics) Refused(code string) { m.refused.WithLabelValues(code).Inc() }

// Panicked counts a fault of the program that was survived.
func (m *Metrics) Panicked() { m.panics.Inc() }

// Publishing changes the number of browsers that send video.
func (m *Metrics) Publishing(by int) { m.publications.Add(float64(by)) }

// Request counts an HTTP request. Route is the pattern of the route, not the address; status the three digits.
func (m *Metrics) Request(route, status string, took time.Duration) {
	m.requests.WithLabelValues(route, status).Inc()
	m.request.Observe(took.Seconds())
}

// Connected counts a page in.
func (m *Metrics) Connected() { m.clients.Inc() }

// Disconnected counts a page out, by the reason.
func (m *Metrics) Disconnected(reason string) {
	m.clients.Dec()
	m.disconnects.WithLabelValues(reason).Inc()
}

// Take times the stages of a live session's frame. It is a sink, to be the last one: what it times is then on its way
// to the pages.
func (m *Metrics) Take(f *session.Moment) error {
	d := &f.Live.Delays
	if d.NetworkKnown {
		m.stages.network.Observe(d.Network.Seconds())
		if !f.Live.Captured.IsZero() {
			m.captureToPush.Observe(time.Since(f.Live.Captured).Seconds())
		}
	}
	m.stages.decode.Observe(d.Decode.Seconds())
	m.stages.wait.Observe(d.Wait.Seconds())
	m.stages.pose.Observe(d.Pose.Seconds())
	m.stages.roller.Observe(d.Roller.Seconds())
	m.stages.rules.Observe(d.Rules.Seconds())
	return nil
}

// Tick is of no interest.
func (m *Metrics) Tick(*session.LiveState) error { return nil }

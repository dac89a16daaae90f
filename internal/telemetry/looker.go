package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rollwell/rollwell/internal/session"
)

// looker asks the source at each look.
type looker struct{ source Source }

var (
	sessionsDesc = prometheus.NewDesc("rollwell_sessions", "Checks that run.", nil, nil)
	limitDesc    = prometheus.NewDesc("rollwell_sessions_limit", "Checks that fit, by what a frame costs at present.", nil, nil)
	costDesc     = prometheus.NewDesc("rollwell_frame_cost_seconds", "What the analysis of a frame takes of a core, on the average.", nil, nil)
	stuckDesc    = prometheus.NewDesc("rollwell_stuck_analyses_total", "Analyses that were given up because they did not end.", nil, nil)
	framesDesc   = prometheus.NewDesc("rollwell_frames_total", "Pictures that came to a stage.", []string{"stage"}, nil)
	droppedDesc  = prometheus.NewDesc("rollwell_frames_dropped_total", "Pictures that were not analysed, by the stage that dropped them.", []string{"stage"}, nil)
	keysDesc     = prometheus.NewDesc("rollwell_key_frames_asked_total", "Key pictures that browsers were asked for.", nil, nil)
)

// Describe names the metrics.
func (l *looker) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sessionsDesc, limitDesc, costDesc, stuckDesc, framesDesc, droppedDesc, keysDesc} {
		to <- d
	}
}

// Collect asks for the numbers.
func (l *looker) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	p := l.source.Pool()
	tell(sessionsDesc, prometheus.GaugeValue, float64(p.Sessions))
	tell(limitDesc, prometheus.GaugeValue, float64(p.Limit))
	tell(costDesc, prometheus.GaugeValue, p.Cost.Seconds())
	tell(stuckDesc, prometheus.CounterValue, float64(p.Stuck))
	f := l.source.Frames()
	tell(keysDesc, prometheus.CounterValue, float64(f.KeyFrames))
	for _, s := range stagesOf(&f) {
		tell(framesDesc, prometheus.CounterValue, float64(s.n), s.name)
	}
	for _, s := range dropsOf(&f.Dropped) {
		tell(droppedDesc, prometheus.CounterValue, float64(s.n), s.name)
	}
}

type count struct {
	name string
	n    int64
}

func stagesOf(c *session.Counters) []count {
	return []count{{"received", c.Received}, {"decoded", c.Decoded}, {"analysed", c.Analysed}, {"pushed", c.Pushed}}
}

func dropsOf(d *session.Drops) []count {
	return []count{
		{"queue", d.Queue},
		{"decode", d.Decode},
		{"slot", d.Slot},
		{"paused", d.Paused},
		{"analysis", d.Analysis},
		{"shutdown", d.Shutdown},
	}
}

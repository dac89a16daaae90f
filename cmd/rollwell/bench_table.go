package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/vision"
)

// The budget of design §8: one frame of 640×360, model full, ONNX Runtime, one core.
const (
	budgetP50MS  = 16.0
	budgetP95MS  = 25.0
	budgetRate   = 60.0 // frames/s: twice real time of a clip of 30 frames/s
	budgetAllocs = 20.0
)

// benchRow is what one engine with one model came to.
type benchRow struct {
	Engine        vision.Engine   `json:"engine"`
	EngineVersion string          `json:"engine_version"`
	Model         vision.Model    `json:"model"`
	Frames        int64           `json:"frames"`
	TimingsMS     results.Timings `json:"timings_ms"`
	FramesPerS    float64         `json:"frames_per_cpu_s"`
	RealTime      *float64        `json:"times_real_time"` // null if the clip does not tell its rate
	Allocs        float64         `json:"go_allocs_per_frame"`
	CPUS          float64         `json:"cpu_s"`
}

// benchReport is the JSON output.
type benchReport struct {
	Clip   string     `json:"clip"`
	Width  int        `json:"width"`
	Height int        `json:"height"`
	FPS    *float64   `json:"fps"`
	Rows   []benchRow `json:"rows"`
}

// print writes the table, or the JSON.
func (b *bench) print(w io.Writer) error {
	if len(b.report.Rows) == 0 {
		return nil
	}
	if b.cmd.JSON {
		if err := json.NewEncoder(w).Encode(b.report); err != nil {
			return fmt.Errorf("%w: print the table: %w", errOutput, err)
		}
		return nil
	}
	p := &printer{w: w}
	p.line("%s, %d×%d, %s frames/s; milliseconds per frame, median and 95th percentile", b.report.Clip, b.report.Width, b.report.Height,
		orUnknown(b.report.FPS))
	p.line("%-11s %-5s %6s  %13s %13s %13s %13s   %-17s %9s %11s %12s %6s", "engine", "model", "frames",
		"decode", "pose", "roller", "rules", "total", "frames/s", "× real time", "Go allocs", "CPU s")
	pair := func(q results.Quantiles) string { return fmt.Sprintf("%.2f / %.2f", q.P50, q.P95) }
	for _, r := range b.report.Rows {
		t := r.TimingsMS
		p.line("%-11s %-5s %6d  %13s %13s %13s %13s   %6.1f %s /%6.1f %s %7.1f %s %11s %10.1f %s %6.2f", r.Engine, r.Model, r.Frames,
			pair(t.Decode), pair(t.Pose), pair(t.Roller), pair(t.Rules),
			t.Total.P50, tick(t.Total.P50 <= budgetP50MS), t.Total.P95, tick(t.Total.P95 <= budgetP95MS),
			r.FramesPerS, tick(r.FramesPerS >= budgetRate), orUnknown(r.RealTime), r.Allocs, tick(r.Allocs <= budgetAllocs), r.CPUS)
	}
	p.line("✓ ✗: budget of one frame of 640×360 with model full on onnxruntime: median ≤ %g ms, 95th percentile ≤ %g ms, "+
		"≥ %g frames/s (2 × real time at 30), ≤ %g Go allocations per frame", budgetP50MS, budgetP95MS, budgetRate, budgetAllocs)
	if p.err != nil {
		return fmt.Errorf("%w: print the table: %w", errOutput, p.err)
	}
	return nil
}

func tick(good bool) string {
	if good {
		return "✓"
	}
	return "✗"
}

// orUnknown writes a number that may not be known.
func orUnknown(x *float64) string {
	if x == nil {
		return "?"
	}
	return fmt.Sprintf("%.1f", *x)
}

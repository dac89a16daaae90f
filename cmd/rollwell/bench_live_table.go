package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// print writes the table, or the JSON.
func (c benchLiveCmd) print(w io.Writer, rows []liveRow) error {
	if c.JSON {
		if err := json.NewEncoder(w).Encode(rows); err != nil {
			return fmt.Errorf("%w: print the table: %w", errOutput, err)
		}
		return nil
	}
	p := &printer{w: w}
	p.line("live, model %s, %d pictures/s from each camera, %g s; delays in ms, median and 95th percentile", c.Model, c.FPS, c.Seconds)
	p.line("%8s  %-28s %-22s %-22s %13s %13s %9s  %s", "sessions", "analysed/s (least median most)", "capture to state", "capture to cue",
		"server cores", "camera cores", "peak MB", "next visitor")
	for _, r := range rows {
		cue := "none"
		if r.CueMS != nil {
			cue = fmt.Sprintf("%.0f / %.0f %s", r.CueMS.P50, r.CueMS.P95, tick(r.CueMS.P95 <= budgetDelayMS))
		}
		next := "let in"
		if r.Refused {
			next = "refused politely"
		}
		room := budgetFirstMB + budgetFurtherMB*float64(r.Sessions-1)
		p.line("%8d  %-30s %-22s %-22s %13.2f %13.2f %7.0f %s  %s", r.Sessions,
			fmt.Sprintf("%.1f %.1f %.1f %s", r.FPS[0], r.FPS[1], r.FPS[2], tick(r.FPS[0] >= budgetLiveRate)),
			fmt.Sprintf("%.0f / %.0f %s", r.StateMS.P50, r.StateMS.P95, tick(r.StateMS.P95 <= budgetDelayMS)), cue,
			r.ServerCores, r.CameraCores, r.PeakMB, tick(r.PeakMB <= room), next)
	}
	p.line("✓ ✗: ≥ %g analysed frames/s for every check, 95th percentile ≤ %g ms, ≤ %g MB and %g MB for each further check",
		budgetLiveRate, budgetDelayMS, budgetFirstMB, budgetFurtherMB)
	if p.err != nil {
		return fmt.Errorf("%w: print the table: %w", errOutput, p.err)
	}
	return nil
}

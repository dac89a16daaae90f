package report

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/spine"
)

// heat is how long a level was worked on, in seconds, and how fast, in cm/s; NaN where that was never known.
type heat struct{ seconds, speed float64 }

// heatOf is the time and the mean speed of each level while the reading was sure. A frame stands for the time until the
// next, but not for a gap: as the page's heat map has it.
func heatOf(frames []archive.Frame) []heat {
	vertebrae := overlay.Vertebrae()
	out := make([]heat, len(vertebrae))
	way, timed := make([]float64, len(out)), make([]float64, len(out))
	usual := usualStep(frames)
	most := math.Max(0.25, 3*usual)
	for i := range frames {
		f := &frames[i]
		l := slices.IndexFunc(vertebrae, func(v overlay.Vertebra) bool { return v.Name == f.Level })
		if l < 0 || f.State != spine.OK.String() || f.Zone == spine.ZoneOff.String() {
			continue
		}
		dt := usual
		if i+1 < len(frames) {
			dt = frames[i+1].T - f.T
		}
		dt = math.Max(0, math.Min(most, dt))
		out[l].seconds += dt
		if v := math.Abs(f.SpeedCMS); !math.IsNaN(v) && !math.IsInf(v, 0) {
			way[l] += v * dt
			timed[l] += dt
		}
	}
	for l := range out {
		out[l].speed = way[l] / timed[l] // NaN for none
	}
	return out
}

// usualStep is the median time between two frames.
func usualStep(frames []archive.Frame) float64 {
	if len(frames) < 2 {
		return 0
	}
	steps := make([]float64, len(frames)-1)
	for i := range steps {
		steps[i] = frames[i+1].T - frames[i].T
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

const rowHeight = 4.2

// levels draws time and speed per vertebra.
func (r *report) levels() {
	all := heatOf(r.s.Frames)
	longest := 1.
	for _, h := range all {
		longest = math.Max(longest, h.seconds)
	}
	r.heading(r.says.Text("report.levels.text"), 8+rowHeight*float64(len(all)))
	const name, cell, times, speeds = margin, margin + 12, margin + 34, margin + 118
	const timeWidth, speedWidth = 66, 38
	r.write(times, r.y, regular, 8, dim, r.says.Text("report.time.text"))
	r.write(speeds, r.y, regular, 8, dim, r.says.Text("report.mean_speed.text"))
	r.y += 2
	limit := r.speedLimit()
	full := 2 * limit
	for i, h := range all {
		v, y := overlay.Vertebrae()[i], r.y+rowHeight*float64(i)
		zone := colourOf(v.RGB())
		r.write(name, y+3.1, bold, 8.5, ink, v.Name)
		r.box(cell, y+0.2, 17, rowHeight-0.4, 0.8, card)
		if h.seconds > 0 {
			r.SetAlpha(0.15+0.85*h.seconds/longest, "Normal")
			r.box(cell, y+0.2, 17, rowHeight-0.4, 0.8, zone)
			r.SetAlpha(1, "Normal")
			w := math.Max(1, timeWidth*h.seconds/longest)
			r.box(times, y+1.1, w, rowHeight-2.2, 1.2, zone)
			r.write(times+w+1.5, y+3.1, regular, 8, ink, clock(h.seconds))
		} else {
			r.write(times, y+3.1, regular, 8, dim, "–")
		}
		if math.IsNaN(h.speed) {
			r.write(speeds, y+3.1, regular, 8, dim, "–")
			continue
		}
		c := thoracic
		if h.speed > limit {
			c = edge
		}
		w := math.Max(1, speedWidth*math.Min(1, h.speed/full))
		r.box(speeds, y+1.1, w, rowHeight-2.2, 1.2, c)
		r.write(speeds+math.Max(w, speedWidth*limit/full)+2, y+3.1, regular, 8, ink, r.number(h.speed, 1))
	}
	bottom := r.y + rowHeight*float64(len(all))
	r.line(dim, 0.25)
	r.SetDashPattern([]float64{1.2, 1}, 0)
	r.Line(speeds+speedWidth*limit/full, r.y, speeds+speedWidth*limit/full, bottom)
	r.SetDashPattern(nil, 0)
	r.y = bottom + 6
}

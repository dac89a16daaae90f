package report

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// The limits that the plots show where the exercise has none of its own: the overlay's.
const (
	speedLimit = 5.1 // cm/s
	hipLimit   = 3   // cm
)

// plot is a curve over the session's time.
type plot struct {
	title string
	value func(*archive.Frame) float64
	// from and to are the scale, which grows where the curve leaves it; ticks are named on it.
	from, to float64
	ticks    []float64
	decimals int
	limit    float64 // NaN: none
	zones    bool
}

// course draws how the session went.
func (r *report) course() {
	r.page()
	r.heading(r.says.Text("report.course.text"), 60)
	abs := func(f *archive.Frame) float64 { return math.Abs(f.SpeedCMS) }
	for _, p := range []plot{
		{title: r.says.Text("report.place.text"), value: func(f *archive.Frame) float64 { return f.S }, from: 0.3, to: 1.25, ticks: []float64{0.5, 1}, decimals: 1, limit: math.NaN(), zones: true},
		{title: r.says.Text("report.speed.text"), value: abs, from: 0, to: 12, ticks: []float64{0, 5, 10}, limit: r.speedLimit()},
		{title: r.says.Text("report.hips.text"), value: func(f *archive.Frame) float64 { return f.HipLiftCM }, from: 0, to: 12, ticks: []float64{0, 5, 10}, limit: hipLimit},
	} {
		r.plot(&p)
	}
	r.legend()
}

// speedLimit is from where on the exercise calls it fast.
func (r *report) speedLimit() float64 {
	if r.s.Exercise != nil {
		for i := range r.s.Exercise.Checks {
			if c := &r.s.Exercise.Checks[i]; c.Code == "rolling_too_fast" && c.Notice != nil && c.Notice.Enter != nil {
				limit, _ := c.Notice.Enter.Limit()
				return limit
			}
		}
	}
	return speedLimit
}

// area is where a curve is drawn, and its scales.
type area struct {
	x, y, w, h     float64
	t0, t1, lo, hi float64
}

func (a *area) px(t float64) float64 {
	if !(a.t1 > a.t0) {
		return a.x
	}
	return a.x + a.w*(t-a.t0)/(a.t1-a.t0)
}

func (a *area) py(v float64) float64 {
	return a.y + a.h*(1-(math.Max(a.lo, math.Min(a.hi, v))-a.lo)/(a.hi-a.lo))
}

const plotHeight, plotLeft = 30, 9

func (r *report) plot(p *plot) {
	frames := r.s.Frames
	a := area{x: margin + plotLeft, y: r.y + 6, w: column - plotLeft, h: plotHeight, t0: frames[0].T, t1: frames[len(frames)-1].T, lo: p.from, hi: p.to}
	for i := range frames {
		if v := p.value(&frames[i]); v < 1e3 && v > -1e3 && !p.zones {
			a.lo, a.hi = math.Min(a.lo, math.Floor(v)), math.Max(a.hi, math.Ceil(v))
		}
	}
	r.write(margin, r.y+3, bold, 9.5, ink, p.title)
	r.box(a.x, a.y, a.w, a.h, 1.2, card)
	if p.zones {
		r.bands(&a)
	}
	r.findings(&a)
	r.scale(&a, p)
	r.curve(&a, p)
	r.times(&a)
	r.y = a.y + a.h + 8
}

// bands draws the zones behind the place.
func (r *report) bands(a *area) {
	r.ClipRoundedRect(a.x, a.y, a.w, a.h, 1.2, false)
	r.SetAlpha(0.28, "Normal")
	for _, b := range []struct {
		from, to float64
		c        colour
	}{
		{a.lo, spine.LumbarBelow, lumbar},
		{spine.LumbarBelow, spine.ThoracicFrom, edge},
		{spine.ThoracicFrom, spine.ThoracicUntil, thoracic},
		{spine.ThoracicUntil, spine.NeckAbove, edge},
		{spine.NeckAbove, a.hi, neck},
	} {
		r.fill(b.c)
		r.Rect(a.x, a.py(b.to), a.w, a.py(b.from)-a.py(b.to), "F")
	}
	r.SetAlpha(1, "Normal")
	r.ClipEnd()
}

// findings draws when something was to be corrected, as a mark on the upper edge.
func (r *report) findings(a *area) {
	for i := range r.s.Result.Cues {
		f := &r.s.Result.Cues[i]
		if f.Severity == exercise.Praise {
			continue
		}
		x0, x1 := a.px(math.Max(a.t0, f.StartS)), a.px(math.Min(a.t1, f.EndS))
		r.fill(severityColour(f.Severity))
		r.Rect(x0, a.y-1.3, math.Max(0.5, x1-x0), 1.3, "F")
	}
}

func severityColour(s exercise.Severity) colour {
	switch s {
	case exercise.Safety:
		return lumbar
	case exercise.Setup:
		return blueGrey
	}
	return edge
}

// scale draws the ticks of the values and the limit.
func (r *report) scale(a *area, p *plot) {
	for _, v := range p.ticks {
		r.line(hairline, 0.15)
		r.Line(a.x, a.py(v), a.x+a.w, a.py(v))
		r.right(a.x-1.5, a.py(v)+1, regular, 7.5, dim, r.number(v, p.decimals))
	}
	if math.IsNaN(p.limit) {
		return
	}
	r.line(dim, 0.25)
	r.SetDashPattern([]float64{1.2, 1}, 0)
	r.Line(a.x, a.py(p.limit), a.x+a.w, a.py(p.limit))
	r.SetDashPattern(nil, 0)
	decimals := 1
	if p.limit == math.Round(p.limit) {
		decimals = 0
	}
	r.right(a.x+a.w-1, a.py(p.limit)-0.8, regular, 7, dim, r.says.With("report.limit.text", map[string]any{"Limit": r.number(p.limit, decimals)}))
}

// The curve is drawn in steps of so many millimetres: finer nobody sees.
const step = 0.25

// curve draws the line, with its extremes where a step holds many frames, and a gap where nothing was known.
func (r *report) curve(a *area, p *plot) {
	r.line(ink, 0.35)
	r.SetLineJoinStyle("round")
	r.ClipRect(a.x, a.y, a.w, a.h, false)
	defer r.ClipEnd()
	open, last := false, 0.
	end := func() {
		if open {
			r.DrawPath("D")
		}
		open = false
	}
	put := func(x, v float64) {
		if !open {
			r.MoveTo(x, a.py(v))
			open = true
		}
		r.LineTo(x+0.01, a.py(v)) // a dot of its own where it stays alone
	}
	for i := 0; i < len(r.s.Frames); {
		f := &r.s.Frames[i]
		x := a.px(f.T)
		lo, hi, first, final, any := math.Inf(1), math.Inf(-1), 0., 0., false
		begin, from := f.T, i
		for ; i < len(r.s.Frames) && (i == from || a.px(r.s.Frames[i].T)-x < step); i++ {
			v := p.value(&r.s.Frames[i])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if !any {
				first, any = v, true
			}
			lo, hi, final = math.Min(lo, v), math.Max(hi, v), v
		}
		if !any || open && begin-last > gap {
			end()
		}
		if any {
			for _, v := range slices.Compact([]float64{first, lo, hi, final}) {
				put(x, v)
			}
			last = r.s.Frames[i-1].T
		}
	}
	end()
}

// gap is the longest time in seconds that the line bridges.
const gap = 0.5

// mostTicks is how many ticks are drawn: more is no session.
const mostTicks = 100

// times draws the ticks of the time.
func (r *report) times(a *area) {
	every := 3600.
	for _, s := range []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800} {
		if (a.t1-a.t0)/s <= 11 {
			every = s
			break
		}
	}
	if !((a.t1-a.t0)/every <= mostTicks) {
		return
	}
	for t := math.Ceil(a.t0/every) * every; t <= a.t1; t += every {
		x := a.px(t)
		r.line(hairline, 0.2)
		r.Line(x, a.y+a.h, x, a.y+a.h+1)
		text := clock(t)
		w := r.width(regular, 7, text)
		r.write(math.Min(math.Max(a.x, x-w/2), a.x+a.w-w), a.y+a.h+3.8, regular, 7, dim, text)
	}
}

// legend names the colours of zones and marks.
func (r *report) legend() {
	x := float64(margin + plotLeft)
	for _, e := range []struct {
		c    colour
		text string
	}{
		{neck, r.says.Text("overlay.neck.text")},
		{thoracic, r.says.Text("overlay.thoracic.text")},
		{edge, r.says.Text("overlay.edge.text")},
		{lumbar, r.says.Text("overlay.lumbar.text")},
	} {
		r.disc(x+1.2, r.y, 1.2, e.c)
		r.write(x+3.4, r.y+1, regular, 8, dim, e.text)
		x += 3.4 + r.width(regular, 8, e.text) + 5
	}
	r.fill(lumbar)
	r.Rect(x, r.y-0.7, 2.5, 1.3, "F")
	r.fill(edge)
	r.Rect(x+2.5, r.y-0.7, 2.5, 1.3, "F")
	r.write(x+6.5, r.y+1, regular, 8, dim, r.says.Text("report.marks.text"))
	r.y += 8
}

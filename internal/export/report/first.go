package report

import (
	"math"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/export"
)

// first draws the first page: what the session is, and what it came to.
func (r *report) first() {
	r.page()
	title := r.s.About.Title
	if title == "" {
		title = export.TitleOf(r.s, r.language)
	}
	lines := r.lines(title, bold, 25, column)
	if len(lines) > 2 {
		lines = append(lines[:1], r.lines(lines[1], bold, 25, column-8)[0]+"…")
	}
	for _, line := range lines {
		r.write(margin, r.y+8, bold, 25, ink, line)
		r.y += 11
	}
	under := export.TitleOf(r.s, r.language) + "  ·  " + clock(r.duration())
	if !r.s.About.Created.IsZero() {
		under += "  ·  " + r.date(r.s.About.Created)
	}
	r.write(margin, r.y+5, regular, 11, dim, under)
	r.y += 11
	r.hero()
	r.cards()
	r.zones()
	r.dose()
}

// hero draws the picture of the worst moment, or of the middle.
func (r *report) hero() {
	const most = 98
	w, h := r.cover.fit(column, most)
	r.box(margin, r.y, column, h, 2, card)
	r.picture("cover", r.cover.jpeg, margin+(column-w)/2, r.y, w, h)
	r.y += h + 7
}

// cards draws the four numbers.
func (r *report) cards() {
	const gap, high = 5, 27
	score := "–"
	if s := r.s.About.Score; !math.IsNaN(s) {
		score = r.number(s, 0)
	}
	counted, count := r.says.Text("overlay.passes.text"), r.s.Result.Passes
	if r.s.Exercise != nil && r.s.Exercise.Stroke == nil && r.s.Exercise.Reps != nil {
		counted, count = r.says.Text("report.reps.text"), r.s.Result.Reps
	}
	w := float64(column-3*gap) / 4
	for i, c := range []struct{ value, name string }{
		{score, r.says.Text("report.score.text")},
		{clock(r.duration()), r.says.Text("report.minutes.text")},
		{r.number(float64(count), 0), counted},
		{r.number(float64(archive.Corrections(&r.s.Result)), 0), r.says.Text("report.cues.text")},
	} {
		x := margin + float64(i)*(w+gap)
		r.box(x, r.y, w, high, 2.5, card)
		r.write(x+5, r.y+14, bold, 24, ink, c.value)
		r.write(x+5, r.y+21.5, regular, 9, dim, c.name)
	}
	r.y += high + 3
	hint := r.says.Text("report.score.hint")
	if math.IsNaN(r.s.About.Score) {
		hint = r.says.Text("report.no_score.hint")
	}
	r.y = r.paragraph(margin, r.y, column, regular, 8.5, dim, hint) + 6
}

// zoneTime is a stretch of the bar of zones.
type zoneTime struct {
	name    string
	seconds float64
	c       colour
}

// zones draws the time per zone as one bar, with its parts named below.
func (r *report) zones() {
	t := r.s.Result.TimeInZoneS
	parts := []zoneTime{
		{r.says.Text("overlay.neck.text"), t.Neck, neck},
		{r.says.Text("overlay.thoracic.text"), t.Thoracic, thoracic},
		{r.says.Text("overlay.lower_edge.text"), t.LowerThoracic, edge},
		{r.says.Text("overlay.lumbar.text"), t.Lumbar, lumbar},
		{r.says.Text("report.off.text"), t.Off, hairline},
	}
	sum := 0.
	for _, p := range parts {
		sum += p.seconds
	}
	if !(sum > 0) {
		return
	}
	r.heading(r.says.Text("report.zones.text"), 30)
	const high = 8
	x := float64(margin)
	r.ClipRoundedRect(margin, r.y, column, high, 2, false)
	for _, p := range parts {
		w := column * p.seconds / sum
		r.fill(p.c)
		r.Rect(x, r.y, w, high, "F")
		x += w
	}
	r.ClipEnd()
	r.y += high + 4
	w := float64(column) / float64(len(parts))
	for i, p := range parts {
		x := margin + float64(i)*w
		r.disc(x+1.6, r.y+1.6, 1.6, p.c)
		r.write(x+5, r.y+2.8, bold, 9.5, ink, clock(p.seconds))
		r.y += 3
		r.paragraph(x+5, r.y+0.6, w-6, regular, 8, dim, p.name)
		r.y -= 3
	}
	r.y += 14
}

// dose draws how much of the dose was done.
func (r *report) dose() {
	d := r.theDose()
	if d == nil {
		return
	}
	done, target, share := clock(d.DoneS), clock(d.MinS), d.DoneS/d.MinS
	if d.RepsMin > 0 {
		done, target, share = r.number(float64(d.Reps), 0), r.number(float64(d.RepsMin), 0), float64(d.Reps)/float64(d.RepsMin)
	}
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return
	}
	name := ""
	if r.s.Exercise != nil {
		if e := r.s.Exercise.Dose(d.ID); e != nil {
			name = e.Name.In(r.language)
		}
	}
	r.heading(r.says.Text("report.dose.text"), 8)
	r.box(margin, r.y, column, 4, 2, card)
	r.box(margin, r.y, column*math.Min(1, share), 4, 2, thoracic)
	r.y += 9
	r.write(margin, r.y, bold, 9.5, ink, r.says.With("report.of.text", map[string]any{"Done": done, "Target": target}))
	r.right(pageWidth-margin, r.y, regular, 9, dim, name)
	r.y += 6
}

// theDose is the one that was to be done; nil where there is none.
func (r *report) theDose() *coach.DoseDone {
	for i := range r.s.Result.Doses {
		if d := &r.s.Result.Doses[i]; d.ID == r.s.Result.Exercise.Dose && d.ID != "" {
			return d
		}
	}
	return nil
}

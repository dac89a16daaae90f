package report

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"slices"
	"strings"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/store"
)

const (
	// mostMoments is how many moments are shown with a picture, mostNotes how many notes.
	mostMoments, mostNotes = 8, 12
	// quality is that of the pictures in the file.
	quality = 84
)

// picture is a drawn moment.
type picture struct {
	jpeg          []byte
	width, height float64 // in its own pixels
}

// fit is the size of the picture within a box.
func (p *picture) fit(w, h float64) (float64, float64) {
	k := math.Min(w/p.width, h/p.height)
	return p.width * k, p.height * k
}

// moment is something to look at: a finding or a note.
type moment struct {
	at      float64
	finding *coach.Finding // nil of a note
	place   int            // of the finding in the session
	note    *store.Note
	picture picture
}

// moments are the gravest findings, the longest of them first, and all notes, in the order of time.
func moments(s *export.Session) []moment {
	var all []moment
	for i := range s.Result.Cues {
		f := &s.Result.Cues[i]
		if f.Severity != exercise.Praise && f.Severity != exercise.Setup {
			all = append(all, moment{at: (f.StartS + f.EndS) / 2, finding: f, place: i})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int {
		if d := a.finding.Severity.Rank() - b.finding.Severity.Rank(); d != 0 {
			return d
		}
		return int(math.Copysign(1, (b.finding.EndS-b.finding.StartS)-(a.finding.EndS-a.finding.StartS)))
	})
	all = all[:min(len(all), mostMoments)]
	for i := range s.Notes[:min(len(s.Notes), mostNotes)] {
		all = append(all, moment{at: s.Notes[i].T, note: &s.Notes[i]})
	}
	slices.SortStableFunc(all, func(a, b moment) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	return all
}

// draw draws all pictures, in the order of time: the video is read once.
func (r *report) draw(ctx context.Context, pictures Pictures) error {
	d := &drawer{scenes: export.NewScenes(r.s, r.language), writing: r.writing, widths: map[int]bool{}}
	cover := moment{at: r.s.Moment()}
	list := append(make([]*moment, 0, 1+len(r.shown)), &cover)
	for i := range r.shown {
		list = append(list, &r.shown[i])
	}
	slices.SortStableFunc(list, func(a, b *moment) int {
		if a.at < b.at {
			return -1
		}
		if a.at > b.at {
			return 1
		}
		return 0
	})
	for _, m := range list {
		p, err := pictures(ctx, m.at)
		if err != nil {
			return fmt.Errorf("find the picture at %.2f s: %w", m.at, err)
		}
		if m.picture, err = d.draw(p, m.at); err != nil {
			return err
		}
	}
	r.cover = cover.picture
	return nil
}

// drawer draws the overlay over pictures of one size.
type drawer struct {
	scenes  *export.Scenes
	writing *export.Writing
	painter *overlay.Painter
	page    frame.Picture
	// widths are those of the pictures so far. The library writes pictures of one width in any order, so each gets its own:
	// the same session gives the same bytes.
	widths map[int]bool
}

// draw keeps of the overlay what lies on the picture, about the person and what somebody has drawn: the gauges beside it
// are the report's own matter.
func (d *drawer) draw(p frame.Picture, t float64) (picture, error) {
	if d.painter == nil {
		var err error
		d.painter, err = overlay.New(overlay.Options{Width: p.Width, Height: p.Height, Language: d.writing.Language, Letters: d.writing.Letters})
		if err != nil {
			return picture{}, fmt.Errorf("draw a moment: %w", err)
		}
		w, h := d.painter.Size()
		d.page = frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	}
	if err := d.painter.Paint(d.page, d.scenes.At(t, p)); err != nil {
		return picture{}, fmt.Errorf("draw a moment: %w", err)
	}
	at := closer(d.painter.Place(), d.scenes.Reach(t))
	for d.widths[at.Dx()] {
		at.Max.X--
	}
	d.widths[at.Dx()] = true
	img := image.NewRGBA(image.Rect(0, 0, at.Dx(), at.Dy()))
	for y := range at.Dy() {
		row := d.page.Pix[3*((at.Min.Y+y)*d.page.Width+at.Min.X):]
		for x := range at.Dx() {
			copy(img.Pix[img.PixOffset(x, y):], []byte{row[3*x+2], row[3*x+1], row[3*x], 0xFF})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return picture{}, fmt.Errorf("draw a moment: %w", err)
	}
	return picture{b.Bytes(), float64(at.Dx()), float64(at.Dy())}, nil
}

// The shape of a near picture, and the least share of the whole picture's width that it shows.
const nearAspect, nearest = 16. / 9, 0.45

// closer is the part of the picture at a place that is reached by what was seen; reach is in shares of the picture.
func closer(at image.Rectangle, reach [4]float64) image.Rectangle {
	w, h := float64(at.Dx()), float64(at.Dy())
	x0, y0, x1, y1 := reach[0]*w, reach[1]*h, reach[2]*w, reach[3]*h
	if !(x1 > x0 && y1 > y0) {
		return at
	}
	const room = 0.14 // on each side, of the length
	pad := room * math.Max(x1-x0, y1-y0)
	wide := math.Max(math.Max(x1-x0+2*pad, nearAspect*(y1-y0+2*pad)), nearest*w)
	wide = math.Min(wide, math.Min(w, h*nearAspect))
	high := wide / nearAspect
	left := math.Max(0, math.Min(w-wide, (x0+x1-wide)/2))
	top := math.Max(0, math.Min(h-high, (y0+y1-high)/2))
	return image.Rect(int(left), int(top), int(left+wide), int(top+high)).Add(at.Min).Intersect(at)
}

// moments draws the findings that matter, with their pictures.
func (r *report) moments() {
	r.heading(r.says.Text("report.moments.text"), 50)
	any := false
	for i := range r.shown {
		m := &r.shown[i]
		if m.finding == nil {
			continue
		}
		any = true
		text, hint := export.WordsOf(m.finding.Code, m.finding.Text, r.s.Exercise, r.language)
		r.moment(m, severityColour(m.finding.Severity), clock(m.finding.StartS)+" – "+clock(m.finding.EndS), text, hint, r.remarks(m))
	}
	if !any {
		r.y = r.paragraph(margin, r.y, column, regular, 10.5, ink, r.says.Text("report.nothing.text")) + 6
	}
}

// remarks are what there is to say of a finding beside its words.
func (r *report) remarks(m *moment) string {
	var all []string
	f := m.finding
	if !f.Spoken {
		all = append(all, r.says.Text("report.silent.text"))
	}
	for i := range r.s.Marks {
		if k := &r.s.Marks[i]; k.Kind == store.MarkFalse && k.Code == f.Code && (k.Cue == nil && k.StartS <= f.EndS && k.EndS >= f.StartS || k.Cue != nil && *k.Cue == m.place) {
			all = append(all, strings.TrimSpace(r.says.Text("report.wrong.text")+" "+k.Note))
		}
	}
	return strings.Join(all, "  ·  ")
}

// moment draws one: the picture to the left, the words to its right.
func (r *report) moment(m *moment, c colour, when, text, hint, remark string) {
	const wide, high, between = 74, 62, 6
	w, h := m.picture.fit(wide, high)
	words := column - w - between
	need := 6.0
	for _, part := range []struct {
		text   string
		weight string
		size   float64
	}{{text, bold, 12}, {hint, regular, 9.5}, {remark, regular, 8.5}} {
		if part.text != "" {
			need += height(part.size)*float64(len(r.lines(part.text, part.weight, part.size, words))) + 1.5
		}
	}
	r.room(math.Min(math.Max(h, need)+between, bottom-margin-20))
	name := fmt.Sprintf("moment %.3f %t", m.at, m.note != nil)
	r.picture(name, m.picture.jpeg, margin, r.y, w, h)
	x, y := margin+w+between, r.y
	r.disc(x+1.5, y+2.2, 1.5, c)
	r.write(x+5, y+3.4, regular, 9.5, dim, when)
	y += 6
	if text != "" {
		y = r.paragraph(x, y, words, bold, 12, ink, text) + 1.5
	}
	if hint != "" {
		y = r.paragraph(x, y, words, regular, 9.5, dim, hint) + 1.5
	}
	if remark != "" {
		y = r.paragraph(x, y, words, regular, 8.5, dim, remark)
	}
	r.y = math.Max(r.y+h, y) + between
}

// notes draws what somebody noted, and the cues that somebody missed.
func (r *report) notes() {
	missed := slices.DeleteFunc(slices.Clone(r.s.Marks), func(m store.Mark) bool { return m.Kind != store.MarkMissed })
	if len(r.s.Notes)+len(missed) == 0 {
		return
	}
	r.heading(r.says.Text("report.notes.text"), 50)
	for i := range r.shown {
		if m := &r.shown[i]; m.note != nil {
			r.moment(m, thoracic, clock(m.at), m.note.Text, "", "")
		}
	}
	for _, m := range missed {
		text, _ := export.WordsOf(m.Code, m.Code, r.s.Exercise, r.language)
		line := clock(m.StartS) + "  " + r.says.Text("report.missed.text") + " " + text
		if m.Note != "" {
			line += " – " + m.Note
		}
		r.room(8)
		r.y = r.paragraph(margin, r.y, column, regular, 9.5, ink, line) + 1.5
	}
	r.y += 4
}

// unseen draws what nobody should take for said: what the camera cannot see, and what this paper is not.
func (r *report) unseen() {
	sure := 0
	for i := range r.s.Frames {
		if r.s.Frames[i].State == "ok" {
			sure++
		}
	}
	list := []string{r.says.With("report.sure.hint", map[string]any{"Share": int(math.Round(100 * float64(sure) / float64(len(r.s.Frames))))})}
	if r.s.Exercise != nil {
		list = append(list, r.s.Exercise.CannotVerify.In(r.language)...)
	}
	about := r.says.Text("report.about.hint")
	boxed := height(10)*float64(len(r.lines(about, regular, 10, column-12))) + 16
	need := 5 + boxed // all of it stays together
	for _, line := range list {
		need += height(10)*float64(len(r.lines(line, regular, 10, column-6))) + 1.2
	}
	r.heading(r.says.Text("report.unseen.text"), math.Min(need, bottom-margin-40))
	for _, line := range list {
		r.room(height(10)*float64(len(r.lines(line, regular, 10, column-6))) + 1)
		r.disc(margin+1.5, r.y+2.4, 0.9, dim)
		r.y = r.paragraph(margin+6, r.y, column-6, regular, 10, ink, line) + 1.2
	}
	r.y += 5
	r.room(boxed)
	r.box(margin, r.y, column, boxed, 2.5, card)
	r.write(margin+6, r.y+8, bold, 10, ink, r.says.Text("report.about.text"))
	r.y = r.paragraph(margin+6, r.y+10.5, column-12, regular, 10, ink, about) + 8
}

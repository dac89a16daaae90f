// Package report writes a session as a PDF for people: what it came to, how it went, where on the back, the moments to
// look at, what somebody noted, and what the camera could not see. It is light, to be printed, and speaks the session's
// language.
package report

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/words"
)

// Pictures finds the picture of the source at a session time.
type Pictures func(ctx context.Context, t float64) (frame.Picture, error)

// PDF writes the report. The same session gives the same bytes.
func PDF(ctx context.Context, w io.Writer, s *export.Session, writing *export.Writing, pictures Pictures) error {
	if len(s.Frames) == 0 {
		return export.ErrNoFrames
	}
	r := &report{s: s, says: words.Localizer(writing.Language), writing: writing, language: writing.Language, shown: moments(s)}
	if err := r.draw(ctx, pictures); err != nil {
		return err
	}
	// The first go only tells which letters are needed.
	first, err := r.pages(nil)
	if err != nil {
		return err
	}
	p, err := r.pages(first.runes())
	if err != nil {
		return err
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// report is what all pages need.
type report struct {
	*pen
	s        *export.Session
	says     *words.Speaker
	writing  *export.Writing
	language string
	cover    picture
	shown    []moment
}

// pages draws the whole document.
func (r *report) pages(runes []rune) (*pen, error) {
	p, err := newPen(r.writing, runes)
	if err != nil {
		return nil, err
	}
	r.pen = p
	made := r.s.About.Created
	if made.IsZero() {
		made = time.Unix(0, 0)
	}
	p.SetCreationDate(made.UTC())
	p.SetModificationDate(made.UTC())
	p.SetTitle(drawable(r.s.About.Title), true)
	p.SetSubject(r.says.Text("report.title.text"), true)
	p.SetCreator("Rollwell", true)
	p.SetProducer("Rollwell", true)
	p.SetLang(r.language)
	r.first()
	r.course()
	r.levels()
	r.moments()
	r.notes()
	r.unseen()
	pages := p.PageCount()
	for i := range pages {
		p.SetPage(i + 1)
		r.foot(i+1, pages)
	}
	if err := p.Error(); err != nil {
		return nil, fmt.Errorf("draw the report: %w", err)
	}
	return p, nil
}

// page begins a new one.
func (r *report) page() {
	r.AddPage()
	r.write(margin, margin, bold, 10, thoracic, "Rollwell")
	r.right(pageWidth-margin, margin, regular, 9, dim, r.says.Text("report.title.text"))
	r.y = margin + 10
}

// room begins a new page where there is less than h left.
func (r *report) room(h float64) {
	if r.y+h > bottom {
		r.page()
	}
}

// heading draws the title of a section, for which there has to be room for what comes below.
func (r *report) heading(text string, below float64) {
	r.room(12 + below)
	r.write(margin, r.y+5, bold, 14, ink, text)
	r.y += 10
}

// foot draws what stands on every page.
func (r *report) foot(page, of int) {
	y := float64(pageHeight - 13)
	r.line(hairline, 0.2)
	r.Line(margin, y, pageWidth-margin, y)
	r.write(margin, y+5, regular, 7.5, dim, r.says.Text("overlay.notice.hint"))
	r.right(pageWidth-margin, y+5, regular, 7.5, dim, r.says.With("report.page.text", map[string]any{"Page": page, "Of": of}))
}

// number writes x with so many decimals, with the language's decimal sign.
func (r *report) number(x float64, decimals int) string {
	return export.Number(x, decimals, r.language)
}

// clock writes seconds as minutes and seconds.
func clock(seconds float64) string {
	whole := int(math.Max(0, seconds) + 0.5)
	return fmt.Sprintf("%d:%02d", whole/60, whole%60)
}

// date writes a day as the language does.
func (r *report) date(t time.Time) string {
	return r.says.With("report.date.text", map[string]any{"Year": t.Format("2006"), "Month": t.Format("01"), "Day": t.Format("02")})
}

// duration is how long the session is, in seconds.
func (r *report) duration() float64 {
	return r.s.Frames[len(r.s.Frames)-1].T - r.s.Frames[0].T
}

package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/words"
)

// rolled is a session of a minute in which somebody rolled up and down, once too low.
func rolled(t testing.TB) *export.Session {
	t.Helper()
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	duration := 60.
	s := &export.Session{
		Exercise: ex,
		Result: results.Session{
			Source:   results.Source{Name: "monday.mp4", Width: 640, Height: 360, DurationS: &duration},
			Exercise: results.Exercise{ID: ex.ID, Version: ex.Version, Dose: "warm_up"},
			Cues: []coach.Finding{
				{Code: "rolling_too_fast", Severity: exercise.Pace, StartS: 12, EndS: 14, Spoken: true},
				{Code: "roller_too_low", Severity: exercise.Safety, StartS: 30, EndS: 34, Spoken: true},
				{Code: "well_rolled", Severity: exercise.Praise, StartS: 50, EndS: 51},
			},
			Passes: 7, TimeInZoneS: coach.ZoneTimes{Thoracic: 44, LowerThoracic: 8, Lumbar: 4, Off: 4},
			Doses: []coach.DoseDone{{ID: "warm_up", DoneS: 52, MinS: 30, MaxS: 60}},
		},
		About: export.About{Title: "Monday", Created: time.Date(2026, 11, 30, 9, 30, 0, 0, time.UTC), Score: 87.5},
	}
	for i := range 600 {
		at := float64(i) / 10
		f := archive.Frame{
			T: at, Phase: "checking", Pose: true, PoseScore: 0.98, RollerScore: 0.9, Near: [2]float64{300, 230}, Far: [2]float64{math.NaN(), 0}, Radius: 16,
			S: 0.85 + 0.2*math.Sin(at/3), Level: "T7", Zone: "thoracic", State: "ok", SpeedCMS: 4 * math.Cos(at/3), HipLiftCM: 6 + math.Sin(at), PxPerCM: 2,
		}
		for k := range f.Landmarks {
			f.Landmarks[k] = [3]float64{120 + 10*float64(k), 190 + 20*math.Sin(float64(k)), 0.9}
		}
		if i > 200 && i < 230 {
			f.State, f.S, f.SpeedCMS, f.HipLiftCM = "unseen", math.NaN(), math.NaN(), math.NaN()
		}
		s.Frames = append(s.Frames, f)
	}
	s.Notes = []store.Note{{ID: "1", T: 31, Text: "Look at the hips: 臀部 here", Shapes: json.RawMessage(`[{"type":"circle","points":[[300,230],[330,230]]}]`)}}
	cue := 1
	s.Marks = []store.Mark{
		{Kind: store.MarkFalse, Code: "roller_too_low", Cue: &cue, StartS: 30, EndS: 34, Note: "clothes"},
		{Kind: store.MarkMissed, Code: "jerky", StartS: 40, EndS: 41},
	}
	return s
}

func blank(s *export.Session) Pictures {
	return func(context.Context, float64) (frame.Picture, error) { return export.Blank(s), nil }
}

func writingIn(t testing.TB, language string) *export.Writing {
	t.Helper()
	w, err := export.NewWriting(export.WordsOnScreen(nil, language)+"臀", language, export.SystemFonts())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if w.Language != language {
		t.Fatalf("%s: .ci/deps.sh test installs the letters", w.Note)
	}
	return w
}

func pdf(t testing.TB, s *export.Session, language string) string {
	t.Helper()
	var b bytes.Buffer
	if err := PDF(t.Context(), &b, s, writingIn(t, language), blank(s)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs one of poppler's tools.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// squeezed is a text without spaces and line breaks, which differ from reader to reader.
func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }

// Another program reads every word of the report, in every language.
func TestReportSaysInEveryLanguage(t *testing.T) {
	for _, language := range exercise.Languages() {
		t.Run(language, func(t *testing.T) {
			s := rolled(t)
			text := squeezed(run(t, "pdftotext", pdf(t, s, language), "-"))
			w := words.Localizer(language)
			low, hint := export.WordsOf("roller_too_low", "", s.Exercise, language)
			want := []string{
				"Rollwell", "Monday", s.Exercise.Title.In(language), low, hint, "clothes", "Look at the hips: 臀部 here",
				w.Text("report.score.hint"), w.Text("report.zones.text"), w.Text("report.dose.text"), w.Text("report.course.text"), w.Text("report.levels.text"),
				w.Text("report.moments.text"), w.Text("report.notes.text"), w.Text("report.missed.text"), w.Text("report.wrong.text"), w.Text("report.unseen.text"),
				w.Text("report.about.hint"), w.Text("overlay.notice.hint"), "88", "1:00", "0:31",
			}
			for _, line := range append(want, s.Exercise.CannotVerify.In(language)...) {
				if !strings.Contains(text, squeezed(line)) {
					t.Errorf("the report does not say %q", line)
				}
			}
		})
	}
}

// Every page can be drawn, has something on it, and leaves its margins free.
func TestPagesAreDrawnWithinTheirMargins(t *testing.T) {
	for _, language := range []string{"en", "de", "zh-Hans"} {
		path := pdf(t, rolled(t), language)
		run(t, "pdftoppm", "-r", "50", "-png", path, strings.TrimSuffix(path, ".pdf"))
		pages, err := filepath.Glob(strings.TrimSuffix(path, ".pdf") + "-*.png")
		if err != nil || len(pages) < 3 || len(pages) > 5 {
			t.Fatalf("%s: %d pages: %v", language, len(pages), err)
		}
		for _, page := range pages {
			file, err := os.Open(page)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(file)
			file.Close()
			if err != nil {
				t.Fatal(err)
			}
			margins, inked := count(img)
			if margins > 0 {
				t.Errorf("%s: %d pixels of %s lie in the margins", language, margins, filepath.Base(page))
			}
			if inked < 500 {
				t.Errorf("%s: only %d pixels of %s are drawn on", language, inked, filepath.Base(page))
			}
		}
	}
}

// count counts what is not white, in the outer 12 mm of the page and within.
func count(img image.Image) (margins, inked int) {
	b := img.Bounds()
	edge := b.Dx() * 12 / pageWidth
	inner := image.Rect(edge, b.Dy()*8/pageHeight, b.Dx()-edge, b.Dy()-b.Dy()*6/pageHeight)
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := img.At(x, y).RGBA()
			if r+g+bl > 3*0xFC00 {
				continue
			}
			if image.Pt(x, y).In(inner) {
				inked++
			} else {
				margins++
			}
		}
	}
	return margins, inked
}

func TestSameSessionGivesTheSameBytes(t *testing.T) {
	s := rolled(t)
	var a, b bytes.Buffer
	for _, to := range []*bytes.Buffer{&a, &b} {
		if err := PDF(t.Context(), to, s, writingIn(t, "zh-Hans"), blank(s)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two reports of one session differ")
	}
}

// Sessions of which little is known, and long words, still make a report.
func TestOddSessions(t *testing.T) {
	for name, change := range map[string]func(*export.Session){
		"one frame":   func(s *export.Session) { s.Frames = s.Frames[:1] },
		"nobody":      func(s *export.Session) { s.Frames = make([]archive.Frame, 5); s.Result.Cues = nil },
		"no exercise": func(s *export.Session) { s.Exercise = nil; s.About = export.About{Score: math.NaN()} },
		"no size":     func(s *export.Session) { s.Result.Source = results.Source{} },
		"odd numbers": func(s *export.Session) { s.Frames[3].HipLiftCM, s.Frames[4].SpeedCMS = math.Inf(1), 1e300 },
		"odd times": func(s *export.Session) {
			s.Frames[0].T, s.Frames[5].T, s.Frames[599].T = -1e308, math.NaN(), 1e308
			s.Result.Cues[0].StartS, s.Result.Cues[1].EndS = -1e300, 1e300
		},
		"times stand still": func(s *export.Session) {
			for i := range s.Frames {
				s.Frames[i].T = 1
			}
		},
		"empty times":  func(s *export.Session) { s.Result.TimeInZoneS = coach.ZoneTimes{}; s.Result.Doses[0].MinS = 0 },
		"a long title": func(s *export.Session) { s.About.Title = strings.Repeat("Brustwirbelsäulen", 40) },
		"a word without end": func(s *export.Session) {
			s.Notes[0].Text, s.Result.Cues[0].Text, s.Marks[0].Note = strings.Repeat("a", 200_000), strings.Repeat("滚", 100_000), strings.Repeat("b ", 100_000)
			s.Exercise, s.About.Title = nil, strings.Repeat("W", 100_000)
		},
		"odd letters": func(s *export.Session) { s.About.Title = "\x00😀\u2028ع滾\xff" },
		"a long note": func(s *export.Session) { s.Notes[0].Text = strings.Repeat("lift your hips 臀部。", 400) },
		"many moments": func(s *export.Session) {
			for i := range 200 {
				s.Result.Cues = append(s.Result.Cues, coach.Finding{Code: fmt.Sprint("c", i), Severity: exercise.Technique, StartS: float64(i) / 4, EndS: float64(i)/4 + 1, Text: "x"})
				s.Notes = append(s.Notes, s.Notes[0])
			}
		},
	} {
		s := rolled(t)
		change(s)
		if text := run(t, "pdftotext", pdf(t, s, "en"), "-"); !strings.Contains(text, "About this report") {
			t.Errorf("%s: the report has no end", name)
		}
	}
	if err := PDF(t.Context(), new(bytes.Buffer), &export.Session{}, writingIn(t, "en"), nil); !errors.Is(err, export.ErrNoFrames) {
		t.Errorf("no frames: %v", err)
	}
}

func TestLinesBreakWhereTheyMay(t *testing.T) {
	p, err := newPen(writingIn(t, "en"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range p.lines("把泡沫轴往上移，离开下背部。Lift your hips a little 慢慢滚", regular, 12, 40) {
		if w := p.width(regular, 12, line); w > 40.001 {
			t.Errorf("%q is %.1f mm wide", line, w)
		}
		if strings.HasPrefix(line, "，") || strings.HasPrefix(line, "。") || strings.HasPrefix(line, " ") {
			t.Errorf("a line begins with %q", line)
		}
	}
}

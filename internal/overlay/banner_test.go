package overlay

import (
	"image"
	"math"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// longest cue texts, in the languages whose words run longest, and texts that no exercise should have.
var texts = [...]string{
	"Lift your hips",
	"Bring the roller up to your shoulder blades",
	"Put both feet flat on the floor, about as wide as your hips, and keep looking at the ceiling",
	"Schieben Sie die Rolle bis zu den Schulterblättern hinauf",
	"Donaudampfschifffahrtsgesellschaftskapitänswitwenversicherung",
	"Подвиньте валик вверх, к лопаткам, и держите голову прямо",
	"a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u v w x y z",
	"MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
	"two\nlines\tand a tab",
	"\xff\xfe broken \x00 bytes",
}

var severities = [...]Severity{Safety, Setup, Technique, Pace, Praise}

// share returns which part of r's pixels has a colour between a and b of the gradient.
func share(p *Painter, pix func(x, y int) rgb, look dress) float64 {
	r := p.lay.banner.rect()
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if pix(x, y).close(mix(look.left, look.right, float64(x-r.Min.X)/float64(r.Dx())), 3) {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

func TestBannerHasTheColourOfItsSeverity(t *testing.T) {
	for _, size := range sizes {
		for _, sev := range severities {
			s := newScene(size.X, size.Y)
			out, p := paint(t, s)
			look := dressOf(sev)
			at := func(x, y int) rgb { return colourAt(out, x, y) }
			if got := share(p, at, look); got > 0.05 {
				t.Errorf("%v: severity %d fills %.0f %% of the banner with no cue", size, sev, 100*got)
			}
			s.Banner = cue("Bring the roller up to your shoulder blades", "It is under your lower back", sev)
			out = repaint(t, p, s)
			if got := share(p, at, look); got < 0.6 {
				t.Errorf("%v: severity %d fills %.0f %% of the banner, want most", size, sev, 100*got)
			}
		}
	}
}

func TestBannersDifferInShapeToo(t *testing.T) {
	seen := map[Shape]bool{}
	for _, sev := range severities {
		if seen[shapeOf(sev)] {
			t.Errorf("severity %d shares its shape with another", sev)
		}
		seen[shapeOf(sev)] = true
	}
	p, err := New(Options{Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	masks := map[string]Shape{}
	for shape := ShapeUp; shape < shapeCount; shape++ {
		s := newScene(640, 360)
		s.Banner = cue("Go", "", Safety)
		s.Banner.Shape = shape
		out := repaint(t, p, s)
		b := p.lay.banner
		mask := cut(out.Pix, out.Width, box{b.x, b.y, p.signWidth(), b.h}.rect())
		if twin, ok := masks[mask]; ok {
			t.Errorf("shapes %d and %d look the same", shape, twin)
		}
		masks[mask] = shape
	}
}

func cut(pix []byte, width int, r image.Rectangle) string {
	var out []byte
	for y := r.Min.Y; y < r.Max.Y; y++ {
		out = append(out, pix[3*(y*width+r.Min.X):3*(y*width+r.Max.X)]...)
	}
	return string(out)
}

func TestPraiseIsQuieterThanAnyCorrection(t *testing.T) {
	light := func(c rgb) float64 { return .2126*float64(c.r) + .7152*float64(c.g) + .0722*float64(c.b) }
	for _, sev := range severities[:4] {
		if l, q := light(dressOf(sev).left), light(dressOf(Praise).left); l < 1.5*q {
			t.Errorf("severity %d has light %.0f, praise %.0f", sev, l, q)
		}
	}
}

// TestWordsCanBeRead holds every banner to the contrast that large text needs (WCAG 2, 3:1).
func TestWordsCanBeRead(t *testing.T) {
	lin := func(v uint8) float64 {
		c := float64(v) / 255
		if c <= .03928 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	light := func(c rgb) float64 { return .2126*lin(c.r) + .7152*lin(c.g) + .0722*lin(c.b) }
	for _, sev := range severities {
		d := dressOf(sev)
		for _, ground := range [2]rgb{d.left, d.right} {
			a, b := light(d.text)+.05, light(ground)+.05
			if ratio := math.Max(a, b) / math.Min(a, b); ratio < 3 {
				t.Errorf("severity %d: contrast %.2f, want 3", sev, ratio)
			}
		}
	}
}

// TestTextStaysInItsBox checks what the eye would: with any text, nothing outside of the text's own place
// changes.
func TestTextStaysInItsBox(t *testing.T) {
	for _, size := range sizes {
		s := newScene(size.X, size.Y)
		s.Title, s.Notice = "", ""
		s.Banner = cue("x", "", Technique)
		base, p := paint(t, s)
		for _, text := range texts {
			q := *s
			q.Banner = cue(text, text, Technique)
			out := repaint(t, p, &q)
			if got, room := differing(base, out), p.words().rect().Inset(-2); !got.In(room) {
				t.Errorf("%v: cue %q is drawn in %v, its place is %v", size, text, got, room)
			}
		}
		for _, text := range texts {
			q := *s
			q.Title, q.Notice = text, text
			out := repaint(t, p, &q)
			room := p.lay.head.rect().Union(p.lay.notice.rect())
			if got := differing(base, out); !got.In(room) || !sameIn(base, out, p.lay.gauges.rect()) || !sameIn(base, out, p.lay.levels.rect()) {
				t.Errorf("%v: title and notice %q are drawn in %v, their places span %v", size, text, got, room)
			}
		}
	}
}

func TestCommonCuesAreNotCut(t *testing.T) {
	for _, size := range sizes {
		s := newScene(size.X, size.Y)
		s.Banner = cue(texts[1], "It is under your lower back", Safety)
		_, p := paint(t, s)
		f := &p.fits[fitCue]
		n := 0
		for _, l := range f.lines {
			n += utf8.RuneCountInString(l)
		}
		if want := utf8.RuneCountInString(texts[1]) - len(f.lines) + 1; n != want {
			t.Errorf("%v: the cue is shown as %q", size, f.lines)
		}
		if f.size < p.lay.px(28) {
			t.Errorf("%v: the cue is %d px high, unit %.2f: too small for three metres", size, f.size, p.lay.u)
		}
	}
}

func TestFitNeverOverruns(t *testing.T) {
	face, err := newTypesetter(nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		w, h := rapid.Float64Range(0, 900).Draw(t, "w"), rapid.Float64Range(0, 300).Draw(t, "h")
		k := want{weight(rapid.IntRange(0, int(weightCount)-1).Draw(t, "weight")), rapid.IntRange(8, 60).Draw(t, "max"), rapid.IntRange(4, 8).Draw(t, "min"), rapid.IntRange(1, 4).Draw(t, "lines")}
		var f fitted
		face.fit(&f, text, w, h, k)
		if len(f.lines) > k.lines {
			t.Fatalf("%d lines, want at most %d", len(f.lines), k.lines)
		}
		for _, l := range f.lines {
			if got := face.width(k.weight, l) * float64(f.size); got > w+1e-6 {
				t.Fatalf("line %q is %.2f px wide at size %d, the box has %.2f", l, got, f.size, w)
			}
		}
		if len(f.lines) > 1 && f.height() > h {
			t.Fatalf("%d lines of size %d need %.1f px, the box has %.1f", len(f.lines), f.size, f.height(), h)
		}
	})
}

func TestBannerComesUpWithoutAFlash(t *testing.T) {
	s := newScene(640, 360)
	s.Banner = cue("Lift your hips", "", Safety)
	s.Elapsed = 10
	var last int
	for i, since := range []float64{10, 9.95, 9.9, 9.8, math.NaN()} {
		s.Banner.Since = since
		out, p := paint(t, s)
		b := p.lay.banner.rect()
		red := int(colourAt(out, b.Min.X+b.Dx()/2, b.Min.Y+5).r)
		if red < last {
			t.Errorf("step %d: red falls from %d to %d", i, last, red)
		}
		last = red
	}
	if want := int(mix(lumbar, dressOf(Safety).right, .5).r); last < want-3 {
		t.Errorf("fully up the banner has red %d, want %d", last, want)
	}
}

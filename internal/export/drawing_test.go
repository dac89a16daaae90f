package export

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"math"
	"os"
	"testing"

	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/store"
)

// drawnOn is the overlay's picture at a time.
func drawnOn(t *testing.T, s *Session, at float64) (image.Image, image.Rectangle) {
	t.Helper()
	w, err := NewWriting(WordsOnScreen(nil, "en"), "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	blank := Blank(s)
	var b bytes.Buffer
	if err := PNG(&b, s, at, blank, w); err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("ROLLWELL_TEST_STILL"); path != "" && at == 2 { // to look at
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := overlay.New(overlay.Options{Width: blank.Width, Height: blank.Height})
	if err != nil {
		t.Fatal(err)
	}
	return img, p.Place()
}

// blue tells whether there is the ink of drawings about a place of the video, 640×360.
func blue(img image.Image, at image.Rectangle, x, y float64) bool {
	cx, cy := at.Min.X+int(x*float64(at.Dx())/640), at.Min.Y+int(y*float64(at.Dy())/360)
	for dy := -3; dy <= 3; dy++ {
		for dx := -3; dx <= 3; dx++ {
			r, g, b, _ := img.At(cx+dx, cy+dy).RGBA()
			if r>>8 == 0x8F && g>>8 == 0xD3 && b>>8 == 0xFF {
				return true
			}
		}
	}
	return false
}

func TestNotesAreDrawnIn(t *testing.T) {
	s := lying(100, every(0.1))
	end := 6.
	s.Notes = []store.Note{
		{T: 2, Shapes: json.RawMessage(`[{"type":"circle","points":[[300,100],[340,100]]},{"type":"line","points":[[20,300],[120,300]]},7,{"type":"spiral","points":[[1,2]]},
			{"type":"arrow","points":[[500,40],[600,80]]},{"type":"angle","points":[[460,250],[400,250],[400,200]]},{"type":"free","points":[[520,300],[540,310],[560,300]]},
			{"type":"text","points":[[200,40]],"text":"hips 臀"},{"type":"line","points":[[1,2]]}]`)},
		{T: 5, EndT: &end, Shapes: json.RawMessage(`[{"type":"line","points":[[20,340],[120,340]]}]`)},
		{T: 5, Shapes: json.RawMessage(`{`)},
		{T: 5, Shapes: json.RawMessage(`[{"type":"line","points":[[1e300,-1e300],[120,340]]}]`)},
	}
	img, at := drawnOn(t, s, 2)
	for name, p := range map[string][2]float64{"circle": {300, 60}, "its left": {260, 100}, "line": {30, 300}, "arrow": {520, 48}, "arm": {450, 250}, "other arm": {400, 210}, "free": {540, 310}} {
		if !blue(img, at, p[0], p[1]) {
			t.Errorf("the %s is not drawn at %v", name, p)
		}
	}
	if blue(img, at, 30, 340) {
		t.Error("a later note is drawn")
	}
	for when, want := range map[float64]bool{1.9: false, 3.9: true, 4.2: false} {
		if img, at := drawnOn(t, s, when); blue(img, at, 30, 300) != want {
			t.Errorf("at %g s the first note is drawn: %t", when, !want)
		}
	}
	if img, at := drawnOn(t, s, 5.9); !blue(img, at, 30, 340) {
		t.Error("a note with an end is not drawn until then")
	}
	d := NewScenes(s, "de").At(2, Blank(s)).Drawing
	var labels []string
	for _, l := range d.Labels {
		labels = append(labels, l.Text)
	}
	for _, want := range []string{"38,1 cm", "47,6 cm", "90°", "hips 臀"} {
		if !bytes.Contains([]byte(join(labels)), []byte(want)) {
			t.Errorf("labels %q lack %q", labels, want)
		}
	}
	for i := range s.Frames {
		s.Frames[i].PxPerCM = math.NaN()
	}
	if d := NewScenes(s, "de").At(2, Blank(s)).Drawing; len(d.Labels) != 2 { // the angle and the text
		t.Errorf("labels without a scale: %v", d.Labels)
	}
}

func join(all []string) (out string) {
	for _, one := range all {
		out += one + "\n"
	}
	return out
}

// What people wrote gets its letters, and letters that no font has keep nobody from reading the rest.
func TestNotesGetTheirLetters(t *testing.T) {
	s := lying(2, every(0.1))
	for text, want := range map[string]bool{"hips": false, "臀部": true, "臀部 😀": true} {
		s.Notes = []store.Note{{Text: text}}
		w, err := s.Writing("de", SystemFonts())
		if err != nil {
			t.Fatal(err)
		}
		if w.Language != "de" || w.Note != "" || (w.Letters != nil) != want {
			t.Errorf("%s: written in %s with letters %t, %s", text, w.Language, w.Letters != nil, w.Note)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if w, err := s.Writing("de", [][2]string{{"/no/such/font.ttc", "/nor/this.ttc"}}); err != nil || w.Language != "de" || w.Letters != nil {
			t.Errorf("%s without fonts: %+v, %v", text, w, err)
		}
	}
}

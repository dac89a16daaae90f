package overlay

import (
	"bytes"
	"image"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// grey is the value of all bytes of the test videos.
const grey = 0x40

// newScene returns somebody lying on the back on a roller at T8, head to the right, in a plain grey video of
// w×h pixels; landmarks are placed as fractions of the picture so that every size shows the same.
func newScene(w, h int) *Scene {
	pix := make([]byte, 3*w*h)
	for i := range pix {
		pix[i] = grey
	}
	k := float64(min(w, h))
	at := func(x, y float64) body.Landmark {
		return body.Landmark{X: float64(w)/2 + (x-.5)*k, Y: float64(h)/2 + (y-.5)*k, Visibility: .95, Presence: 1}
	}
	pose := &body.Pose{Score: .98}
	for i := range pose.Landmarks {
		pose.Landmarks[i] = at(.8, .42) // the face and hands, near enough
	}
	for left, p := range map[int][2]float64{
		body.LeftShoulder: {.68, .52}, body.LeftElbow: {.60, .44}, body.LeftWrist: {.66, .40}, body.LeftHip: {.40, .54},
		body.LeftKnee: {.28, .38}, body.LeftAnkle: {.20, .56}, body.LeftHeel: {.21, .58}, body.LeftFootIndex: {.14, .58},
		body.LeftEar: {.80, .48},
	} {
		pose.Landmarks[left] = at(p[0], p[1])
		pose.Landmarks[left+1] = at(p[0]+.01, p[1]-.02)
		pose.Landmarks[left+1].Z = .2 * k
	}
	near := at(.62, .66)
	s := &Scene{
		Picture: frame.Picture{Pix: pix, Width: w, Height: h},
		Scale:   1,
		Pose:    pose,
		Roller:  &spine.Roller{Score: .9, Near: near.At(), Far: near.At(), Radius: .05 * k},
		Elapsed: 38, Duration: 90, Passes: 3,
		Title: "Thoracic roll", Notice: "Not a medical device. Stop if it hurts.",
	}
	ok := func(v float64) spine.Value { return spine.Value{V: v, Sigma: .05, State: spine.OK} }
	s.Reading = spine.Reading{
		Person: spine.OK, People: 1, S: ok(.82), Level: "T8", Zone: spine.ZoneThoracic,
		Speed: ok(3.6), HipLift: ok(8), RollerSeen: ok(.95),
	}
	for i, l := range levels {
		s.Levels = append(s.Levels, LevelTime{l.Name, float64(i)})
	}
	return s
}

// cue returns a banner that is fully up.
func cue(text, hint string, s Severity) *Banner { return &Banner{Text: text, Hint: hint, Severity: s} }

// paint draws the scene with a fresh painter and returns the frame with the painter.
func paint(t testing.TB, s *Scene) (frame.Picture, *Painter) {
	t.Helper()
	p, err := New(Options{Width: s.Picture.Width, Height: s.Picture.Height})
	if err != nil {
		t.Fatal(err)
	}
	return repaint(t, p, s), p
}

// repaint draws the scene with p on a frame of garbage, so that a byte left unwritten shows.
func repaint(t testing.TB, p *Painter, s *Scene) frame.Picture {
	t.Helper()
	w, h := p.Size()
	dst := frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	for i := range dst.Pix {
		dst.Pix[i] = byte(i * 37)
	}
	if err := p.Paint(dst, s); err != nil {
		t.Fatal(err)
	}
	return dst
}

// colourAt returns the colour of a pixel.
func colourAt(p frame.Picture, x, y int) rgb {
	i := 3 * (y*p.Width + x)
	return rgb{p.Pix[i+2], p.Pix[i+1], p.Pix[i]}
}

// differing returns the smallest rectangle with all pixels in which two frames of one size differ.
func differing(a, b frame.Picture) image.Rectangle {
	r := image.Rectangle{}
	for y := range a.Height {
		if row := 3 * y * a.Width; bytes.Equal(a.Pix[row:row+3*a.Width], b.Pix[row:row+3*a.Width]) {
			continue
		}
		for x := range a.Width {
			if colourAt(a, x, y) != colourAt(b, x, y) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// close tells whether two colours differ by at most d in each part.
func (c rgb) close(o rgb, d int) bool {
	for _, p := range [3][2]uint8{{c.r, o.r}, {c.g, o.g}, {c.b, o.b}} {
		if e := int(p[0]) - int(p[1]); e > d || e < -d {
			return false
		}
	}
	return true
}

// sizes are videos from the smallest to the largest that are meant to look right, wide, square and high.
var sizes = [...]image.Point{
	{320, 180}, {640, 360}, {640, 480}, {1280, 720}, {1920, 1080}, {480, 480}, {180, 320}, {360, 640}, {720, 1280}, {1080, 1920},
}

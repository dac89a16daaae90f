package overlay

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestSizeIsEvenAndHoldsThePicture(t *testing.T) {
	all := append(sizes[:], image.Pt(1, 1), image.Pt(333, 217), image.Pt(8000, 2), image.Pt(3, 9000), image.Pt(7680, 4320))
	for _, s := range all {
		p, err := New(Options{Width: s.X, Height: s.Y})
		if err != nil {
			t.Fatal(err)
		}
		w, h := p.Size()
		if w%2 != 0 || h%2 != 0 || w > 4000 || h > 4000 {
			t.Errorf("%v: output is %d×%d, want even sides below 4000", s, w, h)
		}
		l := p.lay
		parts := []box{l.picture, l.head, l.gauges, l.levels, l.notice, l.banner}
		for i, a := range parts {
			if !a.rect().In(image.Rect(0, 0, w, h)) || a.w <= 0 || a.h <= 0 {
				t.Errorf("%v: part %d %v is not inside %d×%d", s, i, a, w, h)
			}
			for j, b := range parts[:i] {
				if a.rect().Overlaps(b.rect()) {
					t.Errorf("%v: part %d %v overlaps part %d %v", s, i, a, j, b)
				}
			}
		}
	}
}

func TestALargeVideoIsShownPixelForPixel(t *testing.T) {
	s := newScene(1280, 720)
	s.Pose, s.Roller = nil, nil
	for i := range s.Picture.Pix {
		s.Picture.Pix[i] = byte(i * i >> 7)
	}
	out, p := paint(t, s)
	for _, at := range []image.Point{{640, 360}, {1279, 300}, {0, 300}, {900, 719}} {
		want := colourAt(s.Picture, at.X, at.Y)
		if got := colourAt(out, at.X+int(p.lay.picture.x), at.Y+int(p.lay.picture.y)); got != want {
			t.Errorf("video pixel %v is %v, want %v", at, got, want)
		}
	}
}

func TestPaintRefusesAWrongFrame(t *testing.T) {
	s := newScene(640, 360)
	p, err := New(Options{Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	w, h := p.Size()
	for _, dst := range []frame.Picture{{}, {Pix: make([]byte, 3*w*h), Width: h, Height: w}, {Pix: make([]byte, 3*w*h-1), Width: w, Height: h}} {
		if err := p.Paint(dst, s); !errors.Is(err, ErrSize) {
			t.Errorf("Paint on %d×%d with %d bytes: got %v, want ErrSize", dst.Width, dst.Height, len(dst.Pix), err)
		}
	}
	if _, err := New(Options{Width: 0, Height: 5}); !errors.Is(err, ErrSize) {
		t.Errorf("New without a width: got %v, want ErrSize", err)
	}
}

func TestTheSameSceneGivesTheSameBytes(t *testing.T) {
	s := newScene(640, 360)
	s.Banner = cue("Lift your hips", "A few inches", Technique)
	first, p := paint(t, s)
	other := newScene(640, 360)
	other.Title, other.Roller, other.Elapsed = "Another exercise", nil, 3
	repaint(t, p, other)
	if again := repaint(t, p, s); !bytes.Equal(first.Pix, again.Pix) {
		t.Errorf("the scene differs after another one, in %v", differing(first, again))
	}
}

// TestUnseenDrawsNothing holds the picture to the plain video wherever the chip is not.
func TestUnseenDrawsNothing(t *testing.T) {
	plain := newScene(640, 360)
	plain.Pose, plain.Roller, plain.Reading = nil, nil, spine.Reading{}
	tests := map[string]func(*Scene){
		"nobody":               func(s *Scene) { s.Pose, s.Roller = nil, nil },
		"reading says unseen":  func(s *Scene) { s.Reading.Person, s.Reading.RollerSeen = spine.Unseen, spine.Value{} },
		"landmarks all hidden": func(s *Scene) { hide(s.Pose); s.Roller = nil },
	}
	base, p := paint(t, plain)
	chip := p.lay.picture
	chip.h = 60 * p.lay.u
	for name, change := range tests {
		s := newScene(640, 360)
		change(s)
		out := repaint(t, p, s)
		for y := int(chip.y + chip.h); y < int(p.lay.picture.y+p.lay.picture.h); y++ {
			for x := int(chip.x); x < int(chip.x+chip.w); x++ {
				if colourAt(out, x, y) != colourAt(base, x, y) {
					t.Fatalf("%s: something is drawn at (%d, %d)", name, x, y)
				}
			}
		}
	}
}

func hide(q *body.Pose) {
	for i := range q.Landmarks {
		q.Landmarks[i].Visibility = 0.1
	}
}

func TestRingLiesRoundTheRoller(t *testing.T) {
	for _, size := range sizes {
		s := newScene(size.X, size.Y)
		s.Pose = nil
		out, p := paint(t, s)
		k := p.lay.picture.w / float64(size.X)
		cx, cy := p.lay.picture.x+(s.Roller.Near.X+.5)*k, p.lay.picture.y+(s.Roller.Near.Y+.5)*k
		r := s.Roller.Radius*k + 3.5*p.lay.u
		for i := range 16 {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / 16)
			if got := colourAt(out, int(cx+r*cos), int(cy+r*sin)); !got.close(white, 12) {
				t.Errorf("%v: the ring is %v at %d/16 of the way round", size, got, i)
			}
		}
		if got := colourAt(out, int(cx), int(cy)); got != (rgb{grey, grey, grey}) {
			t.Errorf("%v: the roller itself is painted over with %v", size, got)
		}
	}
}

func TestSpineShowsEveryZone(t *testing.T) {
	s := newScene(1280, 720)
	s.Roller = nil
	out, p := paint(t, s)
	col, ok := findColumn(s.Pose, nil)
	if !ok {
		t.Fatal("the spine of a plain pose was not found")
	}
	for _, z := range []struct {
		s    float64
		want rgb
	}{{.1, lumbar}, {.4, lumbar}, {.6, edge}, {.75, thoracic}, {1.06, edge}, {1.2, neck}} {
		q := col.at(z.s)
		x, y := int(p.lay.picture.x+q.X+.5), int(p.lay.picture.y+q.Y+.5)
		if got := colourAt(out, x, y); !got.close(z.want, 10) {
			t.Errorf("the spine at s=%.2f is %v, want %v", z.s, got, z.want)
		}
	}
}

func TestTheBackIsAwayFromTheFace(t *testing.T) {
	for _, turn := range []float64{0, math.Pi} { // on the back, and on the belly
		s := newScene(640, 360)
		sin, cos := math.Sincos(turn)
		for i := range s.Pose.Landmarks {
			l := &s.Pose.Landmarks[i]
			l.X, l.Y = cos*l.X-sin*l.Y, sin*l.X+cos*l.Y
		}
		col, _ := findColumn(s.Pose, nil)
		if down := col.back.Y > 0; down != (turn == 0) {
			t.Errorf("turned by %.0f°: the back points to %v", turn*180/math.Pi, col.back)
		}
	}
}

func TestUnsureFadesAndSaysSo(t *testing.T) {
	sure := newScene(640, 360)
	sure.Pose = nil
	unsure := newScene(640, 360)
	unsure.Pose = nil
	unsure.Reading.RollerSeen.V = .3
	a, p := paint(t, sure)
	b := repaint(t, p, unsure)
	light := func(f frame.Picture) int {
		n := 0
		for y := int(p.lay.picture.y + p.lay.picture.h/2); y < int(p.lay.picture.y+p.lay.picture.h); y++ {
			for x := int(p.lay.picture.x); x < int(p.lay.picture.x+p.lay.picture.w); x++ {
				n += max(0, int(colourAt(f, x, y).g)-grey)
			}
		}
		return n
	}
	if light(b) > light(a)*2/3 {
		t.Errorf("unsure ring has light %d, sure one %d: want it clearly fainter", light(b), light(a))
	}
}

func TestSightNamesWhatIsMissing(t *testing.T) {
	part := func(left int) func(*Scene) {
		return func(s *Scene) {
			s.Pose.Landmarks[left].Visibility, s.Pose.Landmarks[left+1].Visibility = 0.1, 0.1
		}
	}
	tests := []struct {
		change func(*Scene)
		want   string
		state  spine.State
	}{
		{func(*Scene) {}, "Body and roller in sight", spine.OK},
		{func(s *Scene) { s.Pose = nil }, "I can't see anybody", spine.Unseen},
		{part(body.LeftHip), "I can't see your hips", spine.Unseen},
		{part(body.LeftShoulder), "I can't see your shoulders", spine.Unseen},
		{func(s *Scene) { s.Roller = nil }, "I can't see the roller", spine.Unseen},
		{func(s *Scene) { s.Roller.Radius = math.NaN() }, "I can't see the roller", spine.Unseen},
		{func(s *Scene) { s.Reading.S = spine.Value{} }, "I can't tell where the roller is", spine.Unseen},
		{func(s *Scene) { s.Reading.S.State = spine.Unsure }, "Not sure where the roller is", spine.Unsure},
	}
	for _, tt := range tests {
		s := newScene(640, 360)
		tt.change(s)
		if got, state := sight(s); labelsIn("en").sight[got] != tt.want || state != tt.state {
			t.Errorf("sight says %q (%v), want %q (%v)", labelsIn("en").sight[got], state, tt.want, tt.state)
		}
	}
}

// TestUnknownIsNeverZero checks that the number behind an unseen value does not leak, and that a dash is not
// a nought.
func TestUnknownIsNeverZero(t *testing.T) {
	set := func(v spine.Value, passes int, times []LevelTime) frame.Picture {
		s := newScene(640, 360)
		s.Reading.Speed, s.Reading.HipLift, s.Passes, s.Levels = v, v, passes, times
		out, _ := paint(t, s)
		return out
	}
	unknown := set(spine.Value{}, -1, nil)
	for _, v := range []spine.Value{{V: 7}, {V: math.NaN(), State: spine.OK}, {V: math.Inf(1), State: spine.OK}} {
		if out := set(v, -7, nil); !bytes.Equal(out.Pix, unknown.Pix) {
			t.Errorf("%+v looks different from unknown in %v", v, differing(out, unknown))
		}
	}
	none := set(spine.Value{State: spine.OK}, 0, []LevelTime{{"T8", 0}})
	p, _ := New(Options{Width: 640, Height: 360})
	speed, hips := p.gaugeCells()
	for name, b := range map[string]box{"speed": speed, "hips": hips, "passes": p.lay.head, "time": p.levelCell(8).all} {
		if !differing(unknown, none).Overlaps(b.rect()) || sameIn(unknown, none, b.rect()) {
			t.Errorf("%s: a nought and a dash look the same", name)
		}
	}
}

func sameIn(a, b frame.Picture, r image.Rectangle) bool {
	return cut(a.Pix, a.Width, r) == cut(b.Pix, b.Width, r)
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{string(appendNumber(nil, -0.04, 1)), "0.0"},
		{string(appendNumber(nil, -3.6, 0)), "−4"},
		{string(appendNumber(nil, 1e9, 0)), "999"},
		{string(appendNumber(nil, 5.05, 1)), "5.1"},
		{string(appendClock(nil, 65.9)), "1:05"},
		{string(appendClock(nil, -1)), "–"},
		{string(appendClock(nil, math.NaN())), "–"},
		{string(appendClock(nil, math.Inf(1))), "–"},
		{string(appendSeconds(nil, 0.2, false)), ""},
		{string(appendSeconds(nil, 8.6, false)), "9 s"},
		{string(appendSeconds(nil, 8.6, true)), "9"},
		{string(appendSeconds(nil, 100, true)), "1:40"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestRenderMatchesPaint(t *testing.T) {
	s := newScene(640, 360)
	img, err := Render(Options{}, s)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := paint(t, s)
	for _, at := range []image.Point{{30, 40}, {500, 300}, {1100, 120}, {100, 650}} {
		c := colourAt(out, at.X, at.Y)
		if got := fmt.Sprint(img.RGBAAt(at.X, at.Y)); got != fmt.Sprintf("{%d %d %d 255}", c.r, c.g, c.b) {
			t.Errorf("pixel %v of the still is %s, of the frame %v", at, got, c)
		}
	}
}

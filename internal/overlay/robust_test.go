package overlay

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// wild are the numbers that break drawing code.
var wild = [...]float64{
	math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64,
	0, -0.5, 1e-9, 1e5, -1e5, 1e18, 32767.5, -32768, 319.5,
}

// scatter puts numbers in turn into everything of the scene that is a number.
func scatter(s *Scene, next func() float64) {
	for i := range s.Pose.Landmarks {
		s.Pose.Landmarks[i] = body.Landmark{X: next(), Y: next(), Z: next(), Visibility: next()}
	}
	s.Roller.Near, s.Roller.Far, s.Roller.Radius = body.Point{X: next(), Y: next()}, body.Point{X: next(), Y: next()}, next()
	for _, v := range []*spine.Value{&s.Reading.S, &s.Reading.Speed, &s.Reading.HipLift, &s.Reading.RollerSeen} {
		v.V, v.Sigma = next(), next()
	}
	s.Scale, s.Elapsed, s.Duration = next(), next(), next()
	for i := range s.Levels {
		s.Levels[i].Seconds = next()
	}
	if s.Banner != nil {
		s.Banner.Since = next()
	}
}

func TestWildNumbersDoNoHarm(t *testing.T) {
	p, err := New(Options{Width: 320, Height: 180})
	if err != nil {
		t.Fatal(err)
	}
	for shift := range 2 * len(wild) {
		s := newScene(320, 180)
		s.Banner = cue("Lift your hips", "A few inches", Technique)
		n := shift
		scatter(s, func() float64 {
			n += 1 + shift/len(wild)
			return wild[n%len(wild)]
		})
		for i := range s.Pose.Landmarks {
			if shift%2 == 0 {
				s.Pose.Landmarks[i].Visibility = 1
			}
		}
		repaint(t, p, s)
	}
	for _, v := range wild {
		s := newScene(320, 180)
		scatter(s, func() float64 { return v })
		for i := range s.Pose.Landmarks {
			s.Pose.Landmarks[i].Visibility = 1
		}
		s.Scale = 1
		repaint(t, p, s)
	}
}

// TestFarLandmarksDrawOnlyOnThePicture moves one landmark far out: the panel must stay as it is.
func TestFarLandmarksDrawOnlyOnThePicture(t *testing.T) {
	s := newScene(640, 360)
	base, p := paint(t, s)
	for _, to := range []body.Point{{X: 5000, Y: 100}, {X: -5000, Y: -9000}, {X: 640, Y: 360}, {X: 3e9, Y: 0}} {
		q, pose := *s, *s.Pose
		q.Pose = &pose
		for _, i := range []int{body.LeftWrist, body.LeftAnkle, body.LeftKnee} {
			pose.Landmarks[i].X, pose.Landmarks[i].Y = to.X, to.Y
		}
		roller := *s.Roller
		roller.Near = to
		q.Roller = &roller
		out := repaint(t, p, &q)
		if got := differing(base, out); !got.In(p.lay.picture.rect()) {
			t.Errorf("a landmark at %v changes %v, the picture is %v", to, got, p.lay.picture.rect())
		}
	}
}

func TestForeignPicturesAreTakenInOrLeftBlack(t *testing.T) {
	p, err := New(Options{Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	for _, pic := range []frame.Picture{
		{},
		{Width: 640, Height: 360},
		{Pix: make([]byte, 10), Width: 640, Height: 360},
		{Pix: make([]byte, 3), Width: 1, Height: 1},
		{Pix: make([]byte, 3*360*640), Width: 360, Height: 640},
		{Pix: make([]byte, 3*5*2000), Width: 2000, Height: 5},
		{Pix: make([]byte, 3), Width: -1, Height: -1},
		{Width: 1 << 31, Height: 1 << 31},
	} {
		s := newScene(640, 360)
		s.Picture = pic
		repaint(t, p, s)
	}
}

func FuzzPaint(f *testing.F) {
	f.Add([]byte{}, "Lift your hips", "", "T8", uint8(2), uint8(1))
	seed := make([]byte, 0, 8*len(wild))
	for _, v := range wild {
		seed = binary.LittleEndian.AppendUint64(seed, math.Float64bits(v))
	}
	f.Add(seed, "a\xffb", "\x00", "T8", uint8(200), uint8(255))
	p, err := New(Options{Width: 320, Height: 180})
	if err != nil {
		f.Fatal(err)
	}
	w, h := p.Size()
	buf := make([]byte, 3*w*h+64)
	f.Fuzz(func(t *testing.T, numbers []byte, text, hint, level string, kind, states uint8) {
		s := newScene(320, 180)
		s.Banner = &Banner{Text: text, Hint: hint, Severity: Severity(kind), Shape: Shape(kind >> 3)}
		s.Title, s.Notice, s.Reading.Level, s.Passes = hint, text, level, int(states)
		n := 0
		if len(numbers) >= 8 {
			scatter(s, func() float64 {
				v := math.Float64frombits(binary.LittleEndian.Uint64(numbers[n%(len(numbers)/8)*8:]))
				n++
				return v
			})
		}
		s.Reading.S.State, s.Reading.Person = spine.State(states%3), spine.State(states/3%3)
		s.Reading.Arms = spine.Arms(states / 9 % 4)
		clear(buf[3*w*h:])
		if err := p.Paint(frame.Picture{Pix: buf[: 3*w*h : 3*w*h], Width: w, Height: h}, s); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkPaint(b *testing.B) {
	for name, size := range map[string][2]int{"640x360": {640, 360}, "1280x720": {1280, 720}, "1920x1080": {1920, 1080}, "720x1280": {720, 1280}} {
		b.Run(name, func(b *testing.B) {
			s := newScene(size[0], size[1])
			s.Banner = cue("Bring the roller up to your shoulder blades", "It is under your lower back", Safety)
			p, err := New(Options{Width: size[0], Height: size[1]})
			if err != nil {
				b.Fatal(err)
			}
			w, h := p.Size()
			dst := frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
			b.ReportAllocs()
			for b.Loop() {
				s.Elapsed += 1. / 30
				s.Reading.Speed.V = math.Mod(s.Elapsed, 9)
				if err := p.Paint(dst, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

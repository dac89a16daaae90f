package vision

import (
	"math"
	"testing"
	"time"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

func newFinder(t testing.TB) *rollerFinder {
	t.Helper()
	f := newRollerFinder(blind())
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// trained is a stage with the real network.
func trained(t testing.TB, rt *Runtime) *rollerFinder {
	t.Helper()
	n, err := newRollerNet(rt.finder)
	if err != nil {
		t.Fatal(err)
	}
	f := newRollerFinder(n)
	t.Cleanup(func() {
		if err := f.close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// blind is a looker that never sees a roller.
func blind() *scripted {
	return &scripted{say: func() (glimpse, error) { return glimpse{logit: -9, radius: 1}, nil }}
}

// stepOf takes the stage one frame on.
func stepOf(t testing.TB, f rollerStage, v view, obs *spine.Observation) *spine.Roller {
	t.Helper()
	r, err := f.step(v, obs)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// word is a placement whose radius tells it from others.
func word(at, radius float64) Placement {
	return Placement{At: at, Near: body.Point{X: 100, Y: 90}, Radius: radius}
}

func TestDueTakesTheNewestWord(t *testing.T) {
	for _, c := range []struct {
		name  string
		words []Placement
		t     float64
		want  float64 // the radius of the word that is taken; 0 for none
		kept  int
	}{
		{"none", nil, 5, 0, 0},
		{"for now", []Placement{word(5, 1)}, 5, 1, 0},
		{"within half a frame", []Placement{word(5.016, 1)}, 5, 1, 0},
		{"later", []Placement{word(5.1, 1)}, 5, 0, 1},
		{"about the past", []Placement{word(1, 1)}, 5, 1, 0},
		{"the newest of the past", []Placement{word(4, 1), word(4.5, 2), word(3, 3)}, 5, 2, 0},
		{"the last said of the same time", []Placement{word(4, 1), word(4, 2)}, 5, 2, 0},
		{"some wait", []Placement{word(9, 1), word(4, 2), word(7, 3)}, 5, 2, 2},
	} {
		f := &rollerFinder{words: c.words}
		got, ok := f.due(c.t)
		if got.Radius != c.want || ok != (c.want > 0) || len(f.words) != c.kept {
			t.Errorf("%s: took radius %g (%v) and kept %d, want %g and %d", c.name, got.Radius, ok, len(f.words), c.want, c.kept)
		}
		if _, again := f.due(c.t); again {
			t.Errorf("%s: the same time has another word due", c.name)
		}
	}
}

func TestPlaceIgnoresWhatIsNoPlace(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	v, done := rolling(18, 0, 0).view(t, 0)
	defer done()
	for _, p := range []Placement{
		word(0, 0), word(0, -3), word(0, nan), word(0, inf), word(nan, 9), word(-inf, 9),
		{Near: body.Point{X: nan, Y: 9}, Radius: 9},
		{Near: body.Point{X: 9, Y: -inf}, Radius: 9},
		{Near: body.Point{X: 9000, Y: 9}, Radius: 9},
		{Near: body.Point{X: 9, Y: -1e200}, Radius: 9},
	} {
		f := newFinder(t)
		f.place(p)
		if got := stepOf(t, f, v, &spine.Observation{}); got != nil || f.placed || len(f.words) != 0 {
			t.Errorf("%+v is taken for %+v", p, got)
		}
	}
}

func TestNothingWithoutWordAndPose(t *testing.T) {
	f := newFinder(t)
	for i := range 5 {
		v, done := rolling(18, 1, i).view(t, float64(i)/sceneFPS)
		if got := stepOf(t, f, v, &spine.Observation{}); got != nil {
			t.Errorf("frame %d: %+v", i, got)
		}
		done()
	}
	empty := gocv.NewMat()
	defer empty.Close()
	if got := stepOf(t, f, view{bgr: empty, gray: empty}, &spine.Observation{Pose: onTheBack()}); got != nil {
		t.Errorf("in no picture at all: %+v", got)
	}
}

// TestWordsWin: at once, over a running track too, and a later one replaces it.
func TestWordsWin(t *testing.T) {
	f := newFinder(t)
	said := map[int]Placement{
		0:  {Near: body.Point{X: 160, Y: 100}, Radius: 18},
		8:  {Near: body.Point{X: 80, Y: 60}, Radius: 12},
		16: {At: .3, Near: body.Point{X: 164, Y: 100}, Radius: 17}, // about the past
	}
	var last Placement
	for i := range 24 {
		p, now := said[i]
		if now {
			p.At = math.Max(p.At, 0)
			f.place(p)
			last = p
		}
		v, done := rolling(18, 0, 0).view(t, float64(i)/sceneFPS)
		got := stepOf(t, f, v, &spine.Observation{Pose: onTheBack()})
		done()
		if got == nil {
			t.Fatalf("frame %d: no roller", i)
		}
		source := spine.RollerTracked
		if now {
			source = spine.RollerPlaced
		}
		if got.Source != source || got.Radius != last.Radius || got.Near.Sub(last.Near).Len() > 1 || (now && got.Score != 1) {
			t.Errorf("frame %d: %+v, want source %d at %v", i, got, source, last)
		}
	}
}

// TestPlacedRollerIsNeverReplacedByASearch: once a person has spoken, a loss stays a loss.
func TestPlacedRollerIsNeverReplacedByASearch(t *testing.T) {
	f := newFinder(t)
	s := rolling(18, 0, 0)
	f.place(Placement{Near: s.disc.at, Radius: s.disc.r})
	for i := range 12 {
		v, done := s.view(t, float64(i))
		got := stepOf(t, f, v, &spine.Observation{Pose: onTheBack()})
		done()
		if (got != nil) != (i == 0) {
			t.Errorf("%d s: %+v", i, got)
		}
		s.absent = true
	}
	if f.watch.begun {
		t.Error("the search ran although a person had spoken")
	}
}

// shared is the intersection over union of two circles.
func shared(a, b circle) float64 {
	d := a.at.Sub(b.at).Len()
	if d >= a.r+b.r {
		return 0
	}
	small, large := math.Min(a.r, b.r), math.Max(a.r, b.r)
	in := math.Pi * small * small
	if d > large-small {
		x := (d*d + a.r*a.r - b.r*b.r) / (2 * d)
		in = a.r*a.r*math.Acos(x/a.r) + b.r*b.r*math.Acos((d-x)/b.r) - d*math.Sqrt(math.Max(0, a.r*a.r-x*x))
	}
	return in / (math.Pi*(a.r*a.r+b.r*b.r) - in)
}

// viewOfFrame is a decoded frame as the stage gets it.
func viewOfFrame(t testing.TB, f *frame.Frame) (v view, done func()) {
	return viewOf(t, f.Pix, f.Width, f.Height, f.PTS.Seconds())
}

// TestFollowsAPersonsWord: the bar is a quarter of the radius in 95 % of the frames in which half of the face is
// seen; through a whole clip, from the first frame's circle.
func TestFollowsAPersonsWord(t *testing.T) {
	for _, name := range []string{"correct", "lumbar", "hips", "fast"} {
		f := newFinder(t)
		want := truths(t, name)
		near := want[0].Roller.Near
		f.place(Placement{Near: near.at(), Radius: near.Radius})
		seen, right := 0, 0
		for i, pic := range frames(t, name, 0) {
			v, done := viewOfFrame(t, pic)
			got := stepOf(t, f, v, &spine.Observation{})
			done()
			near := want[i].Roller.Near
			if near.Seen < .5 {
				continue
			}
			seen++
			if got != nil && got.Near.Sub(near.at()).Len() <= .25*near.Radius {
				right++
			}
		}
		t.Logf("%s: right in %d of %d frames", name, right, seen)
		if seen < 50 || float64(right) < .95*float64(seen) {
			t.Errorf("%s: right in %d of %d frames, want 95 %%", name, right, seen)
		}
	}
}

// TestFindsWithoutAWord: the search may stay silent, but what it shows with a score of a half or more is right.
func TestFindsWithoutAWord(t *testing.T) {
	rt := open(t, EngineONNXRuntime)
	clips, shown, right := 0, 0, 0
	for _, name := range []string{"correct", "lumbar", "hips", "fast"} {
		e := newEye(t, rt)
		want := truths(t, name)
		n, good, first := 0, 0, -1.
		for i, pic := range frames(t, name, 0) {
			r := observe(t, e, pic).Roller
			near := want[i].Roller.Near
			if r == nil || r.Score < .5 || near.Seen < .5 {
				continue
			}
			if n++; first < 0 {
				first = pic.PTS.Seconds()
			}
			if shared(circle{r.Near, r.Radius}, circle{near.at(), near.Radius}) >= .5 {
				good++
			}
		}
		if n > 0 {
			clips++
		}
		shown, right = shown+n, right+good
		t.Logf("%s: found at %.1f s, right in %d of %d frames", name, first, good, n)
	}
	t.Logf("in all: %d clips, right in %d of %d frames", clips, right, shown)
	// These clips are easy: it was right in all of the 398 frames it showed, in all four.
	if clips < 3 || 10*right < 9*shown {
		t.Errorf("found in %d clips, right in %d of %d frames; want at least 3 clips and 90 %%", clips, right, shown)
	}
}

// TestFindsNothingWhereNothingIs: under somebody who swings to and fro in front of a black wall, or of noise that
// changes with every frame.
func TestFindsNothingWhereNothingIs(t *testing.T) {
	rt := open(t, EngineONNXRuntime)
	black, noise := trained(t, rt), trained(t, rt)
	for i := range 90 {
		p := onTheBack()
		for k := range p.Landmarks {
			p.Landmarks[k].X += 30 * math.Sin(float64(i)/8)
		}
		obs := &spine.Observation{Pose: p}
		at := float64(i) / 15
		dark, done := viewOf(t, make([]byte, 3*640*360), 640, 360, at)
		if got := stepOf(t, black, dark, obs); got != nil {
			t.Errorf("frame %d: a roller in the dark: %+v", i, got)
		}
		done()
		v, done := noiseView(t, 640, 360, i)
		v.t = at
		if got := stepOf(t, noise, v, obs); got != nil {
			t.Errorf("frame %d: a roller in noise: %+v", i, got)
		}
		done()
	}
}

// TestEyeShowsNoRollerWithoutAnybody runs the whole pipeline over empty frames.
func TestEyeShowsNoRollerWithoutAnybody(t *testing.T) {
	e := newEye(t, open(t, EngineONNXRuntime))
	clip := frames(t, "correct", 1)[0]
	for i := range 8 {
		if r := observe(t, e, blank(clip, time.Duration(i)*time.Second/15)).Roller; r != nil {
			t.Errorf("frame %d: %+v", i, r)
		}
	}
}

package vision

import (
	"errors"
	"math"
	"testing"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// scripted is a looker that says what the test tells it to.
type scripted struct {
	say func() (glimpse, error)
	// looks counts all looks, wide those over the whole picture.
	looks, wide int
	// at is where the look is at that is going on, nil for anywhere.
	at *body.Point
}

func (s *scripted) find(gocv.Mat, body.Point, body.Point) (glimpse, error) {
	s.looks++
	return s.say()
}

func (s *scripted) alone(gocv.Mat) (glimpse, error) {
	s.looks++
	s.wide++
	s.at = nil
	return s.say()
}

func (s *scripted) closer(_ gocv.Mat, near, _ body.Point, _ float64) (glimpse, error) {
	s.looks++
	s.at = &near
	return s.say()
}

func (*scripted) close() error { return nil }

// onTheBack is somebody who lies face up with the left side towards the camera, 100 pixels from hip to shoulder.
func onTheBack() *body.Pose {
	p := supine() // its far side is labelled as the left one: for the trunk, that is face down
	swapSides(p, allPairs)
	return p
}

// onTheDisc is somebody who lies on the disc of rolling.
func onTheDisc() *body.Pose {
	p := onTheBack()
	for i := range p.Landmarks {
		p.Landmarks[i].X -= 90
		p.Landmarks[i].Y -= 132
	}
	return p
}

// watchScenes runs a watch over n drawn frames. say tells what a look at frame i sees, see gets what comes of it.
func watchScenes(t *testing.T, n int, at func(i int) scene, say func(i int) (glimpse, error), see func(i int, r *spine.Roller, err error)) *scripted {
	t.Helper()
	now := 0
	looker := &scripted{say: func() (glimpse, error) { return say(now) }}
	w := newWatch(looker)
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	for now = range n {
		v, done := at(now).view(t, float64(now)/sceneFPS)
		r, err := w.step(v, regionOf(onTheDisc(), 0))
		see(now, r, err)
		done()
	}
	return looker
}

// saw is a glimpse of c, off by so many radii.
func saw(c circle, off, logit float64) (glimpse, error) {
	near := c.at.Add(body.Point{X: off * c.r})
	return glimpse{logit: logit, near: near, far: near.Add(body.Point{X: 10, Y: -20}), radius: c.r}, nil
}

// TestWatchSaysWhatLooksAgreeOn: silence at first, then the place, better than each single look, also between looks.
func TestWatchSaysWhatLooksAgreeOn(t *testing.T) {
	t.Parallel()
	at := func(i int) scene { return rolling(18, .8, i) }
	off, sure := -.3, 0
	looker := watchScenes(t, 90, at,
		func(i int) (glimpse, error) { off = -off; return saw(at(i).disc, off, 3) },
		func(i int, r *spine.Roller, err error) {
			switch {
			case err != nil:
				t.Fatal(err)
			case float64(i)/sceneFPS < lookFirst*(enoughLooks-1)-.01:
				if r != nil {
					t.Errorf("frame %d: said %+v after too few looks", i, r)
				}
			case r == nil || r.Score < .8:
				t.Errorf("frame %d: %+v of four looks that agree", i, r)
			default:
				sure++
				if d := r.Near.Sub(at(i).disc.at).Len(); d > .3*18 {
					t.Errorf("frame %d: %.1f px off, more than each look", i, d)
				}
				if far := r.Far.Sub(r.Near); far.Sub(body.Point{X: 10, Y: -20}).Len() > 1 {
					t.Errorf("frame %d: the far end lies %v from the near one", i, far)
				}
			}
		})
	if sure < 60 {
		t.Errorf("the roller was said in %d frames of 90", sure)
	}
	if looker.looks > 12 {
		t.Errorf("%d looks in 3 s: once sure, one every %.1f s is enough", looker.looks, lookLater)
	}
}

// TestWatchBelievesTheLooksAtTheTrunk: under somebody who lies face down or on the side, every third look is over the whole
// picture and may well miss the roller; one that the looks at the trunk miss is not there.
func TestWatchBelievesTheLooksAtTheTrunk(t *testing.T) {
	t.Parallel()
	disc := rolling(18, 0, 0).disc
	prone := supine()
	for i := range prone.Landmarks {
		prone.Landmarks[i].X -= 90
		prone.Landmarks[i].Y -= 132
	}
	r := regionOf(prone, 0)
	if !r.known || r.lying() || !aroundTrunk(r.trunk.H, r.trunk.S).holds(disc.at) {
		t.Fatalf("%+v is nobody who lies face down on the roller", r)
	}
	for _, atTrunk := range []bool{true, false} {
		var w *watch
		looker := &scripted{say: func() (glimpse, error) {
			if w.apart == atTrunk {
				return glimpse{logit: -3}, nil
			}
			return saw(disc, 0, 2)
		}}
		w = newWatch(looker)
		seen := 0
		for i := range 120 {
			v, done := rolling(18, 0, i).view(t, float64(i)/sceneFPS)
			got, err := w.step(v, r)
			done()
			if err != nil {
				t.Fatal(err)
			}
			if got != nil && got.Score > .5 {
				seen++
			}
		}
		if atTrunk && seen < 60 || !atTrunk && seen > 0 {
			t.Errorf("looks at the trunk see it: %t; found in %d frames of 120", atTrunk, seen)
		}
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}
}

// TestWatchFindsARollerThatNobodyLiesOn: over the whole picture at first, at the roller itself once it is known; and one that
// lies there still is not lost as somebody gets up from it.
func TestWatchFindsARollerThatNobodyLiesOn(t *testing.T) {
	t.Parallel()
	disc := rolling(18, 0, 0).disc
	looker := &scripted{say: func() (glimpse, error) { return saw(disc, 0, 2) }}
	w := newWatch(looker)
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	seen, wide := 0, 0
	for i := range 60 {
		v, done := rolling(18, 0, i).view(t, float64(i)/sceneFPS)
		r, err := w.step(v, region{})
		done()
		if err != nil {
			t.Fatal(err)
		}
		if r != nil && r.Score > .5 && r.Near.Sub(disc.at).Len() < 2 {
			if seen++; seen == 1 {
				wide = looker.wide
			}
		}
	}
	if seen < 45 || wide == 0 || looker.wide != wide {
		t.Errorf("seen in %d frames of 60 after %d looks over the whole picture, %d in all", seen, wide, looker.wide)
	}
	if looker.looks <= wide {
		t.Error("the roller is not looked at once it is known")
	}
}

// TestWatchSearchesOn: what a search takes for a roller and looks at itself deny is not one, and the one that is put down later
// is found all the same.
func TestWatchSearchesOn(t *testing.T) {
	t.Parallel()
	disc, thing := rolling(18, 0, 0).disc, circle{body.Point{X: 60, Y: 40}, 18}
	now := 0
	var looker *scripted
	looker = &scripted{say: func() (glimpse, error) {
		there := now >= 60
		switch {
		case looker.at == nil && there && looker.wide%2 == 0:
			return saw(disc, 0, 1)
		case looker.at == nil:
			return saw(thing, 0, 1)
		case there && looker.at.Sub(disc.at).Len() < 18:
			return saw(disc, 0, 2)
		}
		return saw(circle{*looker.at, 18}, 0, -3)
	}}
	w := newWatch(looker)
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	var last *spine.Roller
	for now = range 180 {
		v, done := rolling(18, 0, now).view(t, float64(now)/sceneFPS)
		r, err := w.step(v, region{})
		done()
		if err != nil {
			t.Fatal(err)
		}
		if r != nil && r.Score >= .5 && r.Near.Sub(disc.at).Len() > 2 {
			t.Fatalf("frame %d: %+v, which no look at itself sees", now, r)
		}
		last = r
	}
	if last == nil || last.Score < .5 {
		t.Errorf("at the end: %+v, want %v", last, disc)
	}
}

// TestWatchMovesASlidTrack: a look close to the track moves it a little, one that is far off half of the way; what has been told
// follows by and by, and nothing lags before anything was told.
func TestWatchMovesASlidTrack(t *testing.T) {
	t.Parallel()
	v, done := rolling(18, 0, 0).view(t, 0)
	defer done()
	at := rolling(18, 0, 0).disc
	for _, tt := range []struct {
		looks      int
		off, moved float64 // in radii
		told       bool
	}{
		{10, 0.12, 0.12 / forgetLooks, true},
		{10, 0.8, 0.4, true},
		{2, 0.12, 0.04, false},
	} {
		c := contender{track: newRollerTrack()}
		seen, _ := saw(at, 0, 2)
		c.begin(v, seen, region{})
		c.looks, c.told = tt.looks, tt.told
		seen, _ = saw(at, tt.off, 2)
		c.correct(v, seen, region{})
		if got := c.track.face.at.Sub(at.at).Len() / at.r; math.Abs(got-tt.moved) > 0.01 {
			t.Errorf("after %d looks one that is %g radii off moves it by %.3f, want %.3f", tt.looks, tt.off, got, tt.moved)
		}
		lag, want := c.lag.Len()/at.r, 0.0
		if tt.told {
			want = tt.moved
		}
		if math.Abs(lag-want) > 0.01 {
			t.Errorf("after %d looks what is told lags by %.3f, want %.3f", tt.looks, lag, want)
		}
		c.track.close()
	}
}

// TestWatchIsSilentWhereLooksDisagree: a network that sees a roller here and there has seen none.
func TestWatchIsSilentWhereLooksDisagree(t *testing.T) {
	t.Parallel()
	look := 0
	watchScenes(t, 90, func(i int) scene { return rolling(18, .8, i) },
		func(int) (glimpse, error) {
			look++
			return saw(circle{body.Point{X: 70 + 45*float64(look%4), Y: 100}, 18}, 0, 3)
		},
		func(i int, r *spine.Roller, _ error) {
			if r != nil && r.Score >= .5 {
				t.Errorf("frame %d: sure of %+v, while no two looks agree", i, r)
			}
		})
}

// TestWatchHeedsAbsence: where the network says that nothing is there, nothing is said, however well it agrees.
func TestWatchHeedsAbsence(t *testing.T) {
	t.Parallel()
	at := func(i int) scene { return rolling(18, .8, i) }
	watchScenes(t, 60, at,
		func(i int) (glimpse, error) { return saw(at(i).disc, 0, -1) },
		func(i int, r *spine.Roller, _ error) {
			if r != nil {
				t.Errorf("frame %d: %+v, while every look denies it", i, r)
			}
		})
}

// TestWatchChangesItsMind: after a wrong start the better rival takes over.
func TestWatchChangesItsMind(t *testing.T) {
	t.Parallel()
	at := func(i int) scene { return rolling(18, .8, i) }
	wrong := circle{body.Point{X: 110, Y: 100}, 18}
	var last *spine.Roller
	watchScenes(t, 150, at,
		func(i int) (glimpse, error) {
			if i < 40 {
				return saw(wrong, 0, 2)
			}
			return saw(at(i).disc, 0, 2)
		},
		func(i int, r *spine.Roller, _ error) {
			if i == 39 && (r == nil || r.Near.Sub(wrong.at).Len() > 2) {
				t.Fatalf("after the first looks: %+v", r)
			}
			last = r
		})
	if last == nil || last.Near.Sub(at(149).disc.at).Len() > 4 {
		t.Errorf("at the end: %+v, want %v", last, at(149).disc)
	}
}

// TestWatchGivesNothingWhileCovered: no ghost stands where the roller went out of sight.
func TestWatchGivesNothingWhileCovered(t *testing.T) {
	t.Parallel()
	at := func(i int) scene {
		s := rolling(18, .8, i)
		s.cover = i >= 45
		return s
	}
	watchScenes(t, 90, at,
		func(i int) (glimpse, error) {
			if i >= 45 {
				return saw(at(i).disc, 0, -2)
			}
			return saw(at(i).disc, 0, 3)
		},
		func(i int, r *spine.Roller, _ error) {
			if i == 44 && r == nil {
				t.Error("not found before it is covered")
			}
			if i > 46 && r != nil && r.Score >= .5 {
				t.Errorf("frame %d: %+v behind a board", i, r)
			}
		})
}

// TestWatchForgetsWhatIsLongGone: what was covered for so long that it may be anywhere has to be found anew.
func TestWatchForgetsWhatIsLongGone(t *testing.T) {
	t.Parallel()
	const covered, free = 45, 45 + int((maxLost+1)*sceneFPS)
	at := func(i int) scene {
		s := rolling(18, .8, i)
		s.cover = i >= covered && i < free
		return s
	}
	watchScenes(t, free+8, at,
		func(i int) (glimpse, error) {
			if i >= covered {
				return saw(at(i).disc, 0, -2)
			}
			return saw(at(i).disc, 0, 3)
		},
		func(i int, r *spine.Roller, _ error) {
			if i == covered-1 && r == nil {
				t.Error("not found before it is covered")
			}
			if i >= free && r != nil {
				t.Errorf("frame %d: %+v of looks that are %d s old", i, r, (i-covered)/sceneFPS)
			}
		})
}

// TestWatchComparesWaysAnew: somebody gets up and lies down elsewhere on a roller that stood still meanwhile.
func TestWatchComparesWaysAnew(t *testing.T) {
	t.Parallel()
	w := newWatch(&scripted{say: func() (glimpse, error) { return saw(rolling(18, 0, 0).disc, 0, 3) }})
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	var last *spine.Roller
	for i := range 180 {
		v, done := rolling(18, 0, i).view(t, float64(i)/sceneFPS)
		p := onTheDisc()
		switch {
		case i >= 60 && i < 120:
			swapSides(p, allPairs) // face down: on the way to somewhere else
		case i >= 120:
			for k := range p.Landmarks {
				p.Landmarks[k].X += 40
			}
		}
		var err error
		if last, err = w.step(v, regionOf(p, 0)); err != nil {
			t.Fatal(err)
		}
		done()
	}
	if last == nil || last.Score < .8 {
		t.Errorf("at the end %+v: a roller is not another thing because somebody lay down 40 pixels farther", last)
	}
}

// TestWatchOfNoNumbers: what a network may say at its worst is not taken for a place.
func TestWatchOfNoNumbers(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for _, bad := range []glimpse{
		{logit: nan, near: body.Point{X: 100, Y: 90}, radius: 18},
		{logit: 3, near: body.Point{X: nan, Y: 90}, radius: 18},
		{logit: 3, near: body.Point{X: 100, Y: 90}, far: body.Point{X: nan}, radius: nan},
		{logit: 3, near: body.Point{X: 100, Y: 90}, radius: 0},
		{logit: 3, near: body.Point{X: 100, Y: 90}, radius: math.Inf(1)},
	} {
		watchScenes(t, 60, func(i int) scene { return rolling(18, .8, i) },
			func(int) (glimpse, error) { return bad, nil },
			func(i int, r *spine.Roller, _ error) {
				if r != nil {
					t.Errorf("frame %d: %+v out of %+v", i, r, bad)
				}
			})
	}
}

var errLook = errors.New("the engine broke")

// TestWatchPassesErrorsOn: an engine that fails is not taken for an empty room.
func TestWatchPassesErrorsOn(t *testing.T) {
	t.Parallel()
	var got error
	watchScenes(t, 1, func(i int) scene { return rolling(18, .8, i) },
		func(int) (glimpse, error) { return glimpse{}, errLook },
		func(_ int, _ *spine.Roller, err error) { got = err })
	if !errors.Is(got, errLook) {
		t.Errorf("error %v, want the engine's", got)
	}
}

package vision

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// TestFindsThePerson holds the bars of the project: found in 98 % of the frames, mid-hip and mid-shoulder within
// a tenth of the torso (median).
func TestFindsThePerson(t *testing.T) {
	rt := open(t, EngineONNXRuntime)
	var seen, found int
	var errs []float64
	for _, name := range []string{"correct", "lumbar", "hips", "fast"} {
		e := newEye(t, rt)
		want := truths(t, name)
		for i, f := range frames(t, name, 0) {
			obs := observe(t, e, f)
			if !want[i].Visible {
				continue
			}
			seen++
			if obs.Pose == nil {
				continue
			}
			found++
			if obs.People != 1 {
				t.Errorf("%s, frame %d: %d people, want 1", name, i, obs.People)
			}
			l := &obs.Pose.Landmarks
			hips := body.Mid(l[body.LeftHip].At(), l[body.RightHip].At())
			shoulders := body.Mid(l[body.LeftShoulder].At(), l[body.RightShoulder].At())
			off := hips.Sub(want[i].Hips.at()).Len() + shoulders.Sub(want[i].Shoulder.at()).Len()
			errs = append(errs, off/2/want[i].Torso)
		}
	}
	if float64(found) < .98*float64(seen) {
		t.Errorf("found in %d of %d frames, want 98 %%", found, seen)
	}
	slices.Sort(errs)
	if median := errs[len(errs)/2]; median > .1 {
		t.Errorf("median error %.3f torso lengths, want .1", median)
	}
}

// TestEnginesAgree: on every landmark of every frame to half a pixel, over enough frames for the feedback from
// one frame to the next to show.
func TestEnginesAgree(t *testing.T) {
	a, b := open(t, EngineONNXRuntime), open(t, EngineOpenCV)
	for _, name := range []string{"correct", "lumbar", "hips", "fast"} {
		x, y := newEye(t, a), newEye(t, b)
		for i, f := range frames(t, name, 30) {
			p, q := observe(t, x, f).Pose, observe(t, y, f).Pose
			if (p == nil) != (q == nil) {
				t.Fatalf("%s, frame %d: only one engine finds the person", name, i)
			}
			if p == nil {
				continue
			}
			for k := range p.Landmarks {
				if d := p.Landmarks[k].At().Sub(q.Landmarks[k].At()).Len(); !(d <= .5) {
					t.Fatalf("%s, frame %d, landmark %d: the engines are %.2f px apart", name, i, k, d)
				}
			}
		}
	}
}

func TestReportsNobodyOnceThePersonIsGone(t *testing.T) {
	e := newEye(t, open(t, EngineONNXRuntime))
	clip := frames(t, "correct", 5)
	for _, f := range clip {
		if observe(t, e, f).Pose == nil {
			t.Fatalf("frame %d: nobody found", f.Seq)
		}
	}
	for i := range 12 {
		f := blank(clip[0], time.Duration(5+i)*time.Second/15)
		if obs := observe(t, e, f); obs.Pose != nil || obs.People != 0 {
			t.Fatalf("blank frame %d: a person with score %.2f, %d people", i, obs.Pose.Score, obs.People)
		}
	}
	back := *clip[4]
	back.PTS = 2 * time.Second
	if observe(t, e, &back).Pose == nil {
		t.Error("the person came back and is not found")
	}
}

// beside is a frame with a to the left and b, turned by a quarter so that who lies in it stands, to the right.
func beside(a, b *frame.Frame) *frame.Frame {
	w, h := a.Width+b.Height, max(a.Height, b.Width)
	f := &frame.Frame{Picture: frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}, PTS: a.PTS, Scale: 1}
	for y := range a.Height {
		copy(f.Pix[3*((h-a.Height+y)*w):], a.Pix[3*y*a.Width:3*(y+1)*a.Width])
	}
	for y := range b.Height {
		for x := range b.Width { // what points to the right in b points up here
			to := 3 * ((b.Width-1-x)*w + a.Width + y)
			copy(f.Pix[to:to+3], b.Pix[3*(y*b.Width+x):])
		}
	}
	return f
}

// TestKeepsToTheOneLyingDown: a person lying and one standing beside, from the first frame on. The clips' people
// have their heads to either side; the one whose head is to the right stands upright when turned.
func TestKeepsToTheOneLyingDown(t *testing.T) {
	e := newEye(t, open(t, EngineONNXRuntime))
	lying, other := frames(t, "lumbar", 60), frames(t, "correct", 60)
	want := truths(t, "lumbar")
	most := 0
	for i := range lying {
		f := beside(lying[i], other[i])
		obs := observe(t, e, f)
		most = max(most, obs.People)
		if obs.Pose == nil {
			t.Fatalf("frame %d: nobody found", i)
		}
		mid, _ := torso(obs.Pose)
		at := body.Mid(want[i].Hips.at(), want[i].Shoulder.at())
		at.Y += float64(f.Height - lying[i].Height)
		if mid.Sub(at).Len() > .5*want[i].Torso {
			t.Fatalf("frame %d: the trunk is at %.0f, want the lying one's at %.0f", i, mid, at)
		}
	}
	if most != 2 {
		t.Errorf("%d people counted, want 2", most)
	}
}

func TestSharesWeightsButNothingElse(t *testing.T) {
	rt := open(t, EngineONNXRuntime)
	names := []string{"correct", "fast"}
	alone := make([][]spine.Observation, len(names))
	for i, name := range names {
		e := newEye(t, rt)
		for _, f := range frames(t, name, 12) {
			alone[i] = append(alone[i], observe(t, e, f))
		}
	}
	var wg sync.WaitGroup
	for i, name := range names {
		e, clip := newEye(t, rt), frames(t, name, 12)
		wg.Go(func() {
			for k, f := range clip {
				obs, err := e.Observe(context.Background(), f)
				if err != nil {
					t.Error(err)
					return
				}
				if d := cmp.Diff(alone[i][k], obs, cmpopts.EquateNaNs()); d != "" {
					t.Errorf("%s, frame %d differs beside another session:\n%s", name, k, d)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestOddFrames(t *testing.T) {
	e := newEye(t, open(t, EngineONNXRuntime))
	clip := frames(t, "correct", 3)
	observe(t, e, clip[0])
	tiny := &frame.Frame{Picture: frame.Picture{Pix: []byte{51, 51, 51}, Width: 1, Height: 1}, PTS: clip[1].PTS}
	if obs := observe(t, e, tiny); obs.Pose != nil || obs.Quality.Brightness != .2 || !math.IsNaN(obs.Quality.CameraMotion) {
		t.Errorf("a frame of one pixel gives %+v", obs)
	}
	thin := &frame.Frame{Picture: frame.Picture{Pix: make([]byte, 3*4000*33), Width: 4000, Height: 33}, PTS: clip[1].PTS}
	if obs := observe(t, e, thin); obs.Pose != nil {
		t.Error("somebody is found in a black strip")
	}
	if observe(t, e, clip[2]).Pose == nil {
		t.Error("after odd frames the person is not found again")
	}
	short := *clip[0]
	short.Pix = short.Pix[:100]
	if _, err := e.Observe(context.Background(), &short); err == nil {
		t.Error("a frame without all of its pixels is taken")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Observe(ctx, clip[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

// TestAllocations: the pose and the handles of the frame's Mat, not more.
func TestAllocations(t *testing.T) {
	e := newEye(t, open(t, EngineONNXRuntime))
	e.roller.close()
	e.roller = nil
	clip := frames(t, "correct", 30)
	i := 0
	next := func() {
		observe(t, e, clip[i%len(clip)])
		i++
	}
	for range 10 {
		next()
	}
	if n := testing.AllocsPerRun(15, next); n > 10 {
		t.Errorf("%.0f allocations a frame, want at most 10", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	e := newEye(b, open(b, EngineONNXRuntime))
	clip := frames(b, "correct", 60)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		observe(b, e, clip[i%len(clip)])
		i++
	}
}

// TestTurnsToTheOneLyingDown: a helper stands there first and is followed; then somebody lies down beside. The
// subject changes, but not on a whim.
func TestTurnsToTheOneLyingDown(t *testing.T) {
	e := newEye(t, open(t, EngineONNXRuntime))
	lying, other := frames(t, "lumbar", 1)[0], frames(t, "correct", 1)[0]
	want := truths(t, "lumbar")[0]
	const fps, appears = 5, 8
	changed := -1.
	for i := range 60 {
		left := lying
		if i < appears {
			left = blank(lying, 0)
		}
		f := beside(left, other)
		f.PTS = time.Duration(i) * time.Second / fps
		obs := observe(t, e, f)
		if obs.Pose == nil {
			continue
		}
		mid, _ := torso(obs.Pose)
		at := body.Mid(want.Hips.at(), want.Shoulder.at())
		at.Y += float64(f.Height - lying.Height)
		if mid.Sub(at).Len() < .5*want.Torso {
			changed = float64(i-appears) / fps
			break
		}
		if i < appears && mid.X < float64(lying.Width) {
			t.Fatalf("frame %d: somebody is seen at %.0f, where there is nobody", i, mid)
		}
	}
	if changed < .5 || changed > 8 {
		t.Errorf("the subject changed %.1f s after the other lay down (-1: never), want within .5 to 8 s", changed)
	}
}

package vision

import (
	"math"
	"testing"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
)

// figureFit is the fit to supine, with the circle around the body that the landmarker would give.
func figureFit() *fit {
	f := &fit{pose: *supine()}
	_, length := torso(&f.pose)
	f.hips = body.Mid(f.pose.Landmarks[body.LeftHip].At(), f.pose.Landmarks[body.RightHip].At())
	shoulder := body.Mid(f.pose.Landmarks[body.LeftShoulder].At(), f.pose.Landmarks[body.RightShoulder].At())
	f.rim = f.hips.Add(shoulder.Sub(f.hips).Unit().Mul(length / .6))
	return f
}

func TestShapeOf(t *testing.T) {
	tests := []struct {
		name   string
		change func(*fit)
		lo, hi float64
	}{
		{"a well-proportioned body", func(*fit) {}, wellShaped, 1},
		{"the same body, smaller and turned", func(f *fit) { turnFit(f, 2.5, .5) }, wellShaped, 1},
		{"a trunk of half its length, as of a body upside down", func(f *fit) {
			for i := range 2 {
				f.pose.Landmarks[body.LeftShoulder+i].X -= 50
				f.pose.World[body.LeftShoulder+i].X -= .24
			}
		}, 0, .1},
		{"a trunk beside the line from the hips to the rim", func(f *fit) {
			f.rim = f.hips.Add(body.Point{X: f.rim.X - f.hips.X, Y: 60})
		}, 0, .1},
		{"a camera 40° off side-on", func(f *fit) {
			for i := range f.pose.Landmarks {
				l, w := &f.pose.Landmarks[i], &f.pose.World[i]
				l.X = 200 + math.Cos(.7)*(l.X-200)
				w.X, w.Z = math.Cos(.7)*w.X, w.Z+math.Sin(.7)*w.X
			}
		}, fairShape, 1},
		{"hips half-way to the knees", func(f *fit) {
			for side := range 2 {
				hip, knee := body.LeftHip+side, body.LeftKnee+side
				f.pose.World[hip] = f.pose.World[hip].Mid(f.pose.World[knee])
			}
		}, 0, fairShape},
		{"one leg out of shape", func(f *fit) { f.pose.World[body.LeftKnee] = f.pose.World[body.LeftHip] }, wellShaped, 1},
		{"no circle", func(f *fit) { f.rim = f.hips }, 0, 0},
		{"no number", func(f *fit) { f.rim.X = math.NaN() }, 0, 0},
		{"a body in one point", func(f *fit) { f.pose.Landmarks = [body.Count]body.Landmark{} }, 0, 0},
	}
	for _, tt := range tests {
		f := figureFit()
		tt.change(f)
		if got := shapeOf(f); !(got >= tt.lo && got <= tt.hi) {
			t.Errorf("%s: shape %.2f, want %.2f to %.2f", tt.name, got, tt.lo, tt.hi)
		}
	}
}

func TestDoubtShape(t *testing.T) {
	for _, tt := range []struct{ shape, want float64 }{{1, 1}, {fairShape, 1}, {fairShape / 2, .55}, {0, leastBelief}} {
		p := supine()
		doubtShape(tt.shape, p)
		for _, i := range []int{body.LeftShoulder, body.RightShoulder, body.LeftHip, body.RightHip} {
			if got := p.Landmarks[i].Visibility; math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("shape %.2f: landmark %d is left a visibility of %.2f, want %.2f", tt.shape, i, got, tt.want)
			}
		}
	}
}

// TestDoubtsAreAskedAbout: not at the first bad frame, then often, then rarely; and anew once the shape was right.
func TestDoubtsAreAskedAbout(t *testing.T) {
	const fps = 30
	tr := tracker{}
	asked := func(from, to int, shape float64) (at []float64) {
		for i := from; i < to; i++ {
			if now := float64(i) / fps; tr.doubts.due(now, shape) {
				tr.doubts.ask(now)
				at = append(at, now)
			}
		}
		return at
	}
	if at := asked(0, fps, fairShape); at != nil {
		t.Errorf("asked about a fair shape at %v", at)
	}
	at := asked(fps, 11*fps, 0)
	if len(at) == 0 || at[0] < 1+misshapen-1e-9 || at[0] > 1+misshapen+.05 {
		t.Fatalf("asked at %v, first wanted %.2f s after the shape was lost", at, misshapen)
	}
	if n := len(at); n < opinionsOften+4 || n > opinionsOften+9 {
		t.Errorf("asked %d times in 10 s: %v", n, at)
	}
	asked(11*fps, 12*fps, 1)
	if at := asked(12*fps, 13*fps, 0); len(at) < 3 {
		t.Errorf("after a good time asked at %v only", at)
	}
}

// TestAgrees: findings of the same person that one look serves for.
func TestAgrees(t *testing.T) {
	c := candidate{hips: body.Point{X: 100, Y: 100}, rim: body.Point{X: 200, Y: 100}}
	for _, tt := range []struct {
		name            string
		hips, rim       body.Point
		agrees, touches bool
	}{
		{"itself", c.hips, c.rim, true, true},
		{"a little off", body.Point{X: 110, Y: 95}, body.Point{X: 205, Y: 80}, true, true},
		{"half of it", c.hips, body.Point{X: 155, Y: 100}, false, true},
		{"the other way round", c.hips, body.Point{X: 0, Y: 100}, false, true},
		{"somebody beside", body.Point{X: 100, Y: 200}, body.Point{X: 200, Y: 200}, false, false},
	} {
		d := candidate{hips: tt.hips, rim: tt.rim}
		if c.agrees(d) != tt.agrees || d.agrees(c) != tt.agrees || c.touches(d) != tt.touches {
			t.Errorf("%s: agrees %v, touches %v", tt.name, c.agrees(d), c.touches(d))
		}
	}
}

// turnFit turns everything about the origin by angle and scales the picture.
func turnFit(f *fit, angle, scale float64) {
	sin, cos := math.Sincos(angle)
	turn := func(p body.Point) body.Point { return body.Point{X: cos*p.X - sin*p.Y, Y: sin*p.X + cos*p.Y} }
	f.hips, f.rim = turn(f.hips).Mul(scale), turn(f.rim).Mul(scale)
	for i := range f.pose.Landmarks {
		l, w := &f.pose.Landmarks[i], &f.pose.World[i]
		p, q := turn(l.At()).Mul(scale), turn(w.XY())
		l.X, l.Y, w.X, w.Y = p.X, p.Y, q.X, q.Y
	}
}

// TestFollowsNobodyUpsideDown: however the tracker came to follow a body with its head where the feet are, it says
// nothing sure about the trunk and soon turns round.
func TestFollowsNobodyUpsideDown(t *testing.T) {
	rt := open(t, EngineONNXRuntime)
	const soon = 8 // frames; misshapen and another look
	for _, name := range []string{"correct", "lumbar"} {
		clip, want := frames(t, name, 14), truths(t, name)
		for _, turned := range []float64{math.Pi, math.Pi / 2, -math.Pi / 2} {
			e := newEye(t, rt)
			force(t, e, clip[0], want[0], turned)
			for i, f := range clip {
				p := observe(t, e, f).Pose
				if p == nil && i < soon {
					continue
				}
				if p == nil {
					t.Fatalf("%s, turned by %.1f, frame %d: nobody found", name, turned, i)
				}
				s := body.Mid(p.Landmarks[body.LeftShoulder].At(), p.Landmarks[body.RightShoulder].At())
				off := s.Sub(want[i].Shoulder.at()).Len() / want[i].Torso
				if seen := p.Landmarks[body.LeftHip].Visibility; off > .3 && (i >= soon || seen > .6) {
					t.Errorf("%s, turned by %.1f, frame %d: the shoulders are %.1f L off, the hip's visibility is %.2f",
						name, turned, i, off, seen)
				}
			}
		}
	}
}

// force makes the eye follow what the landmarker sees of the person with its square turned.
func force(t *testing.T, e *Eye, f *frame.Frame, want truth, turned float64) {
	t.Helper()
	axis := want.Shoulder.at().Sub(want.Hips.at()).Mul(1.6)
	s := squareAround(want.Hips.at(), want.Hips.at().Add(axis))
	s.angle += turned
	m, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	tr := e.tracker
	if _, err := tr.fitTwice(view{width: f.Width, height: f.Height, bgr: m}, s, 0); err != nil {
		t.Fatal(err)
	}
	tr.now, tr.following = tr.trial, true
}

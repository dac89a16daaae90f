package vision

import (
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
)

// supine is a person lying on the back, head to the right, seen from the side: a plain figure with anatomical
// proportions, 100 pixels from hip to shoulder, the left side away from the camera.
func supine() *body.Pose {
	p := &body.Pose{Score: 1}
	put := func(left, right int, x, y, halfWidth float64) {
		const perMetre = 210
		for _, s := range []struct {
			i int
			z float64
		}{{left, halfWidth}, {right, -halfWidth}} {
			dy := -6 * s.z / .2 // what is farther away appears a little higher
			p.Landmarks[s.i] = body.Landmark{X: x, Y: y + dy, Z: perMetre * s.z, Visibility: 1, Presence: 1}
			p.World[s.i] = body.Vec3{X: (x - 200) / perMetre, Y: (y + dy - 200) / perMetre, Z: s.z}
		}
	}
	put(body.LeftShoulder, body.RightShoulder, 300, 190, .18)
	put(body.LeftHip, body.RightHip, 200, 200, .1)
	put(body.LeftKnee, body.RightKnee, 132, 145, .12)
	put(body.LeftAnkle, body.RightAnkle, 90, 220, .12)
	put(body.LeftHeel, body.RightHeel, 88, 226, .12)
	put(body.LeftFootIndex, body.RightFootIndex, 64, 226, .12)
	put(body.LeftEar, body.RightEar, 345, 190, .07)
	put(body.LeftWrist, body.RightWrist, 280, 160, .1)
	return p
}

func TestSidesContinue(t *testing.T) {
	var s sides
	for i := range 30 {
		p := supine()
		switch {
		case i >= 10 && i < 13: // the network takes the body for one lying face down
			swapSides(p, allPairs)
		case i >= 20 && i < 22:
			swapSides(p, legPairs)
		}
		s.settle(float64(i)/15, p)
		want := supine()
		for _, k := range []int{body.LeftShoulder, body.LeftHip, body.LeftKnee, body.RightAnkle, body.LeftWrist} {
			if p.Landmarks[k] != want.Landmarks[k] || p.World[k] != want.World[k] {
				t.Fatalf("frame %d: landmark %d is at %v, want %v", i, k, p.Landmarks[k].At(), want.Landmarks[k].At())
			}
		}
	}
}

// TestSidesGiveIn: the first labelling may have been the wrong one.
func TestSidesGiveIn(t *testing.T) {
	var s sides
	wrong := supine()
	swapSides(wrong, allPairs)
	s.settle(0, wrong)
	given := -1.
	for i := 1; i < 60 && given < 0; i++ {
		p := supine()
		s.settle(float64(i)/15, p)
		if p.Landmarks[body.LeftHip] == supine().Landmarks[body.LeftHip] {
			given = float64(i) / 15
		}
	}
	if given < swapTrust || given > swapTrust+.3 {
		t.Errorf("gave in after %.2f s, want soon after %d s", given, swapTrust)
	}
}

// TestSidesLeaveMotionAlone: a person who moves as fast as anybody rolls keeps the network's labels.
func TestSidesLeaveMotionAlone(t *testing.T) {
	var s sides
	for i := range 45 {
		p := supine()
		for k := range p.Landmarks {
			p.Landmarks[k].X += 40 * math.Sin(float64(i)/4)
		}
		want := *p
		s.settle(float64(i)/15, p)
		if *p != want {
			t.Fatalf("frame %d: labels were swapped", i)
		}
	}
}

func TestLimbsDoubtHipsHalfWayToTheKnees(t *testing.T) {
	var l limbs
	p := supine()
	l.doubt(0, p)
	for _, k := range []int{body.LeftHip, body.RightHip, body.LeftKnee, body.RightAnkle} {
		if p.Landmarks[k].Visibility < .999 {
			t.Errorf("a well-proportioned body: landmark %d is doubted, visibility %.2f", k, p.Landmarks[k].Visibility)
		}
	}
	p = supine()
	for _, side := range []int{0, 1} {
		hip, knee := body.LeftHip+side, body.LeftKnee+side
		p.World[hip] = p.World[hip].Mid(p.World[knee])
		mid := body.Mid(p.Landmarks[hip].At(), p.Landmarks[knee].At())
		p.Landmarks[hip].X, p.Landmarks[hip].Y = mid.X, mid.Y
	}
	l.doubt(1./15, p)
	for _, k := range []int{body.LeftHip, body.RightHip} {
		if p.Landmarks[k].Visibility > .3 {
			t.Errorf("hips half-way to the knees: landmark %d keeps visibility %.2f", k, p.Landmarks[k].Visibility)
		}
	}
	if v := p.Landmarks[body.LeftShoulder].Visibility; v != 1 {
		t.Errorf("the shoulder is doubted too: %.2f", v)
	}
}

// TestLimbsDoubtATrunkThatGrows: in the picture alone, as when the hips slide along shorts of the floor's colour.
func TestLimbsDoubtATrunkThatGrows(t *testing.T) {
	var l limbs
	for i := range 15 {
		l.doubt(float64(i)/15, supine())
	}
	p := supine()
	p.Landmarks[body.LeftHip].X -= 40
	p.Landmarks[body.RightHip].X -= 40
	l.doubt(1, p)
	if v := p.Landmarks[body.LeftHip].Visibility; v > .7 {
		t.Errorf("a trunk 1.4 times as long as usual leaves the hips at visibility %.2f", v)
	}
	p = supine()
	for i := range p.World {
		p.World[i] = body.Vec3{}
	}
	l.doubt(2, p)
	if v := p.Landmarks[body.LeftHip].Visibility; v != leastBelief {
		t.Errorf("a body without any size leaves the hips at visibility %v, want %v", v, leastBelief)
	}
}

func TestSmootherFollowsWithoutLag(t *testing.T) {
	s := newSmoother()
	const speed = 30 // pixels per second: .3 torso lengths, faster than anybody should roll
	var lag float64
	for i := range 60 {
		at := float64(i) / 30
		p := supine()
		for k := range p.Landmarks {
			p.Landmarks[k].X += speed * at
		}
		s.apply(at, p)
		lag = (200 + speed*at - p.Landmarks[body.LeftHip].X) / speed
	}
	if lag < 0 || lag > .06 {
		t.Errorf("the hip lags %.0f ms behind, want at most 60", 1e3*lag)
	}
}

func TestSmootherJumpsWithTheBody(t *testing.T) {
	s := newSmoother()
	s.apply(0, supine())
	p := supine()
	for k := range p.Landmarks {
		p.Landmarks[k].X += 400
	}
	want := *p
	s.apply(1./30, p)
	if *p != want {
		t.Errorf("after a jump of four torso lengths the hip is smoothed to %v", p.Landmarks[body.LeftHip].At())
	}
}

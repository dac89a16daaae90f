package body

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func corrected(t interface{ Fatal(...any) }, p Pose) Pose {
	if err := CorrectTrunk(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// moved returns how far the correction moved the mid hip and the mid shoulder.
func moved(before, after *Pose) (hip, shoulder Point) {
	mid := func(p *Pose, i int) Point { return Mid(p.Landmarks[i].At(), p.Landmarks[i+1].At()) }
	return mid(after, LeftHip).Sub(mid(before, LeftHip)), mid(after, LeftShoulder).Sub(mid(before, LeftShoulder))
}

// lyingPose draws somebody on the back under a camera that stands about side-on, above the floor.
func lyingPose(t *rapid.T) Pose {
	f := supine().turned(Vec3{1, 0, 0}, rapid.Float64Range(-0.5, 0.5).Draw(t, "pitch")).
		turned(Vec3{0, 1, 0}, rapid.Float64Range(-0.5, 0.5).Draw(t, "azimuth"))
	return figure(f, rapid.Float64Range(100, 300).Draw(t, "scale"), Point{320, 200})
}

func TestCorrectTrunkMovesOnlyHipsAndShoulders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := lyingPose(t)
		after := corrected(t, before)
		if after.Trunk == nil {
			t.Fatal("nothing learned from somebody on the back")
		}
		for _, x := range []float64{after.Trunk.HipLift, after.Trunk.Across.X, after.Trunk.Across.Y} {
			if math.IsNaN(x) || math.Abs(x) > 1.5 {
				t.Fatalf("trunk %+v", *after.Trunk)
			}
		}
		torso, _ := NewTorso(&before)
		hip, shoulder := moved(&before, &after)
		if most := maxOffset*math.Sqrt2*torso.L + tiny; hip.Len() > most || shoulder.Len() > most {
			t.Fatalf("hips moved by %v and shoulders by %v px, at most %g px are allowed", hip, shoulder, most)
		}
		after.Trunk = nil
		for _, i := range []int{LeftHip, RightHip, LeftShoulder, RightShoulder} {
			after.Landmarks[i] = before.Landmarks[i]
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("more than hips and shoulders moved: %s", diff)
		}
	})
}

// The correction belongs to the body: it neither knows where in the picture it is, nor how large, nor which way it
// lies.
func TestCorrectTrunkGoesWithThePicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := lyingPose(t)
		a := corrected(t, p)
		hip, shoulder := moved(&p, &a)

		q := p
		eachLandmark(&q, func(l *Landmark) { l.X, l.Y, l.Z = 2*l.X-77, 2*l.Y+13, 2*l.Z })
		b := corrected(t, q)
		hip2, shoulder2 := moved(&q, &b)
		if hip2.Sub(hip.Mul(2)).Len() > 1e-6 || shoulder2.Sub(shoulder.Mul(2)).Len() > 1e-6 {
			t.Fatalf("at twice the size hips move by %v instead of %v", hip2, hip.Mul(2))
		}

		m := mirrored(&p, 640)
		c := corrected(t, m)
		hip3, _ := moved(&m, &c)
		if math.Abs(hip3.X+hip.X) > 1e-6 || math.Abs(hip3.Y-hip.Y) > 1e-6 {
			t.Fatalf("in the mirror hips move by %v, without it by %v", hip3, hip)
		}
		if got, want := c.Trunk.Across, (Point{-a.Trunk.Across.X, a.Trunk.Across.Y}); got.Sub(want).Len() > 1e-6 {
			t.Fatalf("in the mirror across is %v, want %v", got, want)
		}
	})
}

func TestCorrectTrunkLeavesOthersAlone(t *testing.T) {
	upright := supine().turned(Vec3{0, 0, 1}, -math.Pi/2)
	for name, p := range map[string]Pose{
		"prone":   figure(supine().turned(Vec3{1, 0, 0}, math.Pi), 160, Point{300, 200}),
		"on side": figure(supine().turned(Vec3{1, 0, 0}, math.Pi/2), 160, Point{300, 200}),
		"upright": figure(upright, 160, Point{300, 200}),
		"nobody":  {},
		"broken":  brokenPose(),
	} {
		t.Run(name, func(t *testing.T) {
			after := corrected(t, p)
			for i := range p.Landmarks {
				a, b := p.Landmarks[i], after.Landmarks[i]
				if a != b && !math.IsNaN(a.X) {
					t.Errorf("landmark %d moved from %v to %v", i, a, b)
				}
			}
			if after.Trunk != nil {
				t.Errorf("got %+v", *after.Trunk)
			}
		})
	}
}

func brokenPose() Pose {
	p := figure(supine(), 160, Point{300, 200})
	p.Landmarks[LeftWrist].X = math.NaN()
	return p
}

// The correction fades in, so that somebody who rolls over is not torn between two poses.
func TestCorrectTrunkFadesIn(t *testing.T) {
	var last float64
	for degrees := 90.0; degrees >= 30; degrees -= 0.5 {
		p := figure(supine().turned(Vec3{1, 0, 0}, degrees*math.Pi/180), 160, Point{300, 200})
		after := corrected(t, p)
		hip, _ := moved(&p, &after)
		if step := math.Abs(hip.Len() - last); step > 0.03*160*trunkLength {
			t.Errorf("at %g° the hips jump by %.1f px", degrees, step)
		}
		last = hip.Len()
	}
	if last == 0 {
		t.Error("the hips never moved")
	}
}

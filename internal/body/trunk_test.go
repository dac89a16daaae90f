package body

import (
	"encoding/json"
	"math"
	"os"
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
		"depth":   brokenDepth(),
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

// brokenDepth has a fault that only the features would see, not the trunk.
func brokenDepth() Pose {
	p := figure(supine(), 160, Point{300, 200})
	p.World[LeftWrist].Z = math.NaN()
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

// What models/trunk/fit.py computes from the same poses.
type trunkCase struct {
	Landmarks [Count][3]float64 `json:"landmarks"` // x, y, visibility
	World     [Count][3]float64 `json:"world"`
	Features  []float64         `json:"features"`
	Outputs   []float64         `json:"outputs"` // before bounds and fading
}

func (c *trunkCase) pose() Pose {
	p := Pose{Score: 1}
	for i := range p.Landmarks {
		l, w := c.Landmarks[i], c.World[i]
		p.Landmarks[i] = Landmark{X: l[0], Y: l[1], Visibility: l[2], Presence: 1}
		p.World[i] = Vec3{w[0], w[1], w[2]}
	}
	return p
}

func trunkCases(t *testing.T) []trunkCase {
	raw, err := os.ReadFile("testdata/trunk_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []trunkCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	return cases
}

// sameNumbers compares to a millionth, the weights' own rounding.
func sameNumbers(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d %s, want %d", len(got), what, len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= 1e-6*math.Abs(want[i])+1e-9) {
			t.Errorf("%s %d is %.9g, want %.9g", what, i, got[i], want[i])
		}
	}
}

// The weights mean something only if Go sees in a pose what the recipe saw.
func TestCorrectTrunkIsTheRecipes(t *testing.T) {
	m, err := loadTrunk()
	if err != nil {
		t.Fatal(err)
	}
	sides := map[bool]int{}
	for _, c := range trunkCases(t) {
		before := c.pose()
		torso, ok := NewTorso(&before)
		if !ok {
			t.Fatal("no torso")
		}
		sides[torso.NearIsLeft]++
		along, behind := torso.axes()
		var f [trunkFeatures]float64
		torso.features(&before, along, behind, &f)
		sameNumbers(t, "feature", f[:], c.Features)
		y := m.apply(&f)
		sameNumbers(t, "output", y[:], c.Outputs)

		after := corrected(t, before)
		hip, shoulder := moved(&before, &after)
		in := func(d Point) []float64 { return []float64{d.Dot(along) / torso.L, d.Dot(behind) / torso.L} }
		weight := math.Min((torso.Posterior.Y-0.3)/0.3, 1)
		for i, d := range append(in(hip), in(shoulder)...) {
			if want := weight * bound(c.Outputs[i]); math.Abs(d-want) > 1e-9 {
				t.Errorf("offset %d is %g L, want %g", i, d, want)
			}
		}
		if weight < 1 {
			continue
		}
		if got, want := after.Trunk.HipLift, c.Outputs[4]/100; math.Abs(got-want) > 1e-9 {
			t.Errorf("hip lift %g m, want %g", got, want)
		}
		if got, want := after.Trunk.Across, along.Mul(c.Outputs[5]).Add(behind.Mul(c.Outputs[6])); got.Sub(want).Len() > 1e-9 {
			t.Errorf("across %v, want %v", got, want)
		}
	}
	if sides[true] == 0 || sides[false] == 0 {
		t.Errorf("cases of one side only: %v", sides)
	}
}

// Trunk is there only for who surely lies on the back, and once there, the torso believes it.
func TestTrunkIsForWhoSurelyLiesOnTheBack(t *testing.T) {
	for degrees, want := range map[float64]bool{0: true, 45: true, 60: false, 75: false, 90: false} {
		p := figure(supine().turned(Vec3{1, 0, 0}, degrees*math.Pi/180), 160, Point{300, 200})
		after := corrected(t, p)
		if got := after.Trunk != nil; got != want {
			t.Errorf("at %g° of roll: trunk %v, want %v", degrees, got, want)
			continue
		}
		torso, ok := NewTorso(&after)
		if !ok {
			t.Fatal("no torso")
		}
		across := torso.Lateral.XY()
		if want {
			across = after.Trunk.Across
		}
		if torso.Across != across {
			t.Errorf("at %g°: across %v, want %v", degrees, torso.Across, across)
		}
	}
}

// Whatever a network may say, nothing panics and no landmark that was a number stops being one.
func TestCorrectTrunkSurvivesNonsense(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e-300, 0}
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	rapid.Check(t, func(t *rapid.T) {
		p := lyingPose(t)
		for range rapid.IntRange(1, 4).Draw(t, "faults") {
			i, x := rapid.IntRange(0, Count-1).Draw(t, "landmark"), rapid.SampledFrom(odd).Draw(t, "value")
			l, w := &p.Landmarks[i], &p.World[i]
			*rapid.SampledFrom([]*float64{&l.X, &l.Y, &l.Z, &l.Visibility, &w.X, &w.Y, &w.Z}).Draw(t, "number") = x
		}
		after := corrected(t, p)
		for i := range p.Landmarks {
			a, b := p.Landmarks[i], after.Landmarks[i]
			if finite(a.X) && !finite(b.X) || finite(a.Y) && !finite(b.Y) {
				t.Fatalf("landmark %d went from %v to %v", i, a, b)
			}
		}
		if k := after.Trunk; k != nil && !(finite(k.HipLift) && finite(k.Across.X) && finite(k.Across.Y)) {
			t.Fatalf("trunk %+v", *k)
		}
	})
}

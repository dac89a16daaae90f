package body

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func sameDirection(a, b Vec3) bool { return a.Sub(b).Len() < 1e-6 }

func TestTorsoOfSomebodyOnTheBack(t *testing.T) {
	p := figure(supine(), 160, Point{300, 200})
	p.Landmarks[LeftHip].Visibility, p.Landmarks[RightHip].Visibility = 0.7, 0.2
	torso, ok := NewTorso(&p)
	if !ok {
		t.Fatal("no torso")
	}
	if !near(torso.L, 160*trunkLength) || !near(torso.LengthM, trunkLength) || !near(torso.Scale, 160) {
		t.Errorf("length %g px and %g m at %g px/m, want %g, %g and 160", torso.L, torso.LengthM, torso.Scale, 160*trunkLength, trunkLength)
	}
	if !sameDirection(torso.Posterior, Vec3{0, 1, 0}) || !sameDirection(torso.Headwards, Vec3{1, 0, 0}) || !sameDirection(torso.Lateral, Vec3{0, 0, 1}) {
		t.Errorf("back towards %v, head towards %v, far side towards %v", torso.Posterior, torso.Headwards, torso.Lateral)
	}
	if !torso.NearIsLeft || torso.Near(LeftKnee, RightKnee) != LeftKnee {
		t.Error("the near side is not the left one")
	}
	if torso.Visibility != 0.7 {
		t.Errorf("visibility %g, want that of the near hip, 0.7", torso.Visibility)
	}
	p.Trunk = &Trunk{Across: Point{0.1, -0.3}}
	if torso, _ = NewTorso(&p); torso.Across != p.Trunk.Across {
		t.Errorf("across %v, want what the pose as a whole says", torso.Across)
	}
}

func TestTorsoOfBodiesAllWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		angle := rapid.Float64Range(-math.Pi, math.Pi)
		f := supine().turned(Vec3{1, 0, 0}, angle.Draw(t, "roll")).turned(Vec3{0, 0, 1}, angle.Draw(t, "tilt")).
			turned(Vec3{0, 1, 0}, rapid.Float64Range(-1.2, 1.2).Draw(t, "azimuth"))
		k := rapid.Float64Range(100, 800).Draw(t, "scale")
		p := figure(f, k, Point{rapid.Float64Range(-50, 700).Draw(t, "x"), rapid.Float64Range(-50, 400).Draw(t, "y")})
		if shown := f.headwards.XY().Len() * trunkLength * k; shown < minTorsoPx+1 { // seen from the feet
			if _, ok := NewTorso(&p); ok && shown < minTorsoPx-1 {
				t.Errorf("a trunk of %.1f px was measured", shown)
			}
			return
		}
		torso, ok := NewTorso(&p)
		if !ok {
			t.Fatal("no torso")
		}
		if !sameDirection(torso.Headwards, f.headwards) || !sameDirection(torso.Posterior, f.posterior) {
			t.Fatalf("head towards %v and back towards %v, want %v and %v", torso.Headwards, torso.Posterior, f.headwards, f.posterior)
		}
		if torso.Lateral.Z < 0 || torso.NearIsLeft != (f.lateral.Z > 0) {
			t.Fatalf("lateral %v leads towards the camera", torso.Lateral)
		}
		if !near(torso.Scale, k) || !near(torso.LengthM, trunkLength) {
			t.Fatalf("%g px/m and %g m, want %g and %g", torso.Scale, torso.LengthM, k, trunkLength)
		}
	})
}

func TestNoTorso(t *testing.T) {
	for name, spoil := range map[string]func(*Pose){
		"empty":                func(p *Pose) { *p = Pose{} },
		"small":                func(p *Pose) { *p = figure(supine(), 30, Point{}) },
		"nothing visible":      func(p *Pose) { eachLandmark(p, func(l *Landmark) { l.Visibility = 0 }) },
		"NaN":                  func(p *Pose) { p.Landmarks[LeftHip].X = math.NaN() },
		"infinite":             func(p *Pose) { p.Landmarks[RightShoulder].Y = math.Inf(1) },
		"overflowing":          func(p *Pose) { p.Landmarks[RightShoulder].X = math.MaxFloat64 },
		"NaN elsewhere":        func(p *Pose) { p.Landmarks[LeftKnee].X = math.NaN() },
		"NaN in space":         func(p *Pose) { p.World[LeftKnee].X = math.NaN() },
		"no length in space":   func(p *Pose) { p.World = [Count]Vec3{} },
		"mirrored in space":    func(p *Pose) { eachWorld(p, func(v *Vec3) { *v = v.Mul(-1) }) },
		"infinite in space":    func(p *Pose) { p.World[RightHip].Z = math.Inf(-1) },
		"infinite scale":       func(p *Pose) { eachLandmark(p, func(l *Landmark) { l.X, l.Y = l.X*1e307, l.Y*1e307 }) },
		"no width in space":    func(p *Pose) { flatten(p) },
		"NaN depth of a world": func(p *Pose) { p.World[LeftHip].Z = math.NaN() },
	} {
		t.Run(name, func(t *testing.T) {
			p := figure(supine(), 160, Point{300, 200})
			spoil(&p)
			if torso, ok := NewTorso(&p); ok {
				t.Errorf("got %+v", torso)
			}
		})
	}
}

func eachLandmark(p *Pose, f func(*Landmark)) {
	for i := range p.Landmarks {
		f(&p.Landmarks[i])
	}
}

func eachWorld(p *Pose, f func(*Vec3)) {
	for i := range p.World {
		f(&p.World[i])
	}
}

// flatten gives hips and shoulders no width, so that nobody can tell which way the back faces.
func flatten(p *Pose) {
	p.World[RightHip], p.World[RightShoulder] = p.World[LeftHip], p.World[LeftShoulder]
}

package spine

import (
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
)

// stick is a flat figure seen exactly from the side: the joints' places in L from the hips, x towards the picture's right
// and y up. The left side is near. side lays shoulders and hips above each other instead of behind each other.
type stick struct {
	shoulder, elbow, wrist, ear, knee, ankle body.Point
	far                                      *stick // the right limbs where they are elsewhere
	side                                     bool
}

// pose draws the figure with its hips at (320, 200), 90 pixels to an L of .48 m.
func (s stick) pose() *body.Pose {
	const pxPerL, metreL = 90.0, 0.48
	p := &body.Pose{Score: 0.99}
	put := func(i int, at body.Point, depth float64) {
		p.Landmarks[i] = body.Landmark{X: 320 + pxPerL*at.X, Y: 200 - pxPerL*at.Y, Visibility: 0.95, Presence: 0.99}
		p.World[i] = body.Vec3{X: metreL * at.X, Y: -metreL * at.Y, Z: depth}
	}
	far := s
	if s.far != nil {
		far = *s.far
	}
	pair := func(left int, a, b body.Point, half float64) {
		if s.side { // the left side is the upper one
			up := s.shoulder.Unit()
			up = body.Point{X: -up.Y, Y: up.X}.Mul(half / metreL)
			put(left, a.Add(up), 0)
			put(left+1, b.Sub(up), 0)
			return
		}
		put(left, a, -half)
		put(left+1, b, half)
	}
	for i := range body.LeftShoulder {
		put(i, s.ear, 0)
	}
	pair(body.LeftEar, s.ear, s.ear, 0.07)
	pair(body.LeftShoulder, s.shoulder, s.shoulder, 0.18)
	pair(body.LeftHip, body.Point{}, body.Point{}, 0.09)
	pair(body.LeftElbow, s.elbow, far.elbow, 0.2)
	for _, i := range [...]int{body.LeftWrist, body.LeftPinky, body.LeftIndex, body.LeftThumb} {
		pair(i, s.wrist, far.wrist, 0.2)
	}
	pair(body.LeftKnee, s.knee, far.knee, 0.1)
	pair(body.LeftAnkle, s.ankle, far.ankle, 0.1)
	pair(body.LeftHeel, s.ankle.Add(body.Point{Y: -0.1}), far.ankle.Add(body.Point{Y: -0.1}), 0.1)
	pair(body.LeftFootIndex, s.ankle.Add(body.Point{Y: -0.1}), far.ankle.Add(body.Point{Y: -0.1}), 0.1)
	return p
}

// mirrored is the same figure looking the other way, the right side near.
func (s stick) mirrored() *body.Pose {
	p := s.pose()
	m := &body.Pose{Score: p.Score}
	for i := range p.Landmarks {
		j := i
		if i >= body.LeftEar && i != body.MouthLeft && i != body.MouthRight {
			j = i + 2*(i%2) - 1
		}
		l, w := p.Landmarks[i], p.World[i]
		l.X, w.X = 640-l.X, -w.X
		m.Landmarks[j], m.World[j] = l, w
	}
	return m
}

// The figures stand for the exercises' postures; places in L.
func sticks() map[Posture]stick {
	pt := func(x, y float64) body.Point { return body.Point{X: x, Y: y} }
	crossed := &stick{elbow: pt(-0.7, 0.55), wrist: pt(-0.75, -0.1), knee: pt(0.72, 0.5), ankle: pt(1.1, -0.15)}
	return map[Posture]stick{
		// With the left side near, somebody whose head is on the picture's right lies on the back; on the left on the belly.
		PostureSupine:   {shoulder: pt(1, 0.1), elbow: pt(0.8, 0.3), wrist: pt(0.75, 0.45), ear: pt(1.45, 0.1), knee: pt(-0.6, 0.65), ankle: pt(-0.9, -0.1)},
		PostureProne:    {shoulder: pt(-1, 0.15), elbow: pt(-1, -0.3), wrist: pt(-1.4, -0.35), ear: pt(-1.4, 0.25), knee: pt(0.85, -0.15), ankle: pt(1.6, -0.25)},
		PostureSide:     {shoulder: pt(1, 0.1), elbow: pt(1.5, 0.1), wrist: pt(1.9, 0.05), ear: pt(1.4, 0.1), knee: pt(-0.6, 0), ankle: pt(-1, 0), side: true},
		PostureSitting:  {shoulder: pt(-0.5, 0.85), elbow: pt(-0.75, 0.4), wrist: pt(-0.7, -0.2), ear: pt(-0.55, 1.3), knee: pt(0.7, 0.5), ankle: pt(0.72, 0.4), far: crossed},
		PostureKneeling: {shoulder: pt(-0.97, 0.1), elbow: pt(-0.97, -0.4), wrist: pt(-0.97, -0.9), ear: pt(-1.35, 0.2), knee: pt(0, -0.88), ankle: pt(0.85, -0.85)},
		PostureStanding: {shoulder: pt(0.05, 1), elbow: pt(0.1, 0.5), wrist: pt(0.2, 0.2), ear: pt(0.1, 1.45), knee: pt(0.1, -0.85), ankle: pt(0, -1.7)},
	}
}

// sightings are the observations of a posture from both sides.
func sightings(s stick) map[string]*Observation {
	all := map[string]*Observation{}
	for name, p := range map[string]*body.Pose{"left side near": s.pose(), "right side near": s.mirrored()} {
		all[name] = &Observation{Width: testW, Height: testH, Pose: p, People: 1, Quality: Quality{Brightness: 0.5}}
	}
	return all
}

func TestPosture(t *testing.T) {
	for want, s := range sticks() {
		for name, o := range sightings(s) {
			t.Run(want.String()+" "+name, func(t *testing.T) {
				if r := New(Options{}).Step(o); r.Posture != want {
					t.Errorf("posture %s, lean %.0f°", r.Posture, r.TrunkLean.V)
				}
			})
		}
	}
}

// A posture is kept for a moment when the pose slips, and given up when somebody really turns.
func TestPostureIsSteady(t *testing.T) {
	all := sticks()
	e := New(Options{})
	at := func(x float64, p Posture) Reading {
		o := sightings(all[p])["left side near"]
		o.T = x
		return e.Step(o)
	}
	for k := range 30 {
		at(float64(k)/30, PostureSide)
	}
	for k := range 4 {
		if r := at(1+float64(k)/30, PostureSupine); r.Posture != PostureSide {
			t.Fatalf("after %d frames the posture is %s", k+1, r.Posture)
		}
	}
	var r Reading
	for k := range 30 {
		r = at(1.2+float64(k)/30, PostureSupine)
	}
	if r.Posture != PostureSupine {
		t.Errorf("a second later the posture is still %s", r.Posture)
	}
}

func TestQuantitiesOfFlatFigures(t *testing.T) {
	for _, tt := range []struct {
		posture  Posture
		quantity Quantity
		want     float64
		within   float64
	}{
		{PostureSupine, "trunk_lean_deg", 84, 3},
		{PostureProne, "trunk_lean_deg", 81, 3},
		{PostureProne, "elbow_shoulder_l", 0, 0.01},
		{PostureProne, "hip_sag_l", 0, 0.1},
		{PostureProne, "shk_deg", 170, 10},
		{PostureSide, "low_arm_raise_deg", 170, 12},
		{PostureSitting, "trunk_lean_deg", 30, 2},
		{PostureSitting, "wrist_behind_hip_l", 0.7, 0.1},
		{PostureSitting, "wrist_height_l", 0.1, 0.08},
		{PostureSitting, "ankle_knee_l", 0.1, 0.05},
		{PostureKneeling, "wrist_shoulder_l", 0, 0.01},
		{PostureKneeling, "knee_hip_l", 0, 0.01},
		{PostureKneeling, "arm_upright_deg", 0, 1},
		{PostureKneeling, "thigh_upright_deg", 0, 1},
		{PostureKneeling, "ear_over_shoulder_l", 0.1, 0.01},
		{PostureKneeling, "hip_height_l", 1, 0.05},
		{PostureKneeling, "shoulder_height_l", 1.1, 0.06},
		{PostureStanding, "trunk_lean_deg", 3, 1},
		{PostureStanding, "knee_deg", 170, 5},
		{PostureStanding, "hip_height_l", 1.85, 0.1},
	} {
		for name, o := range sightings(sticks()[tt.posture]) {
			r := New(Options{}).Step(o)
			v, ok := r.Value(tt.quantity)
			if !ok || v.State != OK || !(math.Abs(v.V-tt.want) <= tt.within) {
				t.Errorf("%s, %s: %s is %v, want %g ± %g", tt.posture, name, tt.quantity, v, tt.want, tt.within)
			}
		}
	}
}

func TestSideThatIsWorked(t *testing.T) {
	for posture, want := range map[Posture][2]Side{
		PostureSide:    {SideRight, SideLeft},
		PostureSitting: {SideLeft, SideRight},
		PostureSupine:  {SideNone, SideNone},
	} {
		all := sightings(sticks()[posture])
		for k, name := range [...]string{"left side near", "right side near"} {
			if r := New(Options{}).Step(all[name]); r.Side != want[k] {
				t.Errorf("%s, %s: side %s, want %s", posture, name, r.Side, want[k])
			}
		}
	}
}

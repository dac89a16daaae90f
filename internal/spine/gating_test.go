package spine

import (
	"math"
	"slices"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
)

// corrected are the readings that corrections of the rolling itself hang on.
func corrected(r *Reading) map[string]Value {
	return map[string]Value{
		"s": r.S, "P(lumbar)": r.PLumbar, "P(neck)": r.PNeck, "speed": r.Speed, "peak speed": r.PeakSpeed,
		"stroke speed": r.StrokeSpeed, "peak acceleration": r.PeakAccel, "hip lift": r.HipLift,
		"hip lift in L": r.HipLiftL, "hips over shoulders": r.HipOverShoulder, "ankle height": r.AnkleHeight,
	}
}

// Levels of the spine and the hips' lift are told only of who lies on the back or a side on a roller, and are sure only of the
// back; what a roller under seat or thigh tells are the travel and the place, never a level.
func TestWhatOfTheBodyIsOnTheRoller(t *testing.T) {
	levels := []string{"P(lumbar)", "P(neck)"}
	lift := []string{"hip lift", "hip lift in L"}
	for _, tt := range []struct {
		name  string
		set   func(*scene)
		on    float64
		zone  bool
		never []string
	}{
		{"on the back", func(*scene) {}, 1, true, nil},
		{"rolled a little to the side", func(c *scene) { c.roll = 25 }, 1, true, nil},
		{"on the side that faces the camera", func(c *scene) { c.roll = 85 }, 1, true, slices.Concat(levels, lift)},
		{"on the other side", func(c *scene) { c.roll = -85 }, 1, true, slices.Concat(levels, lift)},
		{"prone", func(c *scene) { c.roll = 180 }, 1, false, slices.Concat(levels, lift, []string{"s", "speed", "stroke speed", "peak speed", "peak acceleration"})},
		{"sitting", func(c *scene) { c.tilt = 75 }, 0, false, slices.Concat(levels, lift)},
		{"head down", func(c *scene) { c.tilt = -75 }, 0, false, slices.Concat(levels, lift, []string{"s", "speed"})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := lying()
			tt.set(&c)
			r := film(New(Options{}), c, 0, 1.5, 30, nil)
			if r.OnRoller.V != tt.on*0.95 {
				t.Errorf("on the roller: %g", r.OnRoller.V)
			}
			for name, v := range corrected(&r) {
				if never := slices.Contains(tt.never, name); never && v.State == OK || tt.on == 1 && !never && v.State != OK {
					t.Errorf("%s is %s", name, v.State)
				}
			}
			if (r.Zone != ZoneOff) != tt.zone || (r.Level != "") != tt.zone {
				t.Errorf("zone %s, level %q", r.Zone, r.Level)
			}
		})
	}
}

func TestTrunkRoll(t *testing.T) {
	for _, tt := range []struct {
		roll  float64
		state State
	}{{0, OK}, {40, Unsure}, {90, OK}, {-90, OK}, {180, OK}} {
		c := lying()
		c.roll = tt.roll
		r := c.read()
		within(t, "roll", r.TrunkRoll.V, math.Abs(tt.roll), 20)
		if r.TrunkRoll.State != tt.state {
			t.Errorf("a roll of %g° is %s, want %s", tt.roll, r.TrunkRoll.State, tt.state)
		}
	}
}

func TestRollerFarFromTheBackIsNotUnderIt(t *testing.T) {
	for name, move := range map[string]func(*Observation){
		"beside the hips":  func(o *Observation) { o.Roller.Near.X -= 130 },
		"beyond the head":  func(o *Observation) { o.Roller.Near.X += 130 },
		"in front of them": func(o *Observation) { o.Roller.Near.Y += 150 },
		"on the belly":     func(o *Observation) { o.Roller.Near.Y -= 80 },
		"hardly found":     func(o *Observation) { o.Roller.Score = 0.3 },
	} {
		t.Run(name, func(t *testing.T) {
			e := New(Options{})
			var r Reading
			for k := range 40 {
				o := lying().observe(float64(k) / 30)
				move(o)
				r = e.Step(o)
			}
			for quantity, v := range corrected(&r) {
				if v.State == OK {
					t.Errorf("%s is ok: %v", quantity, v)
				}
			}
		})
	}
}

func TestWhatIsNotThereIsUnseen(t *testing.T) {
	always := []Quantity{"brightness", "people", "roller_seen", "camera_moved_l", "frame_rate"}
	ofTheRoller := []Quantity{
		"s", "p_lumbar", "p_neck", "on_roller", "speed_cm_s", "stroke_speed_cm_s", "peak_speed_cm_s", "peak_accel_cm_s2",
		"hip_lift_cm", "hip_lift_l", "roller_skew_deg", "bend_deg", "roller_hip_l", "roller_under_l", "thigh_t", "on_thigh",
	}
	ofTheBody := slices.DeleteFunc(Quantities(), func(q Quantity) bool { return slices.Contains(ofTheRoller, q) })
	for _, tt := range []struct {
		name    string
		spoil   func(*Observation)
		allowed []Quantity
	}{
		{"nobody", func(o *Observation) { o.Pose, o.Roller, o.People = nil, nil, 0 }, always},
		{"roller alone", func(o *Observation) { o.Pose = nil }, always},
		{"body alone", func(o *Observation) { o.Roller = nil }, ofTheBody},
		{"far away", func(o *Observation) { shrink(o, 0.15) }, always},
		{"nothing visible", func(o *Observation) { hide(o, 0) }, always},
		{"broken", func(o *Observation) { o.Pose.Landmarks[body.LeftHip].X = math.NaN() }, always},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := lying().observe(0)
			tt.spoil(o)
			r := New(Options{}).Step(o)
			for name := range quantities {
				v, _ := r.Value(name)
				if v.Known() && !slices.Contains(tt.allowed, name) {
					t.Errorf("%s is %v", name, v)
				}
			}
			if r.Level != "" || r.Zone != ZoneOff {
				t.Errorf("level %q, zone %s", r.Level, r.Zone)
			}
			if o.Roller == nil && r.RollerSeen != (Value{State: OK}) {
				t.Errorf("a roller that is not there is seen: %v", r.RollerSeen)
			}
		})
	}
}

// shrink moves the person away from the camera.
func shrink(o *Observation, k float64) {
	for i := range o.Pose.Landmarks {
		o.Pose.Landmarks[i].X *= k
		o.Pose.Landmarks[i].Y *= k
	}
}

func hide(o *Observation, visibility float64) {
	for i := range o.Pose.Landmarks {
		o.Pose.Landmarks[i].Visibility = visibility
	}
}

func TestHalfSeenBodiesAreUnsure(t *testing.T) {
	o := lying().observe(0)
	hide(o, 0.45)
	r := New(Options{}).Step(o)
	for _, name := range []Quantity{"s", "p_lumbar", "hip_lift_cm", "knee_deg", "neck_deg", "shk_deg", "person", "on_roller"} {
		if v, _ := r.Value(name); v.State != Unsure {
			t.Errorf("%s is %s", name, v.State)
		}
	}
}

// A trunk that grows by a fifth from one frame to the next is a slip of the network.
func TestJumpingTrunkIsNotTrusted(t *testing.T) {
	e := New(Options{})
	c := lying()
	film(e, c, 0, 1, 30, nil)
	o := c.observe(1)
	for _, i := range []int{body.LeftShoulder, body.RightShoulder} {
		o.Pose.Landmarks[i].X += 25
	}
	if r := e.Step(o); r.S.State == OK {
		t.Errorf("s = %v after a jump of the shoulders", r.S)
	}
}

func TestGapsStartTheWindowsAnew(t *testing.T) {
	e := New(Options{})
	c := lying()
	move := func(c *scene, t float64) { c.rolls(0.08, t) }
	if r := film(e, c, 0, 1.2, 30, move); r.Speed.State != OK {
		t.Fatalf("speed %v before the gap", r.Speed)
	}
	// After the gap everything is elsewhere: a slope across it would be nonsense.
	c.x, c.s = -0.3, 0.7
	if r := film(e, c, 2, 0.3, 30, nil); r.Speed.Known() || r.StrokeSpeed.Known() {
		t.Errorf("speed %v right after a gap", r.Speed)
	}
	r := film(e, c, 2.3, 0.8, 30, nil)
	if r.Speed.State != OK {
		t.Errorf("speed %v some time after the gap", r.Speed)
	}
	within(t, "speed at rest", r.Speed.V, 0, 0.2)
	// A short blink is bridged.
	for k := range 6 {
		e.Step(&Observation{T: 3.1 + float64(k)/30, Width: testW, Height: testH})
	}
	if r := film(e, c, 3.3, 0.1, 30, nil); r.Speed.State != OK {
		t.Errorf("speed %v after a blink", r.Speed)
	}
}

func TestCameraMotionAddsUpOverASecond(t *testing.T) {
	e := New(Options{})
	c := lying()
	film(e, c, 0, 1, 30, nil)
	var r Reading
	for k := range 45 {
		o := c.observe(1 + float64(k)/30)
		if k < 10 {
			o.Quality.CameraMotion = 4
		}
		r = e.Step(o)
		if k == 20 {
			if l := r.CameraMoved.V; l < 0.3 || l > 0.9 { // 40 px of a trunk of some 77
				t.Errorf("the camera moved by %g L", l)
			}
		}
	}
	within(t, "motion a second later", r.CameraMoved.V, 0, 1e-9)
}

func TestInFrameAndSideOn(t *testing.T) {
	c := lying()
	within(t, "share in the picture", c.read().InFrame.V, 1, 0)
	o := c.observe(0)
	for _, i := range []int{body.LeftAnkle, body.LeftHeel} {
		o.Pose.Landmarks[i].X = -3
	}
	within(t, "share without the foot", New(Options{}).Step(o).InFrame.V, 4.0/6, 1e-9)
	if v := c.read().SideOn.V; v > 0.25 {
		t.Errorf("from the side: %.2f", v)
	}
	c.azimuth = -45
	if v := c.read().SideOn.V; v < 0.25 {
		t.Errorf("from the feet: %.2f", v)
	}
}

// TestAMotionThatCannotBeToldIsNoJerk: a camera that was still and cannot be judged any more may be moving.
func TestAMotionThatCannotBeToldIsNoJerk(t *testing.T) {
	for _, blind := range []bool{false, true} {
		e := New(Options{})
		var r Reading
		for i := range 100 {
			c := lying()
			c.x = 0.02 * float64(i) / 30
			o := c.observe(float64(i) / 30)
			if blind && i >= 90 {
				o.Quality.CameraMotion = math.NaN()
			}
			r = e.Step(o)
		}
		if want := map[bool]State{false: OK, true: Unsure}[blind]; r.PeakSpeed.State != want || r.Speed.State != OK {
			t.Errorf("blind %t: peaks are %s, speed is %s", blind, r.PeakSpeed.State, r.Speed.State)
		}
	}
}

// TestAShakenCameraIsNoJerk: a few pixels to and fro make the roller seem to jump, and spare the speed, which a second
// averages.
func TestAShakenCameraIsNoJerk(t *testing.T) {
	for _, shaken := range []bool{false, true} {
		e := New(Options{})
		at := 0.0
		film(e, lying(), 0, 3, 30, func(c *scene, t float64) { c.x, at = 0.02*t, t })
		var r Reading
		for i := range 4 {
			at += 1. / 30
			c := lying()
			c.x = 0.02 * at
			o := c.observe(at)
			if shaken && i < 3 {
				o.Quality.CameraMotion = 2
			}
			if i%2 == 0 {
				o.Roller.Near.X += 4
			}
			r = e.Step(o)
		}
		if want := map[bool]State{false: OK, true: Unsure}[shaken]; r.PeakAccel.State != want || r.Speed.State != OK {
			t.Errorf("shaken %t: peaks are %s, speed is %s", shaken, r.PeakAccel.State, r.Speed.State)
		}
	}
}

// TestFewFramesAreNoJerk: at twelve frames a second, as an overloaded machine analyses, one slip of the roller's track looks like
// a jerk. The speed over a second is told all the same.
func TestFewFramesAreNoJerk(t *testing.T) {
	for _, c := range []struct {
		fps  float64
		want State
	}{{12, Unsure}, {15, OK}, {30, OK}} {
		e := New(Options{})
		var r Reading
		for i := range int(3 * c.fps) {
			s := lying()
			s.x = 0.02 * float64(i) / c.fps
			r = e.Step(s.observe(float64(i) / c.fps))
		}
		if r.PeakSpeed.State != c.want || r.PeakAccel.State != c.want || r.Speed.State != OK {
			t.Errorf("%g frames/s: peak speed is %s, acceleration %s, want %s; speed is %s", c.fps, r.PeakSpeed.State, r.PeakAccel.State, c.want, r.Speed.State)
		}
	}
}

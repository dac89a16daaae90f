package spine

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/rollwell/rollwell/internal/body"
)

// mustBeHonest fails if a reading holds a number that is none where it says that it knows.
func mustBeHonest(t *testing.T, r *Reading) {
	t.Helper()
	for name := range quantities {
		v, _ := r.Value(name)
		if v.Known() && (math.IsNaN(v.V+v.Sigma) || math.IsInf(v.V+v.Sigma, 0)) {
			t.Fatalf("%s is %v", name, v)
		}
	}
	if math.IsNaN(r.T) || math.IsInf(r.T, 0) {
		t.Fatalf("time %g", r.T)
	}
}

func TestOddNumbersNeverPassForReadings(t *testing.T) {
	for _, odd := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -1e200} {
		for name, spoil := range map[string]func(*Observation){
			"time":                func(o *Observation) { o.T = odd },
			"hip":                 func(o *Observation) { o.Pose.Landmarks[body.LeftHip].X = odd },
			"shoulder":            func(o *Observation) { o.Pose.Landmarks[body.RightShoulder].Y = odd },
			"ankle":               func(o *Observation) { o.Pose.Landmarks[body.LeftAnkle].Y = odd },
			"heel":                func(o *Observation) { o.Pose.Landmarks[body.RightHeel].X = odd },
			"visibility":          func(o *Observation) { o.Pose.Landmarks[body.LeftKnee].Visibility = odd },
			"knee's depth":        func(o *Observation) { o.Pose.World[body.LeftKnee].Z = odd },
			"ear's depth":         func(o *Observation) { o.Pose.World[body.LeftEar].Z = odd },
			"wrist in space":      func(o *Observation) { o.Pose.World[body.LeftWrist].Y = odd },
			"hip in space":        func(o *Observation) { o.Pose.World[body.RightHip].Z = odd },
			"roller's place":      func(o *Observation) { o.Roller.Near.Y = odd },
			"roller's radius":     func(o *Observation) { o.Roller.Radius = odd },
			"roller's score":      func(o *Observation) { o.Roller.Score = odd },
			"roller's far end":    func(o *Observation) { o.Roller.Far.X, o.Roller.FarSeen = odd, true },
			"brightness":          func(o *Observation) { o.Quality.Brightness = odd },
			"camera motion":       func(o *Observation) { o.Quality.CameraMotion = odd },
			"what the pose tells": func(o *Observation) { o.Pose.Trunk = &body.Trunk{HipLift: odd} },
			"where across is":     func(o *Observation) { o.Pose.Trunk = &body.Trunk{Across: body.Point{X: odd}} },
			"everything":          func(o *Observation) { everywhere(o, odd) },
		} {
			e := New(Options{})
			c := lying()
			film(e, c, 0, 1.2, 30, nil)
			o := c.observe(1.2)
			spoil(o)
			r := e.Step(o)
			t.Run(name, func(t *testing.T) { mustBeHonest(t, &r) })
			// Nor does it stay: a while later all is as before.
			r = film(e, c, 1.25, 2.5, 30, nil)
			mustBeHonest(t, &r)
			if r.S.State != OK || r.HipLift.State != OK || r.Speed.State != OK || math.Abs(r.Speed.V) > 0.2 || r.CameraMoved.V != 0 || r.FrameRate.V > 31 {
				t.Errorf("a %s of %g still shows after 2.5 s: s %v, lift %v, speed %v, camera %v, rate %v",
					name, odd, r.S, r.HipLift, r.Speed, r.CameraMoved, r.FrameRate)
			}
		}
	}
}

func everywhere(o *Observation, x float64) {
	for i := range o.Pose.Landmarks {
		o.Pose.Landmarks[i] = body.Landmark{X: x, Y: x, Z: x, Visibility: x, Presence: x}
		o.Pose.World[i] = body.Vec3{X: x, Y: x, Z: x}
	}
	o.Pose.Score = x
	*o.Roller = Roller{Score: x, Near: body.Point{X: x, Y: x}, Far: body.Point{X: x, Y: x}, Radius: x}
}

func TestPictureWithoutASize(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {-640, 360}, {640, 0}} {
		o := lying().observe(0)
		o.Width, o.Height = size[0], size[1]
		r := New(Options{}).Step(o)
		mustBeHonest(t, &r)
		if r.S.State == OK {
			t.Errorf("a picture of %d×%d gives s = %v", size[0], size[1], r.S)
		}
	}
}

// Times that stand still or run back count as one millisecond.
func TestTimesAlwaysAdvance(t *testing.T) {
	e := New(Options{})
	c := lying()
	last := -1.0
	for _, at := range []float64{0, 0.1, 0.1, 0.05, -7, 0.2, 0.3, 0.3, 0.4} {
		r := e.Step(c.observe(at))
		mustBeHonest(t, &r)
		if !(r.T > last) {
			t.Errorf("after %g s comes %g s", last, r.T)
		}
		last = r.T
	}
}

// FuzzStep feeds an estimator observations made of bytes. Whatever they are, it neither panics nor gives out numbers
// that are none.
func FuzzStep(f *testing.F) {
	good := encode(lying().observe(0))
	f.Add(good)
	f.Add(append(append(good[:len(good):len(good)], good...), good...))
	for _, x := range []float64{math.NaN(), math.Inf(1), -1e308, 1e-310} {
		odd := lying().observe(0)
		everywhere(odd, x)
		f.Add(append(encode(odd), good...))
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		e := New(Options{})
		for k := 0; len(data) > 0 && k < 200; k++ {
			var o *Observation
			o, data = decode(data)
			r := e.Step(o)
			mustBeHonest(t, &r)
		}
	})
}

// numbers lists every number of an observation, so that it can be written and read.
func numbers(o *Observation) []*float64 {
	all := []*float64{
		&o.T, &o.Quality.Brightness, &o.Quality.Sharpness, &o.Quality.CameraMotion, &o.Pose.Score,
		&o.Roller.Score, &o.Roller.Near.X, &o.Roller.Near.Y, &o.Roller.Far.X, &o.Roller.Far.Y, &o.Roller.Radius,
	}
	for i := range o.Pose.Landmarks {
		l, w := &o.Pose.Landmarks[i], &o.Pose.World[i]
		all = append(all, &l.X, &l.Y, &l.Visibility, &w.X, &w.Y, &w.Z)
	}
	return all
}

func encode(o *Observation) (b []byte) {
	for _, x := range numbers(o) {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(*x))
	}
	return b
}

// decode reads an observation from the first bytes and returns the rest. Where the bytes end, the good observation
// goes on.
func decode(b []byte) (*Observation, []byte) {
	o := lying().observe(0)
	o.Roller.FarSeen = len(b)%2 == 0
	for _, x := range numbers(o) {
		if len(b) < 8 {
			return o, nil
		}
		*x = math.Float64frombits(binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	return o, b
}

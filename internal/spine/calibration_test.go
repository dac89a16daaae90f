package spine

import (
	"errors"
	"math"
	"testing"
)

// biased reads a scene whose roller is measured off by shift, in L.
func biased(shift float64) func(c *scene, t float64) {
	return func(c *scene, _ float64) { c.s += shift }
}

func TestCalibrationTakesAwayAPlantedBias(t *testing.T) {
	for _, bias := range []float64{-0.12, -0.05, 0, 0.08} {
		for _, behind := range []bool{false, true} {
			at := lying()
			at.s, at.behind = scapulaS, behind
			if behind {
				at.s *= behindHead
			}
			e := New(Options{})
			before := film(e, at, 0, 2, 30, biased(bias))
			if err := e.Calibrate(CalibrateScapula); err != nil {
				t.Fatalf("bias %g: %v", bias, err)
			}
			after := film(e, at, 2, 1, 30, biased(bias))
			within(t, "s on the shoulder blades", after.S.V, at.s, 0.005)
			// The person's part of σ is halved; what the camera's slant adds stays.
			const person, half = sSigma * sSigma, sSigma * sSigma / 4
			within(t, "σ", after.S.Sigma, math.Sqrt(before.S.Sigma*before.S.Sigma-person+half), 0.003)
			if after.S.State != OK {
				t.Errorf("after the calibration s is %s", after.S.State)
			}
			// It stays as the roller moves on.
			higher := at
			higher.s += 0.1
			r := film(e, higher, 3, 1, 30, biased(bias))
			within(t, "s higher up", r.S.V, higher.s, 0.03)
			if got := e.Calibrated(CalibrateScapula); got.State != OK || math.Abs(got.V+bias) > 0.03 {
				t.Errorf("bias %g: moved by %v", bias, got)
			}
		}
	}
}

func TestCalibrationIsBounded(t *testing.T) {
	c := lying()
	c.s = 0.5
	e := New(Options{})
	before := film(e, c, 0, 2, 30, nil)
	if err := e.Calibrate(CalibrateScapula); err != nil {
		t.Fatal(err)
	}
	after := film(e, c, 2, 0.5, 30, nil)
	within(t, "shift", after.S.V-before.S.V, maxShift, 0.005)
}

func TestCalibrationOfTheRest(t *testing.T) {
	for _, rest := range []float64{restM - 0.02, restM, restM + 0.03} {
		c := lying()
		c.hip = rest
		e := New(Options{})
		film(e, c, 0, 2, 30, nil)
		if err := e.Calibrate(CalibrateHipsDown); err != nil {
			t.Fatal(err)
		}
		r := film(e, c, 2, 0.5, 30, nil)
		within(t, "lift at rest in cm", r.HipLift.V, 0, 0.2)
		c.hip += 0.06
		r = film(e, c, 2.5, 1, 30, nil)
		within(t, "lift by 6 cm", r.HipLift.V, 6, 1)
		if r.HipLiftL.Sigma >= hipSigmaL {
			t.Errorf("σ of the lift is %.3f", r.HipLiftL.Sigma)
		}
	}
}

func TestNothingIsCalibratedOnWhatIsNotSure(t *testing.T) {
	for name, change := range map[string]func(o *Observation, k int){
		"nobody":            func(o *Observation, _ int) { o.Pose = nil },
		"no roller":         func(o *Observation, _ int) { o.Roller = nil },
		"hardly a roller":   func(o *Observation, _ int) { o.Roller.Score = 0.3 },
		"half seen":         func(o *Observation, _ int) { hide(o, 0.5) },
		"seen now and then": func(o *Observation, k int) { o.Roller.Score = 0.2 + 0.7*float64(k%2)*float64(k/2%2) },
		"wild landmarks": func(o *Observation, k int) {
			o.Roller.Near.X += 30 * math.Sin(float64(k))
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := New(Options{})
			for k := range 60 {
				o := lying().observe(float64(k) / 30)
				change(o, k)
				e.Step(o)
			}
			for _, kind := range Calibrations() {
				if kind == CalibrateHipsDown && name == "wild landmarks" { // the hips lie still
					continue
				}
				if err := e.Calibrate(kind); !errors.Is(err, ErrNotReady) {
					t.Errorf("%s: %v", kind, err)
				}
				if v := e.Calibrated(kind); v.Known() {
					t.Errorf("%s is calibrated: %v", kind, v)
				}
			}
		})
	}
	if err := New(Options{}).Calibrate(CalibrateScapula); !errors.Is(err, ErrNotReady) {
		t.Errorf("before anything was seen: %v", err)
	}
	if err := New(Options{}).Calibrate("toes"); !errors.Is(err, ErrNoCalibration) {
		t.Errorf("toes: %v", err)
	}
}

// Somebody who has left the roller since can't calibrate on what was before.
func TestCalibrationForgets(t *testing.T) {
	e := New(Options{})
	film(e, lying(), 0, 2, 30, nil)
	for k := range 60 {
		o := lying().observe(2 + float64(k)/30)
		o.Roller = nil
		e.Step(o)
	}
	if err := e.Calibrate(CalibrateScapula); !errors.Is(err, ErrNotReady) {
		t.Errorf("two seconds after the roller went: %v", err)
	}
}

// A pose in wrong metres is set right by the person's height.
func TestHeightIsARuler(t *testing.T) {
	const true_, v = personL / torsoShare, 0.05
	for _, height := range []float64{true_, 1.1 * true_} {
		e := New(Options{HeightM: height})
		c := lying()
		c.x, c.s = v*1.2, c.s-0.6*v/personL
		r := film(e, c, 0, 1.2, 30, func(c *scene, t float64) { c.rolls(v, t) })
		within(t, "speed", r.Speed.V, 100*v*height/true_, 0.7)
		within(t, "lift in cm per L", r.HipLift.V, 100*r.HipLiftL.V*torsoShare*height, 0.01)
	}
}

func TestRollerOfAnotherSizeThanTold(t *testing.T) {
	for _, told := range []float64{0.10, 0.15, 0.20} {
		e := New(Options{RollerDiameterM: told, HeightM: personL / torsoShare})
		r := film(e, lying(), 0, 3, 30, nil)
		if r.RollerSize.State != OK {
			t.Fatalf("size %v", r.RollerSize)
		}
		within(t, "size", r.RollerSize.V, 0.15/told, 0.1*0.15/told)
	}
	if r := film(New(Options{}), lying(), 0, 3, 30, nil); r.RollerSize.Known() {
		t.Errorf("a size that nobody told is %v", r.RollerSize)
	}
}

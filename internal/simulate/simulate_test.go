package simulate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// observations collects what a script shows.
func observations(s Script) (all []spine.Observation) {
	for o := range Run(s) {
		all = append(all, o)
	}
	return all
}

func TestTheSameScriptGivesTheSameObservations(t *testing.T) {
	for _, id := range Exercises() {
		s := Script{Exercise: id, Seed: 7, Noise: 1, Seconds: 3, FPS: 12}
		if diff := cmp.Diff(observations(s), observations(s)); diff != "" {
			t.Errorf("%s: two runs differ: %s", id, diff)
		}
		other := s
		other.Seed++
		if cmp.Equal(observations(s), observations(other)) {
			t.Errorf("%s: another seed changes nothing", id)
		}
	}
}

func TestUnknownExercise(t *testing.T) {
	if n := len(observations(Script{Exercise: "handstand"})); n != 0 {
		t.Errorf("%d observations of an exercise that is not known", n)
	}
	if f := Pose("handstand", 1); f.Roller != nil || f.Joints != (Figure{}.Joints) {
		t.Errorf("a pose of an exercise that is not known: %+v", f)
	}
	if Faults("handstand") != nil || Sided("handstand") {
		t.Error("faults of an exercise that is not known")
	}
}

// bones are the lengths that a body keeps whatever it does, as pairs of landmarks with the body's measure.
func bones(b *Body) map[[2]int]float64 {
	all := map[[2]int]float64{}
	for right := range 2 {
		all[[2]int{body.LeftShoulder + right, body.LeftElbow + right}] = b.UpperArm
		all[[2]int{body.LeftElbow + right, body.LeftWrist + right}] = b.Forearm
		all[[2]int{body.LeftHip + right, body.LeftKnee + right}] = b.Thigh
		all[[2]int{body.LeftKnee + right, body.LeftAnkle + right}] = b.Shank
	}
	return all
}

// Whatever is performed, limbs keep their lengths, nothing sinks into the floor, and everything is a number.
func TestBodiesHoldTogether(t *testing.T) {
	for _, id := range Exercises() {
		for _, fault := range append([]string{""}, Faults(id)...) {
			for seed := range uint64(3) {
				rng := rand.New(rand.NewPCG(seed, 9))
				s := Script{Exercise: id, Seed: seed, Fault: fault, FaultFrom: 1, Body: RandomBody(rng)}.whole()
				p := newPerformer(&s, rand.New(rand.NewPCG(seed, 1)))
				for range 120 {
					f := p.step(1.0 / 12)
					holdsTogether(t, id+" "+fault, &f, &s.Body)
				}
			}
		}
	}
}

func holdsTogether(t *testing.T, name string, f *Figure, b *Body) {
	t.Helper()
	for pair, want := range bones(b) {
		if got := f.Joints[pair[0]].Sub(f.Joints[pair[1]]).Len(); math.Abs(got-want) > 1e-3 {
			t.Fatalf("%s: bone %v is %.3f m long, want %.3f", name, pair, got, want)
		}
	}
	for i, j := range f.Joints {
		if !(j.Len() < 5) {
			t.Fatalf("%s: landmark %d is at %v", name, i, j)
		}
		if j.Y < -0.06 {
			t.Fatalf("%s: landmark %d is %.0f cm under the floor", name, i, -100*j.Y)
		}
	}
}

// The left and the right side of an exercise are mirror images.
func TestSidesAreMirrorImages(t *testing.T) {
	for _, id := range Exercises() {
		if !Sided(id) {
			continue
		}
		for _, side := range []spine.Side{spine.SideLeft, spine.SideRight} {
			var last spine.Reading
			e := spine.New(spine.Options{})
			for o := range Run(Script{Exercise: id, Seed: 3, Seconds: 3, Side: side}) {
				last = e.Step(&o)
			}
			if last.Side != side {
				t.Errorf("%s on the %s side is read as %s", id, side, last.Side)
			}
		}
	}
}

// What the simulator does is what the readings say, on exact landmarks.
func TestReadingsAgreeWithWhatIsPerformed(t *testing.T) {
	s := Script{Exercise: "thoracic-roll", Seconds: 20}.whole()
	p := newPerformer(&s, rand.New(rand.NewPCG(0, 1)))
	e, eye := spine.New(spine.Options{}), newEye(&s, p, rand.New(rand.NewPCG(0, 2)))
	for k := range 600 {
		f := p.step(1.0 / 30)
		o, _ := eye.look(&f, p.t)
		r := e.Step(&o)
		if math.Abs(r.S.V-p.stroke.at) > 0.05 {
			t.Fatalf("at %.1f s the contact is read as %.2f and is %.2f", p.t, r.S.V, p.stroke.at)
		}
		if k > 60 && math.Abs(r.StrokeSpeed.V) > 100*p.pace+1 {
			t.Fatalf("at %.1f s the speed is read as %.1f cm/s, more than %.1f", p.t, r.StrokeSpeed.V, 100*p.pace)
		}
	}
}

// Drawings need no seed: the pose is the same every time and moves with the time.
func TestPose(t *testing.T) {
	for _, id := range Exercises() {
		a, again, later := Pose(id, 1), Pose(id, 1), Pose(id, 5)
		if a.Joints != again.Joints {
			t.Errorf("%s: two poses of one time differ", id)
		}
		if id != "child-pose" && a.Joints == later.Joints {
			t.Errorf("%s: nothing moves", id)
		}
	}
}

package session

import (
	"math"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestRoundingSteps(t *testing.T) {
	for _, tt := range []struct{ x, parts, want float64 }{
		{1.234999, perPixel, 1.23},
		{-1.236, perPixel, -1.24},
		{0.12346, perMetre, 0.1235},
		{0.9996, perChance, 1},
		{-0.0001, perPixel, 0},
		{math.Inf(1), perPixel, math.NaN()},
		{math.NaN(), perPixel, math.NaN()},
		{-2e9, perChance, math.NaN()},
	} {
		got := to(tt.x, tt.parts)
		if got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) || got == 0 && math.Signbit(got) {
			t.Errorf("%g to %g parts is %g, want %g", tt.x, tt.parts, got, tt.want)
		}
	}
}

// odd is an observation full of numbers, some of them none.
func odd(t *rapid.T) *spine.Observation {
	o := &spine.Observation{Pose: &body.Pose{Trunk: &body.Trunk{}}, Roller: &spine.Roller{}, Width: 640, Height: 360}
	number := rapid.OneOf(rapid.Float64Range(-1000, 1000), rapid.Float64())
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			fill(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				fill(v.Index(i))
			}
		case reflect.Float64:
			v.SetFloat(number.Draw(t, "number"))
		}
	}
	fill(reflect.ValueOf(o).Elem())
	return o
}

// Rounding again changes nothing: otherwise a stored session would not be read as the first time. What the eye gave
// stays as it was.
func TestRoundingTwiceIsRoundingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := odd(t)
		pose, trunk, roller := *o.Pose, *o.Pose.Trunk, *o.Roller
		once, first := *o, new(quantiser)
		first.round(&once)
		twice, second := once, new(quantiser)
		second.round(&twice)
		if diff := cmp.Diff(once, twice, cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("the second time differs (-once +twice):\n%s", diff)
		}
		if o.Pose.Landmarks != pose.Landmarks || *o.Pose.Trunk != trunk || *o.Roller != roller {
			t.Fatal("what the eye gave was changed")
		}
		for i, l := range once.Pose.Landmarks {
			if was := pose.Landmarks[i].X; math.Abs(was) <= beyond && !(math.Abs(l.X-was) <= 0.0051+1e-12*math.Abs(was)) {
				t.Fatalf("%g became %g", was, l.X)
			}
		}
	})
}

func TestRoundingDoesNotAllocate(t *testing.T) {
	var q quantiser
	o := spine.Observation{Pose: &body.Pose{Trunk: &body.Trunk{}}, Roller: &spine.Roller{}}
	if n := testing.AllocsPerRun(100, func() { q.round(&o) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

package video

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestClockMendsTimes(t *testing.T) {
	const none = math.MinInt64
	tests := []struct {
		name       string
		told, want []int64 // milliseconds
	}{
		{"good ones pass", []int64{0, 40, 80, 130}, []int64{0, 40, 80, 130}},
		{"uneven ones pass", []int64{0, 5, 900, 901}, []int64{0, 5, 900, 901}},
		{"the start is taken off", []int64{1400, 1440, 1500}, []int64{0, 40, 100}},
		{"so is one before zero", []int64{-80, -40, 0}, []int64{0, 40, 80}},
		{"none at all", []int64{none, none, none}, []int64{0, 40, 80}},
		{"some missing", []int64{0, none, 80, none, none, 200}, []int64{0, 40, 80, 120, 160, 200}},
		{"standing still", []int64{7, 7, 7, 7}, []int64{0, 40, 80, 120}},
		{"one twice", []int64{0, 40, 40, 80, 120, 160}, []int64{0, 40, 80, 100, 120, 160}},
		{"two swapped", []int64{0, 80, 40, 120, 160}, []int64{0, 80, 100, 120, 160}},
		{"a new count", []int64{5000, 5040, 0, 40, 80}, []int64{0, 40, 80, 120, 160}},
		{"a gap that can be meant", []int64{0, 40, 60_040, 60_080}, []int64{0, 40, 60_040, 60_080}},
		{"a gap that cannot", []int64{0, 40, 90_000_000, 90_000_040}, []int64{0, 40, 80, 120}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClock(25)
			var got []int64
			for _, told := range tt.told {
				at := unknownTime
				if told != none {
					at = time.Duration(told) * time.Millisecond
				}
				got = append(got, c.next(at, 0).Milliseconds())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClockUsesTheToldLengthOfAPicture(t *testing.T) {
	c := newClock(0)
	c.next(unknownTime, 0)
	if got := c.next(unknownTime, 70*time.Millisecond); got != 70*time.Millisecond {
		t.Errorf("got %v, want 70ms", got)
	}
	if got := c.next(unknownTime, time.Hour) - 70*time.Millisecond; got != usualStep {
		t.Errorf("got a step of %v, want the usual %v", got, usualStep)
	}
}

func TestClockAlwaysRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock(rapid.Float64().Draw(t, "fps"))
		last := time.Duration(-1)
		for range 50 {
			told := time.Duration(rapid.OneOf(
				rapid.Int64Range(-1e9, 1e10), rapid.Int64(), rapid.Int64Range(-int64(farthest), int64(farthest)), rapid.Just(int64(unknownTime)),
			).Draw(t, "told"))
			now := c.next(told, time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "shown")))
			if now <= last {
				t.Fatalf("%v after %v", now, last)
			}
			last = now
		}
	})
}

package session

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuantiles(t *testing.T) {
	ms := func(x float64) time.Duration { return time.Duration(x * float64(time.Millisecond)) }
	for _, tt := range []struct {
		name     string
		of       []time.Duration
		p50, p95 time.Duration
	}{
		{"nothing", nil, 0, 0},
		{"one", []time.Duration{ms(7)}, ms(7), ms(7)},
		{"even and one outlier", append(slices.Repeat([]time.Duration{ms(10)}, 99), ms(500)), ms(10), ms(10)},
		{"a tenth slow", append(slices.Repeat([]time.Duration{ms(10)}, 90), slices.Repeat([]time.Duration{ms(40)}, 10)...), ms(10), ms(40)},
		{"too short to tell", []time.Duration{0, 0, -5}, binFloor, binFloor},
	} {
		var h histogram
		for _, d := range tt.of {
			h.add(d)
		}
		q := h.quantiles()
		if !alike(q.P50, tt.p50) || !alike(q.P95, tt.p95) {
			t.Errorf("%s: %s and %s, want %s and %s", tt.name, q.P50, q.P95, tt.p50, tt.p95)
		}
	}
}

// alike tells whether two durations are the same to 2 %.
func alike(a, b time.Duration) bool { return math.Abs(float64(a-b)) <= 0.02*float64(b) }

func TestQuantilesOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(int64(binFloor), int64(20*time.Second)), 1, 300).Draw(t, "durations")
		var h histogram
		for _, d := range all {
			h.add(time.Duration(d))
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.5, 0.95, 1} {
			want := time.Duration(all[int(q*float64(len(all)-1))])
			if got := h.at(q); !alike(got, want) {
				t.Fatalf("the %g quantile is %s, want %s", q, got, want)
			}
		}
	})
}

func TestVeryLongDurationsAreCounted(t *testing.T) {
	var h histogram
	h.add(math.MaxInt64)
	if got := h.at(0.5); got < time.Minute {
		t.Errorf("the longest there is counts as %s", got)
	}
}

func TestCollectingTimesDoesNotAllocate(t *testing.T) {
	var s stageTimes
	if n := testing.AllocsPerRun(100, func() { s.add(1, 2, 3, 4, 5) }); n != 0 {
		t.Errorf("%g allocations for a frame", n)
	}
}

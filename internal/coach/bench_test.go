package coach

import (
	"testing"

	"github.com/rollwell/rollwell/internal/spine"
)

// BenchmarkStep steps through five minutes with a fault every ten seconds. Budget: 50 µs and 5 allocations.
func BenchmarkStep(b *testing.B) {
	ex := thoracicRoll(b)
	readings := filmed(30, 300, func(t float64, r *spine.Reading) {
		if int(t)/5%2 == 1 {
			faults[int(t)/10%len(faults)].fault(r)
		}
	})
	c := New(ex, Options{})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i == len(readings) {
			c, i = New(ex, Options{}), 0
		}
		c.Step(&readings[i])
		i++
	}
}

func TestAStepHardlyAllocates(t *testing.T) {
	readings := filmed(30, 120, func(x float64, r *spine.Reading) {
		if int(x)/5%2 == 1 {
			faults[int(x)/10%len(faults)].fault(r)
		}
	})
	c := New(thoracicRoll(t), Options{})
	i := 0
	if n := testing.AllocsPerRun(len(readings)-2, func() { c.Step(&readings[i]); i++ }); n > 1 {
		t.Errorf("%g allocations per step, want at most 1 on average", n)
	}
}

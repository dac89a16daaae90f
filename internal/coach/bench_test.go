package coach

import (
	"testing"

	"github.com/rollwell/rollwell/internal/spine"
)

// BenchmarkStep steps through five minutes of each exercise with a fault every ten seconds. Budget: 50 µs and 5
// allocations.
func BenchmarkStep(b *testing.B) {
	readings := filmed(30, 300, func(t float64, r *spine.Reading) {
		r.Posture = spine.Posture(int(t) / 9 % 7)
		if int(t)/5%2 == 1 {
			faults[int(t)/10%len(faults)].fault(r)
		}
	})
	for _, ex := range catalogue(b) {
		b.Run(ex.ID, func(b *testing.B) {
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
		})
	}
}

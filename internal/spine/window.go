package spine

import (
	"math"
	"slices"
)

// windowSize is the number of samples a window keeps: more than 2 s at 60 frames/s.
const windowSize = 128

// window is a ring of timed samples, oldest first. It never allocates.
type window struct {
	t, v    [windowSize]float64
	first   int
	n       int
	seconds float64
}

// push adds a sample and forgets those older than the window.
func (w *window) push(t, v float64) {
	if w.n == windowSize {
		w.first, w.n = (w.first+1)%windowSize, w.n-1
	}
	i := (w.first + w.n) % windowSize
	w.t[i], w.v[i] = t, v
	w.n++
	w.trim(t)
}

// trim forgets what is older than the window at time t.
func (w *window) trim(t float64) {
	for w.n > 0 && t-w.t[w.first] > w.seconds+1e-9 {
		w.first, w.n = (w.first+1)%windowSize, w.n-1
	}
}

func (w *window) reset() { w.n = 0 }

// span is the time between the oldest and the newest sample, in seconds.
func (w *window) span() float64 {
	if w.n < 2 {
		return 0
	}
	return w.t[(w.first+w.n-1)%windowSize] - w.t[w.first]
}

// within is the number of samples of the last seconds.
func (w *window) within(seconds float64) int {
	n := 0
	for n < w.n && w.t[(w.first+w.n-1)%windowSize]-w.t[(w.first+w.n-1-n)%windowSize] <= seconds+1e-9 {
		n++
	}
	return n
}

// deviation is the standard deviation of the samples.
func (w *window) deviation() float64 {
	if w.n == 0 {
		return 0
	}
	var s, ss float64
	for k := range w.n {
		v := w.v[(w.first+k)%windowSize]
		s, ss = s+v, ss+v*v
	}
	m := float64(w.n)
	return math.Sqrt(math.Max(0, ss/m-s*s/m/m))
}

// median is the middle one of the samples, 0 if there are none.
func (w *window) median() float64 {
	var sorted [windowSize]float64
	for k := range w.n {
		sorted[k] = w.v[(w.first+k)%windowSize]
	}
	slices.Sort(sorted[:w.n])
	return sorted[w.n/2] // of none: the zeroed first
}

// slope fits a straight line to the samples of the last seconds and returns its slope per second and the
// slope's standard error. It reports false with fewer than 4 samples, or when they span less than half of it.
func (w *window) slope(seconds float64) (slope, stderr float64, ok bool) {
	if w.n == 0 {
		return 0, 0, false
	}
	last := w.t[(w.first+w.n-1)%windowSize]
	var n, st, sv float64
	oldest := last
	for k := range w.n {
		if i := (w.first + k) % windowSize; last-w.t[i] <= seconds+1e-9 {
			n, st, sv = n+1, st+w.t[i], sv+w.v[i]
			oldest = math.Min(oldest, w.t[i])
		}
	}
	if n < 4 || last-oldest < seconds/2 {
		return 0, 0, false
	}
	st, sv = st/n, sv/n
	var tt, tv, vv float64
	for k := range w.n {
		if i := (w.first + k) % windowSize; last-w.t[i] <= seconds+1e-9 {
			dt, dv := w.t[i]-st, w.v[i]-sv
			tt, tv, vv = tt+dt*dt, tv+dt*dv, vv+dv*dv
		}
	}
	slope = tv / tt
	return slope, math.Sqrt(math.Max(0, vv-slope*tv) / (n - 2) / tt), true
}

// mirrored tells how well b is the mirror image of a, sample by sample, where b may be up to `longest` times as long: the
// standard deviation of their sum, a stretched by what suits it best, and that of a alone for comparison. Both must hold the
// same times.
func mirrored(a, b *window, longest float64) (apart, spread float64) {
	n := min(a.n, b.n)
	if n == 0 {
		return 0, 0
	}
	var x, y, xx, xy, yy float64
	for k := range n { // counted from the newest, for one of them may reach back further
		p, q := a.v[(a.first+a.n-1-k)%windowSize], b.v[(b.first+b.n-1-k)%windowSize]
		x, y, xx, xy, yy = x+p, y+q, xx+p*p, xy+p*q, yy+q*q
	}
	m := float64(n)
	varA, varB, cov := math.Max(0, xx/m-x*x/m/m), math.Max(0, yy/m-y*y/m/m), xy/m-x*y/m/m
	stretch := 1.0
	if varA > 0 {
		stretch = math.Min(math.Max(-cov/varA, 1), longest)
	}
	return math.Sqrt(math.Max(0, varB+2*stretch*cov+stretch*stretch*varA)), math.Sqrt(varA)
}

// ema is an exponential mean over time that starts at its first value.
type ema struct {
	tau   float64 // time constant in seconds
	v     float64
	t     float64
	begun bool
}

// push adds a value and returns the mean.
func (e *ema) push(t, v float64) float64 {
	if !e.begun {
		e.v, e.t, e.begun = v, t, true
		return v
	}
	dt := math.Max(0, t-e.t)
	e.v += (v - e.v) * (1 - math.Exp(-dt/e.tau))
	e.t = t
	return e.v
}

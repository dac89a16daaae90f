package body

import "math"

// OneEuro smooths one number over time: strongly while it rests, where noise shows, and lightly while it moves,
// where lag does. It is the filter of Casiez, Roussel and Vogel (CHI 2012) with real timestamps and, as
// MediaPipe has it, a scale that makes the speed comparable between large and small bodies. The zero value
// passes everything through; set the three fields first.
type OneEuro struct {
	// MinCutoff is the cut-off at rest, in Hz.
	MinCutoff float64
	// Beta raises the cut-off with the speed, in Hz per (scale per second).
	Beta float64
	// DCutoff is the cut-off of the speed's own smoothing, in Hz.
	DCutoff float64

	t, x, dx float64
	started  bool
}

// Next takes the number x at the time t in seconds and returns the smoothed one. The scale is the length, in the
// units of x, that counts as one when the speed is judged; it must be positive. A time that does not advance
// returns the last result again.
func (f *OneEuro) Next(t, x, scale float64) float64 {
	if !f.started || f.MinCutoff <= 0 {
		f.t, f.x, f.dx, f.started = t, x, 0, true
		return x
	}
	dt := t - f.t
	if dt <= 0 {
		return f.x
	}
	f.dx += gain(f.DCutoff, dt) * ((x-f.x)/dt - f.dx)
	f.x += gain(f.MinCutoff+f.Beta*math.Abs(f.dx)/scale, dt) * (x - f.x)
	f.t = t
	return f.x
}

// Reset forgets the past: the next number passes through.
func (f *OneEuro) Reset() { f.started = false }

// gain is the share of a step that a first-order low-pass with this cut-off (Hz) lets through in dt seconds.
func gain(cutoff, dt float64) float64 {
	r := 2 * math.Pi * cutoff * dt
	return r / (r + 1)
}

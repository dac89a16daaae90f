package simulate

import (
	"math"
	"math/rand/v2"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// act is how an exercise is performed.
type act struct {
	// step advances the performance by dt seconds and shows it, the head towards x and the usual side near.
	step func(p *performer, dt float64) Figure
	// faults are the codes of the cues that step can be made to draw.
	faults []string
	sided  bool
	// roller tells that a roller is in use.
	roller bool
}

// performer is somebody in the middle of a performance.
type performer struct {
	script *Script
	b      Body
	ex     act
	t      float64
	ramp   float64 // how far the fault has set in, 0…1
	// present tells that the fault is fully there in this frame, though it may have to be waited for.
	present bool

	stroke stroke
	cycle  float64 // of what repeats, in its own units
	feet   [2]float64
	hands  [2]float64
	begun  bool

	// Choices that the seed makes.
	behind bool    // hands behind the head instead of crossed
	facing float64 // of somebody on a side: 1 with the chest to the camera, −1 with the back
	pace   float64 // of strokes, m/s
	mirror bool
}

// newPerformer returns nil for an exercise that is not known.
func newPerformer(s *Script, rng *rand.Rand) *performer {
	ex, ok := exercises[s.Exercise]
	if !ok {
		return nil
	}
	p := &performer{script: s, b: s.Body.orUsual(), ex: ex, facing: 1}
	p.pace = 0.03 + 0.012*(rng.Float64()-0.5)
	p.behind = rng.IntN(3) == 0
	back, other := rng.IntN(2) == 0, rng.IntN(2) == 0
	right := s.Side == spine.SideRight
	switch {
	case ex.sided && s.Exercise == "lats":
		if back {
			p.facing = -1
		}
		p.mirror = right != back // the left side is down with the chest to the camera, the right one with the back
	case ex.sided && s.Exercise == "hip-flexors":
		p.mirror = !right // the working leg is the near one, which is the right one as heads point
	case ex.sided:
		p.mirror = right
	default:
		p.mirror = other
	}
	if s.Seed == 0 && s.Fault == "" { // for drawings
		p.behind, p.facing, p.pace = false, 1, 0.03
	}
	return p
}

// step advances the performance by dt seconds.
func (p *performer) step(dt float64) Figure {
	p.t += dt
	const rampS = 0.4
	on := p.script.Fault != "" && p.t >= p.script.FaultFrom && p.t < p.script.FaultTo
	if on {
		p.ramp = math.Min(1, p.ramp+dt/rampS)
	} else {
		p.ramp = math.Max(0, p.ramp-dt/rampS)
	}
	p.present = p.ramp >= 1
	f := p.ex.step(p, dt)
	p.begun = true
	if p.mirror {
		return f.mirrored()
	}
	return f
}

// fault tells how far a fault has set in, 0…1.
func (p *performer) fault(code string) float64 {
	if p.script.Fault != code {
		return 0
	}
	return p.ramp
}

// mix goes from right to wrong as a fault sets in.
func (p *performer) mix(code string, right, wrong float64) float64 {
	return right + (wrong-right)*p.fault(code)
}

// stroke is a place that goes to and fro between two ends, in L.
type stroke struct {
	at, v float64
	up    bool
	begun bool
}

// strokes is how a stroke goes: its ends in L, speed and acceleration in m/s and m/s².
type strokes struct{ lo, hi, speed, accel float64 }

// step advances the stroke by dt seconds on a trunk of that length and returns its place.
func (k *stroke) step(dt, torso float64, way strokes) float64 {
	if !k.begun {
		*k = stroke{at: (way.lo + way.hi) / 2, up: true, begun: true}
	}
	brake := k.v * k.v / (2 * way.accel) / torso
	if k.up && k.at+brake >= way.hi {
		k.up = false
	} else if !k.up && k.at-brake <= way.lo {
		k.up = true
	}
	want := way.speed
	if !k.up {
		want = -want
	}
	k.v += math.Min(math.Max(want-k.v, -way.accel*dt), way.accel*dt)
	k.at += k.v * dt / torso
	return k.at
}

// roll advances the stroke with the faults of pace that every rolling exercise has.
func (p *performer) roll(dt float64, way strokes) float64 {
	way.speed = p.pace
	way.accel = 0.12
	if k := p.fault("rolling_too_fast"); k > 0 {
		way.speed, way.accel = p.pace+k*(0.13-p.pace), 0.6
	}
	if p.fault("jerky") > 0 {
		way.speed, way.accel = 0.03, 2
		if math.Mod(p.t, 0.9) < 0.35 {
			way.speed = 0.32
		}
	}
	return p.stroke.step(dt, p.b.Torso, way)
}

// within moves the ends of the strokes as a fault of place wants it, and waits until the roller is there.
func (p *performer) within(code string, way *strokes, lo, hi float64) {
	if p.fault(code) <= 0 {
		return
	}
	way.lo, way.hi = lo, hi
	const slack = 0.02
	p.present = p.present && p.stroke.at >= lo-slack && p.stroke.at <= hi+slack
}

// wave goes smoothly from 0 to 1 and back in a period, resting at both ends for hold seconds.
func wave(t, period, hold float64) float64 {
	t = math.Mod(t, period)
	move := (period - 2*hold) / 2
	switch {
	case t < hold:
		return 0
	case t < hold+move:
		return ease((t - hold) / move)
	case t < 2*hold+move:
		return 1
	}
	return ease((period - t) / move)
}

// ease goes from 0 to 1 with gentle ends.
func ease(x float64) float64 {
	x = math.Min(math.Max(x, 0), 1)
	return x * x * (3 - 2*x)
}

// Directions in space.
var (
	up     = body.Vec3{Y: 1}
	feetTo = body.Vec3{X: -1} // where toes point
)

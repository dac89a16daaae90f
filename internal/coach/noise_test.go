package coach

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rollwell/rollwell/internal/spine"
)

// tremble is noise with a memory of a quarter of a second, as smoothed landmarks have it.
type tremble struct {
	rng  *rand.Rand
	sd   float64
	last float64
}

func (n *tremble) next(dt float64) float64 {
	keep := math.Exp(-dt / 0.25)
	n.last = keep*n.last + math.Sqrt(1-keep*keep)*n.sd*n.rng.NormFloat64()
	return n.last
}

// noisy adds the noise of the landmarks (domain.md §1.3 and §4) to a session at 30 frames/s.
func noisy(seed uint64) func(t float64, r *spine.Reading) {
	rng := rand.New(rand.NewPCG(seed, 7))
	of := func(sd float64) *tremble { return &tremble{rng: rng, sd: sd} }
	s, v, lift, knee, neck, shk := of(0.03), of(0.7), of(0.015), of(6), of(3), of(5)
	skew, roll, ankle := of(3), of(6), of(0.03)
	const dt = 1.0 / 30
	return func(_ float64, r *spine.Reading) {
		place(r, r.S.V+s.next(dt))
		r.Speed.V += v.next(dt)
		r.HipLiftL.V += lift.next(dt)
		r.HipOverShoulder.V += lift.next(dt)
		r.Knee.V += knee.next(dt)
		r.Neck.V += neck.next(dt)
		r.SHK.V += shk.next(dt)
		r.RollerSkew.V = math.Abs(r.RollerSkew.V + skew.next(dt))
		r.TrunkRoll.V = math.Abs(r.TrunkRoll.V + roll.next(dt))
		r.AnkleHeight.V += ankle.next(dt)
		if rng.IntN(40) == 0 {
			degrade(r, spine.Unsure)
		}
	}
}

func TestTenMinutesOfNoisyCorrectRollingDrawAtMostOneCorrection(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 600, noisy(1)))
	if got := c.corrections(); len(got) > 1 {
		t.Errorf("%d corrections: %+v", len(got), got)
	}
}

func TestFaultsAreFoundThroughNoise(t *testing.T) {
	ex := thoracicRoll(t)
	tries, found, late := 0, 0, 0
	for seed := range uint64(8) {
		for _, f := range faults {
			noise := noisy(seed)
			c := run(ex, filmed(30, 12, func(x float64, r *spine.Reading) {
				if x >= 4 && x < 9 {
					f.fault(r)
				}
				noise(x, r)
			}))
			if f.code == "no_person" || f.code == "arms_not_set" {
				continue // nothing that trembles
			}
			tries++
			if got := c.of(f.code); len(got) > 0 && got[0].StartS >= 4 && got[0].StartS <= 9 {
				found++
				if got[0].StartS > 4+f.delay+0.5 {
					late++
				}
			}
		}
	}
	if recall := float64(found) / float64(tries); recall < 0.95 || late*20 > found {
		t.Errorf("found %d of %d faults, %d of them more than half a second late", found, tries, late)
	}
}

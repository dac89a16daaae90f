package simulate

import (
	"math"
	"math/rand/v2"
)

// Body holds the measures of a body and of the roller it uses, in metres.
type Body struct {
	Torso                       float64 // mid hip to mid shoulder
	Thigh, Shank                float64
	UpperArm, Forearm           float64 // to the wrist
	Neck                        float64 // mid shoulder to the middle of the ears
	HalfShoulders, HalfHips     float64
	Back                        float64 // the back's depth behind the joints as a share of the usual
	Flank                       float64 // mid axis to the skin below the armpit
	RollerDiameter, RollerReach float64 // diameter, half length
}

// usual is a person of 1.70 m after ANSUR II (domain.md §1.1) and Drillis and Contini's shares of the height.
func usual() Body { return scaled(1.70) }

func scaled(height float64) Body {
	return Body{
		Torso: 0.281 * height, Thigh: 0.245 * height, Shank: 0.240 * height, UpperArm: 0.172 * height, Forearm: 0.152 * height,
		Neck: 0.126 * height, HalfShoulders: 0.105 * height, HalfHips: 0.053 * height, Back: 1, Flank: 0.145,
		RollerDiameter: 0.15, RollerReach: 0.2,
	}
}

func (b Body) orUsual() Body {
	if b == (Body{}) {
		return usual()
	}
	return b
}

// RandomBody returns a body with the spread of adults: heights of 1.52 to 1.95 m, limbs that differ by 4 %, backs by
// 8 %, and one of the usual rollers (domain.md §2).
func RandomBody(rng *rand.Rand) Body {
	height := math.Min(math.Max(1.70+0.09*rng.NormFloat64(), 1.52), 1.95)
	b := scaled(height)
	for _, limb := range []*float64{&b.Torso, &b.Thigh, &b.Shank, &b.UpperArm, &b.Forearm, &b.Neck, &b.HalfShoulders, &b.HalfHips} {
		*limb *= 1 + 0.04*bounded(rng)
	}
	b.Back *= 1 + 0.08*bounded(rng)
	b.Flank *= 1 + 0.08*bounded(rng)
	b.RollerDiameter = []float64{0.15, 0.15, 0.15, 0.14, 0.13}[rng.IntN(5)]
	b.RollerReach = []float64{0.15, 0.165, 0.225, 0.3, 0.45}[rng.IntN(5)]
	return b
}

// bounded draws from a normal distribution that ends at two standard deviations.
func bounded(rng *rand.Rand) float64 {
	for {
		if x := rng.NormFloat64(); math.Abs(x) <= 2 {
			return x
		}
	}
}

// radius is the roller's.
func (b *Body) radius() float64 { return b.RollerDiameter / 2 }

// squeezed is how far roller and flesh give way to each other (domain.md §1.4: 10 to 25 mm).
const squeezed = 0.017

// backDepth returns how far the roller's axis lies behind the hip–shoulder line when it touches the back at s (domain.md
// §1.4: bony offsets and 12 mm of skin).
func (b *Body) backDepth(s float64) float64 {
	at := []struct{ s, depth float64 }{{0.2, 0.12}, {0.42, 0.13}, {0.61, 0.16}, {0.82, 0.20}, {0.92, 0.205}, {1.01, 0.195}, {1.13, 0.16}}
	depth := at[len(at)-1].depth
	for i := range at {
		if s < at[i].s {
			if i == 0 {
				depth = at[0].depth
				break
			}
			k := (s - at[i-1].s) / (at[i].s - at[i-1].s)
			depth = at[i-1].depth + k*(at[i].depth-at[i-1].depth)
			break
		}
	}
	const skin = 0.012
	return b.Back*depth*b.Torso + skin + b.radius() - squeezed
}

// Heights over the floor, in metres: the hip joints of somebody whose buttocks rest on it (.201 ± .020 L of our renders), the
// ankle of a flat foot, a wrist of a flat hand, an elbow.
const (
	restShare = 0.20
	ankleHigh = 0.08
	heelHigh  = 0.03
	wristHigh = 0.04
	elbowHigh = 0.04
)

func (b *Body) rest() float64 { return restShare * b.Torso }

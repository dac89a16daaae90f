package spine

import "math"

// behindHead is the factor on every level while the hands are behind the head: the shoulder joints move up
// (domain.md §1.2, heuristic: ÷ 1.07).
const behindHead = 0.93

// Bounds of the zones of the contact s with the arms crossed or by the sides (domain.md §1.3, "recommended
// zones"). With the hands behind the head they are scaled by behindHead.
const (
	LumbarBelow   = 0.50
	ThoracicFrom  = 0.67
	ThoracicUntil = 1.03
	NeckAbove     = 1.10

	lumbarEdge = 0.562 // T12/L1 disc: P(lumbar) is the probability to be below it
	neckEdge   = 1.155 // C7/T1 disc: P(neck) is the probability to be above it
)

// levels holds the lower edge of each vertebral body on the hip→shoulder axis, from the pelvis up (domain.md
// §1.2 and spine_levels.csv: discs where they are given, else midway between the neighbouring bodies).
var levels = [...]struct {
	from float64
	name string
}{
	{0.237, "L5"},
	{0.298, "L4"},
	{0.369, "L3"},
	{0.437, "L2"},
	{0.497, "L1"},
	{0.562, "T12"},
	{0.637, "T11"},
	{0.694, "T10"},
	{0.749, "T9"},
	{0.799, "T8"},
	{0.847, "T7"},
	{0.894, "T6"},
	{0.941, "T5"},
	{0.987, "T4"},
	{1.032, "T3"},
	{1.075, "T2"},
	{1.115, "T1"},
	{1.155, "C7"},
}

const (
	belowLevels = "sacrum"
	aboveLevels = "neck"
	neckFrom    = 1.196 // the upper edge of C7
)

// levelScale is the factor between the levels' normal places and those with the arms as they are.
func levelScale(a Arms) float64 {
	if a == ArmsBehindHead {
		return behindHead
	}
	return 1
}

// Level returns the vertebra over contact s: "L5" … "C7", "sacrum" below and "neck" above.
func Level(s float64, a Arms) string {
	s /= levelScale(a)
	if s >= neckFrom {
		return aboveLevels
	}
	name := belowLevels
	for _, l := range levels {
		if s < l.from {
			break
		}
		name = l.name
	}
	return name
}

// ZoneOf returns the zone of contact s.
func ZoneOf(s float64, a Arms) Zone {
	switch s /= levelScale(a); {
	case s < LumbarBelow:
		return ZoneLumbar
	case s < ThoracicFrom:
		return ZoneLowerThoracic
	case s <= NeckAbove:
		return ZoneThoracic
	default:
		return ZoneNeck
	}
}

// pLumbar and pNeck return the probability that a contact measured as s ± sigma lies below T12/L1, or above
// C7/T1 (domain.md §1.3). Sigma includes how much people differ.
func pLumbar(s, sigma float64, a Arms) float64 { return phi((lumbarEdge*levelScale(a) - s) / sigma) }

func pNeck(s, sigma float64, a Arms) float64 { return phi((s - neckEdge*levelScale(a)) / sigma) }

// phi is the distribution function of the standard normal distribution.
func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

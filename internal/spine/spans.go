package spine

import "math"

// Span is a stretch of the hip→shoulder axis, arms crossed or by the sides.
type Span struct {
	Name     string
	From, To float64
}

// LevelSpans lists the vertebrae from the pelvis up.
func LevelSpans() []Span {
	spans := make([]Span, len(levels))
	for i, l := range levels {
		to := neckFrom
		if i+1 < len(levels) {
			to = levels[i+1].from
		}
		spans[i] = Span{l.name, l.from, to}
	}
	return spans
}

// ZoneSpans lists the zones from the hips up. The first begins at −Inf and the last ends at +Inf.
func ZoneSpans() []Span {
	return []Span{
		{ZoneLumbar.String(), math.Inf(-1), LumbarBelow},
		{ZoneLowerThoracic.String(), LumbarBelow, ThoracicFrom},
		{ZoneThoracic.String(), ThoracicFrom, NeckAbove},
		{ZoneNeck.String(), NeckAbove, math.Inf(1)},
	}
}

package overlay

// rgb is an opaque colour.
type rgb struct{ r, g, b uint8 }

// The one colour language of the product: page, overlay, report and review use the same hues.
var (
	ink       = rgb{0xF4, 0xF7, 0xF6}
	dim       = rgb{0x9A, 0xAA, 0xAC}
	ground    = rgb{0x0E, 0x14, 0x17}
	card      = rgb{0x16, 0x1F, 0x23}
	track     = rgb{0x2A, 0x39, 0x3E}
	white     = rgb{0xFF, 0xFF, 0xFF}
	lumbar    = rgb{0xE8, 0x70, 0x2A}
	edge      = rgb{0xF2, 0xC1, 0x4E}
	thoracic  = rgb{0x2B, 0xB3, 0xA3}
	neck      = rgb{0xC2, 0x6D, 0xBC}
	blueGrey  = rgb{0x4F, 0x6D, 0x82}
	paleAmber = rgb{0xF6, 0xE0, 0xA6}
)

// mix returns the colour the share t of the way from a to b; t is clamped to 0…1.
func mix(a, b rgb, t float64) rgb {
	t = clamp(t, 0, 1)
	f := func(p, q uint8) uint8 { return uint8(float64(p) + t*(float64(q)-float64(p)) + 0.5) }
	return rgb{f(a.r, b.r), f(a.g, b.g), f(a.b, b.b)}
}

// dress is how the banner looks for one severity.
type dress struct {
	left, right rgb // the ground, as a gradient
	text, icon  rgb
}

// dressOf returns the banner's look. Praise stays nearly as dark as the empty banner: only a correction may
// fill it with light.
func dressOf(s Severity) dress {
	switch s {
	case Safety:
		return dress{left: lumbar, right: rgb{0xD8, 0x5C, 0x17}, text: white, icon: white}
	case Setup:
		return dress{left: blueGrey, right: rgb{0x42, 0x5D, 0x70}, text: white, icon: white}
	case Technique:
		return dress{left: edge, right: rgb{0xE6, 0xAF, 0x34}, text: ground, icon: ground}
	case Pace:
		return dress{left: paleAmber, right: rgb{0xEC, 0xD2, 0x8E}, text: ground, icon: ground}
	case Praise:
		quiet := mix(card, thoracic, 0.24)
		return dress{left: quiet, right: mix(card, thoracic, 0.16), text: ink, icon: thoracic}
	}
	return dress{left: card, right: card, text: ink, icon: dim}
}

// clamp limits v to lo…hi; NaN becomes lo.
func clamp(v, lo, hi float64) float64 {
	if !(v > lo) {
		return lo
	}
	if v > hi {
		return hi
	}
	return v
}

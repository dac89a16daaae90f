package parity

import "fmt"

// ellipse is centre, half width and half height in 1/64 of the image's side,
// and a colour.
type ellipse struct {
	cx, cy, rx, ry int
	r, g, b        byte
}

// figure lists a scene's ellipses, later ones covering earlier ones. They must
// equal those of testdata/parity/make_parity.py.
func figure(scene string) ([]ellipse, error) {
	switch scene {
	case "standing":
		return []ellipse{
			{32, 60, 26, 3, 70, 80, 70},
			{28, 46, 3, 13, 40, 50, 110},
			{36, 46, 3, 13, 40, 50, 110},
			{32, 27, 8, 12, 180, 60, 50},
			{22, 27, 2, 10, 200, 150, 120},
			{42, 27, 2, 10, 200, 150, 120},
			{32, 10, 4, 5, 205, 160, 130},
			{32, 6, 4, 3, 60, 40, 30},
		}, nil
	case "lying":
		return []ellipse{
			{32, 52, 31, 6, 90, 110, 130},
			{48, 40, 3, 9, 40, 50, 110},
			{55, 44, 3, 8, 40, 50, 110},
			{40, 42, 8, 4, 50, 50, 60},
			{28, 39, 10, 5, 180, 60, 50},
			{26, 47, 5, 5, 20, 110, 60},
			{14, 37, 5, 4, 205, 160, 130},
			{11, 36, 4, 4, 60, 40, 30},
			{20, 35, 6, 2, 200, 150, 120},
		}, nil
	case "stripes":
		return nil, nil
	default:
		return nil, fmt.Errorf("%w: there is no scene %q", ErrReference, scene)
	}
}

// Image draws the scene as side×side pixels of R, G, B. It computes in whole
// numbers, so that it gives the same bytes everywhere.
func Image(scene string, side int) ([]byte, error) {
	ellipses, err := figure(scene)
	if err != nil {
		return nil, err
	}
	pixels := make([]byte, 0, 3*side*side)
	for y := range side {
		for x := range side {
			rgb := [3]byte{}
			for c := range 3 {
				rgb[c] = byte(96 + ((x*(5+2*c)+y*(11-3*c))/4+x*y/(64+16*c))%80)
			}
			for _, e := range ellipses {
				dx, dy := 64*(2*x+1)-2*side*e.cx, 64*(2*y+1)-2*side*e.cy
				limit := 2 * side * e.rx * e.ry
				if dx*e.ry*dx*e.ry+dy*e.rx*dy*e.rx <= limit*limit {
					rgb = [3]byte{e.r, e.g, e.b}
				}
			}
			pixels = append(pixels, rgb[:]...)
		}
	}
	return pixels, nil
}

package vision

// anchor is the centre of one of the detector's guesses, in pixels of its input.
type anchor struct{ x, y float64 }

// anchors lists the detector's guesses in the order of its outputs: for each stride the cells row by row, and
// in each cell as many guesses as there are layers and aspect ratios of that stride. The guesses of one cell
// share their centre, and all have the size 1, so only centres matter. (MediaPipe's SSD anchors with five
// layers of strides 8, 16, 32, 32, 32, two per cell and layer, fixed size.)
func anchors() []anchor {
	list := make([]anchor, 0, anchorCount)
	for _, layer := range []struct{ stride, perCell int }{{8, 2}, {16, 2}, {32, 6}} {
		cells := detectorSize / layer.stride
		for row := range cells {
			for col := range cells {
				a := anchor{
					x: (float64(col) + .5) * float64(layer.stride),
					y: (float64(row) + .5) * float64(layer.stride),
				}
				for range layer.perCell {
					list = append(list, a)
				}
			}
		}
	}
	return list
}

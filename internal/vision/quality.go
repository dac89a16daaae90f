package vision

// qualityWidth is the width in pixels at which sharpness and camera motion are measured, so that they mean the
// same at every analysis size.
const qualityWidth = 320

// brightness is the mean of 8-bit luma, 0…1; 0 for an empty picture.
func brightness(luma []byte) float64 {
	if len(luma) == 0 {
		return 0
	}
	var sum int
	for _, v := range luma {
		sum += int(v)
	}
	return float64(sum) / float64(len(luma)) / 255
}

// sharpness is the variance of the Laplacian (4 neighbours) of 8-bit luma, rows of the given width, borders left
// out; 0 for a picture without an inside. (Pech-Pacheco et al., ICPR 2000.)
func sharpness(luma []byte, width int) float64 {
	if width < 3 || len(luma) < 3*width {
		return 0
	}
	height := len(luma) / width
	var sum, squares int64
	for y := 1; y < height-1; y++ {
		up, row, down := luma[(y-1)*width:y*width], luma[y*width:(y+1)*width], luma[(y+1)*width:(y+2)*width]
		for x := 1; x < width-1; x++ {
			l := int64(up[x]) + int64(down[x]) + int64(row[x-1]) + int64(row[x+1]) - 4*int64(row[x])
			sum += l
			squares += l * l
		}
	}
	n := float64((height - 2) * (width - 2))
	mean := float64(sum) / n
	return float64(squares)/n - mean*mean
}

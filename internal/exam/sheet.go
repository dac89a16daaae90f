package exam

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/rollwell/rollwell/internal/body"
)

// The sheet's tiles: size in pixels, and how wide a piece of the picture each shows, in torso lengths.
const (
	tileSize, tileText, tileSpan = 240, 18, 3.2
	ringWidth                    = 1.6
)

var (
	truthColour  = color.RGBA{0x2b, 0xb3, 0xa3, 0xff}
	answerColour = color.RGBA{0xe8, 0x70, 0x2a, 0xff}
	paper        = color.RGBA{0x0e, 0x14, 0x17, 0xff}
	ink          = color.RGBA{0xf4, 0xf7, 0xf6, 0xff}
)

// Worst returns the indices of the n marks most worth a look: false alarms and misses first, then the largest errors.
func Worst(marks []Mark, n int) []int {
	order := make([]int, len(marks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch ba, bb := badness(&marks[a]), badness(&marks[b]); {
		case ba > bb:
			return -1
		case ba < bb:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}

func badness(m *Mark) float64 {
	switch {
	case m.Label.Roller == nil:
		return 3 * m.Answer.Score
	case m.Label.Roller.Face >= HalfSeen && !m.Right():
		return 2
	case m.Said():
		return math.Min(m.Near, 1)
	}
	return 0
}

// Sheet draws a contact sheet of the marks, columns tiles wide: the truth in green, the answer in orange, with its score
// and its error in per cent of the torso. picture returns the picture of a label.
func Sheet(marks []Mark, columns int, picture func(Label) (image.Image, error)) (*image.RGBA, error) {
	rows := (len(marks) + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, columns*tileSize, rows*(tileSize+tileText)))
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	for i := range marks {
		img, err := picture(marks[i].Label)
		if err != nil {
			return nil, err
		}
		at := image.Pt(i%columns*tileSize, i/columns*(tileSize+tileText))
		tile(sheet, at, img, &marks[i])
	}
	return sheet, nil
}

// tile draws one mark with its top-left corner at at.
func tile(sheet *image.RGBA, at image.Point, img image.Image, m *Mark) {
	box := image.Rect(at.X, at.Y, at.X+tileSize, at.Y+tileSize)
	centre := body.Point{X: float64(img.Bounds().Dx()) / 2, Y: float64(img.Bounds().Dy()) / 2}
	side := float64(img.Bounds().Dx())
	switch {
	case m.Label.Roller != nil:
		centre, side = point(m.Label.Roller.Near), tileSpan*m.Label.TorsoPx
	case m.Answer.Score > 0:
		centre, side = m.Answer.Near, tileSpan*m.Label.TorsoPx
	}
	k := tileSize / side
	to := func(p body.Point) body.Point {
		return p.Sub(centre).Mul(k).Add(body.Point{X: float64(at.X) + tileSize/2., Y: float64(at.Y) + tileSize/2.})
	}
	half := side / 2
	from := image.Rect(int(centre.X-half), int(centre.Y-half), int(centre.X+half), int(centre.Y+half))
	inside := from.Intersect(img.Bounds())
	if !inside.Empty() {
		a, b := to(body.Point{X: float64(inside.Min.X), Y: float64(inside.Min.Y)}), to(body.Point{X: float64(inside.Max.X), Y: float64(inside.Max.Y)})
		draw.ApproxBiLinear.Scale(sheet, image.Rect(int(a.X), int(a.Y), int(b.X), int(b.Y)).Intersect(box), img, inside, draw.Src, nil)
	}
	if r := m.Label.Roller; r != nil {
		ring(sheet, box, to(point(r.Near)), r.Radius*k, truthColour)
		ring(sheet, box, to(point(r.Far)), 3, truthColour)
	}
	if m.Answer.Score > 0 {
		ring(sheet, box, to(m.Answer.Near), m.Answer.Radius*k, answerColour)
		ring(sheet, box, to(m.Answer.Far), 3, answerColour)
	}
	pen := font.Drawer{Dst: sheet, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(at.X+4, at.Y+tileSize+13)}
	pen.DrawString(caption(m))
}

func caption(m *Mark) string {
	name := m.Label.Image
	if len(name) > 16 {
		name = name[len(name)-16:]
	}
	if m.Label.Roller == nil {
		return fmt.Sprintf("%s %.2f no roller", name, m.Answer.Score)
	}
	if math.IsNaN(m.Near) {
		return fmt.Sprintf("%s not seen", name)
	}
	return fmt.Sprintf("%s %.2f %.0f%%T", name, m.Answer.Score, 100*m.Near)
}

// ring draws a circle inside box, its edge softened over a pixel.
func ring(dst *image.RGBA, box image.Rectangle, c body.Point, r float64, col color.RGBA) {
	reach := r + ringWidth + 1
	area := image.Rect(int(c.X-reach), int(c.Y-reach), int(c.X+reach)+1, int(c.Y+reach)+1).Intersect(box)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			off := math.Abs(body.Point{X: float64(x) + .5, Y: float64(y) + .5}.Sub(c).Len() - r)
			k := math.Min(math.Max(ringWidth/2+.5-off, 0), 1)
			if k == 0 {
				continue
			}
			old := dst.RGBAAt(x, y)
			mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + k*(float64(b)-float64(a)))) }
			dst.SetRGBA(x, y, color.RGBA{mix(old.R, col.R), mix(old.G, col.G), mix(old.B, col.B), 0xff})
		}
	}
}

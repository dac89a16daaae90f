package export

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/store"
)

// drawnFor is for how long a note without an end shows its drawing, in seconds.
const drawnFor = 2

// shape is what the review page lets people draw: by points in pixels of the video, the picture's upper left edge at 0.
// line and arrow: from, to; angle: one arm's end, the vertex, the other's; circle: middle, a point of its edge; text: where
// it begins; free: all points.
type shape struct {
	Type   string       `json:"type"`
	Points [][2]float64 `json:"points"`
	Text   string       `json:"text"`
}

// pointsOf is how many points a shape has at least.
var pointsOf = map[string]int{"line": 2, "arrow": 2, "angle": 3, "circle": 2, "text": 1, "free": 2}

// drawingAt is what the notes have drawn at a time, nil where they have nothing. pxPerCM is the scale then, NaN where
// nobody knows it.
func (c *Scenes) drawingAt(t, pxPerCM float64) *overlay.Drawing {
	var d overlay.Drawing
	for i := range c.s.Notes {
		n := &c.s.Notes[i]
		end := n.T + drawnFor
		if n.EndT != nil {
			end = *n.EndT
		}
		const early = 0.02 // the page rounds
		if t < n.T-early || t > math.Max(end, n.T+early) {
			continue
		}
		for _, s := range shapesOf(n) {
			c.add(&d, &s, pxPerCM)
		}
	}
	if len(d.Lines)+len(d.Labels) == 0 {
		return nil
	}
	return &d
}

// shapesOf are a note's shapes; what is none is left out.
func shapesOf(n *store.Note) (all []shape) {
	var raw []json.RawMessage
	if json.Unmarshal(n.Shapes, &raw) != nil {
		return nil
	}
	for _, text := range raw {
		var s shape
		if least, ok := pointsOf[s.typed(text)]; ok && len(s.Points) >= least {
			all = append(all, s)
		}
	}
	return all
}

// typed reads a shape and returns its type, empty where it is none.
func (s *shape) typed(text []byte) string {
	if json.Unmarshal(text, s) != nil {
		return ""
	}
	return s.Type
}

// add adds a shape and what it measures.
func (c *Scenes) add(d *overlay.Drawing, s *shape, pxPerCM float64) {
	points := make([]body.Point, len(s.Points))
	for i, p := range s.Points {
		points[i] = body.Point{X: p[0] - 0.5, Y: p[1] - 0.5} // the overlay counts from the middle of the first pixel
	}
	unit := 16.
	if w, h := c.s.Result.Source.Width, c.s.Result.Source.Height; w > 0 && h > 0 {
		unit = float64(min(w, h)) / 34
	}
	label := func(at body.Point, text string) {
		if text != "" {
			d.Labels = append(d.Labels, overlay.Label{At: at, Text: text})
		}
	}
	first, last := points[0], points[len(points)-1]
	switch s.Type {
	case "text":
		label(first, s.Text)
	case "circle":
		r := last.Sub(first).Len()
		d.Lines = append(d.Lines, arc(first, r, 0, 2*math.Pi))
		label(first, c.length(2*r, pxPerCM))
	case "angle":
		a, b := points[0].Sub(points[1]), points[2].Sub(points[1])
		from := math.Atan2(a.Y, a.X)
		turn := math.Atan2(a.X*b.Y-a.Y*b.X, a.Dot(b))
		d.Lines = append(d.Lines, points[:3], arc(points[1], math.Min(2*unit, 0.6*math.Min(a.Len(), b.Len())), from, from+turn))
		label(points[1].Add(body.Point{X: unit, Y: 1.5 * unit}), c.number(math.Abs(turn)*180/math.Pi, 0)+"°")
	case "arrow":
		back := first.Sub(last)
		d.Lines = append(d.Lines, points[:2])
		if l := back.Len(); l > 0 {
			back = back.Mul(unit / l)
			for _, turn := range []float64{-0.45, 0.45} {
				sin, cos := math.Sincos(turn)
				d.Lines = append(d.Lines, []body.Point{last, last.Add(body.Point{X: back.X*cos - back.Y*sin, Y: back.X*sin + back.Y*cos})})
			}
		}
		label(body.Mid(first, last), c.length(last.Sub(first).Len(), pxPerCM))
	case "line":
		d.Lines = append(d.Lines, points[:2])
		label(body.Mid(first, last), c.length(last.Sub(first).Len(), pxPerCM))
	default:
		d.Lines = append(d.Lines, points)
	}
}

// arc is a stretch of a circle as a line.
func arc(at body.Point, r, from, to float64) []body.Point {
	const steps = 48
	line := make([]body.Point, 0, steps+1)
	for i := range steps + 1 {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/steps)
		line = append(line, body.Point{X: at.X + r*cos, Y: at.Y + r*sin})
	}
	return line
}

// length writes a length in centimetres, nothing where the scale is not known.
func (c *Scenes) length(px, pxPerCM float64) string {
	if !(pxPerCM > 0) {
		return ""
	}
	return c.number(px/pxPerCM, 1) + " cm"
}

// number writes a number as the language does.
func (c *Scenes) number(x float64, decimals int) string { return Number(x, decimals, c.language) }

// Number writes x with so many decimals and the decimal sign of a language.
func Number(x float64, decimals int, language string) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if language == "en" || language == "zh-Hans" {
		return text
	}
	return strings.Replace(text, ".", ",", 1)
}

package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
)

func TestAnchors(t *testing.T) {
	list := anchors()
	if len(list) != anchorCount {
		t.Fatalf("%d anchors, want %d", len(list), anchorCount)
	}
	for _, c := range []struct {
		name string
		i    int
		want anchor
	}{
		{"first cell of stride 8", 0, anchor{4, 4}},
		{"its second guess", 1, anchor{4, 4}},
		{"next column", 2, anchor{12, 4}},
		{"second row", 2 * 28, anchor{4, 12}},
		{"last of stride 8", 1567, anchor{220, 220}},
		{"first of stride 16", 1568, anchor{8, 8}},
		{"first of stride 32", 1960, anchor{16, 16}},
		{"sixth guess of the same cell", 1965, anchor{16, 16}},
		{"next cell of stride 32", 1966, anchor{48, 16}},
		{"last of all", 2253, anchor{208, 208}},
	} {
		if list[c.i] != c.want {
			t.Errorf("%s: anchor %d is %v, want %v", c.name, c.i, list[c.i], c.want)
		}
	}
}

// raw is an output of the detector in which nobody is found.
func raw() (boxes, scores []float32) {
	boxes, scores = make([]float32, anchorCount*detectionWidth), make([]float32, anchorCount)
	for i := range scores {
		scores[i] = -20
	}
	return boxes, scores
}

func TestDecodeAddsTheAnchor(t *testing.T) {
	boxes, scores := raw()
	const i = 2*28 + 2 // the cell at (12, 12) of stride 8
	scores[i] = 2
	copy(boxes[i*detectionWidth:], []float32{1, 2, 20, 30, 5, 60, -7, -50})
	got := newDecoder().decode(boxes, scores)
	if len(got) != 1 {
		t.Fatalf("%d persons, want 1", len(got))
	}
	d := got[0]
	want := detection{
		x0: 3, y0: -1, x1: 23, y1: 29,
		hips: body.Point{X: 17, Y: 72}, rim: body.Point{X: 5, Y: -38}, score: sigmoid(2),
	}
	if d.hips.Sub(want.hips).Len() > 1e-9 || d.rim.Sub(want.rim).Len() > 1e-9 || d.score != want.score ||
		math.Abs(d.x0-want.x0)+math.Abs(d.y0-want.y0)+math.Abs(d.x1-want.x1)+math.Abs(d.y1-want.y1) > 1e-9 {
		t.Errorf("got %+v, want %+v", d, want)
	}
}

func TestDecodeBlendsGuessesOfOnePerson(t *testing.T) {
	boxes, scores := raw()
	put := func(i int, logit, dx float32) {
		scores[i] = logit
		copy(boxes[i*detectionWidth:], []float32{dx, 0, 40, 40, dx, 0, dx, -40})
	}
	put(0, 1, 0)
	put(1, 0, 4) // the same cell, a little to the right: the same person
	put(2*27, 3, 0)
	got := newDecoder().decode(boxes, scores)
	if len(got) != 2 {
		t.Fatalf("%d persons, want 2", len(got))
	}
	if got[0].hips.X != 220 || got[0].score != sigmoid(3) {
		t.Errorf("the best is %+v, want the one at 220", got[0])
	}
	w1, w2 := sigmoid(1), sigmoid(0)
	if want := (w1*4 + w2*8) / (w1 + w2); math.Abs(got[1].hips.X-want) > 1e-9 || got[1].score != w1 {
		t.Errorf("blended to %.4f with %.3f, want %.4f with %.3f", got[1].hips.X, got[1].score, want, w1)
	}
}

// TestDecodeTakesAnything: whatever a damaged model says, there are few persons, sorted, with real scores.
func TestDecodeTakesAnything(t *testing.T) {
	d := newDecoder()
	odd := []float32{0, 1, -3, 300, 1e30, -1e30, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	rapid.Check(t, func(t *rapid.T) {
		boxes, scores := raw()
		for range rapid.IntRange(0, 40).Draw(t, "guesses") {
			i := rapid.IntRange(0, anchorCount-1).Draw(t, "anchor")
			scores[i] = rapid.SampledFrom(odd).Draw(t, "score")
			for k := range detectionWidth {
				boxes[i*detectionWidth+k] = rapid.SampledFrom(odd).Draw(t, "number")
			}
		}
		got := d.decode(boxes, scores)
		if len(got) > maxDetections {
			t.Fatalf("%d persons", len(got))
		}
		for i, p := range got {
			if !(p.score >= candidateScore && p.score <= 1) || i > 0 && p.score > got[i-1].score {
				t.Fatalf("scores out of order or range: %v", got)
			}
		}
	})
}

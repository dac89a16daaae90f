package vision

import (
	"math"
	"sort"

	"github.com/rollwell/rollwell/internal/body"
)

// detectionWidth is the numbers per guess: box centre x, y, width, height, then four key points x, y, all in
// pixels of the detector's input relative to the anchor. Key point 0 is the middle of the hips; 1 lies on the
// circle around the whole body, towards the head. The others belong to the upper body and are not used.
const detectionWidth = 12

// detection is one person as the detector sees it. Lengths are pixels, of the detector's input or, after
// crop.toFrame, of the frame.
type detection struct {
	// x0…y1 is the box of the face: all this network boxes.
	x0, y0, x1, y1 float64
	hips           body.Point
	// rim is the point on the circle around the body, centred on the hips, that lies towards the head.
	rim   body.Point
	score float64
}

const (
	// candidateScore is the least score of a guess that takes part in the averaging. MediaPipe uses 0.5 for
	// upright people; persons lying down score lower, and every finding is checked by the landmarker anyway.
	candidateScore = .4
	// sameFace is the overlap (intersection over union) from which two guesses mean the same person.
	sameFace = .3
	// maxDetections bounds how many persons one look reports.
	maxDetections = 8
)

// decoder turns the detector's raw outputs into detections. It keeps its scratch memory from call to call.
type decoder struct {
	anchors []anchor
	// logit is candidateScore before the sigmoid, so that only few guesses need the exponential.
	logit float32
	found []detection
	out   []detection
}

func newDecoder() *decoder {
	return &decoder{
		anchors: anchors(),
		logit:   float32(math.Log(candidateScore / (1 - candidateScore))),
	}
}

// decode returns the persons in pixels of the detector's input, the best first. boxes holds anchorCount ×
// detectionWidth numbers, scores anchorCount logits. The result is valid until the next call.
func (d *decoder) decode(boxes, scores []float32) []detection {
	d.found = d.found[:0]
	for i, s := range scores {
		if s < d.logit || math.IsNaN(float64(s)) {
			continue
		}
		b := boxes[i*detectionWidth : (i+1)*detectionWidth]
		a := d.anchors[i]
		cx, cy := a.x+float64(b[0]), a.y+float64(b[1])
		hw, hh := float64(b[2])/2, float64(b[3])/2
		d.found = append(d.found, detection{
			x0: cx - hw, y0: cy - hh, x1: cx + hw, y1: cy + hh,
			hips:  body.Point{X: a.x + float64(b[4]), Y: a.y + float64(b[5])},
			rim:   body.Point{X: a.x + float64(b[6]), Y: a.y + float64(b[7])},
			score: sigmoid(float64(s)),
		})
	}
	sort.Slice(d.found, func(i, j int) bool { return d.found[i].score > d.found[j].score })
	d.out = blend(d.found, d.out[:0])
	return d.out
}

// blend is non-maximum suppression that averages instead of throwing away: guesses that overlap the best one
// are one person, whose numbers are their mean weighted by score. It consumes found, sorted by falling score,
// and appends to out.
func blend(found, out []detection) []detection {
	for len(found) > 0 && len(out) < maxDetections {
		best := found[0]
		var sum detection
		rest := found[:0]
		for _, g := range found {
			if overlap(best, g) <= sameFace {
				rest = append(rest, g)
				continue
			}
			sum.add(g, g.score)
		}
		if sum.score == 0 { // a box without area overlaps nothing, not even itself
			rest = found[1:]
			sum.add(best, best.score)
		}
		found = rest
		sum.scale(1 / sum.score)
		sum.score = best.score
		out = append(out, sum)
	}
	return out
}

func (d *detection) add(g detection, w float64) {
	d.x0, d.y0, d.x1, d.y1 = d.x0+w*g.x0, d.y0+w*g.y0, d.x1+w*g.x1, d.y1+w*g.y1
	d.hips = d.hips.Add(g.hips.Mul(w))
	d.rim = d.rim.Add(g.rim.Mul(w))
	d.score += w
}

func (d *detection) scale(k float64) {
	d.x0, d.y0, d.x1, d.y1 = k*d.x0, k*d.y0, k*d.x1, k*d.y1
	d.hips, d.rim = d.hips.Mul(k), d.rim.Mul(k)
}

// overlap is the intersection over the union of two boxes, 0…1.
func overlap(a, b detection) float64 {
	w := math.Min(a.x1, b.x1) - math.Max(a.x0, b.x0)
	h := math.Min(a.y1, b.y1) - math.Max(a.y0, b.y0)
	if w <= 0 || h <= 0 {
		return 0
	}
	both := w * h
	return both / ((a.x1-a.x0)*(a.y1-a.y0) + (b.x1-b.x0)*(b.y1-b.y0) - both)
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

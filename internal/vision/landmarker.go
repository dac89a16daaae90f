package vision

import (
	"errors"
	"math"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

// The landmarker's raw outputs: 39 points, of which 0–32 are body.Landmark's, 33 and 34 place the square of the
// next frame (hips, and the rim of the circle around the body), the others are not used.
const (
	rawLandmarks  = 39
	rawImageWidth = 5 // x, y, z in pixels of the crop, logits of visibility and of presence
	rawWorldWidth = 3 // x, y, z in metres, in the crop's turned axes
	rawHips       = 33
	rawRim        = 34
)

// fit is what the landmarker says about one square of the frame.
type fit struct {
	pose body.Pose
	// hips and rim place the square of the next frame, in pixels of the frame.
	hips, rim body.Point
	// shape tells how much it has the shape of a body, 0…1.
	shape float64
	// roi is the square that was looked at.
	roi square
}

// next is the square to look at in the next frame: the same one as long as it serves.
func (f *fit) next() square {
	want := squareAround(f.hips, f.rim)
	if f.roi.near(want) {
		return f.roi
	}
	return want.onGrid()
}

// candidate is the person as the detector would report it.
func (f *fit) candidate() candidate {
	return candidate{hips: f.hips, rim: f.rim, score: f.quality()}
}

// landmarker finds the points of one body in a square of the frame that holds it head up.
type landmarker struct {
	inference inference
	cropper   *cropper
}

func newLandmarker(n network) (*landmarker, error) {
	inf, err := n.newInference()
	if err != nil {
		return nil, err
	}
	c, err := newCropper(landmarkerSize, 0, 1, gocv.BorderConstant)
	if err != nil {
		return nil, errors.Join(err, inf.close())
	}
	return &landmarker{inference: inf, cropper: c}, nil
}

// look fits a body to the square roi of the BGR picture and writes what it says into f, whoever or whatever is
// there: f.pose.Score tells whether to believe it.
func (l *landmarker) look(bgr gocv.Mat, roi square, f *fit) error {
	l.cropper.cut(bgr, roi, l.inference.input())
	if err := l.inference.run(); err != nil {
		return err
	}
	readFit(l.inference.output(0), l.inference.output(1), l.inference.output(2), roi, f)
	return nil
}

// readFit maps the raw outputs back from the square to the frame.
func readFit(points, score, world []float32, roi square, f *fit) {
	f.roi = roi
	f.pose.Score = clamp01(float64(score[0]))
	place := func(i int) body.Point {
		r := points[i*rawImageWidth:]
		return roi.toFrame(body.Point{X: float64(r[0]), Y: float64(r[1])}, landmarkerSize)
	}
	zoom := roi.side / landmarkerSize
	for i := range f.pose.Landmarks {
		r := points[i*rawImageWidth : (i+1)*rawImageWidth]
		p := place(i)
		f.pose.Landmarks[i] = body.Landmark{
			X: p.X, Y: p.Y, Z: float64(r[2]) * zoom,
			Visibility: sigmoid(float64(r[3])),
			Presence:   sigmoid(float64(r[4])),
		}
		w := world[i*rawWorldWidth : (i+1)*rawWorldWidth]
		q := roi.turn(body.Point{X: float64(w[0]), Y: float64(w[1])})
		f.pose.World[i] = body.Vec3{X: q.X, Y: q.Y, Z: float64(w[2])}
	}
	f.hips, f.rim = place(rawHips), place(rawRim)
	f.shape = shapeOf(f)
}

func (l *landmarker) close() error {
	l.cropper.close()
	return l.inference.close()
}

func clamp01(x float64) float64 {
	if !(x > 0) { // NaN too
		return 0
	}
	return math.Min(x, 1)
}

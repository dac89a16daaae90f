package vision

import (
	"image"
	"math"
	"slices"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// motionPoints is how many corners of the background are followed at most, motionLeast how many must agree.
	motionPoints, motionLeast = 40, 8
	// motionRenew is after how many frames new corners are chosen even if the old ones are still followed;
	// motionRetry after how many when there are too few, which in a bare room may be so for ever.
	motionRenew, motionRetry = 30, 5
	// motionSpread is how far, in pixels at qualityWidth, a corner may be from the common shift and still agree.
	motionSpread = 1.0
	// motionPaintInset is how far inside the person's box they are painted over, in pixels at qualityWidth.
	motionPaintInset = 5
)

// box is an upright rectangle.
type box struct{ x0, y0, x1, y1 float64 }

// shrunk is the box with its edges moved inwards by d.
func (b box) shrunk(d float64) box { return box{b.x0 + d, b.y0 + d, b.x1 - d, b.y1 - d} }

// within is the part of the box inside a picture of that size, in whole pixels.
func (b box) within(width, height int) image.Rectangle {
	if b.x1 <= b.x0 || b.y1 <= b.y0 {
		return image.Rectangle{}
	}
	return image.Rect(int(b.x0), int(b.y0), int(b.x1), int(b.y1)).Intersect(image.Rect(0, 0, width, height))
}

func (b box) holds(x, y float64) bool { return x > b.x0 && x < b.x1 && y > b.y0 && y < b.y1 }

// cameraMotion follows corners of the background from frame to frame with sparse optical flow, and takes the
// median of their shifts for the camera's. A camera that is knocked shifts the whole picture; a person moving
// before it does not.
type cameraMotion struct {
	prev           gocv.Mat // the luma of the frame before, small
	from, to       gocv.Mat // motionPoints×1 points
	status, errors gocv.Mat
	corners        gocv.Mat
	criteria       gocv.TermCriteria
	fromXY         []float32 // views from's memory
	count          int       // how many of from's points are real; the rest repeat the first
	age            int
	ready          bool
	dx, dy         []float64
}

func newCameraMotion() (*cameraMotion, error) {
	m := &cameraMotion{
		prev:     gocv.NewMat(),
		from:     gocv.NewMatWithSize(motionPoints, 1, gocv.MatTypeCV32FC2),
		to:       gocv.NewMat(),
		status:   gocv.NewMat(),
		errors:   gocv.NewMat(),
		corners:  gocv.NewMat(),
		criteria: gocv.NewTermCriteria(gocv.Count+gocv.EPS, 10, .03),
		dx:       make([]float64, 0, motionPoints),
		dy:       make([]float64, 0, motionPoints),
	}
	var err error
	if m.fromXY, err = m.from.DataPtrFloat32(); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

// step returns how far the background moved since the frame before, in pixels of luma, or false where that
// cannot be told: in the first frame, after a change of size, or where there is too little to hold on to.
// person, in the same pixels, is left out.
func (m *cameraMotion) step(luma gocv.Mat, person box) (shift body.Point, ok bool) {
	if m.ready && m.prev.Cols() == luma.Cols() && m.prev.Rows() == luma.Rows() {
		shift, ok = m.follow(luma, person)
	} else {
		m.count, m.ready = 0, false
	}
	m.age++
	if !m.ready || m.age >= motionRenew || (m.count < 2*motionLeast && m.age >= motionRetry) {
		m.choose(luma, person)
	}
	luma.CopyTo(&m.prev)
	m.ready = true
	return shift, ok
}

// follow moves the points from the frame before to this one and takes the median of their shifts.
func (m *cameraMotion) follow(luma gocv.Mat, person box) (body.Point, bool) {
	if m.count < motionLeast {
		return body.Point{}, false
	}
	gocv.CalcOpticalFlowPyrLKWithParams(m.prev, luma, m.from, m.to, &m.status, &m.errors,
		image.Pt(11, 11), 2, m.criteria, 0, 1e-4)
	to, err := m.to.DataPtrFloat32()
	if err != nil || len(to) < 2*m.count {
		return body.Point{}, false
	}
	found, err := m.status.DataPtrUint8()
	if err != nil || len(found) < m.count {
		return body.Point{}, false
	}
	m.dx, m.dy = m.dx[:0], m.dy[:0]
	kept := 0
	w, h := float32(luma.Cols()-1), float32(luma.Rows()-1)
	for i := range m.count {
		x, y := to[2*i], to[2*i+1]
		if found[i] == 0 || x < 0 || y < 0 || x > w || y > h {
			continue
		}
		if person.holds(float64(x), float64(y)) {
			continue
		}
		m.dx = append(m.dx, float64(x-m.fromXY[2*i]))
		m.dy = append(m.dy, float64(y-m.fromXY[2*i+1]))
		m.fromXY[2*kept], m.fromXY[2*kept+1] = x, y
		kept++
	}
	m.count = kept
	m.pad()
	return agreed(m.dx, m.dy)
}

// agreed is the median shift, if enough of the shifts are close to it. It sorts copies of its arguments.
func agreed(dx, dy []float64) (body.Point, bool) {
	n := len(dx)
	if n < motionLeast {
		return body.Point{}, false
	}
	var buf [2][motionPoints]float64
	sx, sy := append(buf[0][:0], dx...), append(buf[1][:0], dy...)
	slices.Sort(sx)
	slices.Sort(sy)
	p := body.Point{X: sx[n/2], Y: sy[n/2]}
	near := 0
	for i := range n {
		if math.Hypot(dx[i]-p.X, dy[i]-p.Y) < motionSpread {
			near++
		}
	}
	return p, near >= motionLeast && 2*near >= n
}

// choose takes the strongest corners of the picture outside the person.
func (m *cameraMotion) choose(luma gocv.Mat, person box) {
	m.count, m.age = 0, 0
	// The person has the strongest corners and would leave none to a bare room: paint them over. The luma of the
	// frame before is not needed any more and serves as the canvas. The paint stays inside the box, so that the
	// corners which it makes are left out below.
	luma.CopyTo(&m.prev)
	if paint := person.shrunk(motionPaintInset).within(luma.Cols(), luma.Rows()); !paint.Empty() {
		canvas := m.prev.Region(paint)
		canvas.SetTo(gocv.NewScalar(128, 0, 0, 0))
		canvas.Close()
	}
	gocv.GoodFeaturesToTrack(m.prev, &m.corners, 2*motionPoints, .002, 6)
	if m.corners.Empty() {
		return
	}
	xy, err := m.corners.DataPtrFloat32()
	if err != nil {
		return
	}
	for i := 0; i+1 < len(xy) && m.count < motionPoints; i += 2 {
		if person.holds(float64(xy[i]), float64(xy[i+1])) {
			continue
		}
		m.fromXY[2*m.count], m.fromXY[2*m.count+1] = xy[i], xy[i+1]
		m.count++
	}
	m.pad()
}

// pad repeats the first point up to the fixed number that the flow is computed for.
func (m *cameraMotion) pad() {
	if m.count == 0 {
		return
	}
	for i := m.count; i < motionPoints; i++ {
		m.fromXY[2*i], m.fromXY[2*i+1] = m.fromXY[0], m.fromXY[1]
	}
}

func (m *cameraMotion) close() {
	for _, mat := range []*gocv.Mat{&m.prev, &m.from, &m.to, &m.status, &m.errors, &m.corners} {
		mat.Close()
	}
}

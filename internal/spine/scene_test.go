package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// The test person, in metres.
const (
	personL         = 0.48 // mid hip to mid shoulder
	thighM, shankM  = 0.42, 0.41
	ankleM, heelM   = 0.08, 0.03 // heights over the floor with flat feet
	earM            = 0.21       // mid shoulder to ear
	restM           = 0.21 * personL
	testFocal       = 480.0 // pixels; 67° across 640
	testW, testH    = 640, 360
	cameraDistanceM = 3.0
)

// scene is a jointed body over a roller, seen by a pinhole camera. Joints are exact. In space x leads headwards along
// the floor, y up and z to the camera that stands side-on.
type scene struct {
	s       float64 // where the roller is on the hip–shoulder line
	hip     float64 // height of the hip joints over the floor, m
	knee    float64 // interior angle, degrees
	neck    float64 // θN, degrees
	skew    float64 // of the roller's axis against the body's, degrees
	reach   float64 // half length of the roller, m
	radius  float64 // of the roller, m
	x       float64 // of the hips over the floor, m
	behind  bool    // hands behind the head instead of crossed
	sides   bool    // hands beside the hips
	propped bool    // hands on the floor beyond the hips
	roll    float64 // of the whole person about the trunk, degrees
	tilt    float64 // of the whole person about the hips, head up, degrees
	azimuth float64 // of the camera, degrees; 180 looks at the other side
	camera  float64 // height of the camera, m
}

// lying is the scene that the tests vary: T8 on a standard roller, hips up, seen from the side.
func lying() scene {
	return scene{s: 0.8, hip: restM + 0.06, knee: 90, neck: 10, reach: 0.2, radius: 0.075, camera: 0.6}
}

func rad(degrees float64) float64 { return degrees * math.Pi / 180 }

// trunk returns the trunk's direction and what lies out of the back, and the roller's centre, in space relative to
// the hips.
func (c scene) trunk() (headwards, posterior, roller body.Vec3) {
	// How far a roller's axis lies behind the line of the joints on real backs (domain.md §1.4).
	depth := personL*(0.10+0.15*math.Min(c.s, 0.85)) + c.radius
	a, b := c.s*personL, depth
	pitch := math.Asin((c.radius-c.hip)/math.Hypot(a, b)) + math.Atan2(b, a)
	sin, cos := math.Sincos(pitch)
	headwards, posterior = body.Vec3{X: cos, Y: sin}, body.Vec3{X: sin, Y: -cos}
	return headwards, posterior, headwards.Mul(a).Add(posterior.Mul(b))
}

// joints returns the landmarks in space relative to the hips.
func (c scene) joints() (p [body.Count]body.Vec3) {
	h, back, _ := c.trunk()
	at := func(along, behind, left float64) body.Vec3 {
		return h.Mul(along).Add(back.Mul(behind)).Add(body.Vec3{Z: left})
	}
	pair := func(left int, v body.Vec3, width float64) {
		p[left], p[left+1] = v.Add(body.Vec3{Z: width}), v.Add(body.Vec3{Z: -width})
	}
	sin, cos := math.Sincos(rad(c.neck))
	head := at(personL+earM*cos, -earM*sin, 0)
	for i := range body.LeftShoulder {
		p[i] = head.Add(back.Mul(-0.1))
	}
	pair(body.LeftEar, head, 0.07)
	pair(body.LeftShoulder, at(personL, 0, 0), 0.18)
	pair(body.LeftHip, body.Vec3{}, 0.09)
	wrist, elbow := at(0.7*personL, -0.16, 0), at(0.55*personL, -0.05, 0)
	switch {
	case c.behind:
		wrist, elbow = head.Add(back.Mul(0.05)), head.Add(back.Mul(-0.15))
	case c.sides:
		wrist, elbow = at(-0.05, 0, 0), at(0.2, 0.05, 0)
	case c.propped:
		wrist, elbow = at(-0.2, 0.1, 0), at(0.2, 0.1, 0)
	}
	pair(body.LeftElbow, elbow, 0.22)
	for _, i := range [...]int{body.LeftWrist, body.LeftPinky, body.LeftIndex, body.LeftThumb} {
		pair(i, wrist, 0.08)
	}
	knee, ankle := c.leg()
	pair(body.LeftKnee, knee, 0.1)
	pair(body.LeftAnkle, ankle, 0.1)
	pair(body.LeftHeel, body.Vec3{X: ankle.X + 0.04, Y: heelM - c.hip}, 0.1)
	pair(body.LeftFootIndex, body.Vec3{X: ankle.X - 0.16, Y: heelM - c.hip}, 0.1)
	for i, v := range p {
		p[i] = c.posed(v)
	}
	return p
}

// leg returns knee and ankle relative to the hips, the foot flat on the floor.
func (c scene) leg() (knee, ankle body.Vec3) {
	reach := math.Sqrt(thighM*thighM + shankM*shankM - 2*thighM*shankM*math.Cos(rad(c.knee)))
	down := ankleM - c.hip
	ankle = body.Vec3{X: -math.Sqrt(reach*reach - down*down), Y: down}
	along := (thighM*thighM - shankM*shankM + reach*reach) / (2 * reach)
	up := math.Sqrt(math.Max(0, thighM*thighM-along*along))
	d := ankle.Mul(1 / reach)
	return d.Mul(along).Add(body.Vec3{X: -d.Y, Y: d.X}.Mul(-up)), ankle
}

// posed rolls and tilts a point of the person who lies on the back.
func (c scene) posed(v body.Vec3) body.Vec3 {
	h, back, _ := c.trunk()
	along, behind, left := v.Dot(h), v.Dot(back), v.Z
	sin, cos := math.Sincos(rad(c.roll))
	behind, left = cos*behind-sin*left, sin*behind+cos*left
	v = h.Mul(along).Add(back.Mul(behind)).Add(body.Vec3{Z: left})
	sin, cos = math.Sincos(rad(c.tilt))
	return body.Vec3{X: cos*v.X - sin*v.Y, Y: sin*v.X + cos*v.Y, Z: v.Z}
}

// view is the camera.
type view struct{ at, right, down, forward body.Vec3 }

func (c scene) view() view {
	sin, cos := math.Sincos(rad(c.azimuth))
	target := body.Vec3{Y: 0.25}
	at := body.Vec3{X: cameraDistanceM * sin, Y: c.camera, Z: cameraDistanceM * cos}
	forward := target.Sub(at).Unit()
	right := forward.Cross(body.Vec3{Y: 1}).Unit()
	return view{at, right, forward.Cross(right), forward}
}

// turn gives a direction in the camera's axes.
func (v view) turn(d body.Vec3) body.Vec3 {
	return body.Vec3{X: d.Dot(v.right), Y: d.Dot(v.down), Z: d.Dot(v.forward)}
}

// project gives a point's place in the picture and its pixels per metre.
func (v view) project(p body.Vec3) (at body.Point, pxPerM float64) {
	q := v.turn(p.Sub(v.at))
	k := testFocal / q.Z
	return body.Point{X: float64(testW-1)/2 + k*q.X, Y: float64(testH-1)/2 + k*q.Y}, k
}

// observe takes a picture of the scene at time t.
func (c scene) observe(t float64) *Observation {
	v := c.view()
	hips := body.Vec3{X: c.x, Y: c.hip}
	p := &body.Pose{Score: 0.99}
	for i, j := range c.joints() {
		at, k := v.project(hips.Add(j))
		p.World[i] = v.turn(j)
		p.Landmarks[i] = body.Landmark{X: at.X, Y: at.Y, Z: k * p.World[i].Z, Visibility: 0.95, Presence: 0.99}
	}
	_, _, roller := c.trunk()
	centre := hips.Add(roller)
	sin, cos := math.Sincos(rad(c.skew))
	end := body.Vec3{X: sin, Z: cos}.Mul(c.reach)
	near, nearK := v.project(centre.Add(end))
	far, farK := v.project(centre.Sub(end))
	if farK > nearK {
		near, far, nearK = far, near, farK
	}
	return &Observation{
		T: t, Width: testW, Height: testH, Pose: p, People: 1,
		Roller:  &Roller{Score: 0.95, Near: near, Far: far, Radius: nearK * c.radius, Source: RollerTracked},
		Quality: Quality{Brightness: 0.5, Sharpness: 100, CameraMotion: 0},
	}
}

// read is the first reading of the scene by a new estimator.
func (c scene) read() Reading { return New(Options{}).Step(c.observe(0)) }

// film reads the scene for so many seconds at a rate; change may alter it before each frame. The last reading is
// returned.
func film(e *Estimator, c scene, from, seconds, rate float64, change func(c *scene, t float64)) (r Reading) {
	for k := range int(math.Round(seconds * rate)) {
		t := float64(k) / rate
		frame := c
		if change != nil {
			change(&frame, t)
		}
		r = e.Step(frame.observe(from + t))
	}
	return r
}

// rolls moves the roller along the back by v m/s, headwards if positive. Without slip the roller travels the same
// way over the floor in the other direction, and the body twice as far (domain.md §3).
func (c *scene) rolls(v, t float64) {
	c.s += v * t / personL
	c.x -= 2 * v * t
}

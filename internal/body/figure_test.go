package body

import "math"

// frame3 is a body's frame of reference in the camera's axes.
type frame3 struct{ lateral, headwards, posterior Vec3 }

// supine lies on the back, the head to the picture's right, the left side near: the lateral direction from left to
// right leads away from the camera.
func supine() frame3 {
	return frame3{lateral: Vec3{0, 0, 1}, headwards: Vec3{1, 0, 0}, posterior: Vec3{0, 1, 0}}
}

// turned returns the frame turned by angle (radians) about a unit axis.
func (f frame3) turned(axis Vec3, angle float64) frame3 {
	turn := func(v Vec3) Vec3 { // Rodrigues' formula
		c, s := math.Cos(angle), math.Sin(angle)
		return v.Mul(c).Add(axis.Cross(v).Mul(s)).Add(axis.Mul(axis.Dot(v) * (1 - c)))
	}
	return frame3{turn(f.lateral), turn(f.headwards), turn(f.posterior)}
}

// at returns the point of the body with these coordinates in metres from the middle of the hips.
func (f frame3) at(lateral, headwards, posterior float64) Vec3 {
	return f.lateral.Mul(lateral).Add(f.headwards.Mul(headwards)).Add(f.posterior.Mul(posterior))
}

// trunkLength of the figure, in metres.
const trunkLength = 0.48

// figure returns a body with knees bent and arms crossed in the frame f, as a weak-perspective camera sees it whose
// scale is k pixels per metre and which has the hips at `at`. All is visible.
func figure(f frame3, k float64, at Point) Pose {
	half := map[int]Vec3{ // of the left side: lateral to the left, headwards, posterior
		LeftShoulder: {0.18, trunkLength, 0}, LeftElbow: {0.22, 0.25, -0.05}, LeftWrist: {0.02, 0.33, -0.16},
		LeftHip: {0.09, 0, 0}, LeftKnee: {0.1, -0.28, -0.3}, LeftAnkle: {0.1, -0.42, 0.08},
		LeftHeel: {0.1, -0.4, 0.12}, LeftFootIndex: {0.1, -0.56, 0.12}, LeftEar: {0.07, 0.68, 0},
		LeftPinky: {0, 0.33, -0.18}, LeftIndex: {0, 0.35, -0.18}, LeftThumb: {0, 0.34, -0.2},
	}
	p := Pose{Score: 0.98}
	put := func(i int, v Vec3) {
		p.World[i] = v
		q := at.Add(v.XY().Mul(k))
		p.Landmarks[i] = Landmark{X: q.X, Y: q.Y, Z: k * v.Z, Visibility: 0.95, Presence: 0.99}
	}
	for i := range p.World { // the face
		put(i, f.at(0, 0.72, -0.08))
	}
	for i, v := range half {
		put(i, f.at(-v.X, v.Y, v.Z))
		put(i+1, f.at(v.X, v.Y, v.Z))
	}
	return p
}

// mirrored is the pose of the mirror image of the person and the room, in a picture of the given width.
func mirrored(p *Pose, width float64) Pose {
	m := Pose{Score: p.Score}
	for i := range p.Landmarks {
		j := i
		switch {
		case i >= 1 && i <= 3:
			j = i + 3
		case i >= 4 && i <= 6:
			j = i - 3
		case i >= LeftEar && i%2 == 1:
			j = i + 1
		case i >= LeftEar:
			j = i - 1
		}
		l, w := p.Landmarks[i], p.World[i]
		l.X, w.X = width-1-l.X, -w.X
		m.Landmarks[j], m.World[j] = l, w
	}
	return m
}

package export

import (
	"math"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/body"
)

// landmarks are the names of BlazePose's landmarks, in its order. Left and right are the person's own.
var landmarks = [body.Count]string{
	"nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer", "left_ear", "right_ear",
	"mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
	"left_pinky", "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb", "left_hip", "right_hip",
	"left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel", "right_heel", "left_foot_index", "right_foot_index",
}

// guessed is the visibility below which the pose model has guessed where a landmark is: the overlay does not draw it,
// and no motion file tells it.
const guessed = 0.3

// marker is the place of a landmark in the frame of the motion files, in millimetres: the origin is the middle of the
// hips, x points to the picture's right, y up and z towards the camera, which is right-handed with y up, as OpenSim's
// ground is. All are NaN where the landmark was not seen.
func marker(f *archive.Frame, i int) [3]float64 {
	w := f.World[i]
	if !f.Pose || !(f.Landmarks[i][2] >= guessed) || !known(w[0]+w[1]+w[2]) {
		return [3]float64{math.NaN(), math.NaN(), math.NaN()}
	}
	return [3]float64{1000 * w[0], -1000 * w[1], -1000 * w[2]}
}

// interior is the angle at b between a and c in degrees, NaN where one of them was not seen.
func interior(f *archive.Frame, a, b, c int) float64 {
	p, q, r := marker(f, a), marker(f, b), marker(f, c)
	u, v := body.Vec3{X: p[0] - q[0], Y: p[1] - q[1], Z: p[2] - q[2]}, body.Vec3{X: r[0] - q[0], Y: r[1] - q[1], Z: r[2] - q[2]}
	dot := u.X*v.X + u.Y*v.Y + u.Z*v.Z
	size := math.Sqrt(u.X*u.X+u.Y*u.Y+u.Z*u.Z) * math.Sqrt(v.X*v.X+v.Y*v.Y+v.Z*v.Z)
	if !(size > 0) {
		return math.NaN()
	}
	return math.Acos(math.Max(-1, math.Min(1, dot/size))) * 180 / math.Pi
}

// flexion is how far a joint is bent from straight.
func flexion(f *archive.Frame, a, b, c int) float64 { return 180 - interior(f, a, b, c) }

// hasMetres tells whether any landmark's place in metres is there.
func hasMetres(frames []archive.Frame) bool {
	for i := range frames {
		for k := range landmarks {
			if w := frames[i].World[k]; frames[i].Pose && known(w[0]+w[1]+w[2]) && w != [3]float64{} {
				return true
			}
		}
	}
	return false
}

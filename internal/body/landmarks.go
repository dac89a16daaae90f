// Package body holds the human body as the camera sees it: the 33 landmarks of BlazePose, the torso frame
// built on them, joint angles and the smoothing of points over time. It is pure and knows nothing of pixels'
// colours, of rollers or of exercises.
package body

// Landmark indices, in BlazePose order. Left and right are the person's own.
const (
	Nose = iota
	LeftEyeInner
	LeftEye
	LeftEyeOuter
	RightEyeInner
	RightEye
	RightEyeOuter
	LeftEar
	RightEar
	MouthLeft
	MouthRight
	LeftShoulder
	RightShoulder
	LeftElbow
	RightElbow
	LeftWrist
	RightWrist
	LeftPinky
	RightPinky
	LeftIndex
	RightIndex
	LeftThumb
	RightThumb
	LeftHip
	RightHip
	LeftKnee
	RightKnee
	LeftAnkle
	RightAnkle
	LeftHeel
	RightHeel
	LeftFootIndex
	RightFootIndex

	// Count is the number of landmarks of a pose.
	Count
)

// Landmark is one point of the body in the picture.
type Landmark struct {
	// X and Y are pixels of the analysed frame, x to the right, y down; the centre of the top-left pixel is
	// (0, 0). The point may lie outside the frame.
	X, Y float64
	// Z is the depth relative to the hips in the same scale as X, negative towards the camera. It is a hint.
	Z float64
	// Visibility is the probability that the point is in the frame and not hidden, 0…1.
	Visibility float64
	// Presence is the probability that the point is in the frame at all, 0…1.
	Presence float64
}

// At returns the landmark's place in the picture.
func (l Landmark) At() Point { return Point{l.X, l.Y} }

// Vec3 is a point in metres around the middle of the hips: x to the picture's right, y down, z away from the
// camera.
type Vec3 struct{ X, Y, Z float64 }

// Pose is one person in one frame.
type Pose struct {
	// Score is the probability that a person is there, 0…1.
	Score     float64
	Landmarks [Count]Landmark
	// World holds the same landmarks in metres.
	World [Count]Vec3
	// Trunk is what CorrectTrunk learned from the pose as a whole; nil before, and for who does not lie on the back.
	Trunk *Trunk
}

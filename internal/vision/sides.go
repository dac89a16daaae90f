package vision

import "github.com/rollwell/rollwell/internal/body"

// BlazePose tells left from right by what the body looks like, and in a side view of somebody lying it changes
// its mind now and then. Two neighbouring frames cannot really differ in that, so the labelling is chosen that
// continues the one before.

// trunkPairs decide on the whole body; legPairs decide on the legs alone. Shoulders and hips always go together.
var (
	trunkPairs = [][2]int{{body.LeftShoulder, body.RightShoulder}, {body.LeftHip, body.RightHip}}
	legPairs   = [][2]int{
		{body.LeftKnee, body.RightKnee},
		{body.LeftAnkle, body.RightAnkle},
		{body.LeftHeel, body.RightHeel},
		{body.LeftFootIndex, body.RightFootIndex},
	}
	allPairs = [][2]int{
		{body.LeftEyeInner, body.RightEyeInner},
		{body.LeftEye, body.RightEye},
		{body.LeftEyeOuter, body.RightEyeOuter},
		{body.LeftEar, body.RightEar},
		{body.MouthLeft, body.MouthRight},
		{body.LeftShoulder, body.RightShoulder},
		{body.LeftElbow, body.RightElbow},
		{body.LeftWrist, body.RightWrist},
		{body.LeftPinky, body.RightPinky},
		{body.LeftIndex, body.RightIndex},
		{body.LeftThumb, body.RightThumb},
		{body.LeftHip, body.RightHip},
		{body.LeftKnee, body.RightKnee},
		{body.LeftAnkle, body.RightAnkle},
		{body.LeftHeel, body.RightHeel},
		{body.LeftFootIndex, body.RightFootIndex},
	}
)

const (
	// swapRatio is how much better the swapped labelling must explain a frame, swapLeast how badly the raw one
	// must do (mean squared distance per pair, in torso lengths), before labels are swapped.
	swapRatio, swapLeast = .4, .02
	// swapTrust is how long in seconds the raw labelling may contradict ours before we give in: it may have been
	// wrong when the track began.
	swapTrust = 2
	// depthWeight is the weight of the depth, which is noisier than the place in the picture.
	depthWeight = .5
)

// sides keeps left and right consistent over time.
type sides struct {
	before      body.Pose
	has         bool
	trunk, legs sideVote
}

// sideVote remembers since when a group of labels has been swapped against the network's word.
type sideVote struct {
	swapped bool
	since   float64
}

// settle swaps the labels of the pose where that continues the frame before. t is the time in seconds.
func (s *sides) settle(t float64, p *body.Pose) {
	if s.has {
		_, length := torso(&s.before)
		if s.trunk.decide(t, continues(&s.before, p, trunkPairs, length)) {
			swapSides(p, allPairs)
		}
		if s.legs.decide(t, continues(&s.before, p, legPairs, length)) {
			swapSides(p, legPairs)
		}
	}
	s.before, s.has = *p, true
}

// reset forgets the past, as after a change of subject.
func (s *sides) reset() { *s = sides{} }

// decide tells whether to swap, and gives in to the network after swapTrust seconds.
func (v *sideVote) decide(t float64, swap bool) bool {
	if !swap {
		v.swapped = false
		return false
	}
	if !v.swapped {
		v.swapped, v.since = true, t
	}
	if t-v.since > swapTrust {
		v.swapped = false
		return false
	}
	return true
}

// continues tells whether swapping left and right of the pairs continues the frame before clearly better.
func continues(before, p *body.Pose, pairs [][2]int, length float64) bool {
	if length <= 0 {
		return false
	}
	var straight, swapped float64
	for _, pair := range pairs {
		l, r := pair[0], pair[1]
		straight += apart(before, p, l, l, length) + apart(before, p, r, r, length)
		swapped += apart(before, p, l, r, length) + apart(before, p, r, l, length)
	}
	n := float64(2 * len(pairs))
	return straight/n > swapLeast && swapped < swapRatio*straight
}

// apart is the squared distance between the point i of one pose and the point j of the other, in torso lengths.
func apart(a, b *body.Pose, i, j int, length float64) float64 {
	d := b.Landmarks[j].At().Sub(a.Landmarks[i].At()).Mul(1 / length)
	z := depthWeight * (b.World[j].Z - a.World[i].Z) / worldScale
	return d.Dot(d) + z*z
}

func swapSides(p *body.Pose, pairs [][2]int) {
	for _, pair := range pairs {
		l, r := pair[0], pair[1]
		p.Landmarks[l], p.Landmarks[r] = p.Landmarks[r], p.Landmarks[l]
		p.World[l], p.World[r] = p.World[r], p.World[l]
	}
}

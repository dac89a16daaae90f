package simulate

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

// Figure is a body and its roller in space, in metres: x along the floor, y up from it, z towards a camera that stands
// side-on.
type Figure struct {
	Joints [body.Count]body.Vec3
	// Roller is nil where none is in use.
	Roller *Cylinder
	// onSide tells that the body lies on a side, where BlazePose makes the trunk longer than it is.
	onSide bool
	// onBack tells that it lies on the back over a roller, where the hips come out low.
	onBack bool
}

// Cylinder is a roller: Axis is a unit vector along it.
type Cylinder struct {
	Centre, Axis       body.Vec3
	Radius, HalfLength float64
}

// trunk is where the trunk is: the mid hip, and unit vectors headwards, out of the chest and to the person's left.
type trunk struct{ hip, head, front, left body.Vec3 }

const degree = math.Pi / 180

// supine returns a trunk on its back whose head end is raised by pitch, in radians; prone one on its belly. Heads point
// along x.
func supine(hip body.Vec3, pitch float64) trunk {
	sin, cos := math.Sincos(pitch)
	return newTrunk(hip, body.Vec3{X: cos, Y: sin}, body.Vec3{X: -sin, Y: cos})
}

func prone(hip body.Vec3, pitch float64) trunk {
	sin, cos := math.Sincos(pitch)
	return newTrunk(hip, body.Vec3{X: cos, Y: sin}, body.Vec3{X: sin, Y: -cos})
}

func newTrunk(hip, head, front body.Vec3) trunk { return trunk{hip, head, front, head.Cross(front)} }

// rolled turns the trunk about its own axis by angle in radians, the left side going towards the front.
func (t trunk) rolled(angle float64) trunk {
	t.front, t.left = turned(t.front, t.head, -angle), turned(t.left, t.head, -angle)
	return t
}

// turned is v turned about a unit axis by angle in radians (Rodrigues).
func turned(v, axis body.Vec3, angle float64) body.Vec3 {
	sin, cos := math.Sincos(angle)
	return v.Mul(cos).Add(axis.Cross(v).Mul(sin)).Add(axis.Mul(axis.Dot(v) * (1 - cos)))
}

// at returns the point that lies so far headwards, in front and to the left of the mid hip.
func (t trunk) at(head, front, left float64) body.Vec3 {
	return t.hip.Add(t.head.Mul(head)).Add(t.front.Mul(front)).Add(t.left.Mul(left))
}

// carriage is how the upper body is carried.
type carriage struct {
	neck float64 // θN in degrees, positive with the chin to the chest
	bend float64 // of the upper back backwards over s, in degrees
	s    float64
}

// setTrunk places hips, shoulders and head. It returns the trunk's directions at the shoulders.
func (f *Figure) setTrunk(b *Body, t trunk, c carriage) (upper trunk) {
	f.pair(body.LeftHip, t.hip, t.left, b.HalfHips)
	// The vertebrae above the roller share the bend: the shoulders follow half of it, the head all.
	half := t
	half.head, half.front = turned(t.head, t.left, -c.bend/2*degree), turned(t.front, t.left, -c.bend/2*degree)
	shoulders := t.at(c.s*b.Torso, 0, 0).Add(half.head.Mul((1 - c.s) * b.Torso))
	f.pair(body.LeftShoulder, shoulders, t.left, b.HalfShoulders)
	angle := (c.neck - c.bend) * degree // of the head against the lower trunk
	head := turned(t.head, t.left, angle)
	face := turned(t.front, t.left, angle)
	ears := shoulders.Add(head.Mul(b.Neck))
	f.pair(body.LeftEar, ears, t.left, 0.075)
	nose := ears.Add(face.Mul(0.10))
	f.Joints[body.Nose] = nose
	for i := body.LeftEyeInner; i <= body.RightEyeOuter; i++ {
		side := 0.035
		if i >= body.RightEyeInner {
			side = -side
		}
		f.Joints[i] = nose.Add(head.Mul(0.035)).Add(face.Mul(-0.02)).Add(t.left.Mul(side))
	}
	f.pair(body.MouthLeft, nose.Add(head.Mul(-0.05)), t.left, 0.025)
	upper = half
	upper.hip = shoulders
	return upper
}

// pair places a left landmark and its right one.
func (f *Figure) pair(left int, at, toLeft body.Vec3, half float64) {
	f.Joints[left], f.Joints[left+1] = at.Add(toLeft.Mul(half)), at.Add(toLeft.Mul(-half))
}

// reach bends a limb of two bones so that its end comes to target, as far as it can, with the joint between them
// towards pole.
func reach(root, target body.Vec3, first, second float64, pole body.Vec3) (joint, end body.Vec3) {
	d := target.Sub(root)
	length := math.Min(math.Max(d.Len(), math.Abs(first-second)+1e-3), (first+second)*0.999)
	along := d.Unit()
	end = root.Add(along.Mul(length))
	x := (first*first - second*second + length*length) / (2 * length)
	side := pole.Sub(along.Mul(pole.Dot(along))).Unit()
	return root.Add(along.Mul(x)).Add(side.Mul(math.Sqrt(math.Max(0, first*first-x*x)))), end
}

// arm brings the wrist of a side to a place; right is 0 for the left arm and 1 for the right one.
func (f *Figure) arm(b *Body, right int, wrist, pole body.Vec3) {
	elbow, end := reach(f.Joints[body.LeftShoulder+right], wrist, b.UpperArm, b.Forearm, pole)
	f.setArm(right, elbow, end)
}

// setArm places elbow, wrist and hand.
func (f *Figure) setArm(right int, elbow, wrist body.Vec3) {
	f.Joints[body.LeftElbow+right], f.Joints[body.LeftWrist+right] = elbow, wrist
	hand := wrist.Sub(elbow).Unit().Mul(0.08)
	if hand.Y < 0 && wrist.Y+hand.Y < 0.02 {
		hand.Y = 0.02 - wrist.Y
	}
	for _, i := range [...]int{body.LeftPinky, body.LeftIndex, body.LeftThumb} {
		f.Joints[i+right] = wrist.Add(hand)
	}
}

// leg brings the ankle of a side to a place. toes is the direction in which the foot points.
func (f *Figure) leg(b *Body, right int, ankle, pole, toes body.Vec3) {
	knee, end := reach(f.Joints[body.LeftHip+right], ankle, b.Thigh, b.Shank, pole)
	f.setLeg(right, knee, end, toes)
}

func (f *Figure) setLeg(right int, knee, ankle, toes body.Vec3) {
	f.Joints[body.LeftKnee+right], f.Joints[body.LeftAnkle+right] = knee, ankle
	low := func(v body.Vec3) body.Vec3 { v.Y = math.Max(v.Y, 0.02); return v }
	f.Joints[body.LeftHeel+right] = low(ankle.Add(toes.Mul(-0.045)).Add(body.Vec3{Y: heelHigh - ankleHigh}))
	f.Joints[body.LeftFootIndex+right] = low(ankle.Add(toes.Mul(0.16)).Add(body.Vec3{Y: heelHigh - ankleHigh}))
}

// mirrored is the mirror image: what was left is right, and heads point the other way.
func (f Figure) mirrored() Figure {
	m := f
	for i, v := range f.Joints {
		v.X = -v.X
		m.Joints[twin(i)] = v
	}
	if f.Roller != nil {
		r := *f.Roller
		r.Centre.X, r.Axis.X = -r.Centre.X, -r.Axis.X
		m.Roller = &r
	}
	return m
}

// twin is the index of the same landmark of the other side.
func twin(i int) int {
	switch {
	case i == body.Nose:
		return i
	case i <= body.LeftEyeOuter:
		return i + 3
	case i <= body.RightEyeOuter:
		return i - 3
	case i%2 == 1:
		return i + 1
	}
	return i - 1
}

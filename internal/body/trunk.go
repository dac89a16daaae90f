package body

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"sync"
)

// BlazePose puts the hips and shoulders of people who lie on a roller in the wrong place by some 10 % of the
// trunk's length: the trunk comes out too long and the hips too high, the more so the more the camera looks down.
// Most of it follows from the rest of the pose, so a linear model learned on renders with known joints takes it
// back. Recipe and accuracy: models/trunk.

//go:embed trunk.json
var trunkJSON []byte

// Trunk is what the pose as a whole tells of a trunk, beyond where its landmarks are.
type Trunk struct {
	// HipLift is the height of the hips over their rest in metres, from the pose alone.
	HipLift float64
	// Across is the lateral direction from the near side to the far side in the picture: what a metre of it
	// spans at the trunk, divided by Torso.Scale.
	Across Point
}

// trunkModel is a ridge regression from trunkFeatures to trunkTargets.
type trunkModel struct {
	Mean    []float64   `json:"mean"`
	Scale   []float64   `json:"scale"`
	Weights [][]float64 `json:"weights"` // one row per target
	Bias    []float64   `json:"bias"`
}

const (
	trunkFeatures = 5*(2*len(trunkPairs)+1) + 6
	// The targets: how far the true mid hip lies from BlazePose's along the trunk (positive headwards) and
	// behind it, the same of the mid shoulder, all in L; the height of the hips over their rest, in cm; and the
	// body's lateral direction, from the near side to the far side, along the trunk and behind it, as the share
	// of a metre's length that is seen in the picture.
	trunkTargets = 7
	// maxOffset bounds a correction, in L: more would be no correction but a guess.
	maxOffset = 0.2
	// maxDeviation bounds each feature, in standard deviations of the training set.
	maxDeviation = 3.5
)

// trunkPairs are the left landmarks of the pairs the model looks at; the right one is at +1.
var trunkPairs = [...]int{
	LeftShoulder, LeftElbow, LeftWrist, LeftHip, LeftKnee, LeftAnkle, LeftHeel, LeftFootIndex, LeftEar,
}

var loadTrunk = sync.OnceValues(func() (*trunkModel, error) {
	m := new(trunkModel)
	if err := json.Unmarshal(trunkJSON, m); err != nil {
		return nil, fmt.Errorf("trunk.json: %w", err)
	}
	if len(m.Mean) != trunkFeatures || len(m.Scale) != trunkFeatures || len(m.Bias) != trunkTargets || len(m.Weights) != trunkTargets {
		return nil, fmt.Errorf("trunk.json: %d features and %d targets, want %d and %d", len(m.Mean), len(m.Bias), trunkFeatures, trunkTargets)
	}
	for _, row := range m.Weights {
		if len(row) != trunkFeatures {
			return nil, fmt.Errorf("trunk.json: a row of %d weights, want %d", len(row), trunkFeatures)
		}
	}
	return m, nil
})

// CorrectTrunk moves the hips and the shoulders of p to where they most likely are, and sets p.Trunk. It does nothing
// to people who do not lie on their back. World landmarks stay as they are.
func CorrectTrunk(p *Pose) error {
	m, err := loadTrunk()
	if err != nil {
		return err
	}
	t, ok := NewTorso(p)
	if !ok {
		return nil
	}
	// Only backs that face the floor were learned from; the correction fades in between 72° and 53°.
	weight := math.Min(math.Max((t.Posterior.Y-0.3)/0.3, 0), 1)
	if !(weight > 0) { // NaN too
		return nil
	}
	along, behind := t.axes()
	var f [trunkFeatures]float64
	t.features(p, along, behind, &f)
	y := m.apply(&f)
	hip := along.Mul(bound(y[0])).Add(behind.Mul(bound(y[1]))).Mul(weight * t.L)
	shoulder := along.Mul(bound(y[2])).Add(behind.Mul(bound(y[3]))).Mul(weight * t.L)
	for _, i := range [...]int{LeftHip, RightHip} {
		p.Landmarks[i].X += hip.X
		p.Landmarks[i].Y += hip.Y
	}
	for _, i := range [...]int{LeftShoulder, RightShoulder} {
		p.Landmarks[i].X += shoulder.X
		p.Landmarks[i].Y += shoulder.Y
	}
	if weight == 1 {
		p.Trunk = &Trunk{HipLift: y[4] / 100, Across: along.Mul(y[5]).Add(behind.Mul(y[6]))}
	}
	return nil
}

func bound(x float64) float64 { return math.Min(math.Max(x, -maxOffset), maxOffset) }

// apply returns the targets for the features.
func (m *trunkModel) apply(f *[trunkFeatures]float64) (y [trunkTargets]float64) {
	copy(y[:], m.Bias)
	for i := range f {
		x := (f[i] - m.Mean[i]) / m.Scale[i]
		x = math.Min(math.Max(x, -maxDeviation), maxDeviation)
		for k := range y {
			y[k] += m.Weights[k][i] * x
		}
	}
	return y
}

// axes returns the trunk's direction in the picture, towards the head, and the one square to it towards the back.
func (t Torso) axes() (along, behind Point) {
	along = t.S.Sub(t.H).Unit()
	behind = Point{-along.Y, along.X}
	if behind.Dot(t.Posterior.XY()) < 0 {
		behind = behind.Mul(-1)
	}
	return along, behind
}

// features writes where the pairs of landmarks, near side first, and the nose are: in the picture relative to the
// mid hip in L, and in space relative to the hips in trunk lengths, both along the trunk and behind it, the space
// also in depth; then which way gravity and the camera look. models/trunk/fit.py has the same, and a test holds them
// together.
func (t Torso) features(p *Pose, along, behind Point, f *[trunkFeatures]float64) {
	hips := p.World[LeftHip].Mid(p.World[RightHip])
	n := 0
	add := func(i int) {
		d := p.Landmarks[i].At().Sub(t.H).Mul(1 / t.L)
		w := p.World[i].Sub(hips).Mul(1 / t.LengthM)
		f[n], f[n+1] = d.Dot(along), d.Dot(behind)
		f[n+2], f[n+3], f[n+4] = w.XY().Dot(along), w.XY().Dot(behind), w.Z
		n += 5
	}
	for _, left := range trunkPairs {
		right := left + 1
		near, far := right, left
		if t.NearIsLeft {
			near, far = left, right
		}
		add(near)
		add(far)
	}
	add(Nose)
	for i, x := range [...]float64{along.Y, behind.Y, t.Lateral.Y, t.Posterior.Z, t.Headwards.Z, t.LengthM} {
		f[n+i] = x
	}
}

package spine

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
)

const (
	// seenFrom is the visibility from which a landmark counts as seen (domain.md §5: keypoint score ≥ .3; the
	// visibility of BlazePose is generous, so more is asked for); sureFrom that from which it may be corrected
	// on (heuristic).
	seenFrom, sureFrom = 0.3, 0.6

	degree = math.Pi / 180
)

// stateOf tells how far a landmark of visibility v may be trusted.
func stateOf(v float64) State {
	switch {
	case v >= sureFrom:
		return OK
	case v >= seenFrom:
		return Unsure
	default:
		return Unseen
	}
}

// leastSeen returns the state of the least visible of the landmarks.
func leastSeen(p *body.Pose, indices ...int) State {
	worst := OK
	for _, i := range indices {
		worst = min(worst, stateOf(p.Landmarks[i].Visibility))
	}
	return worst
}

// seenAtAll tells whether any landmark is seen.
func seenAtAll(p *body.Pose) bool {
	for i := range p.Landmarks {
		if p.Landmarks[i].Visibility >= seenFrom {
			return true
		}
	}
	return false
}

// kneeAngle returns the interior angle hip–knee–ankle in degrees: of the near leg, or of the far one if that is better
// seen or clearly more bent, for both legs have to be straight before anybody is told to bend them.
func kneeAngle(p *body.Pose, t body.Torso) Value {
	const clearly = 20 // degrees: the far leg is seen half as well
	best := Value{}
	near := 1
	if t.NearIsLeft {
		near = 0
	}
	for k, l := range [...]leg{legs[near], legs[1-near]} {
		state := leastSeen(p, l.hip, l.knee, l.ankle)
		if state == Unseen {
			continue
		}
		a := body.Angle(p.World[l.hip], p.World[l.knee], p.World[l.ankle])
		if state > best.State || state == best.State && k == 1 && a < best.V-clearly {
			best = Value{V: a, Sigma: 10, State: state}
		}
	}
	return best
}

// hipAngle returns the interior angle shoulder–hip–knee (SHK) of the near side, in degrees.
func hipAngle(p *body.Pose, t body.Torso) Value {
	s, h, k := t.Near(body.LeftShoulder, body.RightShoulder), t.Near(body.LeftHip, body.RightHip), t.Near(body.LeftKnee, body.RightKnee)
	return Value{V: body.Angle(p.World[s], p.World[h], p.World[k]), Sigma: 8, State: leastSeen(p, s, h, k)}
}

// neckAngle returns θN: the angle in the sagittal plane from the trunk's line H→S to the line S→ear, in
// degrees, positive with the chin to the chest.
func neckAngle(p *body.Pose, t body.Torso) Value {
	ear := t.Near(body.LeftEar, body.RightEar)
	shoulders := p.World[body.LeftShoulder].Mid(p.World[body.RightShoulder])
	ears := p.World[body.LeftEar].Mid(p.World[body.RightEar])
	v := ears.Sub(shoulders)
	a := math.Atan2(-v.Dot(t.Posterior), v.Dot(t.Headwards)) / degree
	return Value{V: a, Sigma: 8, State: min(leastSeen(p, ear), stateOf(t.Visibility))}
}

// armsOf classifies how the arms are carried (domain.md §4): both wrists within .25 L of an ear, taken here as
// .4 L to the head's middle for the hands lie behind it; crossed with the wrists over the trunk.
func armsOf(p *body.Pose, t body.Torso) Arms {
	ears := p.World[body.LeftEar].Mid(p.World[body.RightEar])
	shoulders := p.World[body.LeftShoulder].Mid(p.World[body.RightShoulder])
	near := t.Near(body.LeftWrist, body.RightWrist)
	if p.Landmarks[near].Visibility < sureFrom { // the levels and a cue hang on it
		return ArmsUnknown
	}
	w := p.World[near]
	if w.Sub(ears).Len() < 0.4*t.LengthM && w.Sub(shoulders).Dot(t.Headwards) > 0.1*t.LengthM {
		return ArmsBehindHead
	}
	along := w.Sub(shoulders).Dot(t.Headwards) / t.LengthM
	if along > -1.3 && along <= 0.35 {
		return ArmsCrossed
	}
	return ArmsElsewhere
}

// trunkRoll returns ρ, how far the trunk is rolled about its long axis from lying on the back, in degrees ≥ 0.
// The camera looks down by some 15 ± 12° which it can't tell from a roll, so only a clear case is sure.
func trunkRoll(t body.Torso) Value {
	const cameraPitch, margin = 15, 15
	a := math.Abs(math.Atan2(t.Posterior.Z, t.Posterior.Y)/degree - cameraPitch)
	v := Value{V: math.Min(a, 360-a), Sigma: 12, State: Unsure}
	if math.Abs(v.V-45) > margin {
		v.State = min(OK, stateOf(t.Visibility))
	}
	return v
}

// sideOn returns |x_Lshoulder − x_Rshoulder| / L along the trunk of somebody who lies or kneels, along the floor of
// somebody upright (domain.md §5).
func sideOn(p *body.Pose, t body.Torso) Value {
	d := p.Landmarks[body.LeftShoulder].At().Sub(p.Landmarks[body.RightShoulder].At())
	axis := t.S.Sub(t.H).Unit()
	if leanOf(t) < levelFrom-levelHold {
		axis = body.Point{X: 1}
	}
	return Value{V: math.Abs(d.Dot(axis)) / t.L, Sigma: 0.08, State: stateOf(t.Visibility)}
}

// shouldersShare is the width between the shoulder joints as a share of L (ANSUR: biacromial less 4 cm a side).
const shouldersShare = 0.75

// sideOnOfFlank returns the same of somebody who lies on a side, whose shoulders are above each other: what they would
// span if the person turned onto the back.
func sideOnOfFlank(s *sight) Value {
	return known(shouldersShare*math.Abs(s.t.Headwards.Z), 0.08, s.trunk)
}

// mattering are the landmarks that have to be in the picture: head, trunk and legs of the near side.
func mattering(t body.Torso) [6]int {
	return [...]int{
		body.Nose, t.Near(body.LeftShoulder, body.RightShoulder), t.Near(body.LeftHip, body.RightHip),
		t.Near(body.LeftKnee, body.RightKnee), t.Near(body.LeftAnkle, body.RightAnkle), t.Near(body.LeftHeel, body.RightHeel),
	}
}

// inFrame returns the share of the landmarks that matter which lie inside the picture.
func inFrame(p *body.Pose, t body.Torso, width, height int) Value {
	n := 0
	all := mattering(t)
	for _, i := range all {
		l := p.Landmarks[i]
		if l.X >= 0 && l.Y >= 0 && l.X <= float64(width-1) && l.Y <= float64(height-1) {
			n++
		}
	}
	return Value{V: float64(n) / float64(len(all)), State: OK}
}

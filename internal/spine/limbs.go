package spine

import "github.com/rollwell/rollwell/internal/body"

// leg and arm name the landmarks of a limb, with the other leg's knee.
type leg struct{ shoulder, hip, knee, ankle, heel, toe, otherKnee int }

type arm struct{ shoulder, elbow, wrist, index, hip int }

// legs and arms hold the left limb and then the right one.
var (
	legs = [2]leg{
		{body.LeftShoulder, body.LeftHip, body.LeftKnee, body.LeftAnkle, body.LeftHeel, body.LeftFootIndex, body.RightKnee},
		{body.RightShoulder, body.RightHip, body.RightKnee, body.RightAnkle, body.RightHeel, body.RightFootIndex, body.LeftKnee},
	}
	arms = [2]arm{
		{body.LeftShoulder, body.LeftElbow, body.LeftWrist, body.LeftIndex, body.LeftHip},
		{body.RightShoulder, body.RightElbow, body.RightWrist, body.RightIndex, body.RightHip},
	}
)

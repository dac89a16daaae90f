package spine

import (
	"maps"
	"slices"
)

// Quantity names one number of a reading, as exercise files do.
type Quantity string

// Quantities returns the names of all numbers of a reading, in alphabetical order.
func Quantities() []Quantity { return slices.Sorted(maps.Keys(quantities)) }

// Value returns the number of that name and whether there is such a name.
func (r *Reading) Value(q Quantity) (Value, bool) {
	p, ok := quantities[q]
	if !ok {
		return Value{}, false
	}
	return p(r), true
}

var quantities = map[Quantity]func(*Reading) Value{
	"s":                 func(r *Reading) Value { return r.S },
	"p_lumbar":          func(r *Reading) Value { return r.PLumbar },
	"p_neck":            func(r *Reading) Value { return r.PNeck },
	"on_roller":         func(r *Reading) Value { return r.OnRoller },
	"speed_cm_s":        func(r *Reading) Value { return r.Speed },
	"stroke_speed_cm_s": func(r *Reading) Value { return r.StrokeSpeed },
	"peak_speed_cm_s":   func(r *Reading) Value { return r.PeakSpeed },
	"peak_accel_cm_s2":  func(r *Reading) Value { return r.PeakAccel },
	"hip_lift_cm":       func(r *Reading) Value { return r.HipLift },
	"hip_lift_l":        func(r *Reading) Value { return r.HipLiftL },
	"hip_over_shoulder": func(r *Reading) Value { return r.HipOverShoulder },
	"knee_deg":          func(r *Reading) Value { return r.Knee },
	"shk_deg":           func(r *Reading) Value { return r.SHK },
	"neck_deg":          func(r *Reading) Value { return r.Neck },
	"ankle_height_l":    func(r *Reading) Value { return r.AnkleHeight },
	"roller_skew_deg":   func(r *Reading) Value { return r.RollerSkew },
	"trunk_roll_deg":    func(r *Reading) Value { return r.TrunkRoll },
	"in_frame":          func(r *Reading) Value { return r.InFrame },
	"side_on":           func(r *Reading) Value { return r.SideOn },
	"roller_seen":       func(r *Reading) Value { return r.RollerSeen },
	"brightness":        func(r *Reading) Value { return r.Brightness },
	"camera_moved_l":    func(r *Reading) Value { return r.CameraMoved },
	"frame_rate":        func(r *Reading) Value { return r.FrameRate },
	"person":            func(r *Reading) Value { return Value{V: 1, State: r.Person} },
	"people":            func(r *Reading) Value { return Value{V: float64(r.People), State: OK} },
	"arms_set":          func(r *Reading) Value { return armsSet(r.Arms) },

	"trunk_lean_deg":      func(r *Reading) Value { return r.TrunkLean },
	"yaw_deg":             func(r *Reading) Value { return r.Yaw },
	"arm_raise_deg":       func(r *Reading) Value { return r.ArmRaise },
	"low_arm_raise_deg":   func(r *Reading) Value { return r.LowArmRaise },
	"elbow_shoulder_l":    func(r *Reading) Value { return r.ElbowShoulder },
	"wrist_shoulder_l":    func(r *Reading) Value { return r.WristShoulder },
	"knee_hip_l":          func(r *Reading) Value { return r.KneeHip },
	"arm_upright_deg":     func(r *Reading) Value { return r.ArmUpright },
	"thigh_upright_deg":   func(r *Reading) Value { return r.ThighUpright },
	"wrist_height_l":      func(r *Reading) Value { return r.WristHeight },
	"wrist_behind_hip_l":  func(r *Reading) Value { return r.WristBehindHip },
	"wrist_beyond_head_l": func(r *Reading) Value { return r.WristBeyondHead },
	"ankle_knee_l":        func(r *Reading) Value { return r.AnkleKnee },
	"hip_ankle_l":         func(r *Reading) Value { return r.HipAnkle },
	"hip_sag_l":           func(r *Reading) Value { return r.HipSag },
	"ear_height_l":        func(r *Reading) Value { return r.EarHeight },
	"ear_over_shoulder_l": func(r *Reading) Value { return r.EarOverShoulder },
	"shoulder_height_l":   func(r *Reading) Value { return r.ShoulderHeight },
	"hip_height_l":        func(r *Reading) Value { return r.HipHeight },
	"hip_change_l":        func(r *Reading) Value { return r.HipChange },
	"shoulder_change_l":   func(r *Reading) Value { return r.ShoulderChange },
	"bend_deg":            func(r *Reading) Value { return r.Bend },
	"still_cm_s":          func(r *Reading) Value { return r.Still },
	"trunk_speed_cm_s":    func(r *Reading) Value { return r.TrunkSpeed },
	"roller_hip_l":        func(r *Reading) Value { return r.RollerHip },
	"roller_under_l":      func(r *Reading) Value { return r.RollerUnder },
	"roller_size_ratio":   func(r *Reading) Value { return r.RollerSize },
	"thigh_t":             func(r *Reading) Value { return r.ThighT },
	"on_thigh":            func(r *Reading) Value { return r.OnThigh },
}

// armsSet says whether the arms are where an exercise on the back wants them, crossed or behind the head: 1
// or 0.
func armsSet(a Arms) Value {
	switch a {
	case ArmsCrossed, ArmsBehindHead:
		return Value{V: 1, State: OK}
	case ArmsElsewhere:
		return Value{V: 0, State: OK}
	}
	return Value{}
}

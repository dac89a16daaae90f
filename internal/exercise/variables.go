package exercise

// variables is the one table of what exercise files may ask about. Expressions know all of them; conditions that compare
// a quantity know the numbers that a reading has.
var variables = []Variable{
	// Where the roller is.
	{Name: "s", Unit: UnitL, Lo: -0.5, Hi: 2, Doc: "contact of the roller on the line from the hip (0) to the shoulder (1)"},
	{Name: "p_lumbar", Unit: UnitProbability, Hi: 1, Doc: "probability that the contact lies on the lower back, below T12/L1"},
	{Name: "p_neck", Unit: UnitProbability, Hi: 1, Doc: "probability that the contact lies on the neck, above C7/T1"},
	{Name: "on_roller", Unit: UnitProbability, Hi: 1, Doc: "probability that the trunk rests on the roller"},
	{Name: "on_thigh", Unit: UnitProbability, Hi: 1, Doc: "probability that the thigh, not the trunk, rests on the roller"},
	{Name: "thigh_t", Unit: UnitShare, Lo: -1, Hi: 2, Doc: "contact of the roller on the line from the hip (0) to the knee (1)"},
	{Name: "roller_hip_l", Unit: UnitL, Hi: 4, Doc: "distance of the roller's axis from the hip joint"},
	{Name: "roller_under_l", Unit: UnitL, Lo: -3, Hi: 3, Doc: "how far the roller's axis is below the hip joint; negative above"},
	{Name: "roller_skew_deg", Unit: UnitDeg, Hi: 90, Doc: "angle between the roller and a line straight across the body"},
	{Name: "roller_size_ratio", Unit: UnitShare, Hi: 10, Doc: "diameter of the roller as measured, as a share of the one that was told; 1 if they agree"},
	// How it moves.
	{Name: "speed_cm_s", Unit: UnitCMPerS, Lo: -100, Hi: 100, Doc: "travel of the contact along the body over 1 s; positive towards the head"},
	{Name: "stroke_speed_cm_s", Unit: UnitCMPerS, Lo: -100, Hi: 100, Doc: "the same over 0.6 s, which follows fast strokes"},
	{Name: "peak_speed_cm_s", Unit: UnitCMPerS, Hi: 200, Doc: "greatest speed over 0.3 s, without direction"},
	{Name: "peak_accel_cm_s2", Unit: UnitCMPerS2, Hi: 2000, Doc: "greatest acceleration over 0.3 s, without direction"},
	{Name: "trunk_speed_cm_s", Unit: UnitCMPerS, Lo: -200, Hi: 200, Doc: "speed of the trunk's middle along the trunk over 1 s; positive towards the head"},
	{Name: "still_cm_s", Unit: UnitCMPerS, Hi: 500, Doc: "speed of the fastest big joint over 0.5 s: how still the body is"},
	// Hips and trunk.
	{Name: "hip_lift_cm", Unit: UnitCM, Lo: -20, Hi: 60, Doc: "how far the hips are above their height at rest"},
	{Name: "hip_lift_l", Unit: UnitL, Lo: -0.5, Hi: 1.5, Doc: "the same as a share of the torso's length"},
	{Name: "hip_over_shoulder", Unit: UnitL, Lo: -1, Hi: 1, Doc: "height of the hips over the shoulders; negative below"},
	{Name: "hip_height_l", Unit: UnitL, Lo: -0.5, Hi: 4, Doc: "height of the hips over the floor"},
	{Name: "shoulder_height_l", Unit: UnitL, Lo: -0.5, Hi: 4, Doc: "height of the shoulders over the floor"},
	{Name: "hip_change_l", Unit: UnitL, Lo: -2, Hi: 2, Doc: "change of the hips' height against the last 3 s at rest"},
	{Name: "shoulder_change_l", Unit: UnitL, Lo: -2, Hi: 2, Doc: "change of the shoulders' height against the last 3 s at rest"},
	{Name: "hip_sag_l", Unit: UnitL, Lo: -1.5, Hi: 1.5, Doc: "how far the hips are below the line from shoulder to knee, lying on the front; negative above"},
	{Name: "trunk_lean_deg", Unit: UnitDeg, Hi: 180, Doc: "angle of the trunk from vertical: 0 upright, 90 level, more with the head below the hips"},
	{Name: "trunk_roll_deg", Unit: UnitDeg, Hi: 180, Doc: "how far the trunk is rolled to a side from lying on the back"},
	{Name: "bend_deg", Unit: UnitDeg, Lo: -90, Hi: 120, Doc: "how far the upper back is bent backwards over the roller against the start"},
	// Legs.
	{Name: "knee_deg", Unit: UnitDeg, Hi: 180, Doc: "inner angle of the more bent knee; 180 straight"},
	{Name: "shk_deg", Unit: UnitDeg, Hi: 180, Doc: "inner angle shoulder, hip, knee; 180 straight"},
	{Name: "ankle_height_l", Unit: UnitL, Lo: -0.5, Hi: 2, Doc: "height of the ankles over the floor"},
	{Name: "ankle_knee_l", Unit: UnitL, Hi: 4, Doc: "smallest distance of an ankle from the other knee"},
	{Name: "hip_ankle_l", Unit: UnitL, Hi: 4, Doc: "distance of the hip from the ankle on the side of the camera"},
	{Name: "knee_hip_l", Unit: UnitL, Hi: 4, Doc: "horizontal distance of knee and hip on the side of the camera"},
	{Name: "thigh_upright_deg", Unit: UnitDeg, Hi: 180, Doc: "angle of the thigh from vertical, on the side of the camera"},
	// Arms.
	{Name: "arms_set", Unit: UnitYesNo, Hi: 1, Doc: "1 with the arms crossed or the hands behind the head, 0 elsewhere"},
	{Name: "arm_raise_deg", Unit: UnitDeg, Hi: 180, Doc: "angle between upper arm and trunk, of the arm raised more"},
	{Name: "low_arm_raise_deg", Unit: UnitDeg, Hi: 180, Doc: "the same of the arm nearer to the floor"},
	{Name: "arm_upright_deg", Unit: UnitDeg, Hi: 180, Doc: "angle of the arm, shoulder to wrist, from vertical, on the side of the camera"},
	{Name: "elbow_shoulder_l", Unit: UnitL, Hi: 4, Doc: "horizontal distance of elbow and shoulder on the side of the camera"},
	{Name: "wrist_shoulder_l", Unit: UnitL, Hi: 4, Doc: "horizontal distance of wrist and shoulder on the side of the camera"},
	{Name: "wrist_height_l", Unit: UnitL, Lo: -0.5, Hi: 4, Doc: "height of the lower wrist over the floor"},
	{Name: "wrist_behind_hip_l", Unit: UnitL, Lo: -4, Hi: 4, Doc: "how far that wrist is behind the hip, away from the feet, horizontally"},
	{Name: "wrist_beyond_head_l", Unit: UnitL, Lo: -4, Hi: 4, Doc: "how far the wrists are beyond the ear, along the trunk"},
	// Head.
	{Name: "neck_deg", Unit: UnitDeg, Lo: -90, Hi: 90, Doc: "angle between trunk and head; positive with the chin to the chest"},
	{Name: "ear_height_l", Unit: UnitL, Lo: -0.5, Hi: 4, Doc: "height of the ear over the floor"},
	{Name: "ear_over_shoulder_l", Unit: UnitL, Lo: -2, Hi: 2, Doc: "height of the ear over the shoulder; negative below"},
	// Camera and surroundings.
	{Name: "person", Unit: UnitYesNo, Hi: 1, Doc: "whether the person is seen; for `state`"},
	{Name: "people", Unit: UnitCount, Hi: 100, Doc: "how many people are in the picture"},
	{Name: "in_frame", Unit: UnitShare, Hi: 1, Doc: "share of the body that lies inside the picture"},
	{Name: "side_on", Unit: UnitL, Hi: 1, Doc: "distance of the shoulders in the picture along the trunk; small when seen from the side"},
	{Name: "yaw_deg", Unit: UnitDeg, Lo: -90, Hi: 90, Doc: "angle of the camera off side-on; positive: it has to go towards the head"},
	{Name: "roller_seen", Unit: UnitProbability, Hi: 1, Doc: "probability that the roller is in sight"},
	{Name: "brightness", Unit: UnitShare, Hi: 1, Doc: "mean brightness of the picture"},
	{Name: "camera_moved_l", Unit: UnitL, Hi: 10, Doc: "movement of the camera over the last second"},
	{Name: "frame_rate", Unit: UnitFPS, Hi: 240, Doc: "pictures per second over the last 2 s"},
	// Text.
	{Name: "posture", Values: []string{string(Supine), string(Prone), string(OnSide), string(Sitting), string(Kneeling), string(Standing)}, Doc: "what the body does: on its back, on its front, on its side, …"},
	{Name: "arms", Values: []string{"crossed", "behind_head", "elsewhere"}, Doc: "how the arms are carried"},
	{Name: "side", Values: []string{string(Left), string(Right)}, Doc: "which side of the body is down, or worked, where it can be told"},
	{Name: "zone", Values: []string{"lumbar", "lower_thoracic", "thoracic", "neck", "off"}, Doc: "stretch of the back over the roller; off: none"},
	// What the coach knows.
	{Name: "wanted_side", Values: []string{string(Left), string(Right)}, FromCoach: true, Doc: "the side that is to be worked in this block, where the exercise has sides"},
	{Name: VariablePhase, FromCoach: true, Doc: "the present phase of this file"},
	{Name: "phase_s", Unit: UnitS, Hi: 86400, FromCoach: true, Doc: "how long the present phase has lasted"},
	{Name: "rep", Unit: UnitCount, Hi: 10000, FromCoach: true, Doc: "how many repetitions have been completed"},
}

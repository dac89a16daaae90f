package simulate

import "slices"

// Faults of the picture, which every exercise can have; with a roller there are more.
var (
	setUpFaults   = []string{"no_person", "several_people", "body_out_of_frame", "too_dark", "camera_moved", "low_frame_rate"}
	rollerFaults  = []string{"not_side_on", "roller_not_seen"}
	upOrDownFault = []string{"not_sideways"}
)

// paceFaults are those of every exercise with strokes.
var paceFaults = []string{"rolling_too_fast", "jerky"}

// exercises knows how each exercise of the catalogue is performed, rightly and with the faults its rules speak of.
var exercises = map[string]act{
	"thoracic-roll": {
		step: thoracicRoll, roller: true,
		faults: with(rollerFaults, faultsOnTheBack, paceFaults, []string{"hips_not_lifted", "hips_too_high", "rolled_off_side"}),
	},
	"tender-spot-hold": {
		step: tenderSpot, roller: true,
		faults: with(rollerFaults, faultsOnTheBack, paceFaults, []string{"hips_not_lifted", "hips_too_high", "rolled_off_side", "held_too_long", "not_staying"}),
	},
	"weight-shift": {
		step: weightShift, roller: true,
		faults: with(rollerFaults, faultsOnTheBack, paceFaults, []string{"hips_not_lifted", "hips_too_high", "rolled_off_side"}),
	},
	"thoracic-extension": {
		step: thoracicExtension, roller: true,
		faults: with(rollerFaults, faultsOnTheBack, []string{"hips_not_down", "bent_too_far", "roller_moves", "dropping_fast"}),
	},
	"lats": {
		step: lats, roller: true, sided: true,
		faults: with(rollerFaults, paceFaults, []string{"roller_too_low", "roller_too_high", "arm_not_overhead", "shoulders_not_stacked"}),
	},
	"glutes": {
		step: glutes, roller: true, sided: true,
		faults: with(rollerFaults, paceFaults, []string{"roller_too_low", "roller_too_high", "hand_not_on_floor", "ankle_not_crossed", "leaning_too_far", "not_leaning_back"}),
	},
	"hip-flexors": {
		step: hipFlexors, roller: true, sided: true,
		faults: with(rollerFaults, paceFaults, []string{
			"roller_too_low", "roller_too_high", "hips_sag", "hips_too_high", "elbows_not_under_shoulders", "forearms_not_down",
			"looking_up", "head_hanging",
		}),
	},
	"cat-cow":    {step: catCow, faults: with(upOrDownFault, []string{"hands_not_under_shoulders", "knees_not_under_hips", "moving_too_fast"})},
	"child-pose": {step: childPose, faults: with(upOrDownFault, []string{"hips_not_on_heels", "chest_high", "head_not_down", "arms_not_forward", "not_still"})},
	"pelvic-tilt": {
		step:   pelvicTilt,
		faults: with(upOrDownFault, []string{"hips_lifted", "shoulders_lifted", "head_lifted", "knees_not_bent", "feet_too_close", "feet_not_flat"}),
	},
	"rhomboids-ball-floor": {
		step: ballOnTheFloor,
		faults: with(upOrDownFault, []string{
			"neck_pulled", "arms_not_set", "hips_too_high", "knees_not_bent", "feet_not_flat", "rolled_off_side", "rolling_too_fast",
			"held_too_long",
		}),
	},
	"rhomboids-ball-wall": {
		step: ballAtTheWall, faults: with(upOrDownFault, []string{"trunk_not_upright", "knees_too_bent", "rolling_too_fast", "held_too_long"}),
	},
}

// with joins faults with those that every exercise has, in alphabetical order.
func with(faults ...[]string) []string {
	all := slices.Concat(append(faults, setUpFaults)...)
	slices.Sort(all)
	return slices.Compact(all)
}

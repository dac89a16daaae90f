package exercise

import "github.com/rollwell/rollwell/internal/spine"

// Unit is the unit a quantity is measured in.
type Unit string

// The units. Lengths in L are fractions of the torso length.
const (
	UnitProbability Unit = "probability"
	UnitShare       Unit = "share"
	UnitL           Unit = "L"
	UnitCM          Unit = "cm"
	UnitCMPerS      Unit = "cm/s"
	UnitCMPerS2     Unit = "cm/s2"
	UnitDeg         Unit = "deg"
	UnitFPS         Unit = "fps"
	UnitCount       Unit = "count"
	UnitYesNo       Unit = "yes_no" // 1 or 0
)

// measure is what a threshold on a quantity may look like.
type measure struct {
	unit Unit
	// lo and hi bound the limits that make sense: one outside can never be met or is always met.
	lo, hi float64
}

// measures knows every quantity that a check may watch. The bounds are what a body, a camera and a roller can
// do, with room to spare.
var measures = map[spine.Quantity]measure{
	"s":                 {UnitL, -0.5, 2},
	"p_lumbar":          {UnitProbability, 0, 1},
	"p_neck":            {UnitProbability, 0, 1},
	"on_roller":         {UnitProbability, 0, 1},
	"speed_cm_s":        {UnitCMPerS, -100, 100},
	"stroke_speed_cm_s": {UnitCMPerS, -100, 100},
	"peak_speed_cm_s":   {UnitCMPerS, 0, 200},
	"peak_accel_cm_s2":  {UnitCMPerS2, 0, 2000},
	"hip_lift_cm":       {UnitCM, -20, 60},
	"hip_lift_l":        {UnitL, -0.5, 1.5},
	"hip_over_shoulder": {UnitL, -1, 1},
	"knee_deg":          {UnitDeg, 0, 180},
	"shk_deg":           {UnitDeg, 0, 200},
	"neck_deg":          {UnitDeg, -90, 90},
	"ankle_height_l":    {UnitL, -0.5, 2},
	"roller_skew_deg":   {UnitDeg, 0, 90},
	"trunk_roll_deg":    {UnitDeg, 0, 180},
	"in_frame":          {UnitShare, 0, 1},
	"side_on":           {UnitL, 0, 1},
	"roller_seen":       {UnitProbability, 0, 1},
	"brightness":        {UnitShare, 0, 1},
	"camera_moved_l":    {UnitL, 0, 10},
	"frame_rate":        {UnitFPS, 0, 240},
	"person":            {UnitYesNo, 0, 1},
	"people":            {UnitCount, 0, 100},
	"arms_set":          {UnitYesNo, 0, 1},
}

// UnitOf returns the unit of a quantity and whether there is such a quantity.
func UnitOf(q spine.Quantity) (Unit, bool) {
	m, ok := measures[q]
	return m.unit, ok
}

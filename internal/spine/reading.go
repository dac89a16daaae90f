package spine

// State says how far a value may be trusted. Nothing is ever corrected on Unsure or Unseen.
type State uint8

// The states. The zero value is Unseen, so that what nobody measured is never trusted.
const (
	Unseen State = iota
	Unsure
	OK
)

var stateNames = [...]string{"unseen", "unsure", "ok"}

// String returns "unseen", "unsure" or "ok".
func (s State) String() string { return stateNames[s] }

// MarshalText writes the state by its name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Value is a measured quantity with its standard deviation. V and Sigma mean nothing while State is Unseen.
type Value struct {
	V, Sigma float64
	State    State
}

// Known tells whether there is any number at all, sure or unsure.
func (v Value) Known() bool { return v.State != Unseen }

// Zone is a stretch of the back.
type Zone uint8

// The zones, from the hips to the head. Off means that the back is not on the roller, or that nobody can tell.
const (
	ZoneOff Zone = iota
	ZoneLumbar
	ZoneLowerThoracic
	ZoneThoracic
	ZoneNeck
	zoneCount
)

var zoneNames = [zoneCount]string{"off", "lumbar", "lower_thoracic", "thoracic", "neck"}

// String returns the zone's name as the output files write it.
func (z Zone) String() string { return zoneNames[z] }

// MarshalText writes the zone by its name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// Zones lists every zone in order.
func Zones() []Zone { return []Zone{ZoneLumbar, ZoneLowerThoracic, ZoneThoracic, ZoneNeck, ZoneOff} }

// Arms is how the person carries the arms; it shifts the levels (domain.md §1.2).
type Arms uint8

// The arm postures.
const (
	ArmsUnknown    Arms = iota
	ArmsCrossed         // on the chest, or by the sides: the levels' normal scale
	ArmsBehindHead      // wrists at the head: every level × 0.93
	ArmsElsewhere       // anywhere else, for example propped on the floor
)

var armsNames = [...]string{"unknown", "crossed", "behind_head", "elsewhere"}

// String returns the posture's name.
func (a Arms) String() string { return armsNames[a] }

// Reading is what one observation means, with the windows that led up to it. All of it is in the person's own
// units, none of it in pixels.
type Reading struct {
	// T is the frame's time in seconds from the start of its source.
	T float64

	// S is the contact of the roller on the hip→shoulder axis: 0 hip, 1 shoulder (domain.md §1).
	S Value
	// Level is the vertebra over the contact, "T8"; empty while S is unseen.
	Level string
	Zone  Zone
	// PLumbar and PNeck are the probabilities that the contact lies below T12/L1 or above C7/T1. They share
	// the state of S.
	PLumbar, PNeck Value
	// OnRoller is the probability that the back rests on the roller, 0…1.
	OnRoller Value

	// Speed is the travel of the contact along the back in cm/s over a 1 s window, positive headwards.
	Speed Value
	// StrokeSpeed is the same over 0.6 s: it follows fast strokes, whose turns a longer window smooths away.
	StrokeSpeed Value
	// PeakSpeed (cm/s, ≥ 0) and PeakAccel (cm/s², ≥ 0) are speed and acceleration over 0.3 s: what tells a jerk.
	PeakSpeed, PeakAccel Value

	// HipLift is how far the hip joint is above its height at rest, in cm; HipLiftL the same as a fraction of
	// the torso length L.
	HipLift, HipLiftL Value
	// HipOverShoulder is the height of the hips over the shoulders as a fraction of L, negative below.
	HipOverShoulder Value

	// Knee is the interior knee angle of the more bent leg, SHK the interior angle shoulder–hip–knee, Neck
	// the angle θN between trunk and ear, positive with the chin to the chest. Degrees.
	Knee, SHK, Neck Value
	// AnkleHeight is the height of the ankles over the floor as a fraction of L.
	AnkleHeight Value
	Arms        Arms
	// RollerSkew is the angle between the roller's axis and the body's lateral axis, TrunkRoll (ρ) the roll
	// of the trunk to a side. Degrees, ≥ 0.
	RollerSkew, TrunkRoll Value

	// Person tells whether the exercising person is seen; People how many persons are.
	Person State
	People int
	// InFrame is the share of the landmarks that matter (head, trunk, legs) inside the picture, 0…1.
	InFrame Value
	// SideOn is |x_Lshoulder − x_Rshoulder| / L: below .25 the camera stands side-on (domain.md §5).
	SideOn Value
	// RollerSeen is the probability that the roller is in sight, 0…1.
	RollerSeen Value
	// Brightness is the mean luma, 0…1.
	Brightness Value
	// CameraMoved is the camera's movement over the last second as a fraction of L.
	CameraMoved Value
	// FrameRate is the number of analysed frames per second over the last 2 s.
	FrameRate Value
}

// Quantity names one number of a reading, as exercise files do.
type Quantity string

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

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

	// What follows works in every posture, with a roller or without. "Near" is the side towards the camera; of
	// somebody who lies on a side it is the upper one. Heights are over the floor.

	Posture Posture
	// Side is the side that is down or worked, where it can be told.
	Side Side
	// TrunkLean is the angle of hip→shoulder from vertical in degrees: 0 upright, 90 level, more with the head lower
	// than the hips. Yaw is the angle of the camera off side-on, positive where it has to go towards the head.
	TrunkLean, Yaw Value
	// ArmRaise is the angle between upper arm and trunk of the arm raised more, LowArmRaise that of the arm nearer the
	// floor. Degrees.
	ArmRaise, LowArmRaise Value
	// ElbowShoulder, WristShoulder and KneeHip are horizontal distances on the near side, in L.
	ElbowShoulder, WristShoulder, KneeHip Value
	// ArmUpright and ThighUpright are the angles of the near arm (shoulder→wrist) and thigh from vertical, in degrees.
	ArmUpright, ThighUpright Value
	// WristHeight is the height of the lower wrist, WristBehindHip how far that wrist is behind the hips, away from the
	// feet, and WristBeyondHead how far the wrists are beyond the ear along the trunk. In L.
	WristHeight, WristBehindHip, WristBeyondHead Value
	// AnkleKnee is the smallest distance of an ankle to the other knee in the picture, HipAnkle that of the near hip
	// to the near ankle. In L.
	AnkleKnee, HipAnkle Value
	// HipSag is how far the hip is below the line from shoulder to knee, in L, negative above; of somebody facing down.
	HipSag Value
	// EarHeight, ShoulderHeight and HipHeight are heights, EarOverShoulder is the ear's over the shoulder's. In L.
	EarHeight, ShoulderHeight, HipHeight, EarOverShoulder Value
	// HipChange and ShoulderChange are the changes of these heights against where they rested over the last seconds.
	HipChange, ShoulderChange Value
	// Bend is β, how far the back has gone backwards over the roller since the start pose, in degrees ≥ 0 (domain.md §4).
	Bend Value
	// Still is the speed of the fastest big joint over 0.5 s, TrunkSpeed that of the trunk's middle along the trunk over
	// 1 s, positive headwards. cm/s.
	Still, TrunkSpeed Value
	// RollerHip is the distance of the roller's axis from the hip joints, RollerUnder how far it is below them. In L.
	RollerHip, RollerUnder Value
	// RollerSize is the roller's measured diameter as a share of the one that was told.
	RollerSize Value
	// ThighT is the contact of the roller on hip (0) → knee (1), OnThigh the probability that the front of hip and
	// thigh rests on the roller.
	ThighT, OnThigh Value
}

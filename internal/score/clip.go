package score

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ErrTruth marks a file that holds no truth that can be read; the error says where and why.
var ErrTruth = errors.New("no usable truth")

// Clip is the truth of a rendered clip, frame by frame, in the proving ground's form.
type Clip struct{ frames []clipFrame }

// clipFrame is what is used of a line.
type clipFrame struct {
	T        *float64 `json:"t"`
	Exercise string   `json:"exercise"`
	Contact  bool     `json:"contact"`
	U        *float64 `json:"u"`
	Speed    *float64 `json:"speed_cm_s"`
	HipLift  *float64 `json:"hip_lift_cm"`
	Angles   struct {
		KneeLeft    *float64 `json:"knee_left"`
		KneeRight   *float64 `json:"knee_right"`
		NeckControl *float64 `json:"neck_control"`
		RollerSkew  *float64 `json:"roller_skew"`
	} `json:"angles"`
	Events []string `json:"events"`
	Faults []string `json:"faults"`

	scale float64 // of the levels: they move down while the hands are behind the head
}

// behindHead is that scale.
const behindHead = .93

// ReadClip reads the truth's lines (NAME.jsonl) and the description of the clip (NAME.json), which may be nil.
func ReadClip(lines, description io.Reader) (*Clip, error) {
	var about struct {
		Arms string `json:"arms"`
	}
	if description != nil {
		if err := json.NewDecoder(description).Decode(&about); err != nil {
			return nil, fmt.Errorf("%w: the clip's description: %w", ErrTruth, err)
		}
	}
	scale := 1.
	if about.Arms == "behind" {
		scale = behindHead
	}
	c := &Clip{}
	s := bufio.NewScanner(lines)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		if len(s.Bytes()) == 0 {
			continue
		}
		f := clipFrame{scale: scale}
		if err := json.Unmarshal(s.Bytes(), &f); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrTruth, n, err)
		}
		if f.T == nil || len(c.frames) > 0 && *f.T <= *c.frames[len(c.frames)-1].T {
			return nil, fmt.Errorf("%w: line %d: t has to be there and to rise", ErrTruth, n)
		}
		if f.on() && (f.U == nil || f.Speed == nil || f.HipLift == nil) {
			return nil, fmt.Errorf("%w: line %d: with contact there have to be u, speed_cm_s and hip_lift_cm", ErrTruth, n)
		}
		c.frames = append(c.frames, f)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTruth, err)
	}
	if len(c.frames) == 0 {
		return nil, fmt.Errorf("%w: no frames", ErrTruth)
	}
	return c, nil
}

// on tells whether the back lies on the roller in the one exercise that the rules know.
func (f *clipFrame) on() bool { return f.Contact && f.Exercise == "thoracic_roll" }

// at is a number of the frame, NaN where it is not told: no comparison with it is true.
func at(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func (f *clipFrame) extends() bool { return slices.Contains(f.Events, "thoracic_extension") }
func (f *clipFrame) jerky() bool   { return slices.Contains(f.Faults, "jerky") }

// ruling says of a frame whether a cue is due in it, and whether it must not come; neither: a grey zone.
type ruling struct {
	code       string
	due, never func(f *clipFrame) bool
	// join is the longest gap in seconds within a stretch.
	join float64
}

// joined is the usual gap. Fast strokes turn every second or so, and the pauses at the turns belong to the stretch.
const joined, joinedFast = .3, .9

// rulings are score.py's, in its order.
var rulings = [...]ruling{
	{
		"roller_too_low",
		func(f *clipFrame) bool { return f.on() && at(f.U) < .49*f.scale },
		func(f *clipFrame) bool { return !f.on() || at(f.U) > .64*f.scale }, joined,
	},
	{
		"roller_too_high",
		func(f *clipFrame) bool { return f.on() && at(f.U) > 1.17*f.scale },
		func(f *clipFrame) bool { return !f.on() || at(f.U) < 1.05*f.scale }, joined,
	},
	{
		"hips_not_lifted",
		func(f *clipFrame) bool { return f.on() && at(f.HipLift) < 1.5 && !f.extends() },
		func(f *clipFrame) bool { return !f.on() || at(f.HipLift) > 4.5 || f.extends() }, joined,
	},
	{
		"rolling_too_fast",
		func(f *clipFrame) bool { return f.on() && math.Abs(at(f.Speed)) > 9 && !f.jerky() },
		func(f *clipFrame) bool { return !f.on() || math.Abs(at(f.Speed)) < 5.6 && !f.jerky() }, joinedFast,
	},
	{
		"jerky",
		func(f *clipFrame) bool { return f.jerky() },
		func(f *clipFrame) bool { return !f.on() || math.Abs(at(f.Speed)) < 8 }, joined,
	},
	{
		"knees_not_bent",
		func(f *clipFrame) bool { return slices.Contains(f.Faults, "knees_straight") },
		func(f *clipFrame) bool {
			return !f.on() || math.Min(at(f.Angles.KneeLeft), at(f.Angles.KneeRight)) < 130
		}, joined,
	},
	{
		"neck_pulled",
		func(f *clipFrame) bool { return f.on() && at(f.Angles.NeckControl) > 40 },
		func(f *clipFrame) bool { return !f.on() || at(f.Angles.NeckControl) < 28 }, joined,
	},
	{
		"roller_not_square",
		func(f *clipFrame) bool { return f.on() && math.Abs(at(f.Angles.RollerSkew)) > 22 },
		func(f *clipFrame) bool { return !f.on() || math.Abs(at(f.Angles.RollerSkew)) < 12 }, joined,
	},
}

func rulingOn(code string) *ruling {
	for i := range rulings {
		if rulings[i].code == code {
			return &rulings[i]
		}
	}
	return nil
}

// Codes are those of the rulings.
func (c *Clip) Codes() []string {
	out := make([]string, len(rulings))
	for i := range rulings {
		out[i] = rulings[i].code
	}
	return out
}

// Due lists the stretches in which the cue has to come, short ones too.
func (c *Clip) Due(code string) (out []Span) {
	r := rulingOn(code)
	if r == nil {
		return nil
	}
	for i := range c.frames {
		f := &c.frames[i]
		if !r.due(f) {
			continue
		}
		if n := len(out); n > 0 && *f.T-out[n-1].EndS <= r.join {
			out[n-1].EndS = *f.T
		} else {
			out = append(out, Span{*f.T, *f.T})
		}
	}
	return out
}

// Forbidden tells whether there are frames in the span and the cue may come in none of them.
func (c *Clip) Forbidden(code string, in Span) bool {
	r := rulingOn(code)
	some := false
	for i := range c.frames {
		f := &c.frames[i]
		if *f.T < in.StartS || *f.T > in.EndS {
			continue
		}
		if r == nil || !r.never(f) {
			return false
		}
		some = true
	}
	return some
}

// EndS is the time of the last frame.
func (c *Clip) EndS() float64 { return *c.frames[len(c.frames)-1].T }

package export

import (
	"math"
	"slices"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/words"
)

const (
	// longestFrame is the longest time in seconds that a frame is taken to speak for.
	longestFrame = 0.5
	// held is for how long a picture that was not analysed itself shows what the frame next to it told.
	held = 0.3
)

// Scenes makes the overlay's scenes of a session, from what was read of it then: nothing is analysed again. It belongs
// to one goroutine.
type Scenes struct {
	s        *Session
	language string
	title    string
	notice   string
	frames   []archive.Frame

	next   int // the first frame whose time is not in levels yet
	levels []overlay.LevelTime
	pose   body.Pose
	roller spine.Roller
	scene  overlay.Scene
}

// NewScenes prepares scenes in a language that there are letters for.
func NewScenes(s *Session, language string) *Scenes {
	return &Scenes{
		s: s, language: language, title: TitleOf(s, language), notice: words.Localizer(language).Text("overlay.notice.hint"), frames: rising(s.Frames),
	}
}

// TitleOf names the exercise, by its id where its file is not here.
func TitleOf(s *Session, language string) string {
	if s.Exercise == nil {
		return s.Result.Exercise.ID
	}
	return s.Exercise.Title.In(language)
}

// At is the scene at a time over a picture of the source, of any size. An earlier time than before costs a new count of
// the time per level. The scene is valid until the next call.
func (c *Scenes) At(t float64, picture frame.Picture) *overlay.Scene {
	c.count(t)
	c.scene = overlay.Scene{
		Picture: picture, Scale: c.scale(picture), Elapsed: t, Duration: c.duration(), Passes: -1, Levels: c.levels, Title: c.title, Notice: c.notice,
	}
	scale := math.NaN()
	if f := c.nearest(t); f != nil {
		c.show(f, t)
		scale = f.PxPerCM
	}
	c.scene.Drawing = c.drawingAt(t, scale)
	return &c.scene
}

// scale is how many pixels of the picture one of the source spans.
func (c *Scenes) scale(picture frame.Picture) float64 {
	if w := c.s.Result.Source.Width; w > 0 {
		return float64(picture.Width) / float64(w)
	}
	return 1
}

func (c *Scenes) duration() float64 {
	if d := c.s.Result.Source.DurationS; d != nil {
		return *d
	}
	return 0
}

// nearest is the frame next to a time, nil where none is near.
func (c *Scenes) nearest(t float64) *archive.Frame {
	i := nearestFrame(c.frames, t)
	if i < 0 || math.Abs(c.frames[i].T-t) > held {
		return nil
	}
	return &c.frames[i]
}

// nearestFrame is the place of the frame next to a time, −1 where there are none.
func nearestFrame(frames []archive.Frame, t float64) int {
	i, _ := slices.BinarySearchFunc(frames, t, func(f archive.Frame, t float64) int {
		if f.T < t {
			return -1
		}
		return 1
	})
	if i > 0 && (i == len(frames) || t-frames[i-1].T <= frames[i].T-t) {
		i--
	}
	if i == len(frames) {
		return -1
	}
	return i
}

// count books the time of all frames up to t to their levels, as the film of an analysis does.
func (c *Scenes) count(t float64) {
	if c.next > 0 && c.frames[c.next-1].T > t {
		c.next, c.levels = 0, c.levels[:0]
	}
	for ; c.next < len(c.frames) && c.frames[c.next].T <= t; c.next++ {
		f := &c.frames[c.next]
		last := 0.
		if c.next > 0 {
			last = c.frames[c.next-1].T
		}
		if f.Level == "" || f.State != spine.OK.String() {
			continue
		}
		spent := math.Min(f.T-last, longestFrame)
		if i := slices.IndexFunc(c.levels, func(l overlay.LevelTime) bool { return l.Level == f.Level }); i >= 0 {
			c.levels[i].Seconds += spent
		} else {
			c.levels = append(c.levels, overlay.LevelTime{Level: f.Level, Seconds: spent})
		}
	}
}

// show puts what a frame tells into the scene.
func (c *Scenes) show(f *archive.Frame, t float64) {
	s, r := &c.scene, &c.scene.Reading
	state := stateNamed(f.State)
	r.T = f.T
	if f.Pose {
		r.Person = spine.OK
		c.pose = body.Pose{Score: f.PoseScore}
		for i := range f.Landmarks {
			l := &c.pose.Landmarks[i]
			l.X, l.Y, l.Visibility, l.Presence = f.Landmarks[i][0], f.Landmarks[i][1], f.Landmarks[i][2], 1
			if z := f.World[i][2] * 100 * f.PxPerCM; known(z) {
				l.Z = z
			}
		}
		s.Pose = &c.pose
	}
	if known(f.RollerScore) {
		c.roller = spine.Roller{
			Score: f.RollerScore, Near: body.Point{X: f.Near[0], Y: f.Near[1]}, Far: body.Point{X: f.Far[0], Y: f.Far[1]},
			FarSeen: known(f.Far[0] + f.Far[1]), Radius: f.Radius,
		}
		s.Roller, r.RollerSeen = &c.roller, spine.Value{V: f.RollerScore, State: spine.OK}
	}
	value := func(x float64, state spine.State) spine.Value {
		if !known(x) {
			return spine.Value{}
		}
		return spine.Value{V: x, State: state}
	}
	r.S = value(f.S, state)
	r.S.Sigma = f.SSigma
	r.Level, r.Zone = f.Level, zoneNamed(f.Zone)
	r.Speed, r.HipLift = value(f.SpeedCMS, state), value(f.HipLiftCM, spine.OK)
	s.Banner, s.Passes = c.banner(f, t), f.Passes
}

// Reach is the box around all that was seen of body and roller and that somebody has drawn at a time, as shares of the source's picture: left, top,
// right, bottom. It is empty where nothing was.
func (c *Scenes) Reach(t float64) (box [4]float64) {
	f, size := c.nearest(t), c.s.Result.Source
	if f == nil || size.Width <= 0 || size.Height <= 0 {
		return box
	}
	box = [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	add := func(x, y float64) {
		x, y = x/float64(size.Width), y/float64(size.Height)
		if x >= 0 && x <= 1 && y >= 0 && y <= 1 {
			box = [4]float64{math.Min(box[0], x), math.Min(box[1], y), math.Max(box[2], x), math.Max(box[3], y)}
		}
	}
	for i := range f.Landmarks {
		if l := f.Landmarks[i]; f.Pose && l[2] >= guessed {
			add(l[0], l[1])
		}
	}
	if d := c.drawingAt(t, f.PxPerCM); d != nil {
		for _, line := range d.Lines {
			for _, p := range line {
				add(p.X, p.Y)
			}
		}
		for _, l := range d.Labels {
			add(l.At.X, l.At.Y)
		}
	}
	add(f.Near[0]-f.Radius, f.Near[1]-f.Radius)
	add(f.Near[0]+f.Radius, f.Near[1]+f.Radius)
	return box
}

func stateNamed(name string) spine.State {
	for _, s := range []spine.State{spine.OK, spine.Unsure} {
		if s.String() == name {
			return s
		}
	}
	return spine.Unseen
}

func zoneNamed(name string) spine.Zone {
	for _, z := range spine.Zones() {
		if z.String() == name {
			return z
		}
	}
	return spine.ZoneOff
}

// banner is the cue that was shown, or of a session that does not tell it, the gravest of those that were open.
func (c *Scenes) banner(f *archive.Frame, t float64) *overlay.Banner {
	var best *coach.Finding
	for i := range c.s.Result.Cues {
		k := &c.s.Result.Cues[i]
		if t < k.StartS || t > k.EndS || f.Cue != "" && k.Code != f.Cue || f.Cue == "" && !slices.Contains(f.Active, k.Code) {
			continue
		}
		if best == nil || k.Severity.Rank() < best.Severity.Rank() {
			best = k
		}
	}
	if best == nil {
		return nil
	}
	b := BannerOf(best, c.s.Exercise, c.language)
	return &b
}

// BannerOf is a finding as the overlay shows it, in the words of the exercise for a language.
func BannerOf(f *coach.Finding, ex *exercise.Exercise, language string) overlay.Banner {
	severity := map[exercise.Severity]overlay.Severity{
		exercise.Safety: overlay.Safety, exercise.Setup: overlay.Setup, exercise.Technique: overlay.Technique,
		exercise.Pace: overlay.Pace, exercise.Praise: overlay.Praise,
	}[f.Severity]
	shape := map[string]overlay.Shape{
		"roller_too_low": overlay.ShapeUp, "roller_too_high": overlay.ShapeDown,
		"hips_not_lifted": overlay.ShapeUp, "hips_too_high": overlay.ShapeDown,
		"roller_not_square": overlay.ShapeTurn, "rolled_off_side": overlay.ShapeTurn, "not_side_on": overlay.ShapeTurn,
	}[f.Code]
	text, hint := WordsOf(f.Code, f.Text, ex, language)
	return overlay.Banner{Text: text, Hint: hint, Severity: severity, Shape: shape, Since: f.StartS}
}

// WordsOf is what is said of a finding in a language; text is what was said then, for exercises that are not here.
func WordsOf(code, text string, ex *exercise.Exercise, language string) (said, hint string) {
	if ex != nil {
		for i := range ex.Checks {
			if c := &ex.Checks[i]; c.Code == code {
				w := c.WordsIn(language)
				return w.Text, w.Hint
			}
		}
	}
	return text, ""
}

package setup

import (
	"math"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// limit is a threshold that differs both ways: a line turns bad beyond bad and good again within good. In between it
// stays as it was, and unknown if it was.
type limit struct{ good, bad float64 }

// atLeast judges a value that has to be high enough; why says what is wrong if it is not.
func (l limit) atLeast(v float64, why reason, was verdict) verdict {
	switch {
	case v >= l.good:
		return verdict{OK, fine}
	case v < l.bad:
		return verdict{Bad, why}
	}
	return was
}

// atMost judges a value that has to be low enough.
func (l limit) atMost(v float64, why reason, was verdict) verdict {
	return limit{-l.good, -l.bad}.atLeast(-v, why, was)
}

// The limits.
var (
	// brightEnough is the mean luma, 0…1, as in the exercise files' too_dark (heuristic).
	brightEnough = limit{good: 0.15, bad: 0.12}
	// sharpEnough is spine.Quality's Sharpness. Rendered rooms have 50 to 460 as they are, 6 to 50 blurred over 2 pixels
	// of 640, and less than 5 over 3, in which wrists and heels are lost (derived, from 20 clips).
	sharpEnough = limit{good: 15, bad: 7}
	// nearEnough and farEnough are the trunk's length as a share of the picture's long side. A camera two and a half
	// to three and a half metres away, as it should be, sees .10 to .14 (domain.md §5, with body.FocalWidths and a
	// trunk of .47 m). Past 5 m a level is not two pixels at the analysis size; a body whose trunk fills a third and
	// more does not fit the picture lying down, being three trunks long with bent knees (derived).
	nearEnough = limit{good: 0.08, bad: 0.07}
	farEnough  = limit{good: 0.33, bad: 0.36}
	// sideOnEnough is spine.Reading's SideOn: below .25 it is side-on (domain.md §5), bad as in not_side_on.
	sideOnEnough = limit{good: 0.25, bad: 0.35}
	// yawEnough is spine.Reading's Yaw in degrees, either way. From about 30 on a level cannot be told any more
	// (heuristic); the angle errs by 3 to 5.
	yawEnough = limit{good: 20, bad: 26}
	// insideEnough is how far, as a share of the picture's long side, a landmark may surely lie outside: the error
	// of BlazePose's landmarks is about as large (heuristic).
	insideEnough = limit{good: 0, bad: 0.03}
	// floorEnough is how far the lowest point on the floor lies above the picture's lower edge, as a share of its
	// height (heuristic).
	floorEnough = limit{good: 0.015, bad: -0.005}
	// rollerEnough is the score from which the roller counts as found, as for readings, and below which it is lost.
	rollerEnough = limit{good: 0.5, bad: 0.4}
)

// sizeEnough is by how much a roller's measured size may differ from the told one, as a share: two and a half and three
// standard deviations of spine.Reading's RollerSize.
var sizeEnough = limit{good: 0.25, bad: 0.3}

// seenWell is the visibility from which a landmark's place is believed.
const seenWell = 0.5

func (s *scene) light(was verdict) verdict {
	if s.r.Brightness.State != spine.OK {
		return verdict{}
	}
	if v := brightEnough.atLeast(s.r.Brightness.V, dark, was); v.state != OK {
		return v
	}
	return sharpEnough.atLeast(s.o.Quality.Sharpness, blurred, was)
}

func (s *scene) longSide() float64 { return float64(max(s.o.Width, s.o.Height)) }

func (s *scene) distance(was verdict) verdict {
	share := s.torso.L / s.longSide()
	if v := nearEnough.atLeast(share, tooFar, was); v.state != OK {
		return v
	}
	return farEnough.atMost(share, tooNear, was)
}

// wholeBody looks at the same landmarks as spine.Reading's InFrame, and which of them are surely outside.
func (s *scene) wholeBody(was verdict) verdict {
	near := s.torso.Near
	head := s.outside(body.Nose)
	trunk := math.Max(s.outside(near(body.LeftShoulder, body.RightShoulder)), s.outside(near(body.LeftHip, body.RightHip)))
	feet := math.Max(s.outside(near(body.LeftKnee, body.RightKnee)),
		math.Max(s.outside(near(body.LeftAnkle, body.RightAnkle)), s.outside(near(body.LeftHeel, body.RightHeel))))
	worst := math.Max(head, math.Max(trunk, feet))
	why := trunkOut
	switch {
	case worst == head && head > trunk && feet <= insideEnough.good:
		why = headOut
	case worst == feet && feet > trunk && head <= insideEnough.good:
		why = feetOut
	}
	return insideEnough.atMost(worst, why, was)
}

// outside is how far a landmark lies outside the picture, as a share of the long side; 0 inside.
func (s *scene) outside(landmark int) float64 {
	l := s.o.Pose.Landmarks[landmark]
	right, low := float64(s.o.Width-1), float64(s.o.Height-1)
	out := math.Max(math.Max(-l.X, l.X-right), math.Max(-l.Y, l.Y-low))
	return math.Max(0, out) / s.longSide()
}

// sideOn can be judged of who lies: people who still sit may turn as they lie down.
func (s *scene) sideOn(was verdict) verdict {
	if s.needs.back && !s.torso.OnBack() {
		return verdict{Unknown, notLying}
	}
	if s.r.SideOn.State != spine.OK {
		return verdict{}
	}
	if v := sideOnEnough.atMost(s.r.SideOn.V, oblique, was); v.state != OK || s.r.Yaw.State != spine.OK {
		return v
	}
	towards := toHead
	if s.r.Yaw.V < 0 {
		towards = toFeet
	}
	return yawEnough.atMost(math.Abs(s.r.Yaw.V), towards, was)
}

// floor looks at the lowest things that stand on it.
func (s *scene) floor(was verdict) verdict {
	height := float64(s.o.Height)
	heel := s.o.Pose.Landmarks[s.torso.Near(body.LeftHeel, body.RightHeel)]
	if heel.Visibility < seenWell {
		return verdict{}
	}
	room := (height - 1 - heel.Y) / height
	why := floorCut
	if r := s.o.Roller; r != nil && r.Score >= rollerEnough.good && r.Radius > 0 {
		if under := (height - 1 - r.Near.Y - r.Radius) / height; under < room {
			room, why = under, rollerCut
		}
	}
	return floorEnough.atLeast(room, why, was)
}

// roller never turns bad: that none was found does not say that none is there. It can be found before anybody lies on it.
func (s *scene) roller(was verdict) verdict {
	if r := s.o.Roller; r != nil {
		if v := rollerEnough.atLeast(r.Score, rollerUnseen, was); v.state != Bad {
			return s.rollerSize(v, was)
		}
	}
	switch {
	case !s.sure:
		return verdict{Unknown, s.unseen()}
	case s.needs.back && !s.torso.OnBack():
		return verdict{Unknown, notLying}
	}
	return verdict{Unknown, rollerUnseen}
}

// rollerSize adds a word where the roller has another size than was told. That keeps nobody from beginning.
func (s *scene) rollerSize(found, was verdict) verdict {
	if found.state != OK || s.r.RollerSize.State != spine.OK {
		return found
	}
	v := sizeEnough.atMost(math.Abs(s.r.RollerSize.V-1), rollerSize, was)
	if v.why == rollerSize {
		return verdict{OK, rollerSize}
	}
	return found
}

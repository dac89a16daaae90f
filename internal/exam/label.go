// Package exam marks how well rollers are found in single pictures whose truth is known. It is pure: the finder that
// sits the exam is handed in.
package exam

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"

	"github.com/rollwell/rollwell/internal/body"
)

var (
	// ErrNoLabels says that a folder holds neither labels.jsonl nor stills_*.jsonl.
	ErrNoLabels = errors.New("no labels")
	// ErrLabel says that a line of the labels cannot be read or makes no sense.
	ErrLabel = errors.New("unusable label")
)

// LabelsFile is the file that makes a folder a labelled one.
const LabelsFile = "labels.jsonl"

// Label is the truth of one picture. Places are pixels of the picture, the centre of its top-left pixel being (0, 0).
type Label struct {
	// Image is the path of the picture from the folder: a JPEG or a PNG.
	Image string `json:"image"`
	// TorsoPx is the distance of mid hip and mid shoulder, by which errors are measured; where nobody is in the picture,
	// that of a torso of 50 cm at the roller's place.
	TorsoPx float64 `json:"torso_px"`
	// Roller is the roller in use: under a body, or on the floor with nobody in the picture. Nil where there is none.
	Roller *Truth `json:"roller"`
	// S is the contact on the axis from the hip (0) to the shoulder (1); nil where the back is on no roller.
	S *float64 `json:"s"`
	// Groups are the names of the groups that the picture counts in, such as "mat of the roller's colour".
	Groups []string `json:"groups"`
}

// Truth is where the roller is.
type Truth struct {
	// Near and Far are the centres of the end faces as (x, y), Near the one closer to the camera.
	Near [2]float64 `json:"near"`
	Far  [2]float64 `json:"far"`
	// Radius is the major half axis of the near end face.
	Radius float64 `json:"radius"`
	// Face is the share of the near end face that can be seen, 0…1.
	Face float64 `json:"face"`
	// Alike tells that the two ends are equally near, so that either may be taken for the near one.
	Alike bool `json:"alike"`
}

func point(xy [2]float64) body.Point { return body.Point{X: xy[0], Y: xy[1]} }

// Load reads the labels of a folder: labels.jsonl with one Label to a line, or the stills_*.jsonl of the proving ground's
// generator. Errors match ErrNoLabels or ErrLabel, the latter with file and line.
func Load(folder fs.FS) ([]Label, error) {
	if _, err := fs.Stat(folder, LabelsFile); err == nil {
		return readLines(folder, LabelsFile, parseLabel)
	}
	names, err := fs.Glob(folder, "stills_*.jsonl")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("%w: the folder has neither %s nor stills_*.jsonl", ErrNoLabels, LabelsFile)
	}
	slices.Sort(names)
	var all []Label
	for _, name := range names {
		some, err := readLines(folder, name, parseStill)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// longestLine bounds a line of labels, in bytes: a still has some 8 kB.
const longestLine = 1 << 20

func readLines(folder fs.FS, name string, parse func([]byte) (Label, bool, error)) ([]Label, error) {
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("read the labels: %w", err)
	}
	var all []Label
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, longestLine)
	number := 0
	for lines.Scan() {
		number++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		l, counts, err := parse(lines.Bytes())
		if err == nil {
			err = l.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s:%d: %w", ErrLabel, name, number, err)
		}
		if counts {
			all = append(all, l)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %s:%d: %w", ErrLabel, name, number+1, err)
	}
	return all, nil
}

func parseLabel(line []byte) (l Label, counts bool, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	err = d.Decode(&l)
	return l, true, err
}

// check refuses what no picture can have, and paths that lead out of the folder.
func (l *Label) check() error {
	if !fs.ValidPath(l.Image) || l.Image == "." {
		return fmt.Errorf("image %.80q is no path inside the folder", l.Image)
	}
	if !(l.TorsoPx > 0) || math.IsInf(l.TorsoPx, 0) {
		return fmt.Errorf("torso_px %g has to be more than 0", l.TorsoPx)
	}
	if r := l.Roller; r != nil && !(r.Radius > 0 && r.Face >= 0 && r.Face <= 1) {
		return fmt.Errorf("a roller of radius %g with %g of its face seen: the radius is more than 0, the share between 0 and 1", r.Radius, r.Face)
	}
	return nil
}

// still is what is used of a line of the generator's still mode.
type still struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Person  int      `json:"person_px"`
	Stray   int      `json:"stray_roller_px"`
	Visible bool     `json:"roller_visible"`
	Torso   *float64 `json:"torso_px"`
	Contact bool     `json:"contact"`
	U       *float64 `json:"u"`
	Camera  struct {
		Azimuth float64 `json:"azimuth"`
		FOV     float64 `json:"fov"`
		Dist    float64 `json:"dist"`
	} `json:"camera"`
	Exercise string `json:"exercise"`
	Param    *struct {
		Hole  float64    `json:"hole"`
		Color [3]float64 `json:"color"`
	} `json:"roller_param"`
	Roller *struct {
		Length float64  `json:"length_m"`
		Near   stillEnd `json:"near"`
		Far    stillEnd `json:"far"`
	} `json:"roller"`
}

type stillEnd struct {
	PX     [2]float64 `json:"px"`
	Radius float64    `json:"radius_px"`
	Face   float64    `json:"face_visible"`
}

const (
	// stillHalfWidth is half the width of the generator's pictures, in pixels; a torso that is not there measures
	// goneTorsoM metres.
	stillHalfWidth, goneTorsoM = 320, 0.5
	// blackLinear is the mean linear intensity below which a roller counts as black or dark grey, if its channels are
	// alike to within blackSpread.
	blackLinear, blackSpread = 0.06, 0.03
)

// parseStill reads a line of the generator's still mode. A picture in which a roller stands about with nobody there does
// not count: finding it is neither right nor wrong.
func parseStill(line []byte) (Label, bool, error) {
	var s still
	if err := json.Unmarshal(line, &s); err != nil {
		return Label{}, false, err
	}
	l := Label{Image: path.Join("img", s.ID+".jpg"), Groups: []string{"kind " + s.Kind}}
	switch {
	case s.Torso != nil && *s.Torso > 0:
		l.TorsoPx = *s.Torso
	case s.Camera.Dist > 0:
		l.TorsoPx = goneTorsoM * stillHalfWidth / math.Tan(s.Camera.FOV*math.Pi/360) / s.Camera.Dist
	}
	if s.Contact && s.Exercise == "thoracic_roll" {
		l.S = s.U
	}
	if s.Roller == nil || !s.Visible {
		return l, s.Person > 0 || s.Stray == 0, nil
	}
	near := s.Roller.Near
	l.Roller = &Truth{Near: near.PX, Far: s.Roller.Far.PX, Radius: near.Radius, Face: near.Face, Alike: s.alike()}
	l.Groups = append(l.Groups, viewGroup(s.Camera.Azimuth), faceGroup(near.Face))
	if s.Param != nil {
		l.Groups = append(l.Groups, lookGroups(s.Param.Hole, s.Param.Color)...)
	}
	return l, true, nil
}

// alikeSin is the sine of the angle, 12 degrees, within which a roller lies across the line of sight and both ends are
// equally near: the same as in training.
const alikeSin = 0.208

// alike tells whether either end may be taken for the near one: how much smaller the far end looks tells how much farther
// it is.
func (s *still) alike() bool {
	near, far := s.Roller.Near.Radius, s.Roller.Far.Radius
	return s.Roller.Length > 0 && far > 0 && s.Camera.Dist*(near/far-1) < alikeSin*s.Roller.Length
}

// viewGroup names the group by how far the camera is off side-on; azimuth 90 is exactly side-on.
func viewGroup(azimuth float64) string {
	switch off := math.Abs(azimuth - 90); {
	case off < 10:
		return "view 0-10 deg off side-on"
	case off < 25:
		return "view 10-25 deg off side-on"
	}
	return "view 25-40 deg off side-on"
}

func faceGroup(face float64) string {
	switch {
	case face < .2:
		return "near face hidden < 20 %"
	case face < .5:
		return "near face 20-50 % seen"
	case face < .8:
		return "near face 50-80 % seen"
	}
	return "near face > 80 % seen"
}

func lookGroups(hole float64, linear [3]float64) []string {
	groups := []string{"solid"}
	if hole > 0 {
		groups[0] = "hollow"
	}
	lo, hi := slices.Min(linear[:]), slices.Max(linear[:])
	if (lo+hi)/2 < blackLinear && hi-lo < blackSpread {
		groups = append(groups, "roller black or dark grey")
	}
	return groups
}

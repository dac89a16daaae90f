package results

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/spine"
)

// number is a JSON number, or NaN for null. there tells that either was written.
type number struct {
	v     float64
	there bool
}

// UnmarshalJSON reads a number or null.
func (n *number) UnmarshalJSON(text []byte) error {
	n.v, n.there = math.NaN(), true
	if string(text) == "null" {
		return nil
	}
	x, err := strconv.ParseFloat(string(text), 64) // quicker than encoding/json, which has seen that this is JSON
	if err != nil {
		return fmt.Errorf("%.40q is no number", text)
	}
	n.v = x
	return nil
}

// observationLine is a frame's line as JSON has it. Lists are slices, so that their lengths can be checked.
type observationLine struct {
	T       number      `json:"t"`
	Size    []int       `json:"size"`
	People  int         `json:"people"`
	Pose    *poseLine   `json:"pose"`
	Roller  *rollerLine `json:"roller"`
	Quality struct {
		Brightness   number `json:"brightness"`
		Sharpness    number `json:"sharpness"`
		CameraMotion number `json:"camera_motion"`
	} `json:"quality"`
}

type poseLine struct {
	Score     number     `json:"score"`
	Landmarks [][]number `json:"landmarks"`
	World     [][]number `json:"world"`
	Trunk     *struct {
		HipLift number   `json:"hip_lift_m"`
		Across  []number `json:"across"`
	} `json:"trunk"`
}

type rollerLine struct {
	Score     number   `json:"score"`
	Near      []number `json:"near"`
	Far       []number `json:"far"`
	FarSeen   bool     `json:"far_seen"`
	FarHidden bool     `json:"far_hidden"`
	Radius    number   `json:"radius"`
	Source    string   `json:"source"`
}

// observation checks the line and makes what it stands for.
func (l *observationLine) observation() (*spine.Observation, error) {
	if len(l.Size) != 2 || min(l.Size[0], l.Size[1]) < 0 {
		return nil, fmt.Errorf("size is %v; it has to be a width and a height", l.Size)
	}
	o := &spine.Observation{Width: l.Size[0], Height: l.Size[1], People: l.People}
	err := fill("the frame", []number{l.T, l.Quality.Brightness, l.Quality.Sharpness, l.Quality.CameraMotion},
		&o.T, &o.Quality.Brightness, &o.Quality.Sharpness, &o.Quality.CameraMotion)
	if err != nil {
		return nil, err
	}
	if l.Pose != nil {
		if o.Pose, err = l.Pose.pose(); err != nil {
			return nil, err
		}
	}
	if l.Roller != nil {
		if o.Roller, err = l.Roller.roller(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (l *poseLine) pose() (*body.Pose, error) {
	p := new(body.Pose)
	if err := fill("the pose", []number{l.Score}, &p.Score); err != nil {
		return nil, err
	}
	if len(l.Landmarks) != body.Count || len(l.World) != body.Count {
		return nil, fmt.Errorf("%d landmarks and %d of the world; a pose has %d of each", len(l.Landmarks), len(l.World), body.Count)
	}
	for i, row := range l.Landmarks {
		m := &p.Landmarks[i]
		if err := fill("a landmark", row, &m.X, &m.Y, &m.Z, &m.Visibility, &m.Presence); err != nil {
			return nil, err
		}
	}
	for i, row := range l.World {
		w := &p.World[i]
		if err := fill("a place in the world", row, &w.X, &w.Y, &w.Z); err != nil {
			return nil, err
		}
	}
	if l.Trunk == nil {
		return p, nil
	}
	p.Trunk = new(body.Trunk)
	numbers := append([]number{l.Trunk.HipLift}, l.Trunk.Across...)
	return p, fill("the trunk", numbers, &p.Trunk.HipLift, &p.Trunk.Across.X, &p.Trunk.Across.Y)
}

func (l *rollerLine) roller() (*spine.Roller, error) {
	source := slices.Index(rollerSources[:], l.Source)
	if source < 0 {
		return nil, fmt.Errorf("the roller's source is %q; it has to be one of %v", l.Source, rollerSources)
	}
	r := &spine.Roller{FarSeen: l.FarSeen, FarHidden: l.FarHidden, Source: spine.RollerSource(source)}
	numbers := slices.Concat(l.Near, l.Far, []number{l.Score, l.Radius})
	return r, fill("the roller", numbers, &r.Near.X, &r.Near.Y, &r.Far.X, &r.Far.Y, &r.Score, &r.Radius)
}

// fill takes numbers, of which there have to be as many as places for them.
func fill(what string, numbers []number, to ...*float64) error {
	if len(numbers) != len(to) {
		return fmt.Errorf("%s has %d numbers, not %d", what, len(numbers), len(to))
	}
	for i, n := range numbers {
		if !n.there {
			return fmt.Errorf("%s lacks a number; null stands for one that is not known", what)
		}
		*to[i] = n.v
	}
	return nil
}

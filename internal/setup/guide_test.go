package setup

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/words"
)

// lying is somebody well placed in 640 × 360: on the back, head to the left, side to the camera, a roller under the
// shoulder blades. Each test spoils one thing.
func lying() (*spine.Observation, *spine.Reading) {
	p := person(func(along, up, across float64) body.Vec3 { return body.Vec3{X: -along, Y: -up, Z: across} }, 150, 340, 280)
	o := &spine.Observation{
		Width: 640, Height: 360, Pose: p, People: 1,
		Roller:  &spine.Roller{Score: 0.9, Near: body.Point{X: 280, Y: 295}, Radius: 12},
		Quality: spine.Quality{Brightness: 0.5, Sharpness: 200},
	}
	return o, read(o)
}

// standing is somebody who faces the camera, at the same distance.
func standing() (*spine.Observation, *spine.Reading) {
	p := person(func(along, up, across float64) body.Vec3 { return body.Vec3{X: across, Y: -along, Z: -up} }, 150, 320, 200)
	o := &spine.Observation{Width: 640, Height: 360, Pose: p, People: 1, Quality: spine.Quality{Brightness: 0.5, Sharpness: 200}}
	return o, read(o)
}

// person builds a body of a trunk of half a metre, with scale pixels to a metre and the hips at x, y. at puts a point
// into space from where it lies along the body, in front of it, and across it.
func person(at func(along, up, across float64) body.Vec3, scale, x, y float64) *body.Pose {
	p := &body.Pose{Score: 1}
	put := func(i int, along, up, across float64) {
		w := at(along, up, across)
		p.World[i] = w
		p.Landmarks[i] = body.Landmark{X: x + scale*w.X, Y: y + scale*w.Y, Visibility: 0.95, Presence: 1}
	}
	for i := range p.Landmarks {
		put(i, 0, 0, 0)
	}
	for side, across := range map[int]float64{0: 0.15, 1: -0.15} {
		put(body.LeftShoulder+side, 0.5, 0, across)
		put(body.LeftHip+side, 0, 0, across*0.7)
		put(body.LeftKnee+side, -0.3, 0.25, across*0.7)
		put(body.LeftAnkle+side, -0.5, -0.05, across*0.7)
		put(body.LeftHeel+side, -0.52, -0.08, across*0.7)
		put(body.LeftEar+side, 0.7, 0, across*0.4)
	}
	put(body.Nose, 0.7, 0.1, 0)
	return p
}

// read makes the reading of one frame, as the estimator does.
func read(o *spine.Observation) *spine.Reading {
	r := spine.New(spine.Options{}).Step(o)
	return &r
}

// after runs the guide over two seconds of the same frame and returns its lines by name.
func after(g *Guide, o *spine.Observation, r *spine.Reading, from float64) map[ID]Item {
	lines := map[ID]Item{}
	for i := range 31 {
		r.T = from + float64(i)/15
		for _, item := range g.Step(o, r) {
			lines[item.ID] = item
		}
	}
	return lines
}

func TestGuideOnWhoLiesThere(t *testing.T) {
	shift := func(o *spine.Observation, dx, dy float64) {
		for i := range o.Pose.Landmarks {
			o.Pose.Landmarks[i].X += dx
			o.Pose.Landmarks[i].Y += dy
		}
		o.Roller.Near.X += dx
		o.Roller.Near.Y += dy
	}
	grow := func(o *spine.Observation, k float64) {
		for i := range o.Pose.Landmarks {
			l := &o.Pose.Landmarks[i]
			l.X, l.Y = 340+k*(l.X-340), 280+k*(l.Y-280)
		}
	}
	for _, tt := range []struct {
		name  string
		spoil func(o *spine.Observation, r *spine.Reading)
		want  map[ID]State // all others are OK
		text  string       // of the one line that is bad
	}{
		{"well placed", func(*spine.Observation, *spine.Reading) {}, nil, ""},
		{"dark", func(_ *spine.Observation, r *spine.Reading) { r.Brightness.V = 0.08 }, map[ID]State{Light: Bad}, "Too dark: switch a light on"},
		{"dusk", func(_ *spine.Observation, r *spine.Reading) { r.Brightness.V = 0.13 }, map[ID]State{Light: Unknown}, ""},
		{"blurred", func(o *spine.Observation, _ *spine.Reading) { o.Quality.Sharpness = 5 }, map[ID]State{Light: Bad}, "Blurred: wipe the lens and keep the camera still"},
		{"brightness unknown", func(_ *spine.Observation, r *spine.Reading) { r.Brightness = spine.Value{} }, map[ID]State{Light: Unknown}, ""},
		{"far away", func(o *spine.Observation, _ *spine.Reading) { grow(o, 0.5) }, map[ID]State{Distance: Bad}, "Too far away: camera two to three metres from you"},
		{"a little far", func(o *spine.Observation, _ *spine.Reading) { grow(o, 0.64) }, map[ID]State{Distance: Unknown}, ""},
		{"close", func(o *spine.Observation, _ *spine.Reading) { grow(o, 3.2) }, map[ID]State{Distance: Bad}, "Too close: camera two to three metres from you"},
		{"head out", func(o *spine.Observation, _ *spine.Reading) { shift(o, -260, 0) }, map[ID]State{WholeBody: Bad}, "Your head is cut off: move towards your feet"},
		{"feet out", func(o *spine.Observation, _ *spine.Reading) { shift(o, 250, 0) }, map[ID]State{WholeBody: Bad}, "Your feet are cut off: move towards your head"},
		{"heel at the edge", func(o *spine.Observation, _ *spine.Reading) { shift(o, 225, 0) }, map[ID]State{WholeBody: Unknown}, ""},
		{"oblique", func(_ *spine.Observation, r *spine.Reading) { r.SideOn.V = 0.5 }, map[ID]State{SideOn: Bad}, "Turn until your side faces the camera"},
		{"oblique, maybe", func(_ *spine.Observation, r *spine.Reading) { r.SideOn = spine.Value{V: 0.5, State: spine.Unsure} }, map[ID]State{SideOn: Unknown}, ""},
		{"camera at the feet", func(_ *spine.Observation, r *spine.Reading) { r.Yaw = spine.Value{V: 30, State: spine.OK} }, map[ID]State{SideOn: Bad}, "Move the camera a little towards your head"},
		{"camera at the head", func(_ *spine.Observation, r *spine.Reading) { r.Yaw = spine.Value{V: -30, State: spine.OK} }, map[ID]State{SideOn: Bad}, "Move the camera a little towards your feet"},
		{"a little askew", func(_ *spine.Observation, r *spine.Reading) { r.Yaw = spine.Value{V: 23, State: spine.OK} }, map[ID]State{SideOn: Unknown}, ""},
		{"askew, maybe", func(_ *spine.Observation, r *spine.Reading) { r.Yaw = spine.Value{V: 40, State: spine.Unsure} }, nil, ""},
		{"floor cut", func(o *spine.Observation, _ *spine.Reading) { shift(o, 0, 70); o.Roller.Near.Y = 295 }, map[ID]State{Floor: Bad, WholeBody: Unknown}, "No floor under your feet: tilt the camera down"},
		{"floor under the roller cut", func(o *spine.Observation, _ *spine.Reading) { o.Roller.Near.Y = 352 }, map[ID]State{Floor: Bad}, "No floor under the roller: tilt the camera down"},
		{"feet hidden", func(o *spine.Observation, _ *spine.Reading) {
			o.Pose.Landmarks[body.LeftHeel].Visibility, o.Pose.Landmarks[body.RightHeel].Visibility = 0.2, 0.2
		}, map[ID]State{Floor: Unknown}, ""},
		{"no roller", func(o *spine.Observation, _ *spine.Reading) { o.Roller = nil }, map[ID]State{Roller: Unknown}, ""},
		{"perhaps a roller", func(o *spine.Observation, _ *spine.Reading) { o.Roller.Score = 0.3 }, map[ID]State{Roller: Unknown}, ""},
		{
			"hardly seen", func(_ *spine.Observation, r *spine.Reading) { r.Person = spine.Unsure },
			map[ID]State{Distance: Unknown, WholeBody: Unknown, SideOn: Unknown, Floor: Unknown},
			"",
		},
		{
			"nobody, but a roller", func(o *spine.Observation, r *spine.Reading) { o.Pose, r.Person = nil, spine.Unseen },
			map[ID]State{Distance: Unknown, WholeBody: Unknown, SideOn: Unknown, Floor: Unknown},
			"",
		},
		{
			"nobody and nothing", func(o *spine.Observation, r *spine.Reading) {
				o.Pose, o.Roller, r.Person = nil, nil, spine.Unseen
			},
			map[ID]State{Distance: Unknown, WholeBody: Unknown, SideOn: Unknown, Floor: Unknown, Roller: Unknown},
			"",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, r := lying()
			tt.spoil(o, r)
			lines := after(NewGuide("en"), o, r, 0)
			for _, id := range ids {
				want, ok := tt.want[id]
				if !ok {
					want = OK
				}
				got := lines[id]
				if got.State != want {
					t.Errorf("%s is %s (%q), want %s", id, got.State, got.Text, want)
				}
				if got.Text == "" || (got.State == Bad && got.Say == "") {
					t.Errorf("%s, %s: shows %q and says %q", id, got.State, got.Text, got.Say)
				}
				if got.State == Bad && tt.text != "" && got.Text != tt.text {
					t.Errorf("%s shows %q, want %q", id, got.Text, tt.text)
				}
			}
		})
	}
}

func TestGuideOnWhoStillStands(t *testing.T) {
	o, r := standing()
	lines := after(NewGuide("en"), o, r, 0)
	for id, want := range map[ID]State{Light: OK, Distance: OK, WholeBody: OK, Floor: OK, SideOn: Unknown, Roller: Unknown} {
		if got := lines[id]; got.State != want {
			t.Errorf("%s is %s (%q), want %s", id, got.State, got.Text, want)
		}
	}
	if got := lines[SideOn].Text; got != "Lie on your back, with your side to the camera" {
		t.Errorf("side_on shows %q", got)
	}
}

func TestGuideIsSteady(t *testing.T) {
	o, r := lying()
	g := NewGuide("en")
	light := func(t float64, brightness float64) State {
		r.T, r.Brightness.V = t, brightness
		return g.Step(o, r)[0].State
	}
	for _, tt := range []struct {
		t, brightness float64
		want          State
	}{
		{0, 0.5, Unknown},
		{0.9, 0.5, Unknown},
		{1.0, 0.5, OK}, // a second of good light
		{1.1, 0.05, OK},
		{1.9, 0.05, OK},
		{2.0, 0.5, OK}, // somebody walks by the lamp
		{2.1, 0.05, OK},
		{2.9, 0.05, OK},
		{3.2, 0.05, Bad},
		{3.3, 0.14, Bad},
		{4.4 - 0.2, 0.14, Bad}, // between the limits it stays
		{4.3, 0.2, Bad},
		{5.2, 0.2, Bad},
		{5.4, 0.2, OK},
		{5.5, 0.05, OK},
		{60, 0.05, OK},
		{60.5, 0.05, OK},
		{61.1, 0.05, Bad}, // a gap proves nothing
	} {
		if got := light(tt.t, tt.brightness); got != tt.want {
			t.Errorf("at %g s with brightness %g: %s, want %s", tt.t, tt.brightness, got, tt.want)
		}
	}
}

func TestGuideHasWordsForEverything(t *testing.T) {
	whys := [len(ids)][]reason{
		{nothingYet, fine, dark, blurred},
		{nothingYet, noPerson, fine, tooFar, tooNear},
		{nothingYet, noPerson, fine, headOut, feetOut, trunkOut},
		{nothingYet, noPerson, notLying, fine, oblique, toHead, toFeet},
		{nothingYet, noPerson, fine, floorCut, rollerCut},
		{nothingYet, noPerson, notLying, fine, rollerUnseen, rollerSize},
	}
	for _, language := range []string{"en", "de", "fr", "es", "pt-BR", "zh-Hans"} {
		lines := newTable(language)
		for i, list := range whys {
			for why := range reasons {
				line, wanted := lines[i][why], slices.Contains(list, why)
				if wanted != (line.Text != "") || line.Text == names[i][why]+".text" {
					t.Errorf("%s, %s, reason %d: %+v, wanted is %t", language, ids[i], why, line, wanted)
				}
			}
		}
	}
}

func TestGuideChangesItsLanguage(t *testing.T) {
	o, r := lying()
	g := NewGuide("")
	at := 0.0
	for _, tt := range []struct{ language, want string }{
		{"en", "The light is good"},
		{"de", "Das Licht ist gut"},
		{"de-AT", "Das Licht ist gut"},
		{"zh-Hans", "光线很好"},
		{"xx", "The light is good"},
	} {
		g.SetLanguage(tt.language)
		if got := after(g, o, r, at)[Light].Text; got != tt.want {
			t.Errorf("in %s the light's line is %q, want %q", tt.language, got, tt.want)
		}
		at += 3
	}
}

// Whatever is seen, the guide always has all lines, words for them, and nothing bad about a person who is not surely
// seen.
func TestGuideOnAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGuide("en")
		at := 0.0
		number := rapid.OneOf(rapid.Float64Range(-1000, 1000), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0}))
		for range rapid.IntRange(1, 40).Draw(t, "frames") {
			o, _ := lying()
			if rapid.Bool().Draw(t, "standing") {
				o, _ = standing()
			}
			o.Quality = spine.Quality{Brightness: number.Draw(t, "brightness"), Sharpness: number.Draw(t, "sharpness")}
			if rapid.Bool().Draw(t, "spoilt") {
				i := rapid.IntRange(0, body.Count-1).Draw(t, "landmark")
				o.Pose.Landmarks[i].X, o.Pose.Landmarks[i].Y = number.Draw(t, "x"), number.Draw(t, "y")
			}
			if o.Roller != nil && rapid.Bool().Draw(t, "odd roller") {
				o.Roller.Near.Y, o.Roller.Radius = number.Draw(t, "near"), number.Draw(t, "radius")
			}
			r := read(o)
			sure := rapid.Bool().Draw(t, "sure")
			if !sure {
				r.Person = spine.Unsure
			}
			at += rapid.Float64Range(0, 3).Draw(t, "dt")
			r.T = at
			items := g.Step(o, r)
			if len(items) != len(ids) {
				t.Fatalf("%d lines", len(items))
			}
			for i, item := range items {
				if item.ID != ids[i] || item.Text == "" || item.State > Bad || item.ID == Roller && item.State == Bad {
					t.Fatalf("line %d is %+v", i, item)
				}
			}
		}
	})
}

func TestGuideDoesNotAllocate(t *testing.T) {
	o, r := lying()
	g := NewGuide("en")
	if n := testing.AllocsPerRun(100, func() { r.T += 0.1; g.Step(o, r) }); n != 0 {
		t.Errorf("%v allocations for a frame, want 0", n)
	}
}

// What an exercise does not need keeps nobody from beginning it.
func TestGuideGoesByTheExercise(t *testing.T) {
	catalogue, err := exercise.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range catalogue {
		g := NewGuide("en")
		g.For(ex)
		o, r := standing()
		lines := after(g, o, r, 0)
		if _, there := lines[Roller]; there != (ex.Equipment == exercise.Roller) {
			t.Errorf("%s with %s: the line on the roller is there: %v", ex.ID, ex.Equipment, there)
		}
		if got := lines[SideOn].State; (got == Unknown) != (ex.Posture == exercise.Supine) {
			t.Errorf("%s, done %s: of somebody who stands the side is %s", ex.ID, ex.Posture, got)
		}
	}
}

// A roller of another size than was told is a word worth, and keeps nobody from beginning.
func TestGuideTellsOfAnOddRoller(t *testing.T) {
	for _, tt := range []struct {
		ratio float64
		state spine.State
		want  string
	}{
		{1.1, spine.OK, "setup.roller.fine.text"},
		{1.5, spine.OK, "setup.roller.size.text"},
		{0.6, spine.OK, "setup.roller.size.text"},
		{1.5, spine.Unsure, "setup.roller.fine.text"},
	} {
		o, r := lying()
		r.RollerSize = spine.Value{V: tt.ratio, State: tt.state}
		line := after(NewGuide("en"), o, r, 0)[Roller]
		if want := words.Localizer("en").Text(tt.want); line.State != OK || line.Text != want {
			t.Errorf("a roller of %g times the size, %s: %+v, want %q", tt.ratio, tt.state, line, want)
		}
	}
}

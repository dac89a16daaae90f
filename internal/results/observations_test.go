package results

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

func header() Header {
	return Header{
		Source: Source{Name: "a.mp4", Width: 1280, Height: 720, FPS: Positive(30), DurationS: Positive(2)}, Exercise: Exercise{ID: "thoracic-roll", Version: 1},
		Options: Options{Language: "de", RollerDiameter: 15}, Models: map[string]string{"pose": "sha256:1"}, Engine: "opencv",
	}
}

// store writes observations and returns the file.
func store(t testing.TB, list ...*spine.Observation) []byte {
	t.Helper()
	var b bytes.Buffer
	f, err := NewObservations(&b, header())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		if err := f.Take(&session.Moment{Frame: &frame.Frame{Scale: 2}, Observation: o}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(int64(len(list)) + 1); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// load reads a file up to an error, which is io.EOF where it is whole.
func load(file []byte) (list []*spine.Observation, r *ObservationsReader, err error) {
	if r, err = OpenObservations(bytes.NewReader(file)); err != nil {
		return nil, nil, err
	}
	defer r.Close()
	return rest(r)
}

// rest reads on to the end.
func rest(r *ObservationsReader) (list []*spine.Observation, _ *ObservationsReader, err error) {
	for {
		o, err := r.Next()
		if err != nil {
			return list, r, err
		}
		list = append(list, o)
	}
}

// anything fills all there is in v, so that a member that is new and not stored is noticed.
func anything(t *rapid.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		if rapid.Bool().Draw(t, name+" is there") {
			v.Set(reflect.New(v.Type().Elem()))
			anything(t, v.Elem(), name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			anything(t, v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	case reflect.Array:
		for i := range v.Len() {
			anything(t, v.Index(i), name)
		}
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.Float64Range(-1e4, 1e4), rapid.Float64(), rapid.Just(math.NaN())).Draw(t, name))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(0, 10000).Draw(t, name)))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.IntRange(0, len(rollerSources)-1).Draw(t, name)))
	default:
		t.Fatalf("%s is a %s, which this test does not know", name, v.Kind())
	}
}

// Whatever an eye has seen comes back bit by bit.
func TestObservationsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []*spine.Observation
		for range rapid.IntRange(0, 3).Draw(rt, "frames") {
			o := new(spine.Observation)
			anything(rt, reflect.ValueOf(o).Elem(), "observation")
			list = append(list, o)
		}
		got, r, err := load(store(t, list...))
		if !errors.Is(err, io.EOF) {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(list, got, cmpopts.EquateNaNs()); diff != "" {
			rt.Fatalf("observations differ (-stored +read):\n%s", diff)
		}
		n := int64(len(list))
		if want := (Frame{Read: n + 1, Analysed: n, Dropped: 1}); r.Counts != want {
			rt.Fatalf("counts %+v, want %+v", r.Counts, want)
		}
		want := header()
		want.Schema = ObservationsSchema
		if n > 0 {
			want.Scale = 2
		}
		if diff := cmp.Diff(want, r.Header); diff != "" {
			rt.Fatalf("headers differ (-stored +read):\n%s", diff)
		}
	})
}

// person is somebody who rolls, as an eye with the jitter of BlazePose would see them at a time, rounded as sessions
// round.
func person(random *rand.Rand, t float64) *spine.Observation {
	p := &body.Pose{Score: 1, Trunk: &body.Trunk{HipLift: round(0.05+0.01*random.NormFloat64(), 4), Across: body.Point{X: 0.1, Y: 0.2}}}
	sway := 40 * math.Sin(t)
	for i := range p.Landmarks {
		jitter := func(scale float64, decimals int) float64 { return round(scale*random.NormFloat64(), decimals) }
		p.Landmarks[i] = body.Landmark{
			X: round(100+13*float64(i)+sway+jitter(1, 2), 2), Y: round(200+3*float64(i)+jitter(1, 2), 2), Z: jitter(40, 2),
			Visibility: round(0.98-0.01*random.Float64(), 3), Presence: round(0.999-0.002*random.Float64(), 3),
		}
		p.World[i] = body.Vec3{X: round(0.02*float64(i)+jitter(0.01, 4), 4), Y: jitter(0.1, 4), Z: jitter(0.1, 4)}
	}
	return &spine.Observation{
		T: t, Width: 640, Height: 360, Pose: p, People: 1,
		Roller:  &spine.Roller{Score: 0.93, Near: body.Point{X: round(300+sway, 2), Y: 250}, Far: body.Point{X: 310, Y: 240}, FarSeen: true, Radius: 21.37, Source: spine.RollerTracked},
		Quality: spine.Quality{Brightness: 0.413, Sharpness: round(200+random.NormFloat64(), 2), CameraMotion: 0.12},
	}
}

// film is so many frames at 30 in a second.
func film(n int) (list []*spine.Observation) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		list = append(list, person(random, float64(i)/30))
	}
	return list
}

// A minute fits into 2 MB even where nearly every digit is noise.
func TestObservationsAreSmall(t *testing.T) {
	const minute = 60 * 30
	if n := len(store(t, film(minute)...)); n > 2_000_000 {
		t.Errorf("a minute takes %d bytes", n)
	} else {
		t.Logf("a minute takes %d bytes", n)
	}
}

// Of a file that was cut off anywhere, every whole line is there.
func TestObservationsCutOff(t *testing.T) {
	list := film(2 * flushEvery)
	file := store(t, list...)
	most := 0
	for _, share := range []float64{0.05, 0.3, 0.55, 0.8, 0.999} {
		got, r, err := load(file[:int(share*float64(len(file)))])
		if !errors.Is(err, ErrCutOff) || !strings.Contains(err.Error(), "cut off after") {
			t.Fatalf("%g of the file: %v", share, err)
		}
		if diff := cmp.Diff(list[:len(got)], got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%g of the file: what is there differs (-stored +read):\n%s", share, diff)
		}
		if r.Counts.Analysed != int64(len(got)) || len(got) < most {
			t.Errorf("%g of the file: %d frames, counted %+v, had %d before", share, len(got), r.Counts, most)
		}
		most = len(got)
		if _, err := r.Next(); !errors.Is(err, ErrCutOff) {
			t.Errorf("after the end: %v", err)
		}
	}
	if most < flushEvery {
		t.Errorf("almost the whole file gives only %d frames of %d", most, len(list))
	}
}

// plain makes a file of lines.
func plain(t testing.TB, lines ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(z, strings.Join(lines, "\n"))
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	goodHeader = `{"schema":1,"source":{"name":"a","width":1,"height":1,"fps":null,"duration_s":null},"exercise":{"id":"a","version":1},"scale":1,"options":{},"models":{},"engine":""}`
	goodLine   = `{"t":0.5,"size":[64,36],"people":0,"pose":null,"roller":null,"quality":{"brightness":0.5,"sharpness":1,"camera_motion":null}}`
	goodEnd    = `{"end":{"read":1,"analysed":1,"dropped":0}}`
)

func TestObservationsThatAreNone(t *testing.T) {
	change := func(from, to string) string { return strings.Replace(goodLine, from, to, 1) }
	roller := func(text string) string { return change(`"roller":null`, `"roller":`+text) }
	for name, tt := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":            {nil, "no first line"},
		"no zstd":            {[]byte("what is this?"), "no first line"},
		"half a header":      {plain(t, goodHeader[:40]), "no first line"},
		"no JSON":            {plain(t, "hello", ""), "line 1"},
		"a newer version":    {plain(t, `{"schema":2,"more":1}`, ""), "version 1, which this program reads: the file says 2"},
		"a header with more": {plain(t, strings.Replace(goodHeader, `"scale"`, `"weight":1,"scale"`, 1), ""), "weight"},
		"an endless line":    {plain(t, goodHeader, strings.Repeat(" ", maxLine)), "line 2: longer than 64 KiB"},
		"no end":             {plain(t, goodHeader, goodLine, ""), "cut off after 1 frames"},
		"a wrong count":      {plain(t, goodHeader, goodLine, goodLine, goodEnd, ""), "count the 2 frames"},
		"more after the end": {plain(t, goodHeader, goodLine, goodEnd, goodLine, ""), "line 4: something follows"},
		"an unknown member":  {plain(t, goodHeader, change(`"people"`, `"persons"`), ""), "persons"},
		"two on a line":      {plain(t, goodHeader, goodLine+goodLine, ""), "something follows the object"},
		"a size of three":    {plain(t, goodHeader, change(`[64,36]`, `[64,36,3]`), ""), "size is [64 36 3]"},
		"a negative size":    {plain(t, goodHeader, change(`[64,36]`, `[-64,36]`), ""), "size is"},
		"no time":            {plain(t, goodHeader, change(`"t":0.5,`, ``), ""), "lacks a number"},
		"words for numbers":  {plain(t, goodHeader, change(`"t":0.5`, `"t":"soon"`), ""), "line 2"},
		"a short pose":       {plain(t, goodHeader, change(`"pose":null`, `"pose":{"score":1,"landmarks":[[1,2,3,4,5]],"world":[],"trunk":null}`), ""), "1 landmarks and 0"},
		"a half roller":      {plain(t, goodHeader, roller(`{"score":1,"near":[1],"far":[1,2],"radius":1,"source":"placed"}`), ""), "5 numbers, not 6"},
		"an odd source":      {plain(t, goodHeader, roller(`{"source":"guessed"}`), ""), `"guessed"`},
	} {
		_, _, err := load(tt.file)
		if !errors.Is(err, ErrObservations) && !errors.Is(err, ErrCutOff) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q in it", name, err, tt.says)
		}
	}
	if list, _, err := load(plain(t, goodHeader, goodLine, goodEnd, "")); !errors.Is(err, io.EOF) || len(list) != 1 {
		t.Errorf("a good file: %d frames, %v", len(list), err)
	}
}

func TestObservationsTellWhenTheDiskIsFull(t *testing.T) {
	f, err := NewObservations(&full{room: 1000}, header())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range film(flushEvery) {
		if err = f.Take(&session.Moment{Frame: &frame.Frame{Scale: 2}, Observation: o}); err != nil {
			break
		}
	}
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "observations.jsonl.zst") {
		t.Errorf("error %v", err)
	}
}

// Whatever the bytes are, reading them ends, with an error that tells why.
func FuzzObservations(f *testing.F) {
	f.Add(store(f, film(2)...))
	f.Add(plain(f, goodHeader, goodLine, goodEnd, ""))
	f.Add(plain(f, goodHeader, goodLine))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd})
	f.Fuzz(func(t *testing.T, file []byte) { known(t, file) })
}

// known fails unless a file's end is one of those that there are.
func known(t *testing.T, file []byte) {
	t.Helper()
	if _, _, err := load(file); !errors.Is(err, io.EOF) && !errors.Is(err, ErrCutOff) && !errors.Is(err, ErrObservations) {
		t.Fatalf("reading ended with %v", err)
	}
}

// The same for what is compressed, which a fuzzer seldom gets through to; and what is read can be written again.
func FuzzObservationLines(f *testing.F) {
	f.Add(goodHeader + "\n" + goodLine + "\n" + goodEnd + "\n")
	f.Add(goodHeader + "\n" + string(appendObservation(nil, film(1)[0])) + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := readLines(strings.NewReader(text))
		if err != nil {
			return
		}
		list, _, err := rest(r)
		if !errors.Is(err, io.EOF) && !errors.Is(err, ErrCutOff) && !errors.Is(err, ErrObservations) {
			t.Fatalf("reading ended with %v after %d frames", err, len(list))
		}
		for _, o := range list {
			var l observationLine
			line := appendObservation(nil, o)
			if err := strictly(line, &l); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			again, err := l.observation()
			if diff := cmp.Diff(o, again, cmpopts.EquateNaNs()); diff != "" || err != nil {
				t.Fatalf("written again it differs: %v\n%s", err, diff)
			}
		}
	})
}

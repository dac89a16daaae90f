package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/body"
)

// markers is a TRC file as a reader has it who knows only OpenSim's description of the format.
type markers struct {
	header map[string]string
	names  []string
	time   []float64
	places [][][3]float64 // by row and marker; NaN where the cells are empty
}

func readTRC(t *testing.T, text string) markers {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if first := strings.Split(lines[0], "\t"); len(first) != 4 || !slices.Equal(first[:3], []string{"PathFileType", "4", "(X/Y/Z)"}) {
		t.Fatalf("first line %q", lines[0])
	}
	m := markers{header: map[string]string{}}
	keys, values := strings.Split(lines[1], "\t"), strings.Split(lines[2], "\t")
	for i, key := range keys {
		m.header[key] = values[i]
	}
	cells := strings.Split(lines[3], "\t")
	if cells[0] != "Frame#" || cells[1] != "Time" {
		t.Fatalf("line of names %q", lines[3])
	}
	for i := 2; i < len(cells); i += 3 {
		m.names = append(m.names, cells[i])
	}
	axes := strings.Split(lines[4], "\t")
	if axes[2] != "X1" || axes[len(axes)-1] != fmt.Sprintf("Z%d", len(m.names)) || lines[5] != "" {
		t.Fatalf("lines of axes %q and %q", lines[4], lines[5])
	}
	for k, line := range lines[6:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 2+3*len(m.names) || cells[0] != strconv.Itoa(k+1) {
			t.Fatalf("row %d has %d cells and the number %s", k+1, len(cells), cells[0])
		}
		m.time = append(m.time, number(t, cells[1]))
		var places [][3]float64
		for i := range m.names {
			var p [3]float64
			for axis := range 3 {
				p[axis] = math.NaN()
				if c := cells[2+3*i+axis]; c != "" {
					p[axis] = number(t, c)
				}
			}
			places = append(places, p)
		}
		m.places = append(m.places, places)
	}
	return m
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTRCTellsEveryMarkerWhereItWas(t *testing.T) {
	s := lying(50, every(0.04))
	s.Frames[10].Landmarks[body.RightKnee][2] = 0.1 // the model has guessed
	var b bytes.Buffer
	if err := TRC(&b, s, "monday\t.trc"); err != nil {
		t.Fatal(err)
	}
	m := readTRC(t, b.String())
	for key, want := range map[string]string{
		"DataRate": "25", "CameraRate": "25", "NumFrames": "50", "NumMarkers": "33", "Units": "mm", "OrigDataRate": "25", "OrigDataStartFrame": "1", "OrigNumFrames": "50",
	} {
		if m.header[key] != want {
			t.Errorf("%s is %q, want %q", key, m.header[key], want)
		}
	}
	if len(m.names) != body.Count || m.names[body.LeftHip] != "left_hip" || m.names[body.RightFootIndex] != "right_foot_index" {
		t.Errorf("names %v", m.names)
	}
	for k, places := range m.places {
		if math.Abs(m.time[k]-s.Frames[k].T) > 1e-6 {
			t.Fatalf("row %d is of %g s", k, m.time[k])
		}
		for i, p := range places {
			w := s.Frames[k].World[i]
			if k == 10 && i == body.RightKnee {
				if !math.IsNaN(p[0]) || !math.IsNaN(p[1]) || !math.IsNaN(p[2]) {
					t.Errorf("a guessed marker is told: %v", p)
				}
				continue
			}
			if math.Abs(p[0]-1000*w[0]) > 0.006 || math.Abs(p[1]+1000*w[1]) > 0.006 || math.Abs(p[2]+1000*w[2]) > 0.006 {
				t.Fatalf("row %d, %s: %v of %v m", k, m.names[i], p, w)
			}
		}
	}
}

// Frames at odd times, one of them missing for long, become even rows on the line between the frames.
func TestMotionFilesAreEvenInTime(t *testing.T) {
	s := lying(100, func(i int) float64 {
		at := 0.04*float64(i) + 0.01*math.Sin(float64(7*i))
		if i >= 60 {
			at += 0.6
		}
		return at
	})
	s.Result.Source.FPS = nil
	for i := range s.Frames {
		s.Frames[i].HipLiftCM = 2 * s.Frames[i].T // a straight line stays one
		s.Frames[i].World[0][0] = 0.1 * s.Frames[i].T
	}
	var b, c bytes.Buffer
	if err := errors.Join(MOT(&b, s, "x.mot"), TRC(&c, s, "x.trc")); err != nil {
		t.Fatal(err)
	}
	names, rows := readMOT(t, b.String())
	lift := slices.Index(names, "hip_lift_cm")
	m := readTRC(t, c.String())
	if len(rows) != len(m.time) {
		t.Fatalf("%d and %d rows", len(rows), len(m.time))
	}
	unknown := 0
	for k, r := range rows {
		if k > 1 && math.Abs((r[0]-rows[k-1][0])-(rows[1][0]-rows[0][0])) > 2e-6 {
			t.Fatalf("rows %d and %d are %g s apart", k-1, k, r[0]-rows[k-1][0])
		}
		if r[len(r)-1] > 0 {
			unknown++
			if !math.IsNaN(m.places[k][0][0]) || r[0] < s.Frames[59].T || r[0] > s.Frames[60].T || math.Abs(r[lift]-2*r[0]) > 1e-3 {
				t.Errorf("at %g s %g cm were filled in", r[0], r[lift])
			}
			continue
		}
		// Within 5 % of a step the frame's own values count.
		if math.Abs(r[lift]-2*r[0]) > 2*0.003 || math.Abs(m.places[k][0][0]-100*r[0]) > 0.4 {
			t.Errorf("at %g s: %g cm, %g mm", r[0], r[lift], m.places[k][0][0])
		}
	}
	if unknown < 10 || unknown > 16 {
		t.Errorf("%d rows lie in the gap of 0.64 s", unknown)
	}
}

// readMOT reads a motion file by OpenSim's description of it.
func readMOT(t *testing.T, text string) (names []string, rows [][]float64) {
	t.Helper()
	head, data, ok := strings.Cut(text, "endheader\n")
	if !ok || !strings.Contains(head, "version=1\n") || !strings.Contains(head, "inDegrees=yes\n") {
		t.Fatalf("header %q", head)
	}
	lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	names = strings.Split(lines[0], "\t")
	if !strings.Contains(head, fmt.Sprintf("nRows=%d\nnColumns=%d\n", len(lines)-1, len(names))) || names[0] != "time" {
		t.Fatalf("%d rows of %d columns under the header %q", len(lines)-1, len(names), head)
	}
	if names[len(names)-1] != "filled" {
		t.Fatalf("columns %v", names)
	}
	for _, line := range lines[1:] {
		var row []float64
		for _, c := range strings.Split(line, "\t") {
			row = append(row, number(t, c))
		}
		if len(row) != len(names) {
			t.Fatalf("row %q", line)
		}
		rows = append(rows, row)
	}
	return names, rows
}

func TestMOTTellsTheAngles(t *testing.T) {
	s := lying(3, every(0.04))
	for i := range s.Frames {
		f := &s.Frames[i]
		f.World[body.LeftShoulder], f.World[body.LeftHip] = [3]float64{-0.5, 0, 0}, [3]float64{0, 0, 0}
		f.World[body.LeftKnee], f.World[body.LeftAnkle] = [3]float64{0.4, 0, 0}, [3]float64{0.4, 0.4, 0}
		f.Landmarks[body.RightAnkle][2] = 0
		f.HipLiftCM = 5 + float64(i)
	}
	s.Frames[1].HipLiftCM = math.NaN()
	var b bytes.Buffer
	if err := MOT(&b, s, "x.mot"); err != nil {
		t.Fatal(err)
	}
	names, rows := readMOT(t, b.String())
	for name, want := range map[string]float64{"time": 0.04, "hip_flexion_l": 0, "knee_angle_l": 90, "hip_lift_cm": 6, "neck_deg": 12, "filled": 1} {
		if got := rows[1][slices.Index(names, name)]; !(math.Abs(got-want) < 1e-3) {
			t.Errorf("%s is %g, want %g", name, got, want)
		}
	}
	if slices.Contains(names, "knee_angle_r") {
		t.Error("an angle of an ankle that nobody saw")
	}
}

func TestMotionFilesRefuseWhatTheyCannotTell(t *testing.T) {
	s := lying(5, every(0.04))
	for i := range s.Frames {
		s.Frames[i].World = [33][3]float64{}
	}
	nobody := &Session{Frames: []archive.Frame{{S: math.NaN(), SpeedCMS: math.NaN(), HipLiftCM: math.NaN(), KneeDeg: math.NaN(), SHKDeg: math.NaN(), NeckDeg: math.NaN(), YawDeg: math.NaN()}}}
	if err := MOT(new(bytes.Buffer), nobody, "x"); !errors.Is(err, ErrNothingKnown) {
		t.Errorf("nobody was seen: %v", err)
	}
	if err := TRC(new(bytes.Buffer), s, "x"); !errors.Is(err, ErrNoMetres) {
		t.Errorf("no places in metres: %v", err)
	}
	s.Frames = nil
	if err := MOT(new(bytes.Buffer), s, "x"); !errors.Is(err, ErrNoFrames) {
		t.Errorf("no frames: %v", err)
	}
	s.Frames = []archive.Frame{somebody(0), somebody(0.001), somebody(0.002), somebody(1e6)}
	if err := MOT(new(bytes.Buffer), s, "x"); err == nil {
		t.Error("a milliard rows were written")
	}
}

func TestCSVTellsWhatIsKnown(t *testing.T) {
	s := lying(3, every(0.04))
	s.Frames[0].Active, s.Frames[0].Cue = []string{"jerky", "roller_too_low"}, "=HYPERLINK(\"x\")"
	s.Frames[1].S, s.Frames[1].Level, s.Frames[1].SpeedCMS = math.NaN(), "", -3.456
	s.Frames[2].Pose, s.Frames[2].RollerScore = false, math.NaN()
	var b bytes.Buffer
	if err := CSV(&b, s.each); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 || len(rows[0]) != len(columns()) {
		t.Fatalf("%d rows of %d cells", len(rows), len(rows[0]))
	}
	at := func(row int, name string) string { return rows[1+row][slices.Index(rows[0], name)] }
	for _, tt := range []struct {
		row        int
		name, want string
	}{
		{0, "t_s", "0"},
		{0, "s", "0.8"},
		{0, "active", "jerky roller_too_low"},
		{0, "cue", "'=HYPERLINK(\"x\")"},
		{0, "left_hip_x_px", "284"},
		{0, "left_hip_visibility", "0.9"},
		{0, "nose_x_m", "-0.3"},
		{0, "roller_radius_px", "15"},
		{1, "t_s", "0.04"},
		{1, "s", ""},
		{1, "level", ""},
		{1, "speed_cm_s", "-3.46"},
		{2, "nose_x_px", ""},
		{2, "nose_x_m", ""},
		{2, "pose_score", ""},
		{2, "roller_near_x_px", ""},
		{2, "hip_lift_cm", "6"},
	} {
		if got := at(tt.row, tt.name); got != tt.want {
			t.Errorf("%s of row %d is %q, want %q", tt.name, tt.row, got, tt.want)
		}
	}
}

func TestREADMENamesEveryColumn(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns() {
		name := c.name
		for _, l := range landmarks { // the README has one line for all of them
			if rest, ok := strings.CutPrefix(name, l+"_"); ok && slices.Contains([]string{"x_px", "y_px", "visibility", "x_m", "y_m", "z_m"}, rest) {
				name = "LANDMARK_" + rest
			}
		}
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("README.md does not name the column %s", name)
		}
	}
	for _, c := range motColumns {
		if !strings.Contains(string(text), "`"+c.name+"`") {
			t.Errorf("README.md does not name %s", c.name)
		}
	}
}

// The table of a session whose frames were never in memory is that of all of them, and ends where it cannot be written.
func TestCSVStreams(t *testing.T) {
	dir := recorded(t, 3)
	all, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, a, err := OpenHead(dir)
	if err != nil || head.Frames != nil || head.About.Score != all.About.Score && known(all.About.Score) {
		t.Fatalf("%d frames in memory: %v", len(head.Frames), err)
	}
	var want, got bytes.Buffer
	if err := errors.Join(CSV(&want, all.each), CSV(&got, a.Each)); err != nil || !bytes.Equal(want.Bytes(), got.Bytes()) {
		t.Errorf("%d and %d bytes: %v", want.Len(), got.Len(), err)
	}
	full, taken := errors.New("full"), 0
	err = CSV(&got, func(take func(*archive.Frame) error) error {
		return a.Each(func(f *archive.Frame) error {
			if taken++; taken > 5 {
				return full
			}
			return take(f)
		})
	})
	if !errors.Is(err, full) || taken != 6 {
		t.Errorf("after %d frames: %v", taken, err)
	}
}

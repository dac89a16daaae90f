package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

func sure(v float64) spine.Value { return spine.Value{V: v, Sigma: 0.0712345, State: spine.OK} }

// moment is a frame in which everything is known; the analysed picture is half the size of the source's.
func moment() *session.Moment {
	p := &body.Pose{Score: 0.98765}
	for i := range p.Landmarks {
		p.Landmarks[i] = body.Landmark{X: float64(i), Y: 100.25, Z: -3.14, Visibility: 0.9, Presence: 1}
	}
	return &session.Moment{
		Frame: &frame.Frame{Scale: 2},
		Observation: &spine.Observation{
			T: 1.23456, Width: 320, Height: 180, Pose: p,
			Roller: &spine.Roller{Score: 0.75, Near: body.Point{X: 10, Y: 20}, Far: body.Point{X: 30, Y: 40}, FarSeen: true, Radius: 8.5},
		},
		Reading: &spine.Reading{
			T: 1.23456, S: sure(0.81234567), Level: "T8", Zone: spine.ZoneThoracic, Speed: sure(-3.456), HipLift: sure(6.789),
			Knee: sure(91.26), Neck: sure(-7.04), SHK: sure(140),
		},
		Update: &coach.Update{Active: []string{"hips_not_lifted", "jerky"}},
	}
}

func write(t testing.TB, moments ...*session.Moment) string {
	t.Helper()
	var b bytes.Buffer
	f := NewFrames(&b)
	for _, m := range moments {
		if err := f.Take(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFramesLine(t *testing.T) {
	var landmarks []string
	for i := range body.Count {
		x, _ := json.Marshal(float64(i)*2 + 0.5)
		landmarks = append(landmarks, "["+string(x)+",201,-6.3,0.9]")
	}
	want := `{"t":1.2346,"pose":{"score":0.988,"landmarks":[` + strings.Join(landmarks, ",") + `]},` +
		`"roller":{"score":0.75,"near":[20.5,40.5],"far":[60.5,80.5],"radius":17},` +
		`"reading":{"s":0.8123,"s_sigma":0.0712,"level":"T8","zone":"thoracic","speed_cm_s":-3.46,"hip_lift_cm":6.79,` +
		`"knee_deg":91.3,"neck_deg":-7,"shk_deg":140,"yaw_deg":null,"state":"ok"},"active":["hips_not_lifted","jerky"]}` + "\n"
	if diff := cmp.Diff(want, write(t, moment())); diff != "" {
		t.Errorf("line differs (-want +got):\n%s", diff)
	}
}

func TestFramesWriteNullForWhatIsNotKnown(t *testing.T) {
	nothing := &session.Moment{
		Frame: &frame.Frame{Scale: 1}, Observation: &spine.Observation{T: 0}, Reading: &spine.Reading{}, Update: &coach.Update{},
	}
	const unknown = `"reading":{"s":null,"s_sigma":null,"level":null,"zone":null,"speed_cm_s":null,"hip_lift_cm":null,` +
		`"knee_deg":null,"neck_deg":null,"shk_deg":null,"yaw_deg":null,"state":"unseen"},"active":[]}` + "\n"
	if got, want := write(t, nothing), `{"t":0,"pose":null,"roller":null,`+unknown; got != want {
		t.Errorf("got  %swant %s", got, want)
	}

	m := moment()
	m.Observation.Roller.FarSeen = false
	m.Observation.Pose.Landmarks[0].Z = math.NaN()
	m.Observation.Pose.Landmarks[1].X = math.Inf(-1)
	m.Observation.Pose.Landmarks[2].Y = math.MaxFloat64
	m.Reading.Knee.State = spine.Unsure
	m.Reading.Neck.V = math.Copysign(0.001, -1)
	got := write(t, m)
	for _, want := range []string{`"far":null`, `[0.5,201,null,0.9]`, `[null,201,-6.3,0.9]`, `[4.5,null,-6.3,0.9]`, `"knee_deg":91.3`, `"neck_deg":0,`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

// line is frames.jsonl as a reader who knows only the schema sees it.
type line struct {
	T    float64 `json:"t"`
	Pose *struct {
		Score     *float64      `json:"score"`
		Landmarks [][4]*float64 `json:"landmarks"`
	} `json:"pose"`
	Roller *struct {
		Score, Radius *float64
		Near, Far     *[2]*float64
	} `json:"roller"`
	Reading struct {
		S       *float64 `json:"s"`
		Sigma   *float64 `json:"s_sigma"`
		Level   *string  `json:"level"`
		Zone    string   `json:"zone"`
		Speed   *float64 `json:"speed_cm_s"`
		HipLift *float64 `json:"hip_lift_cm"`
		Knee    *float64 `json:"knee_deg"`
		Neck    *float64 `json:"neck_deg"`
		SHK     *float64 `json:"shk_deg"`
		Yaw     *float64 `json:"yaw_deg"`
		State   string   `json:"state"`
	} `json:"reading"`
	Active []string `json:"active"`
}

// Whatever the numbers are, each line is JSON of the schema, and known numbers come back as they were.
func TestFramesRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := moment()
		number := rapid.OneOf(rapid.Float64Range(-1e4, 1e4), rapid.Float64())
		m.Observation.T = rapid.Float64Range(0, 1e6).Draw(rt, "t")
		for i := range m.Observation.Pose.Landmarks {
			l := &m.Observation.Pose.Landmarks[i]
			l.X, l.Y, l.Z = number.Draw(rt, "x"), number.Draw(rt, "y"), number.Draw(rt, "z")
		}
		m.Reading.S = spine.Value{V: number.Draw(rt, "s"), Sigma: number.Draw(rt, "sigma"), State: spine.State(rapid.IntRange(0, 2).Draw(rt, "state"))}
		m.Update.Active = rapid.SliceOf(rapid.SampledFrom([]string{"jerky", "no_person", "too_dark"})).Draw(rt, "active")

		d := json.NewDecoder(strings.NewReader(write(t, m)))
		d.DisallowUnknownFields()
		var got line
		if err := d.Decode(&got); err != nil {
			rt.Fatal(err)
		}
		if err := d.Decode(&got); !errors.Is(err, io.EOF) {
			rt.Fatalf("more than one line: %v", err)
		}
		if math.Abs(got.T-m.Observation.T) > 1e-4 || len(got.Pose.Landmarks) != body.Count || !slices.Equal(got.Active, m.Update.Active) {
			rt.Fatalf("got t %g, %d landmarks, active %v", got.T, len(got.Pose.Landmarks), got.Active)
		}
		for i, l := range got.Pose.Landmarks {
			same(rt, l[0], 2*m.Observation.Pose.Landmarks[i].X+0.5, 0.01)
			same(rt, l[2], 2*m.Observation.Pose.Landmarks[i].Z, 0.1)
		}
		if (got.Reading.S == nil) != (!m.Reading.S.Known() || !finite(m.Reading.S.V*1e4)) {
			rt.Fatalf("s = %v became %v", m.Reading.S, got.Reading.S)
		}
		if got.Reading.State != m.Reading.S.State.String() {
			rt.Fatalf("state %s", got.Reading.State)
		}
	})
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// same fails unless got is want to the precision of the file, or null where want is out of its range.
func same(t *rapid.T, got *float64, want, precision float64) {
	t.Helper()
	if got == nil {
		if finite(want * 100) {
			t.Fatalf("%g became null", want)
		}
		return
	}
	if math.Abs(*got-want) > precision*0.51+1e-12*math.Abs(want) {
		t.Fatalf("%g became %g", want, *got)
	}
}

func TestFramesAreDeterministic(t *testing.T) {
	if a, b := write(t, moment(), moment()), write(t, moment(), moment()); a != b || strings.Count(a, "\n") != 2 {
		t.Errorf("two writings of the same moments differ:\n%s\n%s", a, b)
	}
}

func TestFramesHardlyAllocate(t *testing.T) {
	f := NewFrames(io.Discard)
	m := moment()
	if n := testing.AllocsPerRun(500, func() {
		if err := f.Take(m); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("%g allocations for a line", n)
	}
}

// full is a disk without room.
type full struct{ room int }

var errFull = errors.New("no room")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.room {
		return f.room, errFull
	}
	f.room -= len(b)
	return len(b), nil
}

func TestFramesTellWhenTheDiskIsFull(t *testing.T) {
	f := NewFrames(&full{room: 100_000})
	var err error
	for range 200 {
		if err = f.Take(moment()); err != nil {
			break
		}
	}
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "frames.jsonl") {
		t.Errorf("error %v", err)
	}
	f = NewFrames(&full{})
	if err := f.Take(moment()); err != nil {
		t.Errorf("the first line failed before it was due: %v", err)
	}
	if err := f.Flush(); !errors.Is(err, errFull) {
		t.Errorf("flush: %v", err)
	}
}

package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/session"
)

func result() session.Result {
	ms := func(p50, p95 float64) session.Quantiles {
		return session.Quantiles{P50: time.Duration(p50 * 1e6), P95: time.Duration(p95 * 1e6)}
	}
	return session.Result{
		Frames: session.Counts{Read: 90, Analysed: 88, Dropped: 2},
		Summary: coach.Summary{
			ExerciseID: "thoracic-roll", ExerciseVersion: 3, Passes: 4,
			Cues: []coach.Finding{
				{ID: 1, Code: "no_person", Severity: exercise.Setup, StartS: 0, EndS: 1.5, Text: "Nobody <here> & now", Spoken: true},
				{
					ID: 2, Code: "rolling_too_fast", Severity: exercise.Pace, StartS: 2, EndS: 3.25,
					Value: 12.5, Limit: 8, Unit: "cm/s", Measured: true, Text: "Slow down",
				},
			},
			ExerciseHash: "sha256:3", Side: exercise.Left, Dose: "warm_up", Reps: 5,
			Holds: []coach.Hold{{StartS: 1, EndS: 22, S: 0.8, Level: "T8"}}, Phases: []coach.PhaseTime{{ID: "rolling", TimeS: 2, Visits: 1}},
			TimeAtLevelS: []coach.LevelTime{{Level: "T8", TimeS: 2.5}}, Doses: []coach.DoseDone{{ID: "warm_up", DoneS: 5, MinS: 30, MaxS: 60}},
			TimeInZoneS: coach.ZoneTimes{Lumbar: 1, LowerThoracic: 2, Thoracic: 3, Neck: 0, Off: 0.5},
		},
		Timings: session.Timings{Decode: ms(1, 2), Pose: ms(9, 12.3456), Roller: ms(0.5, 1), Rules: ms(0.01, 0.02), Total: ms(11, 15)},
		CPU:     1234567 * time.Microsecond,
	}
}

func document(t *testing.T, s Session) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// compact takes the white space out of JSON.
func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return b.String()
}

func TestSessionDocument(t *testing.T) {
	s := NewSession(result())
	s.Source = Source{Name: "a.mp4", Width: 1920, Height: 1080, FPS: Positive(29.97002997), DurationS: Positive(3)}
	s.Models, s.Engine = map[string]string{"pose_detector": "sha256:1", "a": "sha256:2"}, "opencv"
	want := `{"schema":1,"source":{"name":"a.mp4","width":1920,"height":1080,"fps":29.97,"duration_s":3},` +
		`"exercise":{"id":"thoracic-roll","version":3,"hash":"sha256:3","side":"left","dose":"warm_up"},"models":{"a":"sha256:2","pose_detector":"sha256:1"},"engine":"opencv",` +
		`"frames":{"read":90,"analysed":88,"dropped":2},"cues":[` +
		`{"code":"no_person","severity":"setup","start_s":0,"end_s":1.5,"value":null,"limit":null,"unit":null,` +
		`"text":"Nobody \u003chere\u003e \u0026 now","spoken":true},` +
		`{"code":"rolling_too_fast","severity":"pace","start_s":2,"end_s":3.25,"value":12.5,"limit":8,"unit":"cm/s","text":"Slow down","spoken":false}],` +
		`"passes":4,"time_in_zone_s":{"lumbar":1,"lower_thoracic":2,"thoracic":3,"neck":0,"off":0.5},` +
		`"timings_ms":{"decode":{"p50":1,"p95":2},"pose":{"p50":9,"p95":12.346},"roller":{"p50":0.5,"p95":1},` +
		`"rules":{"p50":0.01,"p95":0.02},"total":{"p50":11,"p95":15}},"cpu_s":1.235,` +
		`"reps":5,"holds":[{"start_s":1,"end_s":22,"s":0.8,"level":"T8"}],"phases":[{"id":"rolling","time_s":2,"visits":1}],` +
		`"time_at_level_s":[{"level":"T8","time_s":2.5}],` +
		`"doses":[{"id":"warm_up","done_s":5,"min_s":30,"max_s":60,"reps":0,"reps_min":0,"reps_max":0}]}`
	if diff := cmp.Diff(want, compact(t, document(t, s))); diff != "" {
		t.Errorf("document differs (-want +got):\n%s", diff)
	}
	if first, again := document(t, s), document(t, s); first != again {
		t.Error("two writings differ")
	}
}

// A file that tells neither its rate nor its length has null there, and a session without findings an empty list.
func TestSessionDocumentOfAlmostNothing(t *testing.T) {
	r := result()
	r.Summary.Cues = []coach.Finding{}
	s := NewSession(r)
	s.Source.FPS, s.Source.DurationS = Positive(0), Positive(math.NaN())
	got := compact(t, document(t, s))
	for _, want := range []string{`"fps":null,"duration_s":null`, `"cues":[]`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestPositive(t *testing.T) {
	for _, x := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		if p := Positive(x); p != nil {
			t.Errorf("%g became %g", x, *p)
		}
	}
	if p := Positive(14.98501); p == nil || *p != 14.985 {
		t.Errorf("14.98501 became %v", p)
	}
}

func TestSessionTellsWhenTheDiskIsFull(t *testing.T) {
	s := NewSession(result())
	if err := s.Write(&full{}); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "session.json") {
		t.Errorf("error %v", err)
	}
}

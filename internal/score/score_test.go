package score

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/store"
)

const clips = "../../testdata/clips/"

// clip reads the truth of one of the test clips.
func clip(t testing.TB, name string) *Clip {
	t.Helper()
	file, err := os.Open(clips + name + ".jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	about, err := os.Open(clips + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer about.Close()
	c, err := ReadClip(lines, about)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func found(code string, start, end float64) coach.Finding {
	return coach.Finding{Code: code, Severity: exercise.Technique, StartS: start, EndS: end}
}

// testdata/verdicts.json holds what the proving ground's score.py (its grade_cues) says of the test clips' truth and of
// cues that were drawn by lot: per code hits, misses, false ones and delays.
func TestGradeSaysWhatTheProvingGroundSays(t *testing.T) {
	text, err := os.ReadFile("testdata/verdicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Clip     string                        `json:"clip"`
		Cues     [][3]any                      `json:"cues"`
		Verdicts map[string][4]json.RawMessage `json:"verdicts"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 40 {
		t.Fatalf("only %d cases", len(cases))
	}
	truths := map[string]*Clip{}
	for i, tt := range cases {
		if truths[tt.Clip] == nil {
			truths[tt.Clip] = clip(t, tt.Clip)
		}
		var findings []coach.Finding
		for _, c := range tt.Cues {
			findings = append(findings, found(c[0].(string), c[1].(float64), c[2].(float64)))
		}
		got := Grade(truths[tt.Clip], findings)
		if len(got) != len(tt.Verdicts) {
			t.Errorf("case %d: verdicts on %d codes, want %d", i, len(got), len(tt.Verdicts))
		}
		for _, v := range got {
			var want Verdict
			for k, to := range []any{&want.Hit, &want.Miss, &want.False, &want.DelaysS} {
				if err := json.Unmarshal(tt.Verdicts[v.Code][k], to); err != nil {
					t.Fatal(err)
				}
			}
			near := func(a, b float64) bool { return math.Abs(a-b) < 2e-6 }
			if v.Hit != want.Hit || v.Miss != want.Miss || v.False != want.False || !slices.EqualFunc(v.DelaysS, want.DelaysS, near) {
				t.Errorf("case %d, %s: got %+v, want %+v", i, v.Code, v, want)
			}
		}
	}
}

func TestPerfectSilentAndNagging(t *testing.T) {
	truth := clip(t, "lumbar")
	due := truth.Due("roller_too_low")
	if len(due) == 0 || due[0].EndS-due[0].StartS < minStretch {
		t.Fatalf("the clip has the stretches %v", due)
	}
	perfect := []coach.Finding{found("roller_too_low", due[0].StartS+0.3, due[0].EndS)}
	if v := Grade(truth, perfect); len(v) != 1 || v[0].Hit != 1 || v[0].Miss != 0 || v[0].False != 0 || math.Abs(v[0].DelaysS[0]-0.3) > 1e-9 {
		t.Errorf("perfect: %+v", v)
	}
	if v := Grade(truth, nil); len(v) != 1 || v[0].Miss != 1 {
		t.Errorf("silent: %+v", v)
	}
	if v := Grade(truth, []coach.Finding{found("jerky", 1, 2), found("roller_too_high", 1, 2)}); len(v) != 3 || v[1].False+v[2].False != 2 {
		t.Errorf("nagging: %+v", v)
	}
}

func TestStretches(t *testing.T) {
	s, err := ReadStretches(strings.NewReader(`{"rollwell_truth":1,"end_s":60,"codes":["a","b"],
		"due":[{"code":"a","start_s":10,"end_s":15},{"code":"a","start_s":30,"end_s":30.5}],"grey":[{"code":"a","start_s":15,"end_s":20}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := Grade(s, []coach.Finding{found("a", 11, 14), found("a", 18, 19), found("a", 50, 51), found("b", 0, 1), found("c", 5, 6)})
	want := []Verdict{{Code: "a", Hit: 1, False: 1, DelaysS: []float64{1}}, {Code: "b", False: 1}}
	if len(got) != 2 || got[0].Hit != 1 || got[0].Miss != 0 || got[0].False != 1 || got[0].DelaysS[0] != 1 || got[1].False != 1 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestBadTruthIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no version": `{"end_s":1,"codes":["a"]}`, "no end": `{"rollwell_truth":1,"codes":["a"]}`, "no codes": `{"rollwell_truth":1,"end_s":1}`,
		"unknown member": `{"rollwell_truth":1,"end_s":1,"codes":["a"],"x":1}`, "more": `{"rollwell_truth":1,"end_s":1,"codes":["a"]} {}`,
		"other code":  `{"rollwell_truth":1,"end_s":9,"codes":["a"],"due":[{"code":"b","start_s":1,"end_s":2}]}`,
		"backwards":   `{"rollwell_truth":1,"end_s":9,"codes":["a"],"due":[{"code":"a","start_s":2,"end_s":1}]}`,
		"beyond":      `{"rollwell_truth":1,"end_s":9,"codes":["a"],"grey":[{"code":"a","start_s":2,"end_s":10}]}`,
		"no JSON":     `truth`,
		"other value": `[]`,
	} {
		if _, err := ReadStretches(strings.NewReader(text)); !errors.Is(err, ErrTruth) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "no time": `{"contact":false}`, "time stands": "{\"t\":1}\n{\"t\":1}", "contact without u": `{"t":0,"contact":true,"exercise":"thoracic_roll"}`,
		"no JSON": "{", "no object": "3",
	} {
		if _, err := ReadClip(strings.NewReader(text), nil); !errors.Is(err, ErrTruth) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzTruth(f *testing.F) {
	f.Add(`{"rollwell_truth":1,"end_s":60,"codes":["a"],"due":[{"code":"a","start_s":1,"end_s":2}]}`)
	f.Add(`{"t":0,"contact":true,"exercise":"thoracic_roll","u":1,"speed_cm_s":1,"hip_lift_cm":1}`)
	f.Fuzz(func(_ *testing.T, text string) {
		findings := []coach.Finding{found("a", 0, 1), found("jerky", 0, 0)}
		if s, err := ReadStretches(strings.NewReader(text)); err == nil {
			Grade(s, findings)
		}
		if c, err := ReadClip(strings.NewReader(text), strings.NewReader(text)); err == nil {
			Grade(c, findings)
		}
	})
}

func TestMarks(t *testing.T) {
	at := func(i int) *int { return &i }
	findings := []coach.Finding{
		found("a", 1, 2), found("a", 5, 6), found("b", 8, 9), {Code: "well_done", Severity: exercise.Praise, StartS: 3, EndS: 4}, found("a", 20, 21),
	}
	marks := []store.Mark{
		{Kind: store.MarkFalse, Code: "a", Cue: at(1), StartS: 5, EndS: 6},
		{Kind: store.MarkFalse, Code: "b", Cue: at(0), StartS: 8, EndS: 9},    // judged again since: the place is another's
		{Kind: store.MarkFalse, Code: "a", Cue: at(4), StartS: 40, EndS: 41},  // of a finding that is gone
		{Kind: store.MarkFalse, Code: "a", Cue: at(99), StartS: 20, EndS: 21}, // no such place
		{Kind: store.MarkMissed, Code: "c", StartS: 12, EndS: 13},
	}
	var tally Tally
	tally.Add(Marked(findings, marks))
	r := tally.Report()
	type row struct {
		code               string
		hit, missed, wrong int
	}
	var got []row
	for _, c := range r.Cues {
		got = append(got, row{c.Code, c.Hit, c.Missed, c.False})
	}
	if want := []row{{"a", 1, 0, 2}, {"b", 0, 0, 1}, {"c", 0, 1, 0}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if *r.Cues[0].Precision != 1./3 || *r.Cues[0].Recall != 1 || r.Cues[1].Recall != nil || *r.Cues[2].Recall != 0 || r.Cues[0].DelayS != nil {
		t.Errorf("report %+v", r)
	}
}

// The numbers of a report are those of its rows, whatever the sessions.
func TestReportAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tally Tally
		var hits, wrong int
		var delays []float64
		n := rapid.IntRange(0, 5).Draw(t, "sessions")
		for range n {
			v := Verdict{
				Code: rapid.SampledFrom([]string{"jerky", "roller_too_low", "hips_not_lifted"}).Draw(t, "code"), Hit: rapid.IntRange(0, 3).Draw(t, "hit"),
				Miss: rapid.IntRange(0, 3).Draw(t, "miss"), False: rapid.IntRange(0, 3).Draw(t, "false"),
			}
			for range v.Hit {
				v.DelaysS = append(v.DelaysS, rapid.Float64Range(0, 5).Draw(t, "delay"))
			}
			tally.Add([]Verdict{v})
			hits, wrong, delays = hits+v.Hit, wrong+v.False, append(delays, v.DelaysS...)
		}
		r := tally.Report()
		if r.Sessions != n || r.All.Hit != hits || r.All.False != wrong || r.All.Delays != len(delays) {
			t.Fatalf("report %+v", r)
		}
		if (r.All.Precision == nil) != (hits+wrong == 0) || r.All.Precision != nil && *r.All.Precision != float64(hits)/float64(hits+wrong) {
			t.Fatalf("precision %v of %d and %d", r.All.Precision, hits, wrong)
		}
		if len(delays) > 0 {
			slices.Sort(delays)
			if math.Abs(*r.All.DelayS-delays[len(delays)/2]) > .001 {
				t.Fatalf("median %v of %v", *r.All.DelayS, delays)
			}
		}
		text, err := json.Marshal(r)
		if err != nil || !strings.Contains(string(text), `"cues":[`) {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

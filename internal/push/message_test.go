package push

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/setup"
	"github.com/rollwell/rollwell/internal/spine"
)

// listen returns an outbox that gets what a hub says.
func listen(h *Hub) *outbox {
	c := &client{hub: h, out: newOutbox(1000), bye: make(chan farewell, 1)}
	h.join(c)
	return c.out
}

func newTestHub() *Hub { return New(Limits{}, nil) }

// said empties an outbox, checks every message against the schema and that numbers rise, and returns them by type.
func said(t testing.TB, o *outbox) map[string][]heard {
	t.Helper()
	all := map[string][]heard{}
	var last uint64
	for {
		m, ok := o.take()
		if !ok {
			return all
		}
		fromServer(t, m.text)
		var h heard
		if err := json.Unmarshal(m.text, &h); err != nil {
			t.Fatal(err)
		}
		if h.Seq <= last {
			t.Errorf("message %d after %d", h.Seq, last)
		}
		last = h.Seq
		all[h.Type] = append(all[h.Type], h)
	}
}

func TestFirstState(t *testing.T) {
	m := said(t, listen(newTestHub()))
	if len(m["state"]) != 1 || m["state"][0].Phase != "setup" || m["state"][0].T != nil || m["state"][0].Capture != nil {
		t.Errorf("before the first frame a page hears %+v", m)
	}
}

// The frame within a state is the very line of frames.jsonl.
func TestStateCarriesALineOfTheFrames(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	said(t, o)
	m := frameAt(1.25)
	if err := h.Take(m); err != nil {
		t.Fatal(err)
	}
	got := said(t, o)["state"][0]
	if want := string(results.Append(nil, m)); string(got.Frame) != want {
		t.Errorf("got  %s\nwant %s", got.Frame, want)
	}
	if *got.T != 1.25 || *got.Capture != 1_700_000_000_123 {
		t.Errorf("stamped %g and %g", *got.T, *got.Capture)
	}
}

func TestCuesAreSaidOnceAndCleared(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	said(t, o)
	f := finding(3, "hips_not_lifted")
	take := func(m *session.Moment) map[string][]heard {
		t.Helper()
		if err := h.Take(m); err != nil {
			t.Fatal(err)
		}
		return said(t, o)
	}
	m := take(speaking(frameAt(2), f))
	if len(m["cue"]) != 1 || m["cue"][0].ID != 3 || m["cue"][0].Say != "Lift your hips." || m["state"][0].Banner.Code != f.Code {
		t.Fatalf("a page hears %+v", m)
	}
	silent := speaking(frameAt(2.1), f)
	silent.Update.Banner.Speak = false
	if m = take(silent); len(m["cue"]) != 0 || m["state"][0].Banner == nil {
		t.Errorf("a cue that is not to be spoken again: %+v", m)
	}
	quiet := frameAt(2.2)
	quiet.Update.Events = []coach.Event{{Kind: coach.Cleared, Finding: finding(9, "never_said")}, {Kind: coach.Cleared, Finding: f}}
	if m = take(quiet); len(m["cue_clear"]) != 1 || m["cue_clear"][0].ID != 3 || m["state"][0].Banner != nil {
		t.Errorf("after its end: %+v", m)
	}
	if m = take(frameAt(2.3)); len(m["cue_clear"]) != 0 {
		t.Errorf("cleared again: %+v", m)
	}
}

// A pause clears what was said, whether the coach gets to say so or not.
func TestPauseClearsCues(t *testing.T) {
	for name, pause := range map[string]func(h *Hub) error{
		"between frames": func(h *Hub) error {
			l := *frameAt(2).Live
			l.Phase, l.Reason = session.Paused, session.ReasonButton
			return h.Tick(&l)
		},
		"with a frame": func(h *Hub) error {
			m := frameAt(2.1)
			m.Live.Phase, m.Live.Reason = session.Paused, session.ReasonSatUp
			return h.Take(m)
		},
	} {
		h := newTestHub()
		o := listen(h)
		if err := h.Take(speaking(frameAt(2), finding(1, "jerky"))); err != nil {
			t.Fatal(err)
		}
		said(t, o)
		if err := pause(h); err != nil {
			t.Fatal(err)
		}
		m := said(t, o)
		if len(m["cue_clear"]) != 1 || m["state"][0].Phase != "paused" || m["state"][0].Banner != nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// A state without a new frame shows the last one, unless no pictures come any more.
func TestTick(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	if err := h.Take(speaking(frameAt(2), finding(1, "jerky"))); err != nil {
		t.Fatal(err)
	}
	said(t, o)
	l := *frameAt(2).Live
	if err := h.Tick(&l); err != nil {
		t.Fatal(err)
	}
	if m := said(t, o)["state"][0]; m.Frame == nil || string(m.Frame) == "null" || m.Banner == nil {
		t.Errorf("while pictures come: %+v", m)
	}
	l.Connection = session.ConnectionLost
	if err := h.Tick(&l); err != nil {
		t.Fatal(err)
	}
	if m := said(t, o)["state"][0]; string(m.Frame) != "null" || m.Banner != nil {
		t.Errorf("when none come: %+v", m)
	}
}

func TestPainEndsWithACue(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	if err := h.Take(speaking(frameAt(2), finding(7, "jerky"))); err != nil {
		t.Fatal(err)
	}
	said(t, o)
	l := *frameAt(3).Live
	l.Phase, l.Reason = session.Ended, session.ReasonPain
	l.PainStop = &session.Warning{Text: "Too much pain", Say: "Stop here.", Hint: "See somebody."}
	if err := h.Tick(&l); err != nil {
		t.Fatal(err)
	}
	m := said(t, o)
	if len(m["cue"]) != 1 || m["cue"][0].Code != "pain_stop" || m["cue"][0].ID != 8 || !strings.Contains(m["cue"][0].Say, "Stop") {
		t.Errorf("a page hears %+v", m)
	}
}

func TestProgressIsToldTwiceASecondAtMost(t *testing.T) {
	h := newTestHub()
	o := listen(h)
	begun, n := time.Now(), 0
	for i := range 300 {
		m := frameAt(float64(i) / 30)
		m.Live.Progress.TargetS = float64(i) / 30
		if err := h.Take(m); err != nil {
			t.Fatal(err)
		}
		n += len(said(t, o)["progress"])
	}
	if most := 1 + int(time.Since(begun)/progressEvery); n < 1 || n > most {
		t.Errorf("progress was told %d times in %s", n, time.Since(begun))
	}
}

func result() *session.LiveResult {
	return &session.LiveResult{
		Summary: coach.Summary{
			ExerciseID: "thoracic-roll", ExerciseVersion: 1, DurationS: 12.5, Cues: []coach.Finding{finding(1, "jerky"), {ID: 2, Code: "good_form", Severity: exercise.Praise}},
			Holds: []coach.Hold{{StartS: 1, EndS: 22, S: .8, Level: "T8"}}, TimeAtLevelS: []coach.LevelTime{{Level: "T8", TimeS: 21}},
			Phases: []coach.PhaseTime{{ID: "rolling", TimeS: 10, Visits: 2}},
			Doses:  []coach.DoseDone{{ID: "warm_up", DoneS: 20, MinS: 30, MaxS: 60}},
		},
		Frames: session.Counters{Received: 10, Decoded: 9, Analysed: 7, Pushed: 7, Dropped: session.Drops{Slot: 2, Decode: 1}},
		Pain:   []session.PainValue{{T: 3, Value: 2, When: session.PainDuring, Block: 1}},
	}
}

func TestSummary(t *testing.T) {
	text, err := Summary(result())
	if err != nil {
		t.Fatal(err)
	}
	h := newTestHub()
	o := listen(h)
	h.Finish(text)
	m := said(t, o)
	if len(m["summary"]) != 1 || !bytes.Equal(m["summary"][0].Summary, text) {
		t.Errorf("got %+v, want %s", m, text)
	}
	if !strings.Contains(string(text), `"received":10`) || !strings.Contains(string(text), `"slot":2`) {
		t.Errorf("the frames are not told: %s", text)
	}
}

// A session in which nothing happened has a summary, too.
func TestSummaryOfNothing(t *testing.T) {
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	text, err := Summary(&session.LiveResult{Summary: coach.New(ex, coach.Options{}).Finish(0)})
	if err != nil {
		t.Fatal(err)
	}
	fromServer(t, appendSummary(nil, stamp{seq: 1, t: -1}, text))
}

// Whatever a moment holds, the messages are of the protocol.
func TestAnyMomentIsOfTheProtocol(t *testing.T) {
	number := rapid.OneOf(rapid.Float64Range(-1e4, 1e4), rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)))
	word := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\"\\\x00\n\u2028", "\xff\xfe", "<script>"}))
	value := func(t *rapid.T, name string) spine.Value {
		return spine.Value{V: number.Draw(t, name), Sigma: number.Draw(t, name+" sigma"), State: spine.State(rapid.IntRange(0, 2).Draw(t, name+" state"))}
	}
	rapid.Check(t, func(rt *rapid.T) {
		h := newTestHub()
		o := listen(h)
		m := frameAt(rapid.Float64Range(0, 1e6).Draw(rt, "t"))
		m.Observation.Roller.Radius = number.Draw(rt, "radius")
		m.Reading.S, m.Reading.Speed = value(rt, "s"), value(rt, "speed")
		m.Live.Phase = session.Phase(rapid.IntRange(0, 3).Draw(rt, "phase"))
		m.Live.Reason = rapid.SampledFrom([]session.Reason{"", session.ReasonButton, session.ReasonSatUp}).Draw(rt, "reason")
		m.Live.Width, m.Live.Height = rapid.IntRange(0, 4000).Draw(rt, "width"), rapid.IntRange(0, 4000).Draw(rt, "height")
		m.Live.Connection = session.Connection(rapid.IntRange(0, 3).Draw(rt, "connection"))
		m.Live.Transport = session.Transport(rapid.IntRange(0, 2).Draw(rt, "transport"))
		m.Live.Setup[0].State = setup.State(rapid.IntRange(0, 2).Draw(rt, "setup"))
		m.Live.Setup[0].Text, m.Live.Setup[0].Say = word.Draw(rt, "text"), word.Draw(rt, "say")
		m.Live.Captured = time.Unix(0, rapid.Int64Range(0, math.MaxInt64).Draw(rt, "captured"))
		if rapid.Bool().Draw(rt, "speaks") {
			f := finding(rapid.IntRange(1, 1e6).Draw(rt, "id"), "jerky")
			f.Value, f.Text, f.Measured = number.Draw(rt, "value"), word.Draw(rt, "banner"), rapid.Bool().Draw(rt, "measured")
			f.Severity = rapid.SampledFrom([]exercise.Severity{exercise.Safety, exercise.Setup, exercise.Technique, exercise.Pace, exercise.Praise}).Draw(rt, "severity")
			speaking(m, f)
		}
		m.Live.Progress.Passes = rapid.IntRange(0, 1000).Draw(rt, "passes")
		if err := h.Take(m); err != nil {
			rt.Fatal(err)
		}
		h.Warn("code", word.Draw(rt, "warning")+"!")
		said(t, o)
	})
}

func TestStatesHardlyAllocate(t *testing.T) {
	h := newTestHub()
	listen(h)
	m := frameAt(1)
	for range 10 {
		_ = h.Take(m)
	}
	if n := testing.AllocsPerRun(500, func() { _ = h.Take(m) }); n > 2 {
		t.Errorf("%g allocations for a state", n)
	}
}

func BenchmarkTake(b *testing.B) {
	h := newTestHub()
	for range 4 {
		listen(h)
	}
	m := frameAt(1)
	b.ReportAllocs()
	for b.Loop() {
		_ = h.Take(m)
	}
	b.ReportMetric(float64(len(h.state.text)), "bytes/state")
}

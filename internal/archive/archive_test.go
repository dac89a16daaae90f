package archive

import (
	"errors"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/simulate"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func thoracicRoll(t testing.TB) *exercise.Exercise {
	t.Helper()
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	return ex
}

func header(t testing.TB) results.Header {
	t.Helper()
	ex := thoracicRoll(t)
	return results.Header{
		Source: results.Source{Name: "sim.mp4"}, Exercise: results.Exercise{ID: ex.ID, Version: ex.Version, Hash: ex.Hash},
		Options: results.Options{Language: "en"}, Models: map[string]string{"pose": "sha256:1"}, Engine: "opencv",
	}
}

// lumbar is somebody who rolls too low from the eighth second to the sixteenth.
func lumbar(seconds float64) simulate.Script {
	return simulate.Script{
		Exercise: "thoracic-roll", Seed: 7, Noise: 1, Seconds: seconds, Fault: "roller_too_low", FaultFrom: 8, FaultTo: 16,
	}
}

// play judges what is performed and shows it to the sink.
func play(t testing.TB, seen iter.Seq[spine.Observation], sinks ...session.Sink) session.Result {
	t.Helper()
	all := slices.Collect(seen)
	r, err := session.Replay(t.Context(), session.ReplayConfig{
		Next: func() (*spine.Observation, error) {
			if len(all) == 0 {
				return nil, io.EOF
			}
			o := &all[0]
			all = all[1:]
			return o, nil
		},
		Scale: 2, Exercise: thoracicRoll(t), Coach: coach.Options{Language: "en"}, Sinks: sinks,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sessionOf is what a result comes to, with all that a header tells.
func sessionOf(r session.Result, h *results.Header) results.Session {
	s := results.NewSession(r)
	s.Source, s.Models, s.Engine = h.Source, h.Models, h.Engine
	return s
}

// record writes a whole session and returns its folder.
func record(t testing.TB, seen iter.Seq[spine.Observation]) (dir string, d Digest) {
	t.Helper()
	dir = t.TempDir()
	h := header(t)
	w, err := Create(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = w.Close(sessionOf(play(t, seen, w), &h)); err != nil {
		t.Fatal(err)
	}
	return dir, d
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// timeless leaves out what differs from run to run.
var timeless = cmp.Options{cmpopts.IgnoreFields(results.Session{}, "TimingsMS", "CPUS"), cmpopts.IgnoreFields(coach.Finding{}, "ID"), cmpopts.EquateEmpty()}

func TestSessionComesBack(t *testing.T) {
	dir, d := record(t, simulate.Run(lumbar(30)))
	if got, want := names(t, dir), []string{EventsFile, ObservationsFile, ReadingsFile, SessionFile, TrackFile}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.Session, a.Session, timeless); diff != "" {
		t.Errorf("session.json (-written +read):\n%s", diff)
	}
	frames, err := a.Frames()
	if err != nil {
		t.Fatal(err)
	}
	if len(frames) != 900 || a.Session.Frames.Analysed != 900 {
		t.Fatalf("%d frames, session.json tells %+v", len(frames), a.Session.Frames)
	}
	if s := a.Session.Source; s.Width != 2*1280 && s.Width != 2*640 || *s.DurationS < 29.9 || *s.FPS < 29.9 || *s.FPS > 30.1 {
		t.Errorf("source %+v, %v s, %v fps", s, s.DurationS, s.FPS)
	}
	if d.Worst == nil || d.Worst.Code != "roller_too_low" || d.Worst.Severity != "safety" || d.Worst.StartS < 8 || d.Worst.EndS > 20 {
		t.Errorf("worst moment %+v", d.Worst)
	}
	corrections := 0
	for i := range a.Session.Cues {
		if c := &a.Session.Cues[i]; c.Spoken && c.Severity != exercise.Praise && c.Severity != exercise.Setup {
			corrections++
		}
	}
	if !(d.Score > 50 && d.Score < 90) || d.DurationS < 29.9 || corrections == 0 || d.Corrections != corrections {
		t.Errorf("score %g in %g s with %d corrections, want %d", d.Score, d.DurationS, d.Corrections, corrections)
	}
	if d.Worst != nil {
		f := frames[int(15*(d.Worst.StartS+d.Worst.EndS))]
		if !f.Pose || !slices.Contains(f.Active, "roller_too_low") || !(f.PxPerCM > 1 && f.PxPerCM < 20) {
			t.Errorf("at the worst moment: %+v", f)
		}
	}
	again, err := a.Digest()
	if err != nil || again.Score != d.Score || *again.Worst != *d.Worst {
		t.Errorf("digest of what was read: %+v, %v", again, err)
	}
}

// What is stored is what was judged: judged again, it says the same, frame by frame.
func TestObservationsReplay(t *testing.T) {
	dir, d := record(t, simulate.Run(lumbar(20)))
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o, closer, err := a.Observations()
	if err != nil {
		t.Fatal(err)
	}
	defer closer.Close()
	again := t.TempDir()
	w, err := Create(again, a.Header)
	if err != nil {
		t.Fatal(err)
	}
	r, err := session.Replay(t.Context(), session.ReplayConfig{
		Next: o.Next, Scale: a.Header.Scale, Exercise: thoracicRoll(t), Coach: coach.Options{Language: "en"}, Sinks: []session.Sink{w},
	})
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Close(sessionOf(r, &a.Header))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, second, timeless); diff != "" {
		t.Errorf("judged again (-first +again):\n%s", diff)
	}
	for _, name := range []string{ObservationsFile, ReadingsFile, EventsFile, TrackFile} {
		if !slices.Equal(contents(t, dir, name), contents(t, again, name)) {
			t.Errorf("%s differs", name)
		}
	}
}

func contents(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEventsTellOfFindings(t *testing.T) {
	dir, d := record(t, simulate.Run(lumbar(30)))
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	events, err := a.Events()
	if err != nil {
		t.Fatal(err)
	}
	m := mender{events: events}
	if diff := cmp.Diff(d.Session.Cues, m.findings(d.DurationS), timeless); diff != "" {
		t.Errorf("findings (-judged +told):\n%s", diff)
	}
}

func TestAbandonLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, header(t))
	if err != nil {
		t.Fatal(err)
	}
	play(t, simulate.Run(lumbar(3)), w)
	if err := w.Abandon(); err != nil {
		t.Fatal(err)
	}
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A new analysis replaces the old one, and only when it is done.
func TestAnalysedAgain(t *testing.T) {
	dir, first := record(t, simulate.Run(lumbar(20)))
	h := header(t)
	w, err := Create(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	r := play(t, simulate.Run(lumbar(10)), w)
	if a, err := Open(dir); err != nil || a.Session.Frames != first.Session.Frames {
		t.Errorf("during the second analysis: %v", err)
	}
	if _, err := w.Close(sessionOf(r, &h)); err != nil {
		t.Fatal(err)
	}
	a, err := Open(dir)
	if err != nil || a.Session.Frames.Analysed != 300 {
		t.Fatalf("after it: %v, %v", a, err)
	}
	if left := names(t, dir); len(left) != 5 {
		t.Errorf("files %v", left)
	}
}

func TestNothingSeen(t *testing.T) {
	dir, d := record(t, func(func(spine.Observation) bool) {})
	if d.DurationS != 0 || d.Score == d.Score || d.Worst != nil {
		t.Errorf("digest %+v", d)
	}
	if _, err := Open(dir); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
}

// Of a check whose pictures become smaller, places are told in the size that they have in the end result's source.
func TestPicturesOfAnotherSize(t *testing.T) {
	dir := t.TempDir()
	h := header(t)
	w, err := Create(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Collect(simulate.Run(lumbar(2)))
	half := func(m *session.Moment) error {
		if m.Observation.T < 1 {
			return w.Take(m)
		}
		other := *m
		other.Frame = &frame.Frame{Scale: m.Frame.Scale / 2} // the sender's pictures are half as large now
		return w.Take(&other)
	}
	r := play(t, slices.Values(all), sinkFunc(half))
	if _, err := w.Close(sessionOf(r, &h)); err != nil {
		t.Fatal(err)
	}
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := a.Frames()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{10, 50} {
		got, want := frames[i].Landmarks[body.LeftHip], all[i].Pose.Landmarks[body.LeftHip]
		if math.Abs(got[0]-((want.X+0.5)*2-0.5)) > 0.1 || math.Abs(got[1]-((want.Y+0.5)*2-0.5)) > 0.1 {
			t.Errorf("frame %d: hip at %.1f, %.1f, seen at %.1f, %.1f of half the size", i, got[0], got[1], want.X, want.Y)
		}
	}
}

// A document of empty frames is small, and what becomes of it is not.
func TestRestorerTakesOnlySoManyFrames(t *testing.T) {
	r, err := Restore(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.frames = maxFrames - 1
	if err := r.Add(nil, []byte(`{}`)); err != nil || r.TrackSize() != maxFrames*trackFrame {
		t.Errorf("%v", err)
	}
	if err := r.Add(nil, []byte(`{}`)); !errors.Is(err, ErrFormat) {
		t.Errorf("one more: %v", err)
	}
	if err := r.Abandon(); err != nil {
		t.Error(err)
	}
}

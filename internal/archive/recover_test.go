package archive

import (
	"errors"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/simulate"
	"github.com/rollwell/rollwell/internal/spine"
)

// sinkFunc is a sink that is a function.
type sinkFunc func(*session.Moment) error

func (f sinkFunc) Take(m *session.Moment) error { return f(m) }

// A recording that ends anywhere can be closed, and what is missing is not more than was not flushed.
func TestWhatACrashLeavesIsClosed(t *testing.T) {
	for _, seconds := range []float64{0.1, 1.5, 9, 21.3} {
		dir, copied := t.TempDir(), t.TempDir()
		w, err := Create(dir, header(t))
		if err != nil {
			t.Fatal(err)
		}
		var last float64
		play(t, simulate.Run(lumbar(seconds)), w, sinkFunc(func(m *session.Moment) error { last = m.Observation.T; return nil }))
		if err := w.Leave(); err != nil { // the encoders are not closed: what they hold is lost
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(copied, "x"), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		d, err := Recover(dir)
		if err != nil {
			t.Fatalf("after %g s: %v", seconds, err)
		}
		if !d.Session.CutOff { // its zeros are not known to be any
			t.Errorf("session %+v", d.Session)
		}
		if last-d.DurationS > 1 {
			t.Errorf("after %g s there are %g s", last, d.DurationS)
		}
		if left := names(t, dir); !slices.Equal(left, []string{EventsFile, ObservationsFile, ReadingsFile, SessionFile, TrackFile}) {
			t.Errorf("after %g s: files %v", seconds, left)
		}
		again, err := Recover(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, again, timeless, cmp.Comparer(func(a, b float64) bool { return a == b || a != a && b != b })); diff != "" {
			t.Errorf("recovered twice (-first +again):\n%s", diff)
		}
		other, err := Recover(filepath.Join(copied, "x"))
		if err != nil || other.DurationS != d.DurationS {
			t.Errorf("the copy: %+v, %v", other, err)
		}
		if seconds < 20 {
			continue
		}
		if d.Worst == nil || d.Worst.Code != "roller_too_low" || d.Session.Passes == 0 || d.Session.TimeInZoneS.Thoracic < 3 || d.Corrections == 0 {
			t.Errorf("recovered session %+v", d.Session)
		}
	}
}

// Cut at any byte, a recording gives what was whole before, or says that there is nothing.
func TestCutAtAnyByte(t *testing.T) {
	whole := t.TempDir()
	w, err := Create(whole, header(t))
	if err != nil {
		t.Fatal(err)
	}
	play(t, simulate.Run(lumbar(12)), w)
	if err := w.Leave(); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		dir := filepath.Join(t.TempDir(), "x")
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{ObservationsFile, ReadingsFile, EventsFile} {
			path := filepath.Join(dir, name+partSuffix)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, rng.Int64N(info.Size()+1)); err != nil {
				t.Fatal(err)
			}
		}
		d, err := Recover(dir)
		if errors.Is(err, ErrNothing) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := d.Session.Frames.Analysed; n < 1 || n > 360 {
			t.Errorf("%d frames", n)
		}
	}
}

// A recovery that is cut off itself, with the whole files named already, is done again.
func TestRecoverCutOff(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, header(t))
	if err != nil {
		t.Fatal(err)
	}
	play(t, simulate.Run(lumbar(5)), w)
	if err := w.Leave(); err != nil {
		t.Fatal(err)
	}
	m := mender{dir: dir}
	if err := errors.Join(m.read(), m.write()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, SessionFile+partSuffix), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Recover(dir)
	if err != nil || d.Session.Frames.Analysed != int64(m.frames) {
		t.Errorf("%+v, %v", d.Session.Frames, err)
	}
	if left := names(t, dir); len(left) != 5 {
		t.Errorf("files %v", left)
	}
}

// Observations are not given up because what was read from them is damaged.
func TestRecoverKeepsWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, header(t))
	if err != nil {
		t.Fatal(err)
	}
	play(t, simulate.Run(lumbar(8)), w)
	if err := w.Leave(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ReadingsFile+partSuffix), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)
	if _, err := Recover(dir); err == nil || errors.Is(err, ErrNothing) {
		t.Errorf("recovered: %v", err)
	}
	if !slices.Equal(before, names(t, dir)) {
		t.Errorf("files %v, before %v", names(t, dir), before)
	}
}

// A disk that cannot be read is not the end of what was recorded. What no program can read here is a folder.
func TestRecoverWaitsForTheDisk(t *testing.T) {
	for _, name := range []string{ObservationsFile, ReadingsFile, EventsFile} {
		dir := t.TempDir()
		w, err := Create(dir, header(t))
		if err != nil {
			t.Fatal(err)
		}
		play(t, simulate.Run(lumbar(3)), w)
		if err := w.Leave(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name+partSuffix)
		if err := errors.Join(os.Rename(path, path+".away"), os.Mkdir(path, 0o700)); err != nil {
			t.Fatal(err)
		}
		before := names(t, dir)
		if _, err := Recover(dir); !errors.Is(err, ErrDisk) || errors.Is(err, ErrNothing) {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(before, names(t, dir)) {
			t.Errorf("%s: files %v, before %v", name, names(t, dir), before)
		}
		if err := errors.Join(os.Remove(path), os.Rename(path+".away", path)); err != nil {
			t.Fatal(err)
		}
		if d, err := Recover(dir); err != nil || d.DurationS < 2 {
			t.Errorf("%s: %g s, %v", name, d.DurationS, err)
		}
	}
}

func TestRecoverNothing(t *testing.T) {
	if _, err := Recover(t.TempDir()); !errors.Is(err, ErrNothing) {
		t.Errorf("an empty folder: %v", err)
	}
	dir := t.TempDir()
	w, err := Create(dir, header(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Leave(); err != nil {
		t.Fatal(err)
	}
	if _, err := Recover(dir); !errors.Is(err, ErrNothing) {
		t.Errorf("before the first frame: %v", err)
	}
}

// BenchmarkMinute tells the bytes that a minute at 30 frames a second takes.
func BenchmarkMinute(b *testing.B) {
	seen := slices.Collect(simulate.Run(lumbar(60)))
	var size int64
	for b.Loop() {
		dir, _ := record(b, slices.Values(seen))
		size = 0
		for _, name := range []string{ObservationsFile, ReadingsFile, EventsFile} {
			size += int64(len(contents(b, dir, name)))
		}
	}
	b.ReportMetric(float64(size)/1e6, "MB/min")
}

// BenchmarkTrack makes the track of ten minutes.
func BenchmarkTrack(b *testing.B) {
	minute := slices.Collect(simulate.Run(lumbar(60)))
	var ten iter.Seq[spine.Observation] = func(yield func(spine.Observation) bool) {
		for k := range 10 {
			for _, o := range minute {
				o.T += float64(60 * k)
				if !yield(o) {
					return
				}
			}
		}
	}
	dir, _ := record(b, ten)
	a, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := finish(dir, a.Session); err != nil {
			b.Fatal(err)
		}
	}
}

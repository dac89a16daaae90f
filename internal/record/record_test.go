package record

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/video"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const clip = "../../testdata/clips/correct.mp4"

// pictures codes some seconds of a clip as a browser would, at 15 pictures a second.
func pictures(t testing.TB, codec media.Codec, seconds float64) []media.AccessUnit {
	t.Helper()
	list, err := publisher.Load(t.Context(), clip, publisher.Encoding{Codec: codec, Width: 320, FPS: 15, Seconds: seconds})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// warnings collects what the pages are told.
type warnings struct {
	mu   sync.Mutex
	list []error
}

func (w *warnings) add(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, err)
}

func (w *warnings) all() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.list)
}

func options(t testing.TB, pictures bool) (Options, *warnings) {
	t.Helper()
	w := &warnings{}
	return Options{
		Dir: t.TempDir(), Header: results.Header{Source: results.Source{Name: "live"}, Exercise: results.Exercise{ID: "thoracic-roll"}},
		Video: pictures, Log: slog.New(slog.DiscardHandler), Warn: w.add,
	}, w
}

func start(t testing.TB, o Options) *Recorder {
	t.Helper()
	r, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// moment is what a live session would tell of a frame in which nobody is seen.
func moment(f *frame.Frame, t float64, live *session.LiveState) *session.Moment {
	return &session.Moment{
		Frame: f, Observation: &spine.Observation{T: t, Width: 320, Height: 180, Quality: spine.Quality{CameraMotion: math.NaN()}},
		Reading: &spine.Reading{T: t}, Update: &coach.Update{T: t}, Live: live,
	}
}

// feed gives the recorder pictures and frames from a time on, and returns the time of the last.
func feed(t testing.TB, r *Recorder, list []media.AccessUnit, from time.Duration) (last time.Duration) {
	t.Helper()
	f := &frame.Frame{Scale: 1, Picture: frame.Picture{Pix: make([]byte, 3*320*180), Width: 320, Height: 180}}
	live := &session.LiveState{Phase: session.Checking}
	for i := range list {
		last = from + time.Duration(i)*time.Second/15
		r.Picture(list[i], last)
		live.T = last.Seconds()
		if err := r.Take(moment(f, live.T, live)); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

func ended(n int) results.Session {
	return results.Session{Schema: results.Schema, Frames: results.Frame{Read: int64(n), Analysed: int64(n)}, Exercise: results.Exercise{ID: "thoracic-roll"}, Source: results.Source{Name: "live"}}
}

func files(t testing.TB, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// shown reads the times of a video's pictures.
func shown(t testing.TB, path string) (list []time.Duration) {
	t.Helper()
	r, err := video.Open(t.Context(), path, video.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		f, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r.Info().Start+f.PTS)
		f.Release()
	}
}

var whole = []string{archive.EventsFile, archive.ObservationsFile, archive.ReadingsFile, archive.SessionFile, archive.ThumbFile, archive.TrackFile}

func TestACheckIsKept(t *testing.T) {
	for codec, file := range map[media.Codec]string{media.H264: "video.mp4", media.VP8: "video.webm"} {
		list := pictures(t, codec, 4)
		o, told := options(t, true)
		r := start(t, o)
		last := feed(t, r, list, 0)
		k, err := r.Finish(t.Context(), ended(len(list)))
		if err != nil {
			t.Fatal(err)
		}
		if k.Video == nil || *k.Video != (Video{File: file, Width: 320, Height: 180}) || !k.Thumb || k.Digest.Session.Frames.Analysed != int64(len(list)) {
			t.Errorf("kept %+v", k)
		}
		if got := files(t, o.Dir); !slices.Equal(got, append(slices.Clone(whole), file)) {
			t.Errorf("files %v", got)
		}
		times := shown(t, filepath.Join(o.Dir, file))
		if len(times) != len(list) || (times[len(times)-1]-last).Abs() > time.Millisecond || len(told.all()) > 0 {
			t.Errorf("%d pictures of %d up to %s of %s; told %v", len(times), len(list), times[len(times)-1], last, told.all())
		}
	}
}

func TestWithoutVideoThereAreNoPictures(t *testing.T) {
	o, _ := options(t, false)
	r := start(t, o)
	list := pictures(t, media.H264, 1)
	feed(t, r, list, 0)
	if k, err := r.Finish(t.Context(), ended(len(list))); err != nil || k.Video != nil || k.Thumb {
		t.Errorf("kept %+v, %v", k, err)
	}
	if got := files(t, o.Dir); slices.ContainsFunc(got, func(n string) bool { return strings.HasPrefix(n, "video") || n == archive.ThumbFile }) {
		t.Errorf("files %v", got)
	}
}

func TestNothingStaysOf(t *testing.T) {
	for name, end := range map[string]func(r *Recorder) error{
		"a discarded check": func(r *Recorder) error {
			feed(t, r, pictures(t, media.H264, 1), 0)
			return r.Discard()
		},
		"a check without frames": func(r *Recorder) error {
			for _, u := range pictures(t, media.VP8, 1) {
				r.Picture(u, u.Time)
			}
			if _, err := r.Finish(t.Context(), ended(0)); !errors.Is(err, archive.ErrNothing) {
				return fmt.Errorf("ended with %w", err)
			}
			return nil
		},
	} {
		o, _ := options(t, true)
		if err := end(start(t, o)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if left := files(t, o.Dir); len(left) > 0 {
			t.Errorf("%s: %v", name, left)
		}
	}
}

// A camera that comes back with another coding goes on: all is kept, and one video plays it all.
func TestAnotherCoding(t *testing.T) {
	first, second := pictures(t, media.VP8, 2), pictures(t, media.H264, 2)
	o, _ := options(t, true)
	r := start(t, o)
	feed(t, r, first, 0)
	last := feed(t, r, second, 5*time.Second)
	k, err := r.Finish(t.Context(), ended(len(first)+len(second)))
	if err != nil {
		t.Fatal(err)
	}
	if k.Video == nil || k.Video.File != playFile {
		t.Fatalf("kept %+v", k.Video)
	}
	want := append(slices.Clone(whole), "video-2.mp4", "video.webm", playFile)
	slices.Sort(want)
	if got := files(t, o.Dir); !slices.Equal(got, want) {
		t.Errorf("files %v", got)
	}
	times := shown(t, filepath.Join(o.Dir, playFile))
	if len(times) != len(first)+len(second) || (times[len(first)]-5*time.Second).Abs() > time.Millisecond || (times[len(times)-1]-last).Abs() > time.Millisecond {
		t.Errorf("%d pictures, the second part from %s to %s", len(times), times[len(first)], times[len(times)-1])
	}
}

func TestVideoEndsAndTheCheckGoesOn(t *testing.T) {
	full := errors.New("the library is full")
	for name, tt := range map[string]struct {
		spoil func(o *Options)
		why   error
	}{
		"a folder that goes": {func(o *Options) {
			if err := os.Mkdir(filepath.Join(o.Dir, "recording-1.mp4"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, os.ErrExist},
	} {
		o, told := options(t, true)
		tt.spoil(&o)
		r := start(t, o)
		list := pictures(t, media.H264, 1)
		feed(t, r, list, 0)
		if err := os.RemoveAll(filepath.Join(o.Dir, "recording-1.mp4")); err != nil {
			t.Fatal(err)
		}
		k, err := r.Finish(t.Context(), ended(len(list)))
		if err != nil || k.Video != nil || k.Digest.Session.Frames.Analysed == 0 {
			t.Errorf("%s: kept %+v, %v", name, k, err)
		}
		if all := told.all(); len(all) != 1 || !errors.Is(all[0], tt.why) {
			t.Errorf("%s: told %v", name, all)
		}
	}
	// A library that is full.
	f := newFilm(t.TempDir(), nil, slog.New(slog.DiscardHandler), func(error) {})
	if _, err := f.end(); err != nil {
		t.Error(err)
	}
	f.room = func(n int64) error {
		if n < margin {
			t.Errorf("asked for %d bytes", n)
		}
		return full
	}
	if err := f.askRoom(); !errors.Is(err, full) {
		t.Errorf("without room: %v", err)
	}
}

// Single pictures are no video; it begins once there is one.
func TestSinglePicturesAreLeftOut(t *testing.T) {
	jpeg := media.AccessUnit{Codec: media.JPEG, Key: true, Data: []byte{0xff, 0xd8}}
	list := pictures(t, media.H264, 1)
	o, told := options(t, true)
	r := start(t, o)
	feed(t, r, []media.AccessUnit{jpeg, jpeg, jpeg}, 0)
	last := feed(t, r, list, time.Second)
	k, err := r.Finish(t.Context(), ended(len(list)+3))
	if err != nil || k.Video == nil {
		t.Fatalf("kept %+v, %v", k, err)
	}
	if all := told.all(); len(all) != 1 || !errors.Is(all[0], ErrNoVideo) {
		t.Errorf("told %v", all)
	}
	times := shown(t, filepath.Join(o.Dir, k.Video.File))
	if len(times) != len(list) || times[0] != time.Second || (times[len(times)-1]-last).Abs() > time.Millisecond {
		t.Errorf("%d pictures from %s to %s", len(times), times[0], times[len(times)-1])
	}
}

// Pictures that come faster than the disk takes them make nobody wait: the video ends, and what was written stays.
func TestASlowDiskMakesNobodyWait(t *testing.T) {
	told := &warnings{}
	f := newFilm(t.TempDir(), nil, slog.New(slog.DiscardHandler), told.add)
	list := pictures(t, media.H264, 1)
	big := list[0]
	big.Data = append(slices.Clone(big.Data), make([]byte, 4<<20)...) // zeros after the last unit are no part of it
	n := 0
	for f.take(big, time.Duration(n)*time.Millisecond) {
		n++
	}
	parts, err := f.end()
	if !errors.Is(err, ErrSlow) || len(parts) != 1 {
		t.Errorf("%v, %v", parts, err)
	}
	if all := told.all(); len(all) != 1 {
		t.Errorf("told %v", all)
	}
}

// On a full disk the check goes on, and its visitor is told.
func TestAFullDisk(t *testing.T) {
	o, told := options(t, true)
	if err := os.Symlink("/dev/full", filepath.Join(o.Dir, archive.ObservationsFile+".part")); err != nil {
		t.Fatal(err)
	}
	r := start(t, o)
	list := pictures(t, media.H264, 2)
	for i := 0; len(told.all()) == 0 && i < 1000; i++ {
		feed(t, r, list, time.Duration(2*i)*time.Second)
	}
	feed(t, r, list, time.Hour) // does nothing any more
	if all := told.all(); len(all) != 1 || !errors.Is(all[0], archive.ErrDisk) || !errors.Is(all[0], syscall.ENOSPC) {
		t.Errorf("told %v", all)
	}
	if r.Picture(list[0], 2*time.Hour) {
		t.Error("the video goes on alone")
	}
	if err := r.Discard(); err != nil {
		t.Error(err)
	}
}

// What a kill leaves is closed, also when that is cut off itself.
func TestRecover(t *testing.T) {
	o, _ := options(t, true)
	r := start(t, o)
	list := pictures(t, media.H264, 4)
	last := feed(t, r, list, 0)
	parts := r.endFilm() // as far as the disk is concerned
	if len(parts) != 1 {
		t.Fatal(parts)
	}
	if err := r.writer.Leave(); err != nil {
		t.Fatal(err)
	}
	d, err := Recover(o.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if last.Seconds()-d.DurationS > 1 {
		t.Errorf("%g s of %s", d.DurationS, last)
	}
	if times := shown(t, filepath.Join(o.Dir, "video.mp4")); len(times) != len(list) {
		t.Errorf("%d pictures of %d", len(times), len(list))
	}
	if got := files(t, o.Dir); !slices.Contains(got, archive.ThumbFile) {
		t.Errorf("no small picture in %v", got)
	}
	again, err := Recover(o.Dir)
	if err != nil || again.DurationS != d.DurationS {
		t.Errorf("again: %+v, %v", again, err)
	}
	if got := files(t, o.Dir); slices.ContainsFunc(got, func(n string) bool { return strings.HasPrefix(n, partPrefix) || strings.HasSuffix(n, ".part") }) {
		t.Errorf("files %v", got)
	}
}

// A clip's session begins with its first picture, wherever its container begins; a live check's video has its times.
func TestRecoverTellsWhereAVideoBegins(t *testing.T) {
	list := pictures(t, media.VP8, 1)
	for source, want := range map[string]float64{LiveSource: 0, "clip.webm": -2} {
		o, _ := options(t, true)
		o.Header.Source.Name = source
		r := start(t, o)
		feed(t, r, list, 2*time.Second)
		r.endFilm()
		if err := r.writer.Leave(); err != nil {
			t.Fatal(err)
		}
		if d, err := Recover(o.Dir); err != nil || d.VideoOffsetS != want {
			t.Errorf("%s: %g, %v", source, d.VideoOffsetS, err)
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/video"
	"github.com/rollwell/rollwell/internal/words"
)

// longestFrame is the longest time in seconds that a frame is taken to speak for.
const longestFrame = 0.5

// film writes the overlay video of one session. It is a sink.
type film struct {
	path     string
	exercise *exercise.Exercise
	info     video.Info
	writing  *export.Writing
	// notice stands in every picture, for it may be passed on.
	notice string

	painter *overlay.Painter
	writer  *video.Writer
	page    frame.Picture
	levels  []overlay.LevelTime
	last    float64
	failed  error // why the video was given up
}

func newFilm(path string, ex *exercise.Exercise, info video.Info, w *export.Writing) *film {
	return &film{path: path, exercise: ex, info: info, writing: w, notice: words.Localizer(w.Language).Text("overlay.notice.hint")}
}

// Take draws one frame. What goes wrong with the video must not cost the analysis: the film stops and finish tells.
func (f *film) Take(m *session.Moment) error {
	if f.failed == nil {
		f.failed = f.draw(m)
	}
	return nil
}

func (f *film) draw(m *session.Moment) error {
	if f.painter == nil {
		if err := f.begin(m.Frame.Display); err != nil {
			return err
		}
	}
	if m.Reading.Level != "" && m.Reading.S.State == spine.OK {
		f.spend(m.Reading.Level, math.Min(m.Observation.T-f.last, longestFrame))
	}
	f.last = m.Observation.T
	scene := overlay.Scene{
		Picture: m.Frame.Display, Scale: float64(m.Frame.Display.Width) / float64(m.Frame.Width),
		Pose: m.Observation.Pose, Roller: m.Observation.Roller, Reading: *m.Reading,
		Banner:  f.banner(m.Update.Banner),
		Elapsed: m.Observation.T, Duration: f.info.Duration.Seconds(),
		Passes: m.Update.Progress.Passes, Levels: f.levels,
		Title: f.exercise.Title.In(f.writing.Language), Notice: f.notice,
	}
	if err := f.painter.Paint(f.page, &scene); err != nil {
		return fmt.Errorf("draw the overlay: %w", err)
	}
	err := f.writer.Write(f.page.Pix, m.Frame.PTS)
	if errors.Is(err, video.ErrTimestamp) { // closer to the one before than a video can tell: left out
		return nil
	}
	return filmError(err)
}

// begin prepares for pictures of the size of the first one.
func (f *film) begin(first frame.Picture) (err error) {
	f.painter, err = overlay.New(overlay.Options{
		Width: first.Width, Height: first.Height, Language: f.writing.Language, Letters: f.writing.Letters,
	})
	if err != nil {
		return fmt.Errorf("draw the overlay: %w", err)
	}
	w, h := f.painter.Size()
	f.page = frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	f.writer, err = video.NewWriter(f.path, video.WriterOptions{Width: w, Height: h, Order: video.BGR, FPS: f.info.FPS})
	return filmError(err)
}

// spend books the time since the frame before to a level.
func (f *film) spend(level string, seconds float64) {
	for i := range f.levels {
		if f.levels[i].Level == level {
			f.levels[i].Seconds += seconds
			return
		}
	}
	f.levels = append(f.levels, overlay.LevelTime{Level: level, Seconds: seconds})
}

// finish ends the video and tells whether there is one; it removes a video that is not whole.
func (f *film) finish() (written bool, err error) {
	if f.failed != nil {
		return false, errors.Join(f.failed, f.discard())
	}
	if f.writer == nil {
		return false, nil
	}
	err = f.writer.Close()
	if errors.Is(err, video.ErrNothingWritten) {
		return false, nil
	}
	return err == nil, filmError(err)
}

// discard removes what there is of the video.
func (f *film) discard() error {
	if f.writer == nil {
		return nil
	}
	return f.writer.Abort()
}

// filmError marks what keeps the video from being written; the video's own words say what to do.
func filmError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errOutput, err)
}

// banner translates the coach's banner into the painter's, and its words into the video's language.
func (f *film) banner(b *coach.Banner) *overlay.Banner {
	if b == nil {
		return nil
	}
	shown := export.BannerOf(&b.Finding, f.exercise, f.writing.Language)
	if shown.Hint == "" {
		shown.Hint = b.Hint
	}
	return &shown
}

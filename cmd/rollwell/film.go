package main

import (
	"errors"
	"fmt"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/overlay"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/video"
)

// healthNotice stands in every picture that may be passed on.
const healthNotice = "A training aid, not a medical device. Stop at sharp pain, numbness or tingling."

// film writes the overlay video of one session. It is a sink.
type film struct {
	path     string
	exercise *exercise.Exercise
	info     video.Info

	painter *overlay.Painter
	writer  *video.Writer
	page    frame.Picture
	levels  []overlay.LevelTime
	last    float64
}

func newFilm(path string, ex *exercise.Exercise, info video.Info) *film {
	return &film{path: path, exercise: ex, info: info}
}

// Take draws one frame.
func (f *film) Take(m *session.Moment) error {
	if f.painter == nil {
		if err := f.begin(m.Frame.Display); err != nil {
			return err
		}
	}
	if m.Reading.Level != "" && m.Reading.S.Known() {
		f.spend(m.Reading.Level, m.Observation.T-f.last)
	}
	f.last = m.Observation.T
	scene := overlay.Scene{
		Picture: m.Frame.Display, Scale: float64(m.Frame.Display.Width) / float64(m.Frame.Width),
		Pose: m.Observation.Pose, Roller: m.Observation.Roller, Reading: *m.Reading,
		Banner:  banner(m.Update.Banner),
		Elapsed: m.Observation.T, Duration: f.info.Duration.Seconds(),
		Passes: m.Update.Progress.Passes, Levels: f.levels,
		Title: f.exercise.Title.In(exercise.DefaultLanguage), Notice: healthNotice,
	}
	if err := f.painter.Paint(f.page, &scene); err != nil {
		return fmt.Errorf("draw the overlay: %w", err)
	}
	return outputError(f.writer.Write(f.page.Pix, m.Frame.PTS))
}

// begin prepares for pictures of the size of the first one.
func (f *film) begin(first frame.Picture) (err error) {
	f.painter, err = overlay.New(overlay.Options{Width: first.Width, Height: first.Height})
	if err != nil {
		return fmt.Errorf("draw the overlay: %w", err)
	}
	w, h := f.painter.Size()
	f.page = frame.Picture{Pix: make([]byte, 3*w*h), Width: w, Height: h}
	f.writer, err = video.NewWriter(f.path, video.WriterOptions{Width: w, Height: h, Order: video.BGR, FPS: f.info.FPS})
	return outputError(err)
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

// finish ends the video, or removes what there is of it.
func (f *film) finish(keep bool) error {
	if f.writer == nil {
		return nil
	}
	if !keep {
		return f.writer.Abort()
	}
	err := f.writer.Close()
	if errors.Is(err, video.ErrNothingWritten) {
		return nil
	}
	return outputError(err)
}

// banner translates the coach's banner into the painter's.
func banner(b *coach.Banner) *overlay.Banner {
	if b == nil {
		return nil
	}
	severity := map[exercise.Severity]overlay.Severity{
		exercise.Safety: overlay.Safety, exercise.Setup: overlay.Setup, exercise.Technique: overlay.Technique,
		exercise.Pace: overlay.Pace, exercise.Praise: overlay.Praise,
	}[b.Severity]
	shape := map[string]overlay.Shape{
		"roller_too_low": overlay.ShapeUp, "roller_too_high": overlay.ShapeDown,
		"hips_not_lifted": overlay.ShapeUp, "hips_too_high": overlay.ShapeDown,
		"roller_not_square": overlay.ShapeTurn, "rolled_off_side": overlay.ShapeTurn, "not_side_on": overlay.ShapeTurn,
	}[b.Code]
	return &overlay.Banner{Text: b.Text, Hint: b.Hint, Severity: severity, Shape: shape, Since: b.StartS}
}

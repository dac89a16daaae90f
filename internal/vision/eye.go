package vision

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"time"

	"gocv.io/x/gocv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// EyeOptions are one session's wishes.
type EyeOptions struct{}

// Timings is how long the stages took for one frame.
type Timings struct {
	// Quality is luma, brightness, sharpness and camera motion; Pose everything about the body, looks over the
	// whole frame included; Roller the roller's stage.
	Quality, Pose, Roller time.Duration
}

// Eye watches one person: a pipeline with its own tensors, scratch pictures and memory of the frames before. Its
// methods must not be called concurrently.
type Eye struct {
	tracker  *tracker
	sides    sides
	limbs    limbs
	smoother *smoother
	motion   *cameraMotion
	roller   rollerStage // nil while there is none

	gray, before, small gocv.Mat
	hasBefore           bool
	subject             box // the person in the last frame, pixels
	timings             Timings
}

// least is the smallest edge of a frame, in pixels, in which anybody is looked for.
const least = 32

// NewEye makes a pipeline for one session. Close it before the Runtime.
func (r *Runtime) NewEye(EyeOptions) (*Eye, error) {
	det, err := newDetector(r.detector)
	if err != nil {
		return nil, err
	}
	lm, err := newLandmarker(r.landmarker)
	if err != nil {
		return nil, errors.Join(err, det.close())
	}
	t := &tracker{detector: det, landmarker: lm}
	motion, err := newCameraMotion()
	if err != nil {
		return nil, errors.Join(err, t.close())
	}
	finder, err := newRollerNet(r.finder)
	if err != nil {
		motion.close()
		return nil, errors.Join(err, t.close())
	}
	return &Eye{
		tracker:  t,
		roller:   newRollerFinder(finder),
		smoother: newSmoother(),
		motion:   motion,
		gray:     gocv.NewMat(),
		before:   gocv.NewMat(),
		small:    gocv.NewMat(),
	}, nil
}

// Place passes a person's word on where the roller is to the roller's stage.
func (e *Eye) Place(p Placement) {
	if e.roller != nil {
		e.roller.place(p)
	}
}

// Timings returns the durations of the last frame.
func (e *Eye) Timings() Timings { return e.timings }

// Observe looks at the next frame. The frame stays the caller's; its pixels are not kept. Times should advance
// from frame to frame. The observation's pose is nil if nobody was found in this very frame. An error means that
// the frame's picture is malformed, that the context has ended, or that the engine failed; the eye can go on.
func (e *Eye) Observe(ctx context.Context, f *frame.Frame) (spine.Observation, error) {
	if err := ctx.Err(); err != nil {
		return spine.Observation{}, err
	}
	if f.Width < 1 || f.Height < 1 || len(f.Pix) < 3*f.Width*f.Height {
		return spine.Observation{}, fmt.Errorf("frame %d: %d bytes are no BGR picture of %d×%d",
			f.Seq, len(f.Pix), f.Width, f.Height)
	}
	e.timings = Timings{}
	obs := spine.Observation{
		T: f.PTS.Seconds(), Width: f.Width, Height: f.Height,
		Quality: spine.Quality{CameraMotion: math.NaN()},
	}
	if f.Width < least || f.Height < least {
		e.forget()
		obs.Quality.Brightness = brightness(f.Pix)
		return obs, nil
	}
	bgr, err := gocv.NewMatFromBytes(f.Height, f.Width, gocv.MatTypeCV8UC3, f.Pix[:3*f.Width*f.Height])
	if err != nil {
		return obs, fmt.Errorf("frame %d: %w", f.Seq, err)
	}
	err = e.observe(bgr, &obs)
	bgr.Close()
	if err != nil {
		return obs, fmt.Errorf("frame %d at %.2f s: %w", f.Seq, obs.T, err)
	}
	return obs, nil
}

// observe runs the stages over the picture.
func (e *Eye) observe(bgr gocv.Mat, obs *spine.Observation) error {
	start := time.Now()
	v := e.prepare(bgr, obs)
	posed := time.Now()
	e.timings.Quality = posed.Sub(start)
	err := e.pose(v, obs)
	done := time.Now()
	e.timings.Pose = done.Sub(posed)
	if err == nil && e.roller != nil {
		obs.Roller, err = e.roller.step(v, obs)
		if obs.Roller != nil {
			e.tracker.roller, e.tracker.hasRoller = obs.Roller.Near, true
		}
		e.timings.Roller = time.Since(done)
	}
	e.gray, e.before = e.before, e.gray
	e.hasBefore = true
	return err
}

// prepare makes the luma and measures the picture's quality.
func (e *Eye) prepare(bgr gocv.Mat, obs *spine.Observation) view {
	if e.hasBefore && (e.before.Cols() != bgr.Cols() || e.before.Rows() != bgr.Rows()) {
		e.forget()
	}
	gocv.CvtColor(bgr, &e.gray, gocv.ColorBGRToGray)
	v := view{t: obs.T, width: obs.Width, height: obs.Height, bgr: bgr, gray: e.gray, before: e.before}
	k := float64(obs.Width) / qualityWidth
	rows := max(int(math.Round(float64(obs.Height)/k)), 3)
	gocv.Resize(e.gray, &e.small, image.Pt(qualityWidth, rows), 0, 0, gocv.InterpolationArea)
	luma, err := e.small.DataPtrUint8()
	if err != nil {
		return v
	}
	obs.Quality.Brightness = brightness(luma)
	obs.Quality.Sharpness = sharpness(luma, qualityWidth)
	person := box{e.subject.x0 / k, e.subject.y0 / k, e.subject.x1 / k, e.subject.y1 / k}
	shift, ok := e.motion.step(e.small, person)
	if ok {
		v.shift, v.shiftKnown = shift.Mul(k), true
		obs.Quality.CameraMotion = v.shift.Len()
	}
	return v
}

// pose finds the person and steadies what the network says about them.
func (e *Eye) pose(v view, obs *spine.Observation) error {
	what, err := e.tracker.step(v)
	obs.People = e.tracker.people()
	if err != nil || what == nobody {
		e.subject = box{}
		return err
	}
	if what == acquired {
		e.sides.reset()
		e.limbs.reset()
		e.smoother.reset()
	}
	p := new(body.Pose)
	*p = e.tracker.now.pose
	e.sides.settle(v.t, p)
	e.limbs.doubt(v.t, p)
	doubtShape(e.tracker.now.shape, p)
	e.smoother.apply(v.t, p)
	if err := body.CorrectTrunk(p); err != nil {
		return err
	}
	e.subject = around(p)
	obs.Pose = p
	return nil
}

// forget drops what the frames before said, as when the picture changes its size.
func (e *Eye) forget() {
	e.tracker.lose()
	e.tracker.hasSure, e.tracker.hasRoller = false, false
	e.sides.reset()
	e.limbs.reset()
	e.smoother.reset()
	e.motion.ready = false
	e.subject = box{}
	if e.hasBefore {
		e.before.Close()
		e.before = gocv.NewMat()
		e.hasBefore = false
	}
}

// around is the box of the body with a margin for flesh and for the next frame's motion.
func around(p *body.Pose) box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, l := range p.Landmarks {
		b.x0, b.y0 = math.Min(b.x0, l.X), math.Min(b.y0, l.Y)
		b.x1, b.y1 = math.Max(b.x1, l.X), math.Max(b.y1, l.Y)
	}
	m := .1 * math.Max(b.x1-b.x0, b.y1-b.y0)
	return box{b.x0 - m, b.y0 - m, b.x1 + m, b.y1 + m}
}

// Close frees the pipeline. The eye is of no use afterwards.
func (e *Eye) Close() error {
	var err error
	if e.roller != nil {
		err = e.roller.close()
	}
	e.motion.close()
	e.gray.Close()
	e.before.Close()
	e.small.Close()
	return errors.Join(err, e.tracker.close())
}

package session

import (
	"context"
	"fmt"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/frame"
	"github.com/rollwell/rollwell/internal/spine"
)

// sight is a frame and what the eye made of it.
type sight struct {
	frame *frame.Frame
	obs   spine.Observation
	err   error
	// took is how long the look took, pose and roller its parts; cpu is the processor time of its own thread, in which
	// ONNX Runtime works alone. OpenCV has threads of its own, which are missing in it.
	took, pose, roller, cpu time.Duration
}

// look lets the eye see a frame. The frame's ownership goes into the sight.
func look(ctx context.Context, eye Eye, f *frame.Frame) sight {
	start := time.Now()
	obs, err := eye.Observe(ctx, f)
	s := sight{frame: f, obs: obs, err: err, took: time.Since(start)}
	s.pose, s.roller = eye.StageTimes()
	return s
}

// judge takes what was seen through the pure stages, for files and live alike. It belongs to one goroutine.
type judge struct {
	estimator *spine.Estimator
	coach     *coach.Coach
	quantiser quantiser
	timings   stageTimes
	// last is the time of the newest observation in seconds.
	last float64

	reading spine.Reading
	update  coach.Update
}

func newJudge(ex *exercise.Exercise, o coach.Options, sp spine.Options) *judge {
	return &judge{estimator: spine.New(sp), coach: coach.New(ex, o)}
}

// read makes the reading of what was seen, which it rounds to what can be stored before.
func (j *judge) read(s *sight) {
	j.quantiser.round(&s.obs)
	j.last = s.obs.T
	j.reading = j.estimator.Step(&s.obs)
}

// correct lets the coach follow the reading.
func (j *judge) correct() { j.update = j.coach.Step(&j.reading) }

// hand shows the moment to the sinks.
func hand[S Sink](sinks []S, m *Moment) error {
	for _, s := range sinks {
		if err := s.Take(m); err != nil {
			return fmt.Errorf("at %.2f s: %w", m.Observation.T, err)
		}
	}
	return nil
}

// moment is what the judge has made of a sight, for the sinks.
func (j *judge) moment(s *sight) Moment {
	return Moment{Frame: s.frame, Observation: &s.obs, Reading: &j.reading, Update: &j.update}
}

package export

import (
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
)

// somebody is a frame in which all is known: a body lying along x, 1.7 m long, its knee bent by a right angle.
func somebody(t float64) archive.Frame {
	f := archive.Frame{
		T: t, Phase: "checking", Pose: true, PoseScore: 0.987, RollerScore: 0.9, Near: [2]float64{280, 220}, Far: [2]float64{300, 215}, Radius: 15,
		S: 0.8 + 0.1*math.Sin(t), SSigma: 0.05, Level: "T8", Zone: "thoracic", State: "ok", SpeedCMS: 5 * math.Cos(t), HipLiftCM: 6,
		KneeDeg: 90, NeckDeg: 12, SHKDeg: 140, YawDeg: -3, PxPerCM: 2.1, Passes: 1,
	}
	for i := range f.Landmarks {
		f.Landmarks[i] = [3]float64{100 + 8*float64(i), 200 + math.Sin(t), 0.9}
		f.World[i] = [3]float64{0.02*float64(i) - 0.3, 0.1 * math.Sin(t+float64(i)), 0.01 * float64(i%3)}
	}
	return f
}

// lying is a session of n frames at the given times.
func lying(n int, at func(i int) float64) *Session {
	fps, duration := 25.0, at(n-1)
	s := &Session{
		Result: results.Session{
			Schema:   1,
			Source:   results.Source{Name: "monday.mp4", Width: 640, Height: 360, FPS: &fps, DurationS: &duration},
			Exercise: results.Exercise{ID: "thoracic-roll", Version: 2, Hash: "sha256:0", Dose: "warm_up"},
			Models:   map[string]string{"pose": "sha256:1"}, Engine: "onnxruntime",
			Frames: results.Frame{Read: int64(n), Analysed: int64(n)},
			Cues: []coach.Finding{
				{Code: "roller_too_low", Severity: exercise.Safety, StartS: 2, EndS: 5, Value: 0.4, Limit: 0.5, Unit: "ratio", Measured: true, Text: "Roller higher", Spoken: true},
				{Code: "well_rolled", Severity: exercise.Praise, StartS: 7, EndS: 8, Text: "Good"},
			},
			Passes: 3, TimeInZoneS: coach.ZoneTimes{Thoracic: 20, Off: 2}, Holds: []coach.Hold{}, Phases: []coach.PhaseTime{},
			TimeAtLevelS: []coach.LevelTime{{Level: "T8", TimeS: 12}, {Level: "T7", TimeS: 8}}, Doses: []coach.DoseDone{},
		},
		About: About{Title: "Monday", Created: time.Date(2026, 11, 30, 9, 30, 0, 0, time.UTC), Language: "en", Score: 83.5},
	}
	for i := range n {
		s.Frames = append(s.Frames, somebody(at(i)))
	}
	return s
}

// each hands over the frames as an archive does.
func (s *Session) each(take func(*archive.Frame) error) error {
	for i := range s.Frames {
		if err := take(&s.Frames[i]); err != nil {
			return err
		}
	}
	return nil
}

// ample is room for everything.
func ample(int64) error { return nil }

func every(step float64) func(int) float64 { return func(i int) float64 { return float64(i) * step } }

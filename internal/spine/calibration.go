package spine

import (
	"errors"
	"fmt"
	"math"
)

// Calibration names something that a person can tell by lying in a known place.
type Calibration string

// The calibrations.
const (
	// CalibrateScapula: "the roller touches the bottom tips of my shoulder blades". It takes away what keypoints and build
	// do to the contact (domain.md §1.3).
	CalibrateScapula Calibration = "scapula"
	// CalibrateHipsDown: "my hips are down". It fixes the height from which the hips' lift counts.
	CalibrateHipsDown Calibration = "hips_down"
)

// Calibrations lists what Calibrate takes.
func Calibrations() []Calibration { return []Calibration{CalibrateScapula, CalibrateHipsDown} }

var (
	// ErrNotReady tells that the last second and a half was not seen surely enough, or not still enough, to calibrate on.
	ErrNotReady = errors.New("not seen surely enough to calibrate")
	// ErrNoCalibration tells that there is no calibration of that name.
	ErrNoCalibration = errors.New("no such calibration")
)

const (
	// calibrateOver is the time that a calibration looks back, in seconds; enoughOf the share of it that has to be sure.
	calibrateOver, enoughOf = 1.5, 0.6
	// calibrateFrames is the least number of sure frames.
	calibrateFrames = 8
	// stillS and stillLift are the greatest standard deviations of s and of the lift, in L, of somebody who keeps still.
	stillS, stillLift = 0.05, 0.04
	// scapulaS is the contact at the bottom tips of the shoulder blades (domain.md §1.2).
	scapulaS = 0.78
	// maxShift bounds what a calibration moves the contact or the rest by, in L: more is no bias but a mistake.
	maxShift = 0.15
	// personShare is the share of the person's own error of s that stays after a calibration (domain.md §1.3, heuristic).
	personShare = 0.5
	// calibratedHipSigmaL is the error of the lift once the rest is known: what landmarks tremble (heuristic).
	calibratedHipSigmaL = 0.025
)

// calibration is what a person told about themselves, and the sure frames that the next calibration would look at.
type calibration struct {
	s, lift         window // before any calibration
	shift, rest     float64
	scapula, atRest bool
}

func newCalibration() calibration {
	var c calibration
	c.s.seconds, c.lift.seconds = calibrateOver, calibrateOver
	return c
}

// Calibrate takes what the person is doing now as what kind says. It fails with ErrNotReady unless the person lay still
// and was seen surely for most of the last 1.5 s, and leaves everything as it was.
func (e *Estimator) Calibrate(kind Calibration) error {
	switch kind {
	case CalibrateScapula:
		s, err := e.restingOn(&e.calibration.s, stillS)
		if err != nil {
			return fmt.Errorf("place on the roller: %w", err)
		}
		target := scapulaS * levelScale(e.likelyArms())
		e.calibration.shift = math.Min(math.Max(target-s, -maxShift), maxShift)
		e.calibration.scapula = true
	case CalibrateHipsDown:
		lift, err := e.restingOn(&e.calibration.lift, stillLift)
		if err != nil {
			return fmt.Errorf("height of the hips: %w", err)
		}
		e.calibration.rest = math.Min(math.Max(lift, -maxShift), maxShift)
		e.calibration.atRest = true
	default:
		return fmt.Errorf("%q: %w", kind, ErrNoCalibration)
	}
	return nil
}

// Calibrated returns by how much a calibration moves its quantity, in L: the contact's place, or the rest from which
// the hips' lift counts. It is unseen before that calibration.
func (e *Estimator) Calibrated(kind Calibration) Value {
	c := &e.calibration
	switch {
	case kind == CalibrateScapula && c.scapula:
		return Value{V: c.shift, Sigma: sSigma * personShare, State: OK}
	case kind == CalibrateHipsDown && c.atRest:
		return Value{V: c.rest, Sigma: calibratedHipSigmaL, State: OK}
	}
	return Value{}
}

// restingOn returns the middle of the sure values of the last calibrateOver seconds, of which there have to be enough
// and close together.
func (e *Estimator) restingOn(w *window, still float64) (float64, error) {
	w.trim(e.last)
	frames := 0
	for k := range e.frames.n {
		if e.last-e.frames.t[(e.frames.first+k)%windowSize] <= calibrateOver {
			frames++
		}
	}
	if w.n < calibrateFrames || w.span() < enoughOf*calibrateOver || float64(w.n) < enoughOf*float64(frames) {
		return 0, fmt.Errorf("%w: %d of %d frames are sure", ErrNotReady, w.n, frames)
	}
	if sd := w.deviation(); sd > still {
		return 0, fmt.Errorf("%w: it moves by ±%.2f of the trunk's length", ErrNotReady, sd)
	}
	return w.median(), nil
}

// likelyArms returns how the arms are carried, as readings tell it.
func (e *Estimator) likelyArms() Arms {
	best := ArmsUnknown
	for i := range e.arms {
		if e.arms[i].v > e.arms[best].v {
			best = Arms(i)
		}
	}
	return best
}

// calibrate notes a contact of a back for the next calibration and moves it by the last one.
func (e *Estimator) calibrate(c *contact, t float64, state State) {
	if state == OK {
		e.calibration.s.push(t, c.s)
	}
	if e.calibration.scapula {
		c.s += e.calibration.shift
		stays := c.sigma*c.sigma - sSigma*sSigma
		c.sigma = math.Sqrt(math.Max(0, stays) + sSigma*sSigma*personShare*personShare)
	}
}

// overRest notes a sure lift of the hips for the next calibration and returns it over the rest, in L, with its error. Hips that
// are not seen surely, or those of somebody who is rolled to a side, show nothing of their rest.
func (e *Estimator) overRest(lift, t float64, rolled bool, state State) (overL, sigmaL float64) {
	if state == OK && !rolled {
		e.calibration.lift.push(t, lift)
	}
	switch {
	case e.calibration.atRest:
		return lift - e.calibration.rest, calibratedHipSigmaL
	case state == OK && !rolled:
		return e.rest.push(t, lift), hipSigmaL
	}
	return lift - e.rest.level, hipSigmaL
}

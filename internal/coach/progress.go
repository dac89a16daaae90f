package coach

import (
	"math"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

const (
	// onRollerMin is the probability from which the back counts as lying on the roller (heuristic).
	onRollerMin = 0.5
	// maxLevels bounds the table of levels: the spine has 24 vertebrae, and a sacrum.
	maxLevels = 32
)

// Progress is how far the session has come.
type Progress struct {
	Passes int `json:"passes"`
	// Holds counts the holds that reached the exercise's minimum; HoldS is how long the present one lasts.
	Holds int     `json:"holds"`
	HoldS float64 `json:"hold_s"`
	// Reps counts complete repetitions; RepsTarget is how many the dose asks for, or the exercise where the dose is
	// measured in seconds; 0 where nothing is counted.
	Reps       int `json:"reps"`
	RepsTarget int `json:"reps_target"`
	// TargetS is the time on the roller in the zones that the exercise works.
	TargetS float64 `json:"target_s"`
	// DoseS is the time that fills the dose, by what the exercise counts; DoseTargetS is the dose's minimum, 0 where it
	// is counted in repetitions.
	DoseS       float64 `json:"dose_s"`
	DoseTargetS float64 `json:"dose_target_s"`
	// DoseShare is how much of the dose's minimum is done, 0…1, in seconds or in repetitions; 0 if there is no dose.
	DoseShare float64 `json:"dose_share"`
	DoseDone  bool    `json:"dose_done"`
}

// ZoneTimes is the time in each zone in seconds. Off includes all time in which nobody can tell.
type ZoneTimes struct {
	Lumbar        float64 `json:"lumbar"`
	LowerThoracic float64 `json:"lower_thoracic"`
	Thoracic      float64 `json:"thoracic"`
	Neck          float64 `json:"neck"`
	Off           float64 `json:"off"`
}

// LevelTime is the time on one vertebral level.
type LevelTime struct {
	Level string  `json:"level"`
	TimeS float64 `json:"time_s"`
}

// happenings is what progress saw happen at one step.
type happenings struct {
	dt                    time.Duration
	pass, hold, dose, rep bool
	// flawless tells that the person is surely working and nothing is to be corrected.
	flawless bool
}

// progress counts passes, holds and time.
type progress struct {
	Progress
	ex     *exercise.Exercise
	target [len(zoneOrder)]bool
	zones  [len(zoneOrder)]time.Duration
	levels []levelTime
	// spot is where the reading before was: its time runs until the next.
	spot    spot
	pass    passes
	holding hold

	// dose is what is to be reached, or nil. total is all time but gaps, worked the part of it in phases that work.
	dose          *exercise.Dose
	total, worked time.Duration
}

// zoneOrder is the order of the tables by zone.
var zoneOrder = [...]spine.Zone{spine.ZoneLumbar, spine.ZoneLowerThoracic, spine.ZoneThoracic, spine.ZoneNeck, spine.ZoneOff}

const offIndex = len(zoneOrder) - 1

type levelTime struct {
	level string
	time  time.Duration
}

// spot is where the roller is.
type spot struct {
	zone  int // index in zoneOrder
	level string
}

func newProgress(ex *exercise.Exercise, dose string) progress {
	p := progress{ex: ex, levels: make([]levelTime, 0, maxLevels), spot: spot{zone: offIndex}, dose: ex.Dose(dose)}
	for i, z := range zoneOrder {
		for _, name := range ex.Zones.Target {
			p.target[i] = p.target[i] || name == z.String()
		}
	}
	if ex.Reps != nil {
		p.RepsTarget = ex.Reps.Min
	}
	if p.dose != nil {
		p.DoseTargetS = p.dose.MinS
		if p.dose.InReps() {
			p.RepsTarget = p.dose.RepsMin
		}
	}
	return p
}

// interrupt forgets what a gap makes unknowable.
func (p *progress) interrupt() {
	p.spot = spot{zone: offIndex}
	p.pass.reset()
	p.holding.end(p)
	p.HoldS = 0
}

// step takes a reading, after the coach has judged phases and checks.
func (p *progress) step(c *Coach, r *spine.Reading, dt time.Duration) happenings {
	h := happenings{dt: dt}
	place, placed := p.placeOf(r, c.phases.works())
	s, on := measured(r, "s"), measured(r, "on_roller")
	p.spot = spot{zone: offIndex}
	if s.State == spine.OK && on.State == spine.OK && on.V >= onRollerMin {
		p.spot = spot{zone: zoneIndex(r.Zone), level: r.Level}
	}
	h.flawless = c.flawless() && (placed || c.phases.works())
	if p.ex.Stroke != nil && p.pass.step(p.ex.Stroke, place, placed, dt) {
		p.Passes++
		h.pass = true
	}
	if p.ex.Hold != nil {
		h.hold = p.holding.step(p, r, placed, place, dt)
	}
	p.Reps = c.phases.done
	h.dose = p.fill()
	return h
}

// placeOf returns where the roller is on the part of the body that the exercise works, and whether it surely is there:
// under trunk or thigh, or, of somebody who sits on it, as the phase says.
func (p *progress) placeOf(r *spine.Reading, works bool) (place float64, placed bool) {
	where, rests := spine.Quantity("s"), spine.Quantity("on_roller")
	if p.ex.Stroke != nil && p.ex.Stroke.Of == exercise.AlongThigh {
		where, rests = "thigh_t", "on_thigh"
	}
	at, on := measured(r, where), measured(r, rests)
	return at.V, at.State == spine.OK && (works || on.State == spine.OK && on.V >= onRollerMin)
}

// fill brings the dose up to date and tells whether it has been reached with this step.
func (p *progress) fill() bool {
	p.DoseS = p.counted().Seconds()
	if p.dose == nil {
		return false
	}
	if p.dose.InReps() {
		p.DoseShare = float64(p.Reps) / float64(p.dose.RepsMin)
	} else {
		p.DoseShare = p.DoseS / p.dose.MinS
	}
	p.DoseShare = math.Min(1, p.DoseShare)
	before := p.DoseDone
	p.DoseDone = p.DoseShare == 1
	return p.DoseDone && !before
}

// counted returns the time that fills the dose.
func (p *progress) counted() time.Duration {
	switch p.ex.Counts {
	case exercise.CountPhase:
		return p.worked
	case exercise.CountTime:
		return p.total
	default:
		return p.targetTime()
	}
}

// spend books dt to where the roller was, and to the work if the phase then was one that works.
func (p *progress) spend(dt time.Duration, works bool) {
	p.total += dt
	if works {
		p.worked += dt
	}
	p.zones[p.spot.zone] += dt
	if p.target[p.spot.zone] {
		p.TargetS = p.targetTime().Seconds()
	}
	if p.spot.level == "" {
		return
	}
	for i := range p.levels {
		if p.levels[i].level == p.spot.level {
			p.levels[i].time += dt
			return
		}
	}
	if len(p.levels) < maxLevels {
		p.levels = append(p.levels, levelTime{p.spot.level, dt})
	}
}

func (p *progress) targetTime() (sum time.Duration) {
	for i, yes := range p.target {
		if yes {
			sum += p.zones[i]
		}
	}
	return sum
}

func zoneIndex(z spine.Zone) int {
	for i, k := range zoneOrder {
		if k == z {
			return i
		}
	}
	return offIndex
}

// passes counts strokes: one direction, travelled through enough of the stretch.
type passes struct {
	// from is where the present direction began and far the furthest point reached since; dir is +1 headwards,
	// −1 footwards, 0 before anything moved. counted tells that this direction has been counted.
	from, far float64
	dir       int
	counted   bool
	going     bool
	// lost is for how long the place has not been known.
	lost time.Duration
}

func (p *passes) reset() { *p = passes{} }

// step takes the contact s and tells whether a pass is complete with it.
func (p *passes) step(st *exercise.Stroke, s float64, placed bool, dt time.Duration) bool {
	if !placed {
		if p.lost += dt; p.lost > gapMax {
			p.reset()
		}
		return false
	}
	p.lost = 0
	s = math.Max(st.From, math.Min(st.To, s))
	if !p.going {
		*p = passes{from: s, far: s, going: true}
		return false
	}
	switch {
	case p.dir == 0 && math.Abs(s-p.from) >= st.Turn:
		p.dir, p.far = sign(s-p.from), s
	case p.dir != 0 && float64(p.dir)*(s-p.far) > 0:
		p.far = s
	case p.dir != 0 && float64(p.dir)*(p.far-s) >= st.Turn:
		*p = passes{from: p.far, far: s, dir: -p.dir, going: true}
	}
	if p.dir != 0 && !p.counted && math.Abs(p.far-p.from) >= st.Share*(st.To-st.From) {
		p.counted = true
		return true
	}
	return false
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}

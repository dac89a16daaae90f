package push

import (
	"strconv"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
)

// appendPlan appends how a plan stands.
func appendPlan(b []byte, p *session.PlanState) []byte {
	if p == nil {
		return append(b, "null"...)
	}
	b = quoteOrNull(append(b, `{"aim":`...), p.Aim)
	b = strconv.AppendInt(append(b, `,"index":`...), int64(p.Index), 10)
	b = strconv.AppendInt(append(b, `,"count":`...), int64(p.Count), 10)
	b = appendBlock(append(b, ','), p.Exercise, p.Title, p.Side)
	b = quote(append(b, `,"state":`...), p.State.String())
	b = append(b, `,"remaining_s":`...)
	if p.Timed {
		b = results.Number(b, p.RemainingS, 1)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"reps":`...)
	if p.RepsTarget > 0 {
		b = strconv.AppendInt(b, int64(p.Reps), 10)
		b = strconv.AppendInt(append(b, `,"reps_target":`...), int64(p.RepsTarget), 10)
	} else {
		b = append(b, `null,"reps_target":null`...)
	}
	b = append(b, `,"next":`...)
	if n := p.Next; n != nil {
		b = append(appendBlock(append(b, '{'), n.Exercise, n.Title, n.Side), '}')
	} else {
		b = append(b, "null"...)
	}
	return append(b, '}')
}

// appendBlock appends the members that name a block.
func appendBlock(b []byte, id, title string, side exercise.Side) []byte {
	b = quote(append(b, `"exercise":`...), id)
	b = quote(append(b, `,"title":`...), title)
	return quoteOrNull(append(b, `,"side":`...), string(side))
}

func appendStep(b []byte, s stamp, p *session.Step) []byte {
	b = s.open(b, "step")
	b = quote(append(b, `,"kind":`...), string(p.Kind))
	b = strconv.AppendInt(append(b, `,"index":`...), int64(p.Index), 10)
	b = appendBlock(append(b, ','), p.Exercise, p.Title, p.Side)
	b = quote(append(b, `,"text":`...), p.Text)
	b = quote(append(b, `,"say":`...), p.Say)
	return append(b, '}')
}

// appendCalibrated appends the answer to a calibration, which is an error where there was none.
func appendCalibrated(b []byte, s stamp, c *session.Calibrated) []byte {
	if !c.Ready {
		return appendError(b, s, "not_ready", c.Text, false)
	}
	b = s.open(b, "calibrated")
	b = quote(append(b, `,"kind":`...), string(c.Kind))
	b = results.Number(append(b, `,"value":`...), c.Value, 3)
	b = quote(append(b, `,"text":`...), c.Text)
	b = quote(append(b, `,"say":`...), c.Say)
	return append(b, '}')
}

package results

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/rollwell/rollwell/internal/body"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
)

// Frames writes frames.jsonl: one line per analysed frame. It is a session's sink. What is not known is null,
// never 0. Lengths are pixels of the source's upright picture.
type Frames struct {
	w    *bufio.Writer
	line []byte
}

// NewFrames writes to w. Call Flush at the end.
func NewFrames(w io.Writer) *Frames { return &Frames{w: bufio.NewWriterSize(w, 1<<16)} }

// Take writes one line.
func (f *Frames) Take(m *session.Moment) error {
	f.line = append(Append(f.line[:0], m), '\n')
	if _, err := f.w.Write(f.line); err != nil {
		return fmt.Errorf("write frames.jsonl: %w", err)
	}
	return nil
}

// Append appends a line of frames.jsonl, without its line break, to b. The live check sends the same object, so that
// whoever reads the one can read the other.
func Append(b []byte, m *session.Moment) []byte {
	k := m.Frame.Scale
	b = Number(append(b, `{"t":`...), m.Observation.T, 4)
	b = pose(append(b, `,"pose":`...), m.Observation.Pose, k)
	b = roller(append(b, `,"roller":`...), m.Observation.Roller, k)
	b = AppendReading(append(b, ','), m)
	return append(b, '}')
}

// AppendReading appends the members reading and active of such a line to b.
func AppendReading(b []byte, m *session.Moment) []byte {
	b = reading(append(b, `"reading":`...), m.Reading)
	b = append(b, `,"active":[`...)
	for i, code := range m.Update.Active {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, code)
	}
	return append(b, ']')
}

// Flush writes what is still held back.
func (f *Frames) Flush() error {
	if err := f.w.Flush(); err != nil {
		return fmt.Errorf("write frames.jsonl: %w", err)
	}
	return nil
}

func pose(b []byte, p *body.Pose, k float64) []byte {
	if p == nil {
		return append(b, "null"...)
	}
	b = Number(append(b, `{"score":`...), p.Score, 3)
	b = append(b, `,"landmarks":[`...)
	for i, l := range p.Landmarks {
		if i > 0 {
			b = append(b, ',')
		}
		b = Number(append(b, '['), sourcePx(l.X, k), 2)
		b = Number(append(b, ','), sourcePx(l.Y, k), 2)
		b = Number(append(b, ','), l.Z*k, 1)
		b = Number(append(b, ','), l.Visibility, 3)
		b = append(b, ']')
	}
	return append(b, "]}"...)
}

func roller(b []byte, r *spine.Roller, k float64) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	b = Number(append(b, `{"score":`...), r.Score, 3)
	b = point(append(b, `,"near":`...), r.Near, k)
	b = append(b, `,"far":`...)
	if r.FarSeen {
		b = point(b, r.Far, k)
	} else {
		b = append(b, "null"...)
	}
	b = Number(append(b, `,"radius":`...), r.Radius*k, 2)
	return append(b, '}')
}

func reading(b []byte, r *spine.Reading) []byte {
	b = value(append(b, `{"s":`...), r.S, 4)
	sigma := r.S
	sigma.V = r.S.Sigma
	b = value(append(b, `,"s_sigma":`...), sigma, 4)
	b = append(b, `,"level":`...)
	if r.Level == "" {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendQuote(b, r.Level)
	}
	b = append(b, `,"zone":`...)
	if r.S.Known() {
		b = strconv.AppendQuote(b, r.Zone.String())
	} else {
		b = append(b, "null"...)
	}
	b = value(append(b, `,"speed_cm_s":`...), r.Speed, 2)
	b = value(append(b, `,"hip_lift_cm":`...), r.HipLift, 2)
	b = value(append(b, `,"knee_deg":`...), r.Knee, 1)
	b = value(append(b, `,"neck_deg":`...), r.Neck, 1)
	b = value(append(b, `,"shk_deg":`...), r.SHK, 1)
	b = value(append(b, `,"yaw_deg":`...), r.Yaw, 1)
	b = append(b, `,"state":`...)
	b = strconv.AppendQuote(b, r.S.State.String())
	return append(b, '}')
}

// value writes a number that may be unseen.
func value(b []byte, v spine.Value, decimals int) []byte {
	if !v.Known() {
		return append(b, "null"...)
	}
	return Number(b, v.V, decimals)
}

func point(b []byte, p body.Point, k float64) []byte {
	b = Number(append(b, '['), sourcePx(p.X, k), 2)
	b = Number(append(b, ','), sourcePx(p.Y, k), 2)
	return append(b, ']')
}

// sourcePx turns a coordinate of the analysed frame into one of the source; in both the first pixel's centre is 0.
func sourcePx(x, k float64) float64 { return (x+0.5)*k - 0.5 }

// Number appends x with at most so many decimals; what is no number becomes null.
func Number(b []byte, x float64, decimals int) []byte {
	scale := math.Pow10(decimals)
	x = math.Round(x*scale) / scale
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(b, "null"...)
	}
	if x == 0 {
		x = 0 // no −0
	}
	return strconv.AppendFloat(b, x, 'f', -1, 64)
}

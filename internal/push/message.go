package push

import (
	"strconv"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/session"
)

// stamp is what every message carries beside its type.
type stamp struct {
	seq uint64
	// t is the session time of the frame in seconds, negative before the first.
	t float64
	// captured is when that frame was taken, by the sender's wall clock; zero if that is not known.
	captured time.Time
}

// open begins a message; more members and a brace have to follow.
func (s stamp) open(b []byte, kind string) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, kind...)
	b = strconv.AppendUint(append(b, `","seq":`...), s.seq, 10)
	b = append(b, `,"t_s":`...)
	if s.t < 0 {
		b = append(b, "null"...)
	} else {
		b = results.Number(b, s.t, 4)
	}
	return wall(append(b, `,"capture_ms":`...), s.captured)
}

// picture is what the newest analysed frame left to be told: ready to be sent again when something else has changed.
type picture struct {
	frame, banner, notices []byte // JSON
}

func nothingSeen() picture {
	return picture{[]byte("null"), []byte("null"), []byte("[]")}
}

// see takes over what a moment says.
func (p *picture) see(m *session.Moment) {
	p.frame = results.Append(p.frame[:0], m)
	p.banner = appendBanner(p.banner[:0], m.Update.Banner)
	p.notices = appendNotices(p.notices[:0], m.Update.Notices)
}

func appendState(b []byte, s stamp, l *session.LiveState, p *picture) []byte {
	b = s.open(b, "state")
	b = quote(append(b, `,"phase":`...), l.Phase.String())
	b = quoteOrNull(append(b, `,"phase_reason":`...), string(l.Reason))
	b = append(b, `,"size":`...)
	if l.Width < 1 || l.Height < 1 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(append(b, '['), int64(l.Width), 10)
		b = strconv.AppendInt(append(b, ','), int64(l.Height), 10)
		b = append(b, ']')
	}
	b = append(append(b, `,"frame":`...), p.frame...)
	b = append(b, `,"setup":[`...)
	for i, item := range l.Setup {
		b = comma(b, i)
		b = quote(append(b, `{"id":`...), string(item.ID))
		b = quote(append(b, `,"state":`...), item.State.String())
		b = quote(append(b, `,"text":`...), item.Text)
		b = quote(append(b, `,"say":`...), item.Say)
		b = append(b, '}')
	}
	b = append(append(b, `],"banner":`...), p.banner...)
	b = append(append(b, `,"notices":`...), p.notices...)
	b = append(b, `,"delays_ms":`...)
	if l.T < 0 {
		b = append(b, "null"...)
	} else {
		b = appendDelays(b, &l.Delays)
	}
	b = results.Number(append(b, `,"rates":{"received":`...), l.ReceivedFPS, 1)
	b = results.Number(append(b, `,"analysed":`...), l.AnalysedFPS, 1)
	b = quote(append(b, `},"connection":`...), l.Connection.String())
	b = quote(append(b, `,"transport":`...), l.Transport.String())
	b = appendLevels(append(b, `,"levels":`...), l.Standing.Levels)
	b = quoteOrNull(append(b, `,"phase_exercise":`...), l.ExercisePhase)
	b = appendPlan(append(b, `,"plan":`...), l.Plan)
	return append(b, '}')
}

func appendDelays(b []byte, d *session.Delays) []byte {
	b = append(b, `{"network":`...)
	if d.NetworkKnown {
		b = ms(b, d.Network)
	} else {
		b = append(b, "null"...)
	}
	b = ms(append(b, `,"decode":`...), d.Decode)
	b = ms(append(b, `,"wait":`...), d.Wait)
	b = ms(append(b, `,"pose":`...), d.Pose)
	b = ms(append(b, `,"roller":`...), d.Roller)
	b = ms(append(b, `,"rules":`...), d.Rules)
	return append(b, '}')
}

func appendBanner(b []byte, n *coach.Banner) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	b = append(b, '{')
	b = appendFinding(b, &n.Finding)
	b = quote(append(b, `,"hint":`...), n.Hint)
	b = results.Number(append(b, `,"since_s":`...), n.StartS, 3)
	return append(b, '}')
}

// appendFinding appends the members that cues and banners share.
func appendFinding(b []byte, f *coach.Finding) []byte {
	b = strconv.AppendInt(append(b, `"id":`...), int64(f.ID), 10)
	b = quote(append(b, `,"code":`...), f.Code)
	b = quote(append(b, `,"severity":`...), string(f.Severity))
	return quote(append(b, `,"text":`...), f.Text)
}

func appendNotices(b []byte, all []coach.Notice) []byte {
	b = append(b, '[')
	for i, n := range all {
		b = comma(b, i)
		b = quote(append(b, `{"code":`...), n.Code)
		b = quote(append(b, `,"hint":`...), n.Hint)
		b = results.Number(append(b, `,"value":`...), n.Value, 3)
		b = results.Number(append(b, `,"limit":`...), n.Limit, 3)
		b = quote(append(b, `,"unit":`...), string(n.Unit))
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendLevels(b []byte, all []coach.LevelTime) []byte {
	b = append(b, '[')
	for i, l := range all {
		b = comma(b, i)
		b = quote(append(b, `{"level":`...), l.Level)
		b = results.Number(append(b, `,"time_s":`...), l.TimeS, 2)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendCue(b []byte, s stamp, n *coach.Banner) []byte {
	b = append(s.open(b, "cue"), ',')
	b = appendFinding(b, &n.Finding)
	b = quote(append(b, `,"hint":`...), n.Hint)
	b = quote(append(b, `,"say":`...), n.Say)
	b = results.Number(append(b, `,"started_ms":`...), n.StartS*1000, 1)
	if !n.Measured {
		return append(b, `,"value":null,"limit":null,"unit":null}`...)
	}
	b = results.Number(append(b, `,"value":`...), n.Value, 3)
	b = results.Number(append(b, `,"limit":`...), n.Limit, 3)
	b = quoteOrNull(append(b, `,"unit":`...), string(n.Unit))
	return append(b, '}')
}

func appendClear(b []byte, s stamp, f *coach.Finding) []byte {
	b = s.open(b, "cue_clear")
	b = strconv.AppendInt(append(b, `,"id":`...), int64(f.ID), 10)
	b = quote(append(b, `,"code":`...), f.Code)
	return append(b, '}')
}

func appendProgress(b []byte, s stamp, l *session.LiveState) []byte {
	p, z := &l.Progress, &l.Standing.Zones
	b = s.open(b, "progress")
	b = strconv.AppendInt(append(b, `,"passes":`...), int64(p.Passes), 10)
	b = strconv.AppendInt(append(b, `,"holds":`...), int64(p.Holds), 10)
	b = results.Number(append(b, `,"hold_s":`...), p.HoldS, 2)
	b = results.Number(append(b, `,"target_s":`...), p.TargetS, 2)
	b = results.Number(append(b, `,"dose_share":`...), p.DoseShare, 4)
	b = results.Number(append(b, `,"dose_s":`...), p.DoseS, 2)
	b = results.Number(append(b, `,"dose_target_s":`...), p.DoseTargetS, 2)
	b = strconv.AppendBool(append(b, `,"dose_done":`...), p.DoseDone)
	b = strconv.AppendInt(append(b, `,"reps":`...), int64(p.Reps), 10)
	b = strconv.AppendInt(append(b, `,"reps_target":`...), int64(p.RepsTarget), 10)
	b = results.Number(append(b, `,"time_in_zone_s":{"lumbar":`...), z.Lumbar, 2)
	b = results.Number(append(b, `,"lower_thoracic":`...), z.LowerThoracic, 2)
	b = results.Number(append(b, `,"thoracic":`...), z.Thoracic, 2)
	b = results.Number(append(b, `,"neck":`...), z.Neck, 2)
	b = results.Number(append(b, `,"off":`...), z.Off, 2)
	b = appendLevels(append(b, `},"levels":`...), l.Standing.Levels)
	return append(b, '}')
}

func appendError(b []byte, s stamp, code, text string, fatal bool) []byte {
	b = s.open(b, "error")
	b = quote(append(b, `,"code":`...), code)
	b = quote(append(b, `,"message":`...), text)
	b = strconv.AppendBool(append(b, `,"fatal":`...), fatal)
	return append(b, '}')
}

func appendSummary(b []byte, s stamp, text []byte) []byte {
	b = append(s.open(b, "summary"), `,"summary":`...)
	return append(append(b, text...), '}')
}

func comma(b []byte, i int) []byte {
	if i == 0 {
		return b
	}
	return append(b, ',')
}

package ingest

import "time"

const (
	// clockRate is the ticks of a second of every video coding's RTP clock.
	clockRate = 90_000
	// leap is the step of the media clock that is believed only if the arrival times say so too.
	leap = 10 * time.Second
	// anchorLasts is how long the relation of the media clock to the wall clock is used without being told anew.
	anchorLasts = 10 * time.Second
)

// timeline turns the 32-bit times of pictures into times since the first one and into the sender's wall clock.
type timeline struct {
	started bool
	last    uint32
	arrived time.Time // of the last picture
	elapsed time.Duration
	ticks   int64 // since the last rebase, so that rounding does not add up
	base    time.Duration

	capture anchor // from the pictures themselves
	report  anchor // from sender reports
}

// anchor ties the media clock to the sender's wall clock.
type anchor struct {
	timestamp uint32
	wall      time.Time
}

// at converts a media time that is near the anchor's, zero if it is not.
func (a anchor) at(timestamp uint32) time.Time {
	if a.wall.IsZero() {
		return time.Time{}
	}
	distance := ticksToDuration(int64(int32(timestamp - a.timestamp)))
	if distance.Abs() > anchorLasts {
		return time.Time{}
	}
	return a.wall.Add(distance)
}

// sample is the times of one picture.
type sample struct {
	media    time.Duration // since the first picture
	captured time.Time     // zero if unknown
}

// add takes the next picture in order of decoding. Over a step of the media clock that is no passing of time, as when
// the sender begins anew, the arrival times lead on.
func (t *timeline) add(p picture) sample {
	if !t.started {
		t.started, t.last, t.arrived = true, p.timestamp, p.arrived
	}
	step := int64(int32(p.timestamp - t.last))
	between := p.arrived.Sub(t.arrived)
	if (ticksToDuration(step) - between).Abs() > leap {
		t.base, t.ticks = t.elapsed+max(between, 0), 0
	} else {
		t.ticks += step
	}
	t.elapsed = t.base + ticksToDuration(t.ticks)
	t.last, t.arrived = p.timestamp, p.arrived
	if !p.extras.captured.IsZero() {
		t.capture = anchor{timestamp: p.timestamp, wall: p.extras.captured}
	}
	captured := t.capture.at(p.timestamp)
	if captured.IsZero() {
		captured = t.report.at(p.timestamp)
	}
	return sample{media: t.elapsed, captured: captured}
}

// reported takes the relation of the clocks out of a sender report (RFC 3550 section 6.4.1).
func (t *timeline) reported(ntp uint64, timestamp uint32) {
	if ntp>>32 != 0 {
		t.report = anchor{timestamp: timestamp, wall: fromNTP(ntp)}
	}
}

func ticksToDuration(ticks int64) time.Duration {
	return time.Duration(ticks) * time.Second / clockRate
}

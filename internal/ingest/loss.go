package ingest

import "time"

// State is how a publication's connection stands.
type State string

// The states of a connection.
const (
	Connecting   State = "connecting"
	Connected    State = "connected"
	Disconnected State = "disconnected" // nothing came for 2 s; it may come back by itself
	Failed       State = "failed"       // nothing came for 8 s, or it never came about
	Closed       State = "closed"       // over, always the last news
)

// Loss is news of a publication's connection.
type Loss struct {
	Stream int // as given to Publish
	State  State
	// FractionLost is the share of packets lost on the way in the last seconds, 0…1, whether they were had back or not.
	FractionLost float64
	// RTT is the round trip to the sender and back, 0 while unknown.
	RTT time.Duration
	// Poor is set while more than a tenth is lost or the picture stands still.
	Poor bool
}

// The thresholds of a poor connection: it is one from the first on and none any more below the second.
const (
	poorFrom  = 0.10
	poorBelow = 0.05
	// fewPackets is too small a number to judge by.
	fewPackets = 20
	// standstill is the time without a picture that counts as frozen.
	standstill = time.Second
	// weatherSpan is how many seconds are looked back on.
	weatherSpan = 3
)

// weather judges a connection second by second.
type weather struct {
	last     counts
	sent     [weatherSpan]int64
	lost     [weatherSpan]int64
	frozen   [weatherSpan]bool
	second   int
	poor     bool
	fraction float64
}

// tick takes the totals at the end of a second. The time of the newest picture is zero before the first one.
func (w *weather) tick(c counts, newest, now time.Time) {
	i := w.second % weatherSpan
	w.second++
	w.sent[i] = c.sent - w.last.sent
	w.lost[i] = max(c.lost-w.last.lost, 0)
	w.frozen[i] = c.freezes != w.last.freezes || !newest.IsZero() && now.Sub(newest) > standstill
	w.last = c
	var sent, lost int64
	var froze bool
	for j := range weatherSpan {
		sent += w.sent[j]
		lost += w.lost[j]
		froze = froze || w.frozen[j]
	}
	w.fraction = 0
	if sent >= fewPackets {
		w.fraction = min(float64(lost)/float64(sent), 1)
	}
	switch {
	case froze || w.fraction > poorFrom:
		w.poor = true
	case w.fraction < poorBelow:
		w.poor = false
	}
}

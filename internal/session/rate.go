package session

import "time"

// rateWindow is how far back a rate looks.
const rateWindow = 2 * time.Second

// rate counts how often something happens in a second, over rateWindow. Beyond 64 a second it says 64.
type rate struct {
	at    [128]time.Time // a ring
	n     int            // of them filled
	next  int
	begun time.Time
}

func (r *rate) add(now time.Time) {
	if r.begun.IsZero() {
		r.begun = now
	}
	r.at[r.next] = now
	r.next = (r.next + 1) % len(r.at)
	r.n = min(r.n+1, len(r.at))
}

// perSecond is the rate at a time: events within the window, which is shorter in the beginning.
func (r *rate) perSecond(now time.Time) float64 {
	if r.n == 0 {
		return 0
	}
	count := 0
	for i := range r.n {
		if now.Sub(r.at[(r.next-1-i+len(r.at))%len(r.at)]) >= rateWindow {
			break
		}
		count++
	}
	window := min(rateWindow, max(now.Sub(r.begun), rateWindow/4))
	return float64(count) / window.Seconds()
}

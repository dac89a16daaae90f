package media

import "time"

// LinkState is how a publication's connection stands.
type LinkState uint8

// The states, in the order in which a publication goes through them. Disconnected may come back by itself.
const (
	Connecting LinkState = iota
	Connected
	Disconnected
	Failed
	Closed
)

var linkNames = [...]string{"connecting", "connected", "disconnected", "failed", "closed"}

// String returns "connecting", "connected", "disconnected", "failed" or "closed".
func (s LinkState) String() string {
	if int(s) < len(linkNames) {
		return linkNames[s]
	}
	return "unknown"
}

// Loss is news of one publication's transport.
type Loss struct {
	// Stream is the publication it speaks of, as in AccessUnit.
	Stream int
	State  LinkState
	// FractionLost is the share of packets that never came, 0…1, over the last seconds.
	FractionLost float64
	// RTT is the round trip, zero if it is not known.
	RTT time.Duration
	// Poor is set when so much is lost or so late that the person should be told.
	Poor bool
}

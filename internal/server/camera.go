package server

import (
	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/media"
	"github.com/rollwell/rollwell/internal/session"
)

// camera is a session as a publication's sink: the two packages do not know one another.
type camera struct{ *session.Live }

// Lost passes news of the connection on.
func (c camera) Lost(l ingest.Loss) {
	c.Live.Lost(media.Loss{Stream: l.Stream, State: linkState(l.State), FractionLost: l.FractionLost, RTT: l.RTT, Poor: l.Poor})
}

func linkState(s ingest.State) media.LinkState {
	switch s {
	case ingest.Connected:
		return media.Connected
	case ingest.Disconnected:
		return media.Disconnected
	case ingest.Failed:
		return media.Failed
	case ingest.Closed:
		return media.Closed
	case ingest.Connecting:
	}
	return media.Connecting
}

package push

import (
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what a client may do. The zero value stands for DefaultLimits.
type Limits struct {
	// Clients is the number of connections to one check.
	Clients int
	// Queue is the number of events that may wait for a client, Stall for how long they may, and for how long one
	// message may take to be sent.
	Queue int
	Stall time.Duration
	// Ping is the time between two pings; a client that is silent for three of them is taken to be gone.
	Ping time.Duration
	// Farewell is how long a client may take to answer when the connection is closed.
	Farewell time.Duration
	// Commands and Pictures are how many messages a second a client may send. Strikes is how many refusals a second
	// are forgiven in the long run; twenty times that at once.
	Commands, Pictures, Strikes rate.Limit
}

// DefaultLimits are the limits of the protocol.
func DefaultLimits() Limits {
	return Limits{
		Clients: 4, Queue: 64, Stall: 5 * time.Second, Ping: 5 * time.Second, Farewell: time.Second,
		Commands: 60, Pictures: PictureRate, Strikes: 2,
	}
}

package queue

import (
	"context"
	"time"

	"github.com/rollwell/rollwell/internal/session"
)

// Pool tells how busy live checks are.
type Pool interface{ Stats() session.PoolStats }

const (
	// pause is how long a job waits before it looks again whether live checks have left something over.
	pause = 4 * time.Millisecond
	// longestPause is the longest that a job waits for a gap: so it goes on, slowly, however busy the checks are.
	longestPause = 500 * time.Millisecond
)

// GiveWay makes jobs give way to live checks: while there are any, one job at a time does one frame at a time, in the gaps
// in which no check is being analysed or waits for it.
func GiveWay(pool Pool) func(ctx context.Context) error {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context) error {
		if pool.Stats().Sessions == 0 {
			return ctx.Err()
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for began := time.Now(); time.Since(began) < longestPause; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return ctx.Err()
			}
			if s := pool.Stats(); s.Sessions == 0 || s.Busy+s.Waiting == 0 {
				return nil
			}
		}
		return nil
	}
}

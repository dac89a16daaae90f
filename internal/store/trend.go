package store

import (
	"context"
	"time"

	"github.com/rollwell/rollwell/internal/coach"
)

// Point is one session in a trend. What is not known is null.
type Point struct {
	ID          string           `json:"id"`
	Created     time.Time        `json:"created"`
	Score       *float64         `json:"score"`
	Minutes     *float64         `json:"minutes"`
	TimeInZoneS *coach.ZoneTimes `json:"time_in_zone_s"`
	Cues        int              `json:"cues"`
	SpeedOverS  *float64         `json:"speed_over_s"`
}

// trendLength is the most points of a trend: the newest ones.
const trendLength = 1000

// Trend lists what the sessions of an exercise, or with a tag, came to, the oldest first.
func (s *Store) Trend(ctx context.Context, exercise, tag string) ([]Point, error) {
	q := Query{Exercise: exercise, Tag: tag, State: Ready}
	where, args := q.where()
	rows, err := selected(ctx, s.db, where+" ORDER BY created_ms DESC, id LIMIT ?", append(args, trendLength)...)
	if err != nil {
		return nil, err
	}
	points := make([]Point, len(rows))
	for i := range rows {
		n := &rows[i]
		p := &points[len(rows)-1-i]
		*p = Point{ID: n.ID, Created: n.Created, Score: n.Score, Cues: n.Cues}
		if n.DurationS != nil {
			minutes := *n.DurationS / 60
			p.Minutes = &minutes
		}
		if n.Outcome != nil {
			p.TimeInZoneS, p.SpeedOverS = &n.Outcome.TimeInZoneS, &n.Outcome.SpeedOverS
		}
	}
	return points, nil
}

package ingest

import (
	"testing"
	"time"
)

func TestPoorIsJudgedBySeconds(t *testing.T) {
	type second struct {
		sent, lost int64
		freezes    uint64
		pictureAgo time.Duration
		poor       bool
	}
	for name, seconds := range map[string][]second{
		"clean":           {{sent: 100}, {sent: 100}, {sent: 100}},
		"some loss":       {{sent: 100, lost: 8}, {sent: 100, lost: 8}},
		"much loss":       {{sent: 100, lost: 5}, {sent: 100, lost: 30, poor: true}, {sent: 100, lost: 1, poor: true}, {sent: 100, poor: true}, {sent: 100}},
		"hardly anything": {{sent: 5, lost: 4}, {sent: 5, lost: 4}},
		"a freeze":        {{sent: 100}, {sent: 100, freezes: 1, poor: true}, {sent: 100, poor: true}, {sent: 100, poor: true}, {sent: 100}},
		"a standstill":    {{sent: 100}, {pictureAgo: 2 * time.Second, poor: true}, {sent: 100, poor: true}},
		"between the two": {{sent: 100, lost: 20, poor: true}, {sent: 100, lost: 7, poor: true}, {sent: 100, lost: 7, poor: true}, {sent: 100, lost: 7, poor: true}, {sent: 100}},
	} {
		t.Run(name, func(t *testing.T) {
			var w weather
			var total counts
			now := noon
			for i, s := range seconds {
				now = now.Add(time.Second)
				total.sent += s.sent
				total.lost += s.lost
				total.freezes += s.freezes
				w.tick(total, now.Add(-s.pictureAgo), now)
				if w.poor != s.poor {
					t.Errorf("second %d: poor %v (%.2f lost), want %v", i, w.poor, w.fraction, s.poor)
				}
			}
		})
	}
}

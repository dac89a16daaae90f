package session

import (
	"math"
	"time"
)

// Quantiles of a stage's duration.
type Quantiles struct{ P50, P95 time.Duration }

// Timings tells how long each stage took per frame. Total is all of them together, waiting and sinks left out.
type Timings struct{ Decode, Pose, Roller, Rules, Total Quantiles }

// stageTimes collects the durations of every frame in a fixed space.
type stageTimes struct{ decode, pose, roller, rules, total histogram }

func (s *stageTimes) add(decode, pose, roller, rules, total time.Duration) {
	s.decode.add(decode)
	s.pose.add(pose)
	s.roller.add(roller)
	s.rules.add(rules)
	s.total.add(total)
}

func (s *stageTimes) summary() Timings {
	return Timings{
		Decode: s.decode.quantiles(), Pose: s.pose.quantiles(), Roller: s.roller.quantiles(),
		Rules: s.rules.quantiles(), Total: s.total.quantiles(),
	}
}

// A histogram counts durations in bins that grow by 2 % each, from 100 ns up: its quantiles are right to 1 %.
type histogram struct {
	bins [1024]uint32
	n    uint64
}

const (
	binFloor  = 100 * time.Nanosecond
	binGrowth = 1.02
)

func (h *histogram) add(d time.Duration) {
	bin := 0
	if d > binFloor {
		bin = int(math.Log(float64(d)/float64(binFloor)) / math.Log(binGrowth))
	}
	h.bins[min(bin, len(h.bins)-1)]++
	h.n++
}

func (h *histogram) quantiles() Quantiles { return Quantiles{P50: h.at(0.5), P95: h.at(0.95)} }

// at returns the duration below which the share q of all lie; zero if there are none.
func (h *histogram) at(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank, seen := uint64(q*float64(h.n-1)), uint64(0)
	for bin, n := range h.bins {
		if seen += uint64(n); seen > rank {
			return time.Duration(float64(binFloor) * math.Pow(binGrowth, float64(bin)+0.5))
		}
	}
	return 0
}

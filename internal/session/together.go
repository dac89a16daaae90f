package session

import (
	"slices"

	"github.com/rollwell/rollwell/internal/coach"
)

// together sums blocks up: findings, holds and levels one after the other, numbers and times added. What belongs to one
// exercise only is that of the first block.
func together(blocks []Block) coach.Summary {
	if len(blocks) == 0 {
		return coach.Summary{Cues: []coach.Finding{}, Holds: []coach.Hold{}, Phases: []coach.PhaseTime{}, TimeAtLevelS: []coach.LevelTime{}, Doses: []coach.DoseDone{}}
	}
	all := blocks[0].Summary
	if len(blocks) == 1 {
		return all
	}
	all.Cues, all.Holds, all.TimeAtLevelS = slices.Clone(all.Cues), slices.Clone(all.Holds), slices.Clone(all.TimeAtLevelS)
	for i := range blocks[1:] {
		s := &blocks[i+1].Summary
		all.DurationS += s.DurationS
		all.Cues, all.Holds = append(all.Cues, s.Cues...), append(all.Holds, s.Holds...)
		all.Passes += s.Passes
		all.Reps += s.Reps
		z, more := &all.TimeInZoneS, &s.TimeInZoneS
		z.Lumbar += more.Lumbar
		z.LowerThoracic += more.LowerThoracic
		z.Thoracic += more.Thoracic
		z.Neck += more.Neck
		z.Off += more.Off
		for _, l := range s.TimeAtLevelS {
			at := slices.IndexFunc(all.TimeAtLevelS, func(x coach.LevelTime) bool { return x.Level == l.Level })
			if at < 0 {
				all.TimeAtLevelS = append(all.TimeAtLevelS, l)
			} else {
				all.TimeAtLevelS[at].TimeS += l.TimeS
			}
		}
	}
	return all
}

package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

// tally counts what the coach made of an exercise's performances.
type tally struct {
	minutes    float64
	falseCues  map[string]int
	faults     map[string]*faultTally
	persist    map[string]float64
	exerciseID string
}

type faultTally struct {
	tries, found int
	delays       []float64 // beyond persistence, s
}

// accept performs an exercise with n random bodies before random cameras at the noise of domain.md §1.3: rightly, and
// with as many of its faults as come round.
func accept(ex *exercise.Exercise, n int) *tally {
	const faultsEach = 5
	out := &tally{exerciseID: ex.ID, falseCues: map[string]int{}, faults: map[string]*faultTally{}, persist: map[string]float64{}}
	for i := range ex.Checks {
		out.persist[ex.Checks[i].Code] = patience(&ex.Checks[i])
	}
	faults := Faults(ex.ID)
	for i := range n {
		rng := rand.New(rand.NewPCG(uint64(i), 77))
		base := Script{Seed: uint64(i) + 1, Body: RandomBody(rng), Camera: RandomCamera(rng), Noise: 1, FPS: 10 + 20*rng.Float64()}
		if rng.IntN(2) == 0 {
			base.Side = spine.SideRight
		}
		play := func(fault string) (Script, outcome) {
			s := script(ex.ID, fault)
			s.Seed, s.Body, s.Camera, s.Noise, s.Side = base.Seed, base.Body, base.Camera, base.Noise, base.Side
			s.FPS = math.Min(s.FPS, base.FPS)
			if fault == "jerky" { // with fewer nobody is told: spine.peakFrames
				s.FPS = math.Max(s.FPS, 15)
			}
			return s, judged(ex, s)
		}
		_, right := play("")
		out.minutes += right.seconds / 60
		for _, f := range right.corrections {
			out.falseCues[f.Code]++
		}
		for k := range faultsEach {
			fault := faults[(i*faultsEach+k)%len(faults)]
			s, wrong := play(fault)
			out.count(&s, &wrong)
		}
	}
	return out
}

// patience is how long a check has to look at a fault that lasts before it may speak, in seconds.
func patience(c *exercise.Check) float64 {
	longest := 0.0
	for _, when := range c.When {
		longest = math.Max(longest, when.WindowS*when.Share)
	}
	return c.PersistS + longest
}

func (a *tally) count(s *Script, out *outcome) {
	f := a.faults[s.Fault]
	if f == nil {
		f = &faultTally{}
		a.faults[s.Fault] = f
	}
	f.tries++
	for _, c := range out.corrections {
		if c.Code == s.Fault && c.StartS >= s.FaultFrom {
			f.found++
			f.delays = append(f.delays, c.StartS-out.presentAt-a.persist[s.Fault])
			return
		}
	}
}

// recall is the share of faults that were found, and the median delay beyond persistence.
func (a *tally) recall() (recall, delay float64) {
	var tries, found int
	var delays []float64
	for code, f := range a.faults {
		tries, found = tries+f.tries, found+f.found
		if code != "held_too_long" && code != "not_staying" { // these wait by intent
			delays = append(delays, f.delays...)
		}
	}
	slices.Sort(delays)
	if len(delays) > 0 {
		delay = delays[len(delays)/2]
	}
	return float64(found) / float64(tries), delay
}

// falseRate is the number of false cues in ten minutes of right performance.
func (a *tally) falseRate() float64 {
	n := 0
	for _, k := range a.falseCues {
		n += k
	}
	return 10 * float64(n) / a.minutes
}

// weak lists the faults that are missed more often than one in twenty, and the false cues.
func (a *tally) weak() string {
	var all []string
	for code, f := range a.faults {
		if f.found*20 < f.tries*19 {
			all = append(all, fmt.Sprintf("%s %d/%d", code, f.found, f.tries))
		}
	}
	for code, n := range a.falseCues {
		all = append(all, fmt.Sprintf("false %s ×%d", code, n))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// TestAccept holds the rules to the numbers that they have to reach. By default few bodies keep it short; the README's
// numbers come from -bodies 500.
func TestAccept(t *testing.T) {
	const maxFalse, minRecall, maxDelay = 1.0, 0.95, 0.5
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if testing.Verbose() {
		fmt.Fprintln(w, "exercise\tright, min\tfalse cues in 10 min\tfaults\trecall\tmedian delay beyond persistence, s\tweak")
	}
	every(t, func(t *testing.T, ex *exercise.Exercise) {
		a := accept(ex, *bodies)
		recall, delay := a.recall()
		rate := a.falseRate()
		tries := 0
		for _, f := range a.faults {
			tries += f.tries
		}
		if testing.Verbose() {
			fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%d\t%.3f\t%.2f\t%s\n", ex.ID, a.minutes, rate, tries, recall, delay, a.weak())
		}
		// A handful of bodies allow for one slip that five hundred do not.
		slips := 1.0
		if n := 10 * slips / a.minutes; rate > math.Max(maxFalse, n) {
			t.Errorf("%.2f false cues in ten minutes: %s", rate, a.weak())
		}
		if missed := (1 - recall) * float64(tries); recall < minRecall && missed > slips+0.5 {
			t.Errorf("recall %.3f: %s", recall, a.weak())
		}
		if delay > maxDelay {
			t.Errorf("the median delay is %.2f s beyond persistence", delay)
		}
	})
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

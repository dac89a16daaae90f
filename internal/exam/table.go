package exam

import (
	"cmp"
	"math"
	"slices"
)

// Row is what a group of pictures came to. Numbers that nothing was measured for are NaN.
type Row struct {
	Group string
	// Pictures counts all, Rollers those with a roller of which something can be seen.
	Pictures, Rollers int
	// Found is the share of Right among rollers of which half the near face can be seen; Must counts those.
	Found float64
	Must  int
	// FalseAlarms is the share of Said among pictures without a roller; Without counts those.
	FalseAlarms float64
	Without     int
	// Trust is the share of Right among all that was Said.
	Trust float64
	// Errors of what was found at all: near and far end in torso lengths, radius as a ratio minus 1 (its bias and its
	// median size), contact.
	NearMedian, NearP90, FarMedian, RadiusBias, RadiusMedian, SMedian, SP90 float64
}

// Table returns a row for all marks, then one for each group with at least fewest pictures, the worst found first.
func Table(marks []Mark, fewest int) []Row {
	byGroup := map[string][]Mark{}
	for _, m := range marks {
		for _, g := range m.Label.Groups {
			byGroup[g] = append(byGroup[g], m)
		}
	}
	rows := []Row{row("all", marks)}
	for g, some := range byGroup {
		if len(some) >= fewest {
			rows = append(rows, row(g, some))
		}
	}
	slices.SortFunc(rows[1:], func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.worth(), b.worth()), cmp.Compare(a.Group, b.Group))
	})
	return rows
}

// worth orders the groups: by what is found, or where there is nothing to find, by what is rightly left alone.
func (r *Row) worth() float64 {
	if r.Must > 0 {
		return r.Found
	}
	if r.Without > 0 {
		return 1 - r.FalseAlarms
	}
	return 1
}

func row(group string, marks []Mark) Row {
	r := Row{Group: group, Pictures: len(marks)}
	var found, alarms, trust share
	var near, far, radius, size, s []float64
	for i := range marks {
		m := &marks[i]
		if m.Said() {
			trust.add(m.Right())
		}
		if !math.IsNaN(m.S) {
			s = append(s, math.Abs(m.S))
		}
		if m.Label.Roller == nil {
			r.Without++
			alarms.add(m.Said())
			continue
		}
		r.Rollers++
		if m.Label.Roller.Face >= HalfSeen {
			r.Must++
			found.add(m.Right())
		}
		if m.Said() {
			near, far = append(near, m.Near), append(far, m.Far)
			radius, size = append(radius, m.Radius), append(size, math.Abs(m.Radius))
		}
	}
	r.Found, r.FalseAlarms, r.Trust = found.value(), alarms.value(), trust.value()
	r.NearMedian, r.NearP90, r.FarMedian = Quantile(near, .5), Quantile(near, .9), Quantile(far, .5)
	r.RadiusBias, r.RadiusMedian = Quantile(radius, .5), Quantile(size, .5)
	r.SMedian, r.SP90 = Quantile(s, .5), Quantile(s, .9)
	return r
}

// share counts how often something is so.
type share struct{ yes, all int }

func (s *share) add(is bool) {
	s.all++
	if is {
		s.yes++
	}
}

func (s *share) value() float64 { return float64(s.yes) / float64(s.all) } // NaN for none

// Quantile is the q-quantile of xs between its neighbours, NaN for none. xs is sorted by it.
func Quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	slices.Sort(xs)
	at := q * float64(len(xs)-1)
	i := int(at)
	if i+1 == len(xs) {
		return xs[i]
	}
	return xs[i] + (at-float64(i))*(xs[i+1]-xs[i])
}

// Calibration is a band of scores and how often a roller was there and rightly placed.
type Calibration struct {
	From, To float64
	Pictures int
	Right    float64
}

// Calibrations returns the bands of scores in which anything was said.
func Calibrations(marks []Mark) []Calibration {
	edges := []float64{.2, .5, .7, .9, 1.01}
	var out []Calibration
	for i := 1; i < len(edges); i++ {
		var right share
		for k := range marks {
			if m := &marks[k]; m.Answer.Score >= edges[i-1] && m.Answer.Score < edges[i] {
				right.add(m.Overlap >= Covers)
			}
		}
		if right.all > 0 {
			out = append(out, Calibration{edges[i-1], math.Min(edges[i], 1), right.all, right.value()})
		}
	}
	return out
}

package spine

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The recommended zones and the levels of domain.md §1.2 and §1.3.
func TestLevelsAndZones(t *testing.T) {
	for _, tt := range []struct {
		s     float64
		arms  Arms
		level string
		zone  Zone
	}{
		{-0.2, ArmsCrossed, "sacrum", ZoneLumbar},
		{0.20, ArmsCrossed, "sacrum", ZoneLumbar},
		{0.24, ArmsCrossed, "L5", ZoneLumbar},
		{0.30, ArmsCrossed, "L4", ZoneLumbar},
		{0.42, ArmsCrossed, "L3", ZoneLumbar},
		{0.4999, ArmsCrossed, "L1", ZoneLumbar},
		{0.50, ArmsCrossed, "L1", ZoneLowerThoracic},
		{0.55, ArmsCrossed, "L1", ZoneLowerThoracic},
		{0.61, ArmsCrossed, "T12", ZoneLowerThoracic},
		{0.67, ArmsCrossed, "T11", ZoneThoracic},
		{0.72, ArmsCrossed, "T10", ZoneThoracic},
		{0.82, ArmsCrossed, "T8", ZoneThoracic},
		{0.92, ArmsUnknown, "T6", ZoneThoracic},
		{1.01, ArmsElsewhere, "T4", ZoneThoracic},
		{1.10, ArmsCrossed, "T2", ZoneThoracic},
		{1.11, ArmsCrossed, "T2", ZoneNeck},
		{1.13, ArmsCrossed, "T1", ZoneNeck},
		{1.18, ArmsCrossed, "C7", ZoneNeck},
		{1.25, ArmsCrossed, "neck", ZoneNeck},
		// With the hands behind the head the shoulders move up, and everything comes down.
		{0.57, ArmsBehindHead, "T12", ZoneLowerThoracic},
		{0.68, ArmsBehindHead, "T10", ZoneThoracic},
		{0.77, ArmsBehindHead, "T8", ZoneThoracic},
		{1.06, ArmsBehindHead, "T1", ZoneNeck},
		{0.47, ArmsBehindHead, "L1", ZoneLowerThoracic},
	} {
		if level, zone := Level(tt.s, tt.arms), ZoneOf(tt.s, tt.arms); level != tt.level || zone != tt.zone {
			t.Errorf("s = %g with arms %s: %s in %s, want %s in %s", tt.s, armsNames[tt.arms], level, zone, tt.level, tt.zone)
		}
	}
}

func TestProbabilitiesOfRegions(t *testing.T) {
	for _, tt := range []struct {
		name     string
		p        func(s, sigma float64, a Arms) float64
		s, sigma float64
		arms     Arms
		want     float64
	}{
		{"lumbar", pLumbar, 0.45, 0.07, ArmsCrossed, 0.95},
		{"lumbar", pLumbar, 0.50, 0.07, ArmsCrossed, 0.81},
		{"lumbar", pLumbar, 0.55, 0.07, ArmsCrossed, 0.57},
		{"lumbar", pLumbar, 0.60, 0.07, ArmsCrossed, 0.29},
		{"lumbar", pLumbar, 0.67, 0.07, ArmsCrossed, 0.06},
		{"neck", pNeck, 1.03, 0.075, ArmsCrossed, 0.05},
		{"neck", pNeck, 1.10, 0.075, ArmsCrossed, 0.23},
		{"neck", pNeck, 1.15, 0.075, ArmsCrossed, 0.47},
		{"lumbar, hands behind the head", pLumbar, 0.562 * 0.93, 0.07, ArmsBehindHead, 0.5},
		{"neck, hands behind the head", pNeck, 1.155 * 0.93, 0.07, ArmsBehindHead, 0.5},
	} {
		if got := tt.p(tt.s, tt.sigma, tt.arms); math.Abs(got-tt.want) > 0.006 {
			t.Errorf("P(%s | %g) = %.3f, want %.2f", tt.name, tt.s, got, tt.want)
		}
	}
}

func TestProbabilitiesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.Float64Range(-1, 2.5).Draw(t, "s")
		step := rapid.Float64Range(0, 0.5).Draw(t, "step")
		sigma := rapid.Float64Range(0.01, 1).Draw(t, "sigma")
		arms := Arms(rapid.IntRange(0, armsCount-1).Draw(t, "arms"))
		low, neck := pLumbar(s, sigma, arms), pNeck(s, sigma, arms)
		if low < 0 || neck < 0 || low+neck > 1+1e-12 {
			t.Fatalf("P(lumbar) = %g and P(neck) = %g", low, neck)
		}
		if pLumbar(s+step, sigma, arms) > low+1e-12 || pNeck(s+step, sigma, arms) < neck-1e-12 {
			t.Fatal("further up the back the lumbar spine comes nearer, or the neck goes away")
		}
	})
}

func TestNames(t *testing.T) {
	var got []string
	for _, z := range Zones() {
		text, err := z.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	for s := range OK + 1 {
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	for a := range Arms(armsCount) {
		got = append(got, a.String())
	}
	want := []string{
		"lumbar", "lower_thoracic", "thoracic", "neck", "off", "unseen", "unsure", "ok",
		"unknown", "crossed", "behind_head", "elsewhere",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestQuantitiesByName(t *testing.T) {
	r := lying().read()
	for name := range quantities {
		if _, ok := r.Value(name); !ok {
			t.Errorf("no value for %q", name)
		}
	}
	if v, ok := r.Value("s"); !ok || v != r.S {
		t.Errorf("s is %v, want %v", v, r.S)
	}
	if _, ok := r.Value("mood"); ok {
		t.Error("a reading has a mood")
	}
	for _, tt := range []struct {
		arms  Arms
		value float64
		state State
	}{{ArmsUnknown, 0, Unseen}, {ArmsCrossed, 1, OK}, {ArmsBehindHead, 1, OK}, {ArmsElsewhere, 0, OK}} {
		r.Arms = tt.arms
		if v, _ := r.Value("arms_set"); v.V != tt.value || v.State != tt.state {
			t.Errorf("arms %s: set %v, want %g, %s", tt.arms, v, tt.value, tt.state)
		}
	}
}

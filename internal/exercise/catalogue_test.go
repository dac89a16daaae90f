package exercise

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestTheCatalogueLoadsInOrder(t *testing.T) {
	list, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 || !slices.IsSortedFunc(list, func(a, b *Exercise) int { return strings.Compare(a.ID, b.ID) }) {
		t.Fatalf("%d exercises, or out of order", len(list))
	}
	for _, ex := range list {
		got, err := Get(ex.ID)
		if err != nil || got.ID != ex.ID || got.Version != ex.Version {
			t.Errorf("Get(%q) = %v, %v", ex.ID, got, err)
		}
	}
}

func TestGetNamesWhatThereIs(t *testing.T) {
	_, err := Get("moonwalk")
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "thoracic-roll") {
		t.Errorf("got %v", err)
	}
}

// Every cue is spoken to somebody who looks at the ceiling: nine words at most, and no "don't".
func TestCuesAreShortAndPositive(t *testing.T) {
	list, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range list {
		for i := range ex.Checks {
			k := &ex.Checks[i]
			for lang, w := range k.Words {
				if n := len(strings.Fields(w.Say)); n > 9 || n == 0 {
					t.Errorf("%s %s %s: %d words to say: %q", ex.ID, k.Code, lang, n, w.Say)
				}
			}
			say := strings.ToLower(k.Words["en"].Say + " " + k.Words["en"].Text)
			for _, bad := range []string{"don't", "do not", "never", "wrong", "bad"} {
				if strings.Contains(say, bad) {
					t.Errorf("%s %s: %q is not said positively", ex.ID, k.Code, say)
				}
			}
		}
	}
}

// Every source listed is used, so that the list does not pretend.
func TestSourcesAreUsed(t *testing.T) {
	list, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, ex := range list {
		used := map[string]bool{}
		use := func(b Basis) {
			for _, s := range b.Source {
				used[s] = true
			}
		}
		if ex.Stroke != nil {
			use(ex.Stroke.Basis)
		}
		if ex.Hold != nil {
			use(ex.Hold.Basis)
		}
		for _, d := range ex.Doses {
			use(d.Basis)
		}
		for _, k := range ex.Checks {
			for _, c := range slices.Concat(k.When, k.While) {
				if c.Enter != nil {
					use(c.Enter.Basis)
				}
			}
			if k.Notice != nil {
				use(k.Notice.Enter.Basis)
			}
		}
		for _, s := range ex.Sources {
			if !used[s.ID] {
				t.Errorf("%s: source %q is listed and never used", ex.ID, s.ID)
			}
		}
	}
}

// The codes that the design promises for the thoracic roll.
func TestTheThoracicRollHasEveryCue(t *testing.T) {
	ex, err := Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Severity{
		"roller_too_low": Safety, "roller_too_high": Safety, "neck_pulled": Safety, "head_dropped": Safety,
		"hips_not_lifted": Technique, "hips_too_high": Technique, "knees_not_bent": Technique, "feet_not_flat": Technique,
		"arms_not_set": Technique, "roller_not_square": Technique, "rolled_off_side": Technique,
		"rolling_too_fast": Pace, "jerky": Pace,
		"hold_done": Praise, "zone_done": Praise, "pass_done": Praise, "good_form": Praise,
		"no_person": Setup, "several_people": Setup, "body_out_of_frame": Setup, "not_side_on": Setup,
		"roller_not_seen": Setup, "too_dark": Setup, "camera_moved": Setup, "low_frame_rate": Setup,
	}
	for _, k := range ex.Checks {
		if want[k.Code] != k.Severity {
			t.Errorf("%s is %s, want %s", k.Code, k.Severity, want[k.Code])
		}
		delete(want, k.Code)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

package coach

import (
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/spine"
)

func TestSafetyIsSpokenFirstAndInterrupts(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 12, func(x float64, r *spine.Reading) {
		if x >= 2 {
			r.Knee = ok(170) // technique, found at 3 s
		}
		if x >= 3 {
			place(r, 0.42) // safety, found at 3.5 s, while the knees are being spoken of
		}
	}))
	said := c.correctionsSpoken()
	if len(said) < 2 || said[0].Code != "knees_not_bent" || said[1].Code != "roller_too_low" || said[1].T > 3.6 {
		t.Fatalf("spoken %+v, want the knees and, interrupting them, the roller", said)
	}
	for _, u := range said[1:] {
		if u.Severity != exercise.Safety {
			t.Errorf("%s was spoken at %.1f s while the roller was too low", u.Code, u.T)
		}
	}
}

func TestSetUpTroubleDoesNotHideASureDanger(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 12, func(x float64, r *spine.Reading) {
		r.InFrame = ok(0.5)
		r.HipLiftL, r.Knee, r.Speed = spine.Value{}, spine.Value{}, spine.Value{}
		if x >= 4 {
			place(r, 0.42)
		}
	}))
	low := c.of("roller_too_low")
	if len(low) != 1 || !low[0].Spoken {
		t.Fatalf("roller_too_low: %+v, want it found and spoken", low)
	}
	if out := c.of("body_out_of_frame"); len(out) != 1 || !out[0].Spoken {
		t.Errorf("body_out_of_frame: %+v, want it found and spoken before", out)
	}
}

func TestTheNextCueSpeaksWhileTheFirstCoolsDown(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 10, func(x float64, r *spine.Reading) {
		if x >= 2 {
			r.Knee, r.RollerSkew = ok(170), ok(30)
		}
	}))
	said := c.correctionsSpoken()
	if len(said) < 2 || said[0].Code != "knees_not_bent" || said[1].Code != "roller_not_square" {
		t.Errorf("spoken %+v, want the knees, then the roller", said)
	}
}

func TestACueIsSpokenThreeTimesInARow(t *testing.T) {
	ex := thoracicRoll(t)
	c := run(ex, filmed(30, 60, during(2, 60, func(r *spine.Reading) { r.Knee = ok(170) })))
	said := c.correctionsSpoken()
	if n := len(said); n != 3 {
		t.Errorf("spoken %d times in a minute of straight knees, want 3: %+v", n, said)
	}
	for i := 1; i < len(said); i++ {
		if d := said[i].T - said[i-1].T; d < 8-1e-6 {
			t.Errorf("repeated after %.1f s, before its cooldown", d)
		}
	}
}

func TestAFaultThatComesBackIsSpokenAgain(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 110, func(x float64, r *spine.Reading) {
		if x >= 2 && x < 40 || x >= 80 {
			r.Knee = ok(170)
		}
	}))
	again := 0
	for _, u := range c.Spoken {
		if u.Code == "knees_not_bent" && u.T >= 80 {
			again++
		}
	}
	if again != 3 {
		t.Errorf("spoken %d times after 40 s without the fault, want 3 again", again)
	}
}

func TestACorrectionDoesNotWaitForPraise(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 6, during(2.3, 6, func(r *spine.Reading) { r.RollerSkew = ok(30) })))
	if len(c.Spoken) < 2 || c.Spoken[0].Severity != exercise.Praise {
		t.Fatalf("spoken %+v, want praise first", c.Spoken)
	}
	if u := c.Spoken[1]; u.Code != "roller_not_square" || u.T > 3.4 {
		t.Errorf("%s spoken at %.2f s, want the roller's angle at 3.3 s", u.Code, u.T)
	}
}

func TestTheBannerClears(t *testing.T) {
	c := New(thoracicRoll(t), Options{})
	shown := map[bool]int{}
	for _, r := range filmed(30, 12, during(4, 7, func(r *spine.Reading) { r.Knee = ok(170) })) {
		u := c.Step(&r)
		inFault := r.T >= 5.05 && r.T < 7
		is := u.Banner != nil && u.Banner.Code == "knees_not_bent"
		if inFault && !is {
			t.Fatalf("no banner at %.2f s", r.T)
		}
		if r.T > 7.6 && is {
			t.Fatalf("the banner still says so at %.2f s", r.T)
		}
		shown[is]++
	}
	if shown[true] == 0 {
		t.Error("the banner never showed")
	}
}

func TestPraiseWaitsForNobodyAndInterruptsNobody(t *testing.T) {
	c := run(thoracicRoll(t), filmed(30, 60, func(_ float64, r *spine.Reading) { r.Knee = ok(170) }))
	for _, f := range c.Summary.Cues {
		if f.Severity == exercise.Praise && f.StartS > 1.1 && f.Spoken {
			t.Errorf("%s was spoken at %.1f s although the knees were straight", f.Code, f.StartS)
		}
	}
	if len(c.of("pass_done")) == 0 {
		t.Error("passes are findings even if they are not praised aloud")
	}
	if len(c.of("good_form")) != 0 {
		t.Error("straight knees are no good form")
	}
}

func TestWordsFallBackToEnglish(t *testing.T) {
	c := New(thoracicRoll(t), Options{})
	c.SetLanguage("xx")
	for _, r := range filmed(30, 3, func(_ float64, r *spine.Reading) { place(r, 0.4) }) {
		if u := c.Step(&r); u.Banner != nil {
			if u.Banner.Say != "Bring the roller up to your shoulder blades" {
				t.Errorf("says %q", u.Banner.Say)
			}
			return
		}
	}
	t.Error("nothing was said")
}

package server

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/words"
)

func TestWhatThePageGetsOfAnExercise(t *testing.T) {
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		t.Fatal(err)
	}
	p := forPage(ex, "en")
	if p.ID != "thoracic-roll" || p.Title == "" || *p.Speed.Hint != 5.1 || *p.Speed.Cue != 8 || *p.Speed.MaxShown != 15 ||
		p.HipLift.MinL != .045 || p.Hold.MinS != 20 || len(p.Doses) != len(ex.Doses) || p.Doses[0].Name == "" {
		t.Errorf("got %+v", p)
	}
	for _, l := range p.Levels {
		if got := spine.Level(l.S, spine.ArmsCrossed); got != l.Level {
			t.Errorf("the middle of %s is in %s", l.Level, got)
		}
	}
	if first, last := p.Zones[0], p.Zones[len(p.Zones)-1]; len(p.Zones) != 4 || first.From != nil || last.To != nil {
		t.Errorf("zones %+v", p.Zones)
	}
	for i, z := range p.Zones[1:] {
		if *z.From != *p.Zones[i].To {
			t.Errorf("%s begins at %g, %s ends at %g", z.Zone, *z.From, p.Zones[i].Zone, *p.Zones[i].To)
		}
		if got := spine.ZoneOf(*z.From+1e-9, spine.ArmsCrossed); got.String() != z.Zone {
			t.Errorf("over %g lies %s, the page gets %s", *z.From, got, z.Zone)
		}
	}
}

func TestExerciseWithoutLimits(t *testing.T) {
	p := forPage(&exercise.Exercise{ID: "x", Title: exercise.Text{"en": "X"}}, "de")
	if p.Speed != (speedLimits{}) || p.HipLift != nil || p.Hold != nil || p.Doses == nil {
		t.Errorf("got %+v", p)
	}
}

func TestEachErrorHasItsAnswer(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{errUnknown, 404, "unknown_session"},
		{&session.FullError{Sessions: 2, Limit: 2}, 503, "server_full"},
		{push.ErrFull, 429, "too_many_pages"},
		{push.ErrClosed, 404, "unknown_session"},
		{ingest.ErrOffer, 400, "bad_offer"},
		{ingest.ErrTooLarge, 413, "too_large"},
		{ingest.ErrNoVideo, 422, "no_video"},
		{ingest.ErrNoCodec, 422, "no_codec"},
		{ingest.ErrFull, 503, "server_full"},
		{ingest.ErrClosed, 503, "draining"},
		{&http.MaxBytesError{Limit: 1 << 16}, 413, "too_large"},
		{errors.New("the disk burns"), 500, "internal"},
	} {
		e := asAPIError(fmt.Errorf("wrapped: %w", tt.err))
		if e.status != tt.status || e.code != tt.code || len(e.says(words.Localizer())) < 10 {
			t.Errorf("%v: %+v", tt.err, e)
		}
	}
}

func TestSentence(t *testing.T) {
	for from, to := range map[string]string{"": "", "a": "A.", "Done.": "Done.", "ürgent": "ürgent."} {
		if got := sentence(errors.New(from)); got != to {
			t.Errorf("%q: %q", from, got)
		}
	}
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
)

// keeping is a stand with a library.
func keeping(t *testing.T, o store.Options) (*stand, *store.Store) {
	t.Helper()
	o.Dir = t.TempDir()
	library, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := newStand(t, setUp{options: func(o *Options) { o.Library = library }})
	t.Cleanup(func() {
		s.end()
		if err := library.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, library
}

func keepWish(keep string) string {
	return strings.Replace(goodWish, `"consent"`, `"keep":`+keep+`,"consent"`, 1)
}

// begin starts a check of which something is kept.
func (s *stand) begin(keep string) (o opened, recording bool) {
	s.t.Helper()
	a := s.call(http.MethodPost, "/api/sessions", keepWish(keep), "Content-Type", jsonType)
	if a.status != http.StatusCreated {
		s.t.Fatalf("no check: %d %s", a.status, a.body)
	}
	var told struct {
		opened
		Recording bool `json:"recording"`
	}
	if err := json.Unmarshal(a.body, &told); err != nil {
		s.t.Fatal(err)
	}
	return told.opened, told.Recording
}

// pretend sends pictures of the fallback, which the fake decoder takes for any.
func pretend(t *testing.T, s *stand, o opened, n int64) {
	t.Helper()
	c, ok := s.server.registry.get(o.ID)
	if !ok {
		t.Fatal("no such check")
	}
	for c.live.Counts().Analysed < n {
		c.live.JPEG([]byte{0xff, 0xd8}, time.Now())
		waitABit()
	}
}

func waitABit() { <-time.After(5 * time.Millisecond) }

func TestACheckBecomesASession(t *testing.T) {
	s, library := keeping(t, store.Options{})
	o, recording := s.begin(`{"what":"observations","days":null}`)
	if !recording {
		t.Error("not recording")
	}
	p := s.watch(o)
	n, err := library.Get(t.Context(), o.ID)
	if err != nil || n.State != store.Recording || n.Kind != store.Live || n.Keep != store.KeepObservations || n.KeepUntil != nil {
		t.Fatalf("session %+v, %v", n, err)
	}
	pretend(t, s, o, 20)
	if err := p.Say(`{"type":"stop"}`); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the session to be ready", func() bool {
		n, err = library.Get(t.Context(), o.ID)
		return err == nil && n.State == store.Ready && n.Bytes > 0
	})
	if n.Frames < 20 || n.Exercise != "thoracic-roll" || n.Video != nil || n.Thumb || n.Bytes == 0 || n.DurationS == nil {
		t.Errorf("session %+v", n)
	}
	dir, err := library.Dir(o.ID)
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if h := a.Header; h.Options.RollerDiameter != 15 || h.Options.Language != "en" || h.Source.Width != 640 || a.Session.Source.Name != "live" {
		t.Errorf("header %+v of %+v", h, a.Session.Source)
	}
	if events, err := a.Events(); err != nil || len(events) == 0 || events[0].Type != archive.EventPhase || events[len(events)-1].Phase != "ended" {
		t.Errorf("events %+v, %v", events, err)
	}
}

func TestNothingIsKeptUnlessAsked(t *testing.T) {
	s, library := keeping(t, store.Options{})
	for _, keep := range []string{"null", `{"what":"nothing","days":30}`} {
		o, recording := s.begin(keep)
		if recording {
			t.Error("recording", keep)
		}
		pretend(t, s, o, 3)
		if a := s.call(http.MethodDelete, "/api/sessions/"+o.ID, "", o.bearer()...); a.status != http.StatusNoContent {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	// One that ends before anything was seen leaves nothing either.
	o, _ := s.begin(`{"what":"video","days":7}`)
	n, err := library.Get(t.Context(), o.ID)
	if err != nil || n.KeepUntil == nil || time.Until(*n.KeepUntil) > 7*24*time.Hour || time.Until(*n.KeepUntil) < 6*24*time.Hour {
		t.Errorf("session %+v, %v", n, err)
	}
	dir, err := library.Dir(o.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.call(http.MethodDelete, "/api/sessions/"+o.ID, "", o.bearer()...)
	waitFor(t, "the entry to go", func() bool {
		_, err := library.Get(t.Context(), o.ID)
		return errors.Is(err, store.ErrNotFound)
	})
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if page, err := library.List(t.Context(), store.Query{}); err != nil || page.Total > 0 {
		t.Errorf("in the library: %+v, %v", page, err)
	}
}

func TestKeepRefusals(t *testing.T) {
	s, _ := keeping(t, store.Options{Budget: 1 << 20})
	for name, tt := range map[string]struct {
		keep string
		code string
	}{
		"something else":  {`{"what":"everything","days":null}`, "bad_request"},
		"no days":         {`{"what":"video","days":0}`, "bad_request"},
		"too many days":   {`{"what":"video","days":100000}`, "bad_request"},
		"a full library":  {`{"what":"video","days":30}`, "library_full"},
		"an unknown wish": {`{"what":"video","days":30,"where":"/etc"}`, "bad_request"},
	} {
		a := s.call(http.MethodPost, "/api/sessions", keepWish(tt.keep), "Content-Type", jsonType)
		if a.code() != tt.code || a.status < 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	without := newStand(t, setUp{})
	a := without.call(http.MethodPost, "/api/sessions", keepWish(`{"what":"video","days":null}`), "Content-Type", jsonType)
	if a.code() != "bad_request" {
		t.Errorf("without a library: %d %s", a.status, a.body)
	}
	noConsent := strings.Replace(keepWish(`{"what":"video","days":null}`), `"consent":true`, `"consent":false`, 1)
	if a := s.call(http.MethodPost, "/api/sessions", noConsent, "Content-Type", jsonType); a.code() != "consent_missing" {
		t.Errorf("without consent: %d %s", a.status, a.body)
	}
	if n := len(s.server.registry.all()); n > 0 {
		t.Errorf("%d refused checks run", n)
	}
}

// A video that could not be finished is told of: the session is ready without it.
func TestAVideoThatCannotBeFinishedIsToldOf(t *testing.T) {
	s, library := keeping(t, store.Options{})
	o, _ := s.begin(`{"what":"video","days":null}`)
	pretend(t, s, o, 5)
	dir, err := library.Dir(o.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "recording-1.mp4"), 0o700); err != nil { // which no one can copy
		t.Fatal(err)
	}
	s.end()
	n, err := library.Get(t.Context(), o.ID)
	if err != nil || n.State != store.Ready || n.Frames < 5 || n.Video != nil || !strings.Contains(n.Error, "video") {
		t.Errorf("session %+v, %v", n, err)
	}
}

// A video ends where the library is full, not where the database does not answer for once.
func TestOnlyAFullLibraryEndsAVideo(t *testing.T) {
	s, library := keeping(t, store.Options{})
	o, _ := s.begin(`{"what":"video","days":null}`)
	c, ok := s.server.registry.get(o.ID)
	if !ok {
		t.Fatal("no such check")
	}
	silent, cancel := context.WithCancel(t.Context())
	cancel()
	if err := library.Room(silent, 1); err == nil {
		t.Fatal("the database answers")
	}
	if err := s.server.roomFor(silent, c, 1); err != nil {
		t.Errorf("without an answer: %v", err)
	}
	if err := s.server.roomFor(t.Context(), c, 1<<60); !errors.Is(err, store.ErrFull) {
		t.Errorf("without room: %v", err)
	}
}

// A server that ends closes what it records.
func TestDrainClosesRecordings(t *testing.T) {
	s, library := keeping(t, store.Options{})
	o, _ := s.begin(`{"what":"observations","days":null}`)
	pretend(t, s, o, 5)
	s.end()
	n, err := library.Get(t.Context(), o.ID)
	if err != nil || n.State != store.Ready || n.Frames < 5 {
		t.Errorf("session %+v, %v", n, err)
	}
}

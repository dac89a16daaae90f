package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/rollwell/rollwell/internal/plan"
	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/words"
)

// info tells what this server can do.
func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	language := words.Match(r.Header.Get("Accept-Language"))
	type one struct {
		ID        string   `json:"id"`
		Version   int      `json:"version"`
		Title     string   `json:"title"`
		Languages []string `json:"languages"`
	}
	type limits struct {
		Offer       int64 `json:"offer_bytes"`
		Picture     int   `json:"picture_bytes"`
		PictureRate int   `json:"pictures_per_s"`
		Text        int   `json:"message_bytes"`
	}
	out := struct {
		Version   string `json:"version"`
		Exercises []one  `json:"exercises"`
		Token     bool   `json:"token_required"`
		// Library tells whether sessions are kept here.
		Library bool   `json:"library"`
		Limits  limits `json:"limits"`
	}{
		Version: s.o.Version, Exercises: []one{}, Token: s.o.AccessToken != "", Library: s.o.Library != nil,
		Limits: limits{s.o.Limits.Offer, push.MaxPicture, push.PictureRate, push.MaxText},
	}
	for _, ex := range s.o.Exercises {
		out.Exercises = append(out.Exercises, one{ex.ID, ex.Version, ex.Title.In(language), ex.Languages})
	}
	writeJSON(w, http.StatusOK, out)
}

// startRequest is what a page sends to start a check.
type startRequest struct {
	planRequest
	Language string `json:"language"`
	// Height is the person's in cm, null where they do not say.
	Height *float64 `json:"height_cm"`
	// Roller is null, or has null, where the person does not know.
	Roller *struct {
		Diameter *float64 `json:"diameter_cm"`
		Length   *float64 `json:"length_cm"`
	} `json:"roller"`
	Consent   bool `json:"consent"`
	Screening bool `json:"screening_passed"`
	// Keep is null where nothing is to be kept.
	Keep *keepRequest `json:"keep"`
}

// startAnswer is what it gets.
type startAnswer struct {
	ID     string     `json:"id"`
	Token  string     `json:"token"`
	WHIP   string     `json:"whip"`
	Events string     `json:"events"`
	ICE    []struct{} `json:"ice_servers"` // none: the server has host candidates only
	// Rules are the first block's, AllRules those of every exercise of the plan.
	Rules    exerciseForPage   `json:"exercise"`
	AllRules []exerciseForPage `json:"exercises"`
	// Plan is null for one exercise on its own.
	Plan *planForPage `json:"plan"`
	// Recording tells that the check is kept; it is then a session of the library, of the same id.
	Recording bool `json:"recording"`
}

// create starts a check.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	c, p, language, err := s.start(r) //nolint:contextcheck // a check outlives the request that starts it
	if err != nil {
		s.fail(w, r, err)
		return
	}
	base := "/api/sessions/" + c.id
	w.Header().Set("Location", base)
	a := startAnswer{ID: c.id, Token: c.token, WHIP: base + "/whip", Events: base + "/events", ICE: []struct{}{}, AllRules: rulesOf(p, language), Recording: c.recording != nil}
	a.Rules = a.AllRules[0]
	if p.Aim != "" || len(p.Steps) > 1 {
		a.Plan = planFor(p, language)
	}
	writeJSON(w, http.StatusCreated, a)
}

// start checks a request for a new check, and starts it.
func (s *Server) start(r *http.Request) (c *check, p *plan.Plan, language string, err error) {
	switch {
	case s.draining.Load():
		return nil, nil, "", errDraining
	case !s.mayEnter(r):
		return nil, nil, "", errAccess
	case !s.starts.allow(s.addressOf(r)):
		return nil, nil, "", errRate
	}
	var q startRequest
	if err := s.readJSON(r, &q); err != nil {
		return nil, nil, "", err
	}
	if !q.Consent {
		return nil, nil, "", errConsent
	}
	if !q.Screening {
		return nil, nil, "", errScreening
	}
	if q.Keep != nil {
		if err := q.Keep.check(); err != nil {
			return nil, nil, "", err
		}
	}
	if p, err = s.plan(&q.planRequest); err != nil {
		return nil, nil, "", err
	}
	language = words.Choose(p.Steps[0].Exercise.Languages, languageOf(q.Language, r))
	config := session.LiveConfig{Plan: p, Language: language}
	if config.Spine, err = q.spine(); err != nil {
		return nil, nil, "", err
	}
	from := s.addressOf(r)
	if !from.IsLoopback() && s.registry.waiting(from) >= s.o.Limits.Waiting {
		return nil, nil, "", errWaiting
	}
	c, err = s.open(config, from, q.Keep)
	return c, p, language, err
}

// open makes the check and sets it going.
func (s *Server) open(config session.LiveConfig, from netip.Addr, keep *keepRequest) (*check, error) {
	s.entry.Lock()
	defer s.entry.Unlock()
	if s.draining.Load() {
		return nil, errDraining
	}
	release, err := s.o.Pool.Admit()
	if err != nil {
		return nil, err
	}
	c := &check{id: rand.Text(), token: rand.Text(), from: from, release: release, done: make(chan struct{})}
	c.log = s.log.With("check", c.id[:8])
	c.hub = push.New(s.o.Push, s.metrics)
	config.ID, config.Pool, config.Log = c.id[:8], s.o.Pool, s.log
	config.Sinks = []session.LiveSink{c.hub, s.metrics}
	c.voice.set(config.Language)
	if keep.wanted() {
		if err := s.record(s.life, c, &config, keep); err != nil {
			release()
			return nil, err
		}
	}
	if c.live, err = s.o.Build(config); err != nil {
		release()
		return nil, errors.Join(fmt.Errorf("make a session: %w", err), s.unrecord(s.life, c))
	}
	c.hub.Bind(spoken{c.live, &c.voice})
	ctx, cancel := context.WithCancel(s.life)
	c.cancel = cancel
	s.registry.add(c)
	s.metrics.SessionStarted()
	s.checks.Go(func() { c.run(ctx, s) })
	return c, nil
}

// mayEnter tells whether a request has the server's access token, if there is one.
func (s *Server) mayEnter(r *http.Request) bool {
	return s.o.AccessToken == "" || sameSecret(bearer(r), s.o.AccessToken)
}

// spine passes on what was told of the person and the roller.
func (q *startRequest) spine() (spine.Options, error) {
	var o spine.Options
	sizes := []size{{"a person's height_cm", q.Height, 100, 250, &o.HeightM}}
	if r := q.Roller; r != nil {
		sizes = append(sizes, size{"a roller's diameter_cm", r.Diameter, 5, 25, &o.RollerDiameterM}, size{"a roller's length_cm", r.Length, 10, 120, &o.RollerLengthM})
	}
	for _, z := range sizes {
		if z.cm == nil {
			continue
		}
		if !(*z.cm >= z.least && *z.cm <= z.most) {
			return o, badRequest(fmt.Sprintf("%s is between %g and %g", z.name, z.least, z.most))
		}
		*z.to = *z.cm / 100
	}
	return o, nil
}

// size is a length that somebody may have told, and where it goes in metres.
type size struct {
	name        string
	cm          *float64
	least, most float64
	to          *float64
}

// readJSON reads a body of JSON strictly.
func (s *Server) readJSON(r *http.Request, to any) error { return readBody(r, to, s.o.Limits.Request) }

// readBody is readJSON with a limit of its own.
func readBody(r *http.Request, to any, limit int64) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return errJSONType
	}
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, limit))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return tooLarge(long.Limit)
	}
	if err != nil {
		return badRequest(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// checkOf finds the check that a request is about, if it may be touched with that token.
func (s *Server) checkOf(r *http.Request, token string) (*check, error) {
	c, ok := s.registry.get(r.PathValue("id"))
	if !ok {
		return nil, errUnknown
	}
	if token == "" || !sameSecret(token, c.token) {
		return nil, errToken
	}
	return c, nil
}

// summary tells what a check came to.
func (s *Server) summary(w http.ResponseWriter, r *http.Request) {
	c, err := s.checkOf(r, bearer(r))
	switch {
	case err != nil:
		s.fail(w, r, err)
	case c.running():
		s.refuse(w, r, errRunning)
	case c.summary == nil:
		s.refuse(w, r, errNoSummary)
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(c.summary)
	}
}

// remove ends a check and forgets it.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	c, err := s.checkOf(r, bearer(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	c.live.Stop()
	if !within(c.done, 5*time.Second) {
		c.cancel()
		<-c.done
	}
	s.registry.forget(c)
	c.log.Info("check forgotten")
	w.WriteHeader(http.StatusNoContent)
}

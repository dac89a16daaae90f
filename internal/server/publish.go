package server

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/rollwell/rollwell/internal/push"
)

// publish answers a browser's offer to send video (WHIP, RFC 9725).
func (s *Server) publish(w http.ResponseWriter, r *http.Request) {
	c, err := s.checkOf(r, bearer(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/sdp" {
		s.refuse(w, r, errSDPType)
		return
	}
	offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.o.Limits.Offer))
	if err != nil {
		s.fail(w, r, fmt.Errorf("read the offer: %w", err))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.o.Limits.Negotiate)
	defer cancel()
	p, number, err := c.publish(ctx, s, string(offer))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/sdp")
	h.Set("Location", r.URL.Path+"/"+strconv.Itoa(number))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, p.Answer())
}

// withdraw ends a publication.
func (s *Server) withdraw(w http.ResponseWriter, r *http.Request) {
	c, err := s.checkOf(r, bearer(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	number, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || !c.withdraw(number) {
		s.refuse(w, r, errNoPublishing)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// events connects a page to its check.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	token, ok := push.Token(r)
	if !ok {
		s.refuse(w, r, errProtocol)
		return
	}
	c, err := s.checkOf(r, token)
	if err == nil {
		err = c.hub.Serve(w, r, c.log)
	}
	if err != nil {
		s.fail(w, r, err)
	}
}

package server

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rollwell/rollwell/internal/export"
)

const (
	// maxImport is the longest document that is taken, in bytes: some two hours at 30 pictures a second.
	maxImport = 1 << 30
	// mostImports is how many sessions are made of documents at a time: the longest takes some 350 MB of memory.
	mostImports = 1
)

// importSession makes a session of a document that was exported.
func (s *Server) importSession(w http.ResponseWriter, r *http.Request) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), typeJSON) {
		s.fail(w, r, errJSONType)
		return
	}
	if r.ContentLength > maxImport {
		s.fail(w, r, tooLarge(maxImport))
		return
	}
	body := http.MaxBytesReader(w, &patientReader{r.Body, http.NewResponseController(w), s.o.Limits.Body}, maxImport)
	end := func() {}
	defer func() { end() }()
	n, err := export.Restore(r.Context(), s.o.Library, body, r.ContentLength, func(ctx context.Context) (err error) {
		end, err = s.turn(ctx, s.imports)
		return err
	})
	if err != nil {
		s.fail(s.patient(w), r, err)
		return
	}
	writeJSON(s.patient(w), http.StatusCreated, n)
}

// patientReader reads what takes long to come: its client has the time of one body for each piece.
type patientReader struct {
	io.ReadCloser
	control *http.ResponseController
	each    time.Duration
}

// Read reads a piece.
func (p *patientReader) Read(b []byte) (int, error) {
	if err := p.control.SetReadDeadline(time.Now().Add(p.each)); err != nil {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}

// turn waits for one of a few places at work that takes much of the machine. Whoever gets one calls end; without one it
// answers a refusal that says when to come again.
func (s *Server) turn(ctx context.Context, places chan struct{}) (end func(), err error) {
	late := time.NewTimer(s.o.Limits.Turn)
	defer late.Stop()
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-late.C:
		return func() {}, serverFull(turnRetry)
	case <-ctx.Done():
		return func() {}, ctx.Err()
	}
}

// turnRetry is when it is worth asking for a turn again.
const turnRetry = 10 * time.Second

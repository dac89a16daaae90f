package server

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/words"
)

// apiError is what the HTTP API answers instead of what was asked for.
type apiError struct {
	status int
	// code is for programs.
	code string
	// name is that of the sentence in internal/words that tells a person what to do. Where it is empty the one who reads
	// it writes programs: message is for them, in English.
	name, message string
	// data fills the sentence's placeholders.
	data map[string]any
	// retryAfter is when it is worth asking again; zero if it is not.
	retryAfter time.Duration
}

// Error makes it an error.
func (e *apiError) Error() string { return e.code + ": " + e.says(words.Localizer()) }

// says is the sentence in a language. It may name the time to wait.
func (e *apiError) says(speaker *words.Speaker) string {
	switch {
	case e.name == "":
		return e.message
	case e.retryAfter > 0:
		return speaker.Count(e.name+".hint", e.waitS(), nil)
	case e.data != nil:
		return speaker.With(e.name+".hint", e.data)
	}
	return speaker.Text(e.name + ".hint")
}

// waitS is the time to wait in whole seconds, at least that long.
func (e *apiError) waitS() int { return int(math.Ceil(e.retryAfter.Seconds())) }

// The refusals that do not depend on what was asked.
var (
	errNotFound     = &apiError{status: http.StatusNotFound, code: "not_found", message: "There is nothing at this address; the page is at /."}
	errMethod       = &apiError{status: http.StatusMethodNotAllowed, code: "wrong_method", message: "This address does not take that method; see the Allow header."}
	errUnknown      = &apiError{status: http.StatusNotFound, code: "unknown_session", name: "error.unknown_session"}
	errToken        = &apiError{status: http.StatusUnauthorized, code: "wrong_token", message: "This check belongs to somebody else: send the token that its start answered with."}
	errAccess       = &apiError{status: http.StatusUnauthorized, code: "access_token", name: "error.access_token"}
	errOrigin       = &apiError{status: http.StatusForbidden, code: "foreign_origin", message: "Another site may not speak to this server; the server's --origin lists those that may."}
	errHost         = &apiError{status: http.StatusForbidden, code: "foreign_host", message: "This server answers only under its own names; its --origin adds others."}
	errRate         = &apiError{status: http.StatusTooManyRequests, code: "too_many_requests", name: "error.too_many_requests", retryAfter: 5 * time.Second}
	errWaiting      = &apiError{status: http.StatusTooManyRequests, code: "too_many_waiting", name: "error.too_many_waiting", retryAfter: time.Minute}
	errDraining     = &apiError{status: http.StatusServiceUnavailable, code: "draining", name: "error.draining", retryAfter: 10 * time.Second}
	errConsent      = &apiError{status: http.StatusForbidden, code: "consent_missing", name: "error.consent_missing"}
	errScreening    = &apiError{status: http.StatusForbidden, code: "screening_missing", name: "error.screening_missing"}
	errRunning      = &apiError{status: http.StatusConflict, code: "still_running", message: "The check still runs; there is a summary once it has ended."}
	errEnded        = &apiError{status: http.StatusGone, code: "ended", name: "error.ended"}
	errSDPType      = &apiError{status: http.StatusUnsupportedMediaType, code: "wrong_type", message: "Send the offer as application/sdp."}
	errJSONType     = &apiError{status: http.StatusUnsupportedMediaType, code: "wrong_type", message: "Send the request as application/json."}
	errProtocol     = &apiError{status: http.StatusBadRequest, code: "wrong_protocol", message: "Connect with a WebSocket that offers " + push.Protocol + " and token.… as subprotocols."}
	errWatchers     = &apiError{status: http.StatusTooManyRequests, code: "too_many_pages", name: "error.too_many_pages", retryAfter: 5 * time.Second}
	errInternal     = &apiError{status: http.StatusInternalServerError, code: "internal", name: "error.internal"}
	errNoSummary    = &apiError{status: http.StatusGone, code: "failed", name: "error.failed"}
	errTimeout      = &apiError{status: http.StatusServiceUnavailable, code: "timeout", name: "error.timeout", retryAfter: 5 * time.Second}
	errNotInLibrary = &apiError{status: http.StatusNotFound, code: "not_in_library", name: "error.not_in_library"}
	errNoVideoKept  = &apiError{status: http.StatusGone, code: "no_video_kept", name: "error.no_video_kept"}
	errLiveStays    = &apiError{status: http.StatusConflict, code: "live_stays", name: "error.live_stays"}
	errSessionBusy  = &apiError{status: http.StatusConflict, code: "session_busy", name: "error.session_busy"}
	errNoExport     = &apiError{status: http.StatusUnprocessableEntity, code: "nothing_to_export", name: "error.nothing_to_export"}
	errNoFilm       = &apiError{status: http.StatusNotFound, code: "no_film", name: "error.no_film"}
	errNotAnalysed  = &apiError{status: http.StatusConflict, code: "not_analysed", name: "error.not_analysed"}
	errDocument     = &apiError{status: http.StatusUnprocessableEntity, code: "bad_document", name: "error.bad_document"}
	errNoPublishing = &apiError{status: http.StatusNotFound, code: "unknown_publication", message: "There is no such publication: it has ended or been replaced."}
)

// tooLarge is the refusal of a body of more than limit bytes.
func tooLarge(limit int64) *apiError {
	return &apiError{
		status: http.StatusRequestEntityTooLarge, code: "too_large",
		message: "The request is too large: this address takes at most " + strconv.FormatInt(limit>>10, 10) + " KiB.",
	}
}

// serverFull is the refusal while as many are served as can be served well.
func serverFull(retryAfter time.Duration) *apiError {
	return &apiError{status: http.StatusServiceUnavailable, code: "server_full", name: "error.server_full", retryAfter: retryAfter}
}

// libraryFull is the refusal of what the library has no room for.
func libraryFull(full *store.FullError) *apiError {
	e := &apiError{status: http.StatusInsufficientStorage, code: "library_full", name: "error.library_full"}
	if full.Disk {
		e.code, e.name = "disk_full", "error.disk_full"
	}
	e.data = map[string]any{"Need": store.Size(full.Need), "Free": store.Size(full.Free)}
	return e
}

// badRequest is the refusal of a body that cannot be understood.
func badRequest(why string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "bad_request", message: "The request cannot be understood: " + why + "."}
}

// asAPIError finds what to answer to an error of another package.
func asAPIError(err error) *apiError {
	var (
		known *apiError
		full  *session.FullError
		long  *http.MaxBytesError
		room  *store.FullError
	)
	offer := func(status int, code string) *apiError {
		return &apiError{status: status, code: code, message: sentence(err)}
	}
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &full):
		return serverFull(full.RetryAfter)
	case errors.As(err, &long):
		return tooLarge(long.Limit)
	case errors.As(err, &room):
		return libraryFull(room)
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrID):
		return errNotInLibrary
	case errors.Is(err, export.ErrNoFrames), errors.Is(err, export.ErrNoMetres), errors.Is(err, export.ErrNothingKnown):
		return errNoExport
	case errors.Is(err, export.ErrDocument):
		return errDocument
	case errors.Is(err, store.ErrBusy):
		return errSessionBusy
	case errors.Is(err, store.ErrInvalid):
		return &apiError{status: http.StatusBadRequest, code: "bad_request", message: sentence(err)}
	case errors.Is(err, push.ErrFull):
		return errWatchers
	case errors.Is(err, push.ErrClosed):
		return errUnknown
	case errors.Is(err, ingest.ErrOffer):
		return offer(http.StatusBadRequest, "bad_offer")
	case errors.Is(err, ingest.ErrTooLarge):
		return offer(http.StatusRequestEntityTooLarge, "too_large")
	case errors.Is(err, ingest.ErrNoVideo):
		return offer(http.StatusUnprocessableEntity, "no_video")
	case errors.Is(err, ingest.ErrNoCodec):
		return offer(http.StatusUnprocessableEntity, "no_codec")
	case errors.Is(err, ingest.ErrFull):
		return serverFull(10 * time.Second)
	case errors.Is(err, ingest.ErrClosed):
		return errDraining
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return errTimeout
	}
	return errInternal
}

// sentence makes a sentence of an error.
func sentence(err error) string {
	s := []rune(err.Error())
	if len(s) == 0 {
		return ""
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		s[0] -= 'a' - 'A'
	}
	if s[len(s)-1] != '.' {
		s = append(s, '.')
	}
	return string(s)
}

// errorBody is the JSON of an apiError.
type errorBody struct {
	Error struct {
		Code       string `json:"code"`
		Message    string `json:"message"`
		RetryAfter *int   `json:"retry_after_s"`
	} `json:"error"`
}

// write answers a request with the error, in the language that it asks for.
func (e *apiError) write(w http.ResponseWriter, r *http.Request) {
	speaker := words.Localizer(r.Header.Get("Accept-Language"))
	var body errorBody
	body.Error.Code, body.Error.Message = e.code, e.says(speaker)
	if e.name != "" {
		w.Header().Set("Content-Language", speaker.Language())
	}
	if e.retryAfter > 0 {
		s := e.waitS()
		body.Error.RetryAfter = &s
		w.Header().Set("Retry-After", strconv.Itoa(s))
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	writeJSON(w, e.status, body)
}

// writeJSON answers with v. A client that has gone cannot be told.
func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil { // a fault of ours
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"The answer cannot be written.","retry_after_s":null}}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

package server

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/push"
	"github.com/rollwell/rollwell/internal/session"
)

// apiError is what the HTTP API answers instead of what was asked for.
type apiError struct {
	status int
	// code is for programs, message a plain sentence that says what to do.
	code, message string
	// retryAfter is when it is worth asking again; zero if it is not.
	retryAfter time.Duration
}

// Error makes it an error.
func (e *apiError) Error() string { return e.code + ": " + e.message }

// The refusals that do not depend on what was asked.
var (
	errNotFound     = &apiError{status: http.StatusNotFound, code: "not_found", message: "There is nothing at this address; the page is at /."}
	errMethod       = &apiError{status: http.StatusMethodNotAllowed, code: "wrong_method", message: "This address does not take that method; see the Allow header."}
	errUnknown      = &apiError{status: http.StatusNotFound, code: "unknown_session", message: "There is no such check, or it is over and forgotten: start a new one."}
	errToken        = &apiError{status: http.StatusUnauthorized, code: "wrong_token", message: "This check belongs to somebody else: send the token that its start answered with."}
	errAccess       = &apiError{status: http.StatusUnauthorized, code: "access_token", message: "This server asks for its access token: open the address that it printed, with #token=… at its end."}
	errOrigin       = &apiError{status: http.StatusForbidden, code: "foreign_origin", message: "Another site may not speak to this server; the server's --origin lists those that may."}
	errHost         = &apiError{status: http.StatusForbidden, code: "foreign_host", message: "This server answers only under its own names; its --origin adds others."}
	errRate         = &apiError{status: http.StatusTooManyRequests, code: "too_many_requests", message: "Too many requests from your address: wait a moment and try again.", retryAfter: 5 * time.Second}
	errWaiting      = &apiError{status: http.StatusTooManyRequests, code: "too_many_waiting", message: "Too many checks from your address wait for their camera: use one of them, or wait a minute.", retryAfter: time.Minute}
	errDraining     = &apiError{status: http.StatusServiceUnavailable, code: "draining", message: "The server is shutting down: try again in a moment.", retryAfter: 10 * time.Second}
	errConsent      = &apiError{status: http.StatusForbidden, code: "consent_missing", message: "Without consent no video is looked at: agree on the start page first."}
	errScreening    = &apiError{status: http.StatusForbidden, code: "screening_missing", message: "Answer the health questions on the start page first; whoever answers one of them with yes should not roll."}
	errRunning      = &apiError{status: http.StatusConflict, code: "still_running", message: "The check still runs; there is a summary once it has ended."}
	errEnded        = &apiError{status: http.StatusGone, code: "ended", message: "The check has ended: start a new one."}
	errSDPType      = &apiError{status: http.StatusUnsupportedMediaType, code: "wrong_type", message: "Send the offer as application/sdp."}
	errJSONType     = &apiError{status: http.StatusUnsupportedMediaType, code: "wrong_type", message: "Send the request as application/json."}
	errProtocol     = &apiError{status: http.StatusBadRequest, code: "wrong_protocol", message: "Connect with a WebSocket that offers " + push.Protocol + " and token.… as subprotocols."}
	errWatchers     = &apiError{status: http.StatusTooManyRequests, code: "too_many_pages", message: "Too many pages watch this check: close one of them.", retryAfter: 5 * time.Second}
	errInternal     = &apiError{status: http.StatusInternalServerError, code: "internal", message: "That is a fault of the server: its log has it under the request's number. Please report it."}
	errNoSummary    = &apiError{status: http.StatusGone, code: "failed", message: "The check ended by a fault of the server and has no summary: start a new one."}
	errTimeout      = &apiError{status: http.StatusServiceUnavailable, code: "timeout", message: "That took too long: try again in a moment.", retryAfter: 5 * time.Second}
	errNoPublishing = &apiError{status: http.StatusNotFound, code: "unknown_publication", message: "There is no such publication: it has ended or been replaced."}
)

// tooLarge is the refusal of a body of more than limit bytes.
func tooLarge(limit int64) *apiError {
	return &apiError{
		status: http.StatusRequestEntityTooLarge, code: "too_large",
		message: "The request is too large: this address takes at most " + strconv.FormatInt(limit>>10, 10) + " KiB.",
	}
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
	)
	offer := func(status int, code string) *apiError {
		return &apiError{status: status, code: code, message: sentence(err)}
	}
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &full):
		return &apiError{status: http.StatusServiceUnavailable, code: "server_full", message: sentence(err), retryAfter: full.RetryAfter}
	case errors.As(err, &long):
		return tooLarge(long.Limit)
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
		return &apiError{status: http.StatusServiceUnavailable, code: "server_full", message: sentence(err), retryAfter: 10 * time.Second}
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

// write answers with the error.
func (e *apiError) write(w http.ResponseWriter) {
	var body errorBody
	body.Error.Code, body.Error.Message = e.code, e.message
	if e.retryAfter > 0 {
		s := int(math.Ceil(e.retryAfter.Seconds()))
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

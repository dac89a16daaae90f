package upload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/words"
)

// refusal is an answer that says no, in the form that all of the server's have.
type refusal struct {
	status        int
	code, message string
}

// languageKey is the context's key for the languages that a client asks for.
type languageKey struct{}

// refuse makes a refusal in the language of a request. name is that of the sentence.
func refuse(ctx context.Context, status int, code, name string, data map[string]any) refusal {
	language, _ := ctx.Value(languageKey{}).(string)
	return refusal{status, code, words.Localizer(language).With(name+".hint", data)}
}

func (f refusal) body() string {
	type inner struct {
		Code       string `json:"code"`
		Message    string `json:"message"`
		RetryAfter *int   `json:"retry_after_s"`
	}
	text, _ := json.Marshal(map[string]inner{"error": {Code: f.code, Message: f.message}}) // never fails
	return string(text) + "\n"
}

func (f refusal) writeTo(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(f.status)
	_, _ = w.Write([]byte(f.body())) // a client that has gone cannot be told
}

// tusError is the refusal as tusd hands it on.
func (f refusal) tusError() handler.Error {
	return handler.Error{ErrorCode: f.code, Message: f.message, HTTPResponse: handler.HTTPResponse{
		StatusCode: f.status, Body: f.body(), Header: handler.HTTPHeader{"Content-Type": "application/json; charset=utf-8"},
	}}
}

// explain says to a client what went wrong.
func (u *Uploads) explain(ctx context.Context, err error) error {
	var (
		full *store.FullError
		meta *metadataError
		no   *rejected
	)
	switch {
	case errors.As(err, &full):
		code, name := "library_full", "error.library_full"
		if full.Disk {
			code, name = "disk_full", "error.disk_full"
		}
		data := map[string]any{"Need": store.Size(full.Need), "Free": store.Size(full.Free)}
		return refuse(ctx, http.StatusInsufficientStorage, code, name, data).tusError()
	case errors.Is(err, errDisk):
		return refuse(ctx, http.StatusInsufficientStorage, "disk_full", "error.upload_no_room", nil).tusError()
	case errors.As(err, &meta):
		return refuse(ctx, http.StatusBadRequest, "bad_request", meta.name, meta.data).tusError()
	case errors.As(err, &no) && no.sum:
		return refuse(ctx, http.StatusUnprocessableEntity, "wrong_checksum", "error.upload_changed", nil).tusError()
	case errors.As(err, &no):
		return refusal{http.StatusUnprocessableEntity, "no_video", no.says}.tusError()
	case errors.Is(err, errMany):
		return refuse(ctx, http.StatusTooManyRequests, "too_many_uploads", "error.too_many_uploads", nil).tusError()
	}
	u.o.Log.Error("an upload failed", "cause", err)
	return refuse(ctx, http.StatusInternalServerError, "internal", "error.internal", nil).tusError()
}

// inWords says what is wrong with a clip, by the name that its sender knows.
func (u *Uploads) inWords(why error, path, name string) string {
	if name == "" {
		name = "The clip"
	}
	text := strings.TrimPrefix(why.Error(), errVideo.Error()+": ")
	return queue.Sentence(errors.New(strings.ReplaceAll(text, path, name)))
}

// codes are the refusals that tusd makes by itself, with the sentences that people read.
var codes = map[string]struct{ code, name string }{
	handler.ErrMaxSizeExceeded.ErrorCode: {"too_large", "error.upload_too_large"},
	handler.ErrSizeExceeded.ErrorCode:    {"too_long", "error.upload_request"},
	handler.ErrNotFound.ErrorCode:        {"unknown_upload", "error.unknown_upload"},
	handler.ErrFileLocked.ErrorCode:      {"upload_busy", "error.upload_busy"},
	handler.ErrLockTimeout.ErrorCode:     {"upload_busy", "error.upload_busy"},
	handler.ErrReadTimeout.ErrorCode:     {"timeout", "error.upload_broken"},
	handler.ErrUnexpectedEOF.ErrorCode:   {"broken_off", "error.upload_broken"},
}

// answer gives tusd's refusals the form that all of the server's have.
type answer struct {
	http.ResponseWriter
	request *http.Request
	log     *slog.Logger
	status  int
	held    *bytes.Buffer // the text of a refusal
}

// WriteHeader holds a refusal in plain text back.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	// A proxy may have another name and speak TLS: the address without either serves everybody.
	if at, err := url.Parse(a.Header().Get("Location")); err == nil && at.Path != "" {
		a.Header().Set("Location", at.EscapedPath())
	}
	if status >= http.StatusBadRequest && !strings.HasPrefix(a.Header().Get("Content-Type"), "application/json") {
		a.held = &bytes.Buffer{}
		return
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write writes, or holds back.
func (a *answer) Write(b []byte) (int, error) {
	if a.held != nil {
		return a.held.Write(b)
	}
	a.status = max(a.status, http.StatusOK)
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the writer.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// end sends what was held back, in our form.
func (a *answer) end(ctx context.Context) {
	if a.held == nil {
		return
	}
	code, _, _ := strings.Cut(a.held.String(), ":")
	known, ok := codes[code]
	status := a.status
	switch {
	case ok:
	case status >= http.StatusInternalServerError:
		a.log.Error("an upload failed", "cause", strings.TrimSpace(a.held.String()))
		known.code, known.name = "internal", "error.internal"
	default:
		known.code, known.name = "bad_request", "error.upload_request"
	}
	a.held = nil
	f := refuse(ctx, status, known.code, known.name, nil)
	h := a.Header()
	h.Set("Content-Length", strconv.Itoa(len(f.body())))
	if a.request.Method == http.MethodHead {
		h.Set("Content-Type", "application/json; charset=utf-8")
		a.ResponseWriter.WriteHeader(status)
		return
	}
	w := a.ResponseWriter
	f.writeTo(w)
}

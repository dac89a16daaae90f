// Package upload takes clips in over HTTP: resumable uploads by the tus protocol (https://tus.io/protocols/resumable-upload,
// 1.0.0: core, creation, creation-with-upload and termination), by tusd. An upload's id is that of the session that it
// becomes. What has arrived whole is checked, moved into the session's folder, and queued for its analysis.
package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	tuslog "golang.org/x/exp/slog"

	"github.com/rollwell/rollwell/internal/store"
)

// Library is where uploads become sessions.
type Library interface {
	Create(ctx context.Context, n store.Session) (store.Session, error)
	Get(ctx context.Context, id string) (store.Session, error)
	Update(ctx context.Context, id string, change func(n *store.Session) error) (store.Session, error)
	List(ctx context.Context, q store.Query) (store.Page, error)
	Purge(ctx context.Context, id string) error
	Dir(id string) (string, error)
	Room(ctx context.Context, bytes int64) error
	Grow(ctx context.Context, id string, bytes int64) error
	Measure(ctx context.Context, id string) error
}

// Options are the parts of an upload's handler.
type Options struct {
	// Dir holds what has not arrived whole yet. It is on the same disk as the sessions.
	Dir string
	// Path is where the handler is mounted, with a slash at its end.
	Path    string
	Library Library
	// Enqueue queues the analysis of a session.
	Enqueue func(ctx context.Context, session string, o store.AnalyseOptions) error
	// Probe tells under which fixed name a video is kept, or what is wrong with it in a sentence that says what to do.
	Probe func(ctx context.Context, path string) (name string, err error)
	// Exercise tells whether there is such an exercise.
	Exercise func(id string) bool
	// MaxSize is the most bytes of a clip: 4 GiB. Idle is for how long an upload may rest: 24 hours.
	MaxSize int64
	Idle    time.Duration
	// KeepDays is for how many days videos are kept; 0: for good.
	KeepDays int
	// Settle is how long a request whose client has gone may still write what has come: 5 s.
	Settle time.Duration
	Now    func() time.Time
	Log    *slog.Logger
}

func (o *Options) complete() {
	if o.MaxSize <= 0 {
		o.MaxSize = 4 << 30
	}
	if o.Idle <= 0 {
		o.Idle = 24 * time.Hour
	}
	if o.Settle <= 0 {
		o.Settle = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Uploads takes uploads in. It is an http.Handler for all addresses below its path.
type Uploads struct {
	o      Options
	files  filestore.FileStore
	tus    *handler.UnroutedHandler
	routes http.Handler
	// ending is held while an upload that has arrived becomes a session, and while those that rest are swept away.
	ending sync.Mutex
	// entering is held while a new one looks for room and takes it.
	entering sync.Mutex
}

// maxPartial is how many uploads there may be at a time that have not arrived whole.
const maxPartial = 200

// New makes the handler. Call Recover before it serves, and Sweep every now and then.
func New(o Options) (*Uploads, error) {
	o.complete()
	u := &Uploads{o: o, files: filestore.New(o.Dir)}
	u.files.DirModePerm, u.files.FileModePerm = 0o700, 0o600
	parts := handler.NewStoreComposer()
	parts.UseCore(bounded{u.files, u})
	parts.UseTerminater(bounded{u.files, u})
	parts.UseLocker(memorylocker.New())
	var err error
	u.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: parts, MaxSize: o.MaxSize, BasePath: o.Path, DisableDownload: true, DisableConcatenation: true,
		Cors: &handler.CorsConfig{Disable: true}, NetworkTimeout: 30 * time.Second,
		GracefulRequestCompletionTimeout: o.Settle,
		Logger:                           tuslog.New(tuslog.NewTextHandler(io.Discard, nil)),
		PreUploadCreateCallback:          u.creating,
		PreFinishResponseCallback:        u.arrived,
	})
	if err != nil {
		return nil, fmt.Errorf("take uploads: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+o.Path+"{$}", u.tus.PostFile)
	mux.HandleFunc("HEAD "+o.Path+"{id}", u.known(u.tus.HeadFile))
	mux.HandleFunc("PATCH "+o.Path+"{id}", u.known(u.tus.PatchFile))
	mux.HandleFunc("DELETE "+o.Path+"{id}", u.known(u.cancel))
	u.routes = u.tus.Middleware(mux)
	return u, nil
}

// ServeHTTP takes a request of the protocol.
func (u *Uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithValue(r.Context(), languageKey{}, r.Header.Get("Accept-Language"))
	u.serve(ctx, w, r.WithContext(ctx))
}

func (u *Uploads) serve(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	a := &answer{ResponseWriter: w, request: r, log: u.o.Log}
	defer a.end(ctx)
	// One method instead of another would pass by whoever has let this one through.
	if r.Header.Get("X-HTTP-Method-Override") != "" {
		refuse(ctx, http.StatusBadRequest, "bad_request", "error.upload_request", nil).writeTo(a)
		return
	}
	u.routes.ServeHTTP(a, r)
}

// known lets requests pass that are about an upload that goes on.
func (u *Uploads) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		n, err := store.Session{}, store.ErrNotFound
		if store.ValidID(id) {
			n, err = u.o.Library.Get(r.Context(), id)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) { // it may go on later: a client that hears 404 begins anew
			u.o.Log.Error("an upload cannot be looked at", "session", id, "cause", err)
			refuse(r.Context(), http.StatusInternalServerError, "internal", "error.internal", nil).writeTo(w)
			return
		}
		if err == nil && r.Method == http.MethodHead && n.Deleted == nil && n.State != store.Uploading && n.Sent > 0 {
			whole(w, n.Sent)
			return
		}
		if err != nil || n.Deleted != nil || n.State != store.Uploading {
			refuse(r.Context(), http.StatusNotFound, "unknown_upload", "error.unknown_upload", nil).writeTo(w)
			return
		}
		bare := *r.URL // tusd takes all of the path for the id
		bare.Path, bare.RawPath = id, ""
		r.URL = &bare
		next(w, r)
	}
}

// whole tells a client that all of its upload has arrived: the answer to its last piece was lost, and one that hears 404
// sends everything again.
func whole(w http.ResponseWriter, length int64) {
	h := w.Header()
	h.Set("Upload-Offset", strconv.FormatInt(length, 10))
	h.Set("Upload-Length", strconv.FormatInt(length, 10))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// cancel ends an upload and forgets it.
func (u *Uploads) cancel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	u.tus.DelFile(w, r)
	if _, _, err := u.upload(r.Context(), id); !errors.Is(err, handler.ErrNotFound) {
		return // it could not be ended, and goes on
	}
	if err := u.o.Library.Purge(context.WithoutCancel(r.Context()), id); err != nil && !errors.Is(err, store.ErrNotFound) {
		u.o.Log.Error("a cancelled upload could not be removed", "session", id, "cause", err)
	}
}

// upload returns an upload and what is known of it.
func (u *Uploads) upload(ctx context.Context, id string) (handler.Upload, handler.FileInfo, error) {
	one, err := u.files.GetUpload(ctx, id)
	if err != nil {
		return nil, handler.FileInfo{}, err
	}
	info, err := one.GetInfo(ctx)
	return one, info, err
}

// creating looks at a new upload before there is one, and makes its session.
func (u *Uploads) creating(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	refused := func(err error) (handler.HTTPResponse, handler.FileInfoChanges, error) {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, u.explain(hook.Context, err)
	}
	wish, err := u.read(hook.HTTPRequest.Header.Get("Upload-Metadata"))
	if err != nil {
		return refused(err)
	}
	ctx, size := hook.Context, hook.Upload.Size
	if size == 0 {
		return refused(&metadataError{"error.upload_empty", nil})
	}
	n := wish.session(u.o.Now(), u.o.KeepDays)
	n.Reserved, n.Sent = size, size
	if n, err = u.enter(ctx, n); err != nil {
		return refused(err)
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: n.ID, MetaData: wish.kept()}, nil
}

// enter makes the session of a new upload, if there is room for it.
func (u *Uploads) enter(ctx context.Context, n store.Session) (store.Session, error) {
	u.entering.Lock()
	defer u.entering.Unlock()
	partial, err := u.o.Library.List(ctx, store.Query{State: store.Uploading, Limit: 1})
	if err != nil {
		return n, err
	}
	if partial.Total >= maxPartial {
		return n, errMany
	}
	if err := u.o.Library.Room(ctx, n.Reserved); err != nil {
		return n, err
	}
	return u.o.Library.Create(ctx, n)
}

// errMany tells that there are too many uploads at a time.
var errMany = errors.New("too many uploads at a time")

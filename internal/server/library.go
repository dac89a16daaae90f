package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/rollwell/rollwell/internal/store"
)

// Library is where sessions are kept, as far as the server needs it.
type Library interface {
	Create(ctx context.Context, n store.Session) (store.Session, error)
	Get(ctx context.Context, id string) (store.Session, error)
	List(ctx context.Context, q store.Query) (store.Page, error)
	Update(ctx context.Context, id string, change func(n *store.Session) error) (store.Session, error)
	Delete(ctx context.Context, id string) (undoUntil time.Time, err error)
	Undelete(ctx context.Context, id string) (store.Session, error)
	Purge(ctx context.Context, id string) error
	DropVideo(ctx context.Context, id string) error
	Measure(ctx context.Context, id string) error
	BeginImport(id string) (dir string, err error)
	EndImport(id string) error
	DropImport(ctx context.Context, id string) error
	Dir(id string) (string, error)
	Exports(id string) (string, error)
	Usage(ctx context.Context) (store.Usage, error)
	Room(ctx context.Context, bytes int64) error
	UndoDays() int
	Trend(ctx context.Context, id, tag string) ([]store.Point, error)

	Notes(ctx context.Context, session string) ([]store.Note, error)
	AddNote(ctx context.Context, session string, n store.Note) (store.Note, error)
	ChangeNote(ctx context.Context, session, id string, change func(n *store.Note) error) (store.Note, error)
	RemoveNote(ctx context.Context, session, id string) error
	Marks(ctx context.Context, session string) ([]store.Mark, error)
	AddMark(ctx context.Context, session string, m store.Mark) (store.Mark, error)
	RemoveMark(ctx context.Context, session, id string) error
}

// Jobs is the queue of what has to be done with sessions.
type Jobs interface {
	// Add queues a job.
	Add(ctx context.Context, session string, kind store.JobKind, options any) (store.Job, error)
	// List lists the jobs with how far they are.
	List(ctx context.Context) ([]store.Job, error)
	// Cancel ends a job. CancelSession ends all jobs of a session and returns when nothing works on it any more.
	Cancel(ctx context.Context, id string) error
	CancelSession(ctx context.Context, session string) error
	// Wake makes the queue look for jobs that may go on.
	Wake()
}

// route is an address of the library.
type route struct {
	method, path string
	handle       http.HandlerFunc
}

// libraryRoutes are all addresses below /api/library/ but those of uploads. Behind each is somebody who may use it.
func (s *Server) libraryRoutes() []route {
	const session = "/api/library/sessions/{id}"
	return []route{
		{"GET", "/api/library/sessions", s.listSessions},
		{"GET", session, s.showSession},
		{"PATCH", session, s.changeSession},
		{"DELETE", session, s.deleteSession},
		{"POST", session + "/undelete", s.undeleteSession},
		{"POST", session + "/analyse", s.analyseAgain},
		{"GET", session + "/video", s.sendVideo},
		{"GET", session + "/thumb", s.sendThumb},
		{"GET", session + "/track", s.sendTrack},
		{"POST", session + "/notes", s.addNote},
		{"PATCH", session + "/notes/{note}", s.changeNote},
		{"DELETE", session + "/notes/{note}", s.removeNote},
		{"POST", session + "/marks", s.addMark},
		{"DELETE", session + "/marks/{mark}", s.removeMark},
		{"GET", "/api/library/jobs", s.listJobs},
		{"DELETE", "/api/library/jobs/{job}", s.cancelJob},
		{"GET", "/api/library/trend", s.trend},
		{"GET", "/api/library/score", s.score},
		{"GET", session + "/export/{format}", s.sendExport},
		{"POST", session + "/film", s.makeFilm},
		{"POST", "/api/library/import", s.importSession},
	}
}

// UploadsPath is where clips are sent to.
const UploadsPath = "/api/library/uploads/"

// upload takes a clip in, or a piece of one.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && s.draining.Load() {
		s.refuse(w, r, errDraining)
		return
	}
	s.o.Uploads.ServeHTTP(w, r)
}

// serveLibrary adds the library's addresses.
func (s *Server) serveLibrary(mux *http.ServeMux) {
	if s.o.Library == nil {
		return
	}
	mux.HandleFunc("POST /api/library/login", s.login)
	allowed := map[string][]string{"/api/library/login": {"POST"}}
	for _, r := range s.libraryRoutes() {
		mux.HandleFunc(r.method+" "+r.path, s.inLibrary(r.handle))
		allowed[r.path] = append(allowed[r.path], r.method)
		if r.method == http.MethodGet {
			allowed[r.path] = append(allowed[r.path], http.MethodHead)
		}
	}
	if s.o.Uploads != nil {
		mux.HandleFunc(UploadsPath, s.inLibrary(s.upload))
	}
	for path, methods := range allowed {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			s.refuse(w, r, errMethod)
		})
	}
}

// inLibrary lets in who may use the library.
func (s *Server) inLibrary(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.mayRead(r) {
			s.refuse(w, r, errAccess)
			return
		}
		next(w, r)
	}
}

const (
	libraryCookie = "rollwell_library"
	// libraryStay is for how long a browser stays let in.
	libraryStay = 30 * 24 * time.Hour
)

// mayRead tells whether a request may use the library: by the access token, or by the cookie that was given for it.
func (s *Server) mayRead(r *http.Request) bool {
	if s.mayEnter(r) {
		return true
	}
	c, err := r.Cookie(libraryCookie)
	return err == nil && sameSecret(c.Value, s.pass())
}

// pass is the cookie's value. It is made of the access token, which it does not tell, and ends with it.
func (s *Server) pass() string {
	mac := hmac.New(sha256.New, []byte(s.o.AccessToken))
	mac.Write([]byte("rollwell library"))
	return hex.EncodeToString(mac.Sum(nil))
}

// login turns the access token into a cookie, which goes along where a page cannot add headers: with videos, pictures
// and downloads.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if !s.mayEnter(r) {
		s.refuse(w, r, errAccess)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: libraryCookie, Value: s.pass(), Path: "/api/library", MaxAge: int(libraryStay.Seconds()), HttpOnly: true,
		SameSite: http.SameSiteStrictMode, Secure: s.o.Strict || r.TLS != nil,
	})
	w.WriteHeader(http.StatusNoContent)
}

package server

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
)

// patient is a writer for what takes long to send: its client has the time of one answer for each piece.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
	each    time.Duration
}

func (s *Server) patient(w http.ResponseWriter) *patient {
	return &patient{w, http.NewResponseController(w), s.o.Limits.Answer}
}

// Write writes a piece.
func (p *patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(p.each)); err != nil {
		return 0, err
	}
	return p.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the writer.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// sendVideo sends a session's video, or a part of it.
func (s *Server) sendVideo(w http.ResponseWriter, r *http.Request) {
	n, err := s.sessionOf(r)
	if err == nil && n.Video == nil {
		err = errNoVideoKept
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sendFile(w, r, n.ID, n.Video.File, n.Video.Type)
}

// sendThumb sends a session's picture.
func (s *Server) sendThumb(w http.ResponseWriter, r *http.Request) {
	n, err := s.sessionOf(r)
	if err == nil && !n.Thumb {
		err = errNotFound
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sendFile(w, r, n.ID, archive.ThumbFile, "image/jpeg")
}

// sendFile sends one of a session's files. The name is one of ours, never one from a request.
func (s *Server) sendFile(w http.ResponseWriter, r *http.Request, id, name, kind string) {
	file, err := s.openFile(id, name)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer file.Close() //nolint:errcheck // it is only read
	info, err := file.Stat()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tagOf(info))
	http.ServeContent(s.patient(w), r, "", info.ModTime(), file)
}

// tagOf names a file's content: ours are written once and then replaced.
func tagOf(info fs.FileInfo) string {
	return fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size())
}

func (s *Server) openFile(id, name string) (*os.File, error) {
	dir, err := s.o.Library.Dir(id)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotFound
	}
	return file, err
}

// sendTrack sends what the page draws over the video.
func (s *Server) sendTrack(w http.ResponseWriter, r *http.Request) {
	n, err := s.sessionOf(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	const kind = "application/octet-stream"
	w.Header().Set("Vary", "Accept-Encoding")
	if !takesGzip(r) {
		s.sendFile(w, r, n.ID, archive.TrackFile, kind)
		return
	}
	file, err := s.openFile(n.ID, archive.TrackFile)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer file.Close() //nolint:errcheck // it is only read
	info, err := file.Stat()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	tag := "W/" + tagOf(info)
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Encoding", "gzip")
	if r.Method == http.MethodHead {
		return
	}
	z, err := gzip.NewWriterLevel(s.patient(w), gzip.BestSpeed)
	if err == nil {
		_, err = file.WriteTo(z)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil { // half of it is sent already
		logOf(r.Context()).Debug("a track was not taken", "cause", err)
		panic(http.ErrAbortHandler)
	}
}

// takesGzip tells whether a client wants its answer compressed.
func takesGzip(r *http.Request) bool {
	for one := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(one, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return weight != "q=0" && !strings.HasPrefix(weight, "q=0.000")
		}
	}
	return false
}

// compile-time proof that the store is a library.
var _ Library = (*store.Store)(nil)

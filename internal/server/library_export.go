package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/score"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/words"
)

// Drawing makes what needs the session's pictures. Without a function there is no such export.
type Drawing struct {
	// Still draws the moment at a time, or without one that to look at first.
	Still func(ctx context.Context, w io.Writer, s *export.Session, v export.Video, at *float64, writing *export.Writing) error
	// Report writes the report.
	Report func(ctx context.Context, w io.Writer, s *export.Session, v export.Video, writing *export.Writing) error
}

// FilmOptions are those of a job that makes a film.
type FilmOptions struct {
	Language string `json:"language"`
}

// FilmName is the file of a session's film in a language of words, in the folder of its exports.
func FilmName(language string) string { return "film." + words.Match(language) + ".mp4" }

// exportTypes are what can be had, and as what it is sent.
var exportTypes = map[string]string{
	"csv": "text/csv; charset=utf-8", "json": typeJSON, "trc": "text/plain; charset=utf-8", "mot": "text/plain; charset=utf-8",
	"png": "image/png", "pdf": "application/pdf", "mp4": "video/mp4",
}

const (
	typeJSON = "application/json"
	// latestMoment is the latest time that may be asked for, in seconds.
	latestMoment = 1e6
	// mostExports is how many files are made at a time.
	mostExports = 2
)

// sendExport sends a session in a form for other programs, or for people.
func (s *Server) sendExport(w http.ResponseWriter, r *http.Request) {
	format := r.PathValue("format")
	kind, ok := exportTypes[format]
	if !ok || format == "png" && s.o.Draw.Still == nil || format == "pdf" && s.o.Draw.Report == nil {
		s.fail(w, r, errNotFound)
		return
	}
	n, err := s.sessionOf(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if format == "mp4" {
		s.sendFilm(w, r, &n)
		return
	}
	file, size, err := s.export(r, &n, format)
	if err != nil {
		s.fail(s.patient(w), r, err)
		return
	}
	defer file.Close() //nolint:errcheck // it has no name any more
	offer(w.Header(), kind, fileName(&n, format))
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(s.patient(w), file); err != nil {
		logOf(r.Context()).Debug("an export was not taken", "format", format, "cause", err)
		panic(http.ErrAbortHandler) // half of it is sent: the browser has to see that it is not whole
	}
}

// offer says that what follows is a file to be kept.
func offer(h http.Header, kind, name string) {
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", disposition(name))
}

// disposition offers a file under its name, and under one of plain letters to programs that know no other (RFC 6266).
func disposition(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + url.PathEscape(name)
}

// fileName is the session's title as a file's name, without what some system gives a meaning.
func fileName(n *store.Session, format string) string {
	title := n.Title
	if title == "" {
		title = n.SourceName
	}
	title = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, title)
	const longest = 80
	if letters := []rune(title); len(letters) > longest {
		title = string(letters[:longest])
	}
	if title = strings.Trim(title, " .-"); title == "" {
		title = "rollwell"
	}
	return title + " " + n.Created.Format(time.DateOnly) + "." + format
}

// export makes the file, which is at its beginning and goes when it is closed: whoever takes it slowly keeps nobody else
// from theirs.
func (s *Server) export(r *http.Request, n *store.Session, format string) (file *os.File, size int64, err error) {
	at, err := momentOf(r)
	if err != nil {
		return nil, 0, err
	}
	end, err := s.turn(r.Context(), s.exports) // pictures and reports take a processor for a while
	if err != nil {
		return nil, 0, err
	}
	defer end()
	if file, err = s.nameless(n.ID); err != nil {
		return nil, 0, err
	}
	err = s.fill(r, file, n, format, at)
	if err == nil {
		size, err = file.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, size, nil
}

// nameless makes a file beside the films that has no name, so that a crash leaves nothing of it.
func (s *Server) nameless(id string) (*os.File, error) {
	folder, err := s.o.Library.Exports(id)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(filepath.Dir(folder), "export-")
	if err != nil {
		return nil, fmt.Errorf("make an export: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("make an export: %w", err), file.Close())
	}
	return file, nil
}

// fill writes what was asked for.
func (s *Server) fill(r *http.Request, to io.Writer, n *store.Session, format string, at *float64) error {
	open := export.Open
	if export.Streams(format) {
		open = export.OpenHead
	}
	e, a, video, err := s.exported(r.Context(), n, open)
	if err != nil {
		return err
	}
	switch format {
	case "csv":
		return export.CSV(to, a.Each)
	case "json":
		return export.Document(to, e, a)
	case "trc":
		return export.TRC(to, e, fileName(n, format))
	case "mot":
		return export.MOT(to, e, fileName(n, format))
	}
	writing, err := s.writing(r, e)
	if err != nil {
		return err
	}
	defer func() { _ = writing.Close() }() // fonts were only read
	if format == "png" {
		return s.o.Draw.Still(r.Context(), to, e, video, at, writing)
	}
	return s.o.Draw.Report(r.Context(), to, e, video, writing)
}

// momentOf is the time of a picture, nil where none was asked for.
func momentOf(r *http.Request) (*float64, error) {
	text := r.URL.Query().Get("at")
	if text == "" {
		return nil, nil //nolint:nilnil // no time is no fault
	}
	at, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(at) || at < 0 || at > latestMoment {
		return nil, badRequest("at is a time in seconds")
	}
	return &at, nil
}

// exported reads a session with all that there is to tell of it.
func (s *Server) exported(ctx context.Context, n *store.Session, open func(dir string) (*export.Session, *archive.Archive, error)) (e *export.Session, a *archive.Archive, v export.Video, err error) {
	dir, err := s.o.Library.Dir(n.ID)
	if err != nil {
		return nil, nil, v, err
	}
	if e, a, err = open(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errNotAnalysed
		}
		return nil, nil, v, err
	}
	if err := e.Library(ctx, s.o.Library, n); err != nil {
		return nil, nil, v, err
	}
	if ex := s.exercise(e.Result.Exercise.ID); ex != nil {
		e.Exercise = ex
	}
	if n.Video != nil {
		v = export.Video{Path: filepath.Join(dir, n.Video.File), OffsetS: n.Video.OffsetS}
	}
	return e, a, v, nil
}

// writing is in which language and letters pictures and reports are written: those asked for, or the session's.
func (s *Server) writing(r *http.Request, e *export.Session) (*export.Writing, error) {
	w, err := e.Writing(r.URL.Query().Get("language"), export.SystemFonts())
	if err == nil && w.Note != "" {
		logOf(r.Context()).Warn("an export is in another language", "note", w.Note)
	}
	return w, err
}

// makeFilm queues the annotated film of a session.
func (s *Server) makeFilm(w http.ResponseWriter, r *http.Request) {
	var o FilmOptions
	err := s.readJSON(r, &o)
	var n store.Session
	if err == nil {
		n, err = s.sessionOf(r)
	}
	if err == nil && n.State != store.Ready {
		err = errNotAnalysed
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if o.Language == "" {
		o.Language = n.Language
	}
	o.Language = words.Match(o.Language)
	j, err := s.o.Jobs.Add(r.Context(), n.ID, store.JobFilm, o)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusAccepted, j)
}

// sendFilm sends a film that was made. One that is older than the analysis shows something else, and counts for nothing.
func (s *Server) sendFilm(w http.ResponseWriter, r *http.Request, n *store.Session) {
	file, info, err := s.openFilm(n, r.URL.Query().Get("language"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer file.Close() //nolint:errcheck // it is only read
	offer(w.Header(), exportTypes["mp4"], fileName(n, "mp4"))
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("ETag", tagOf(info))
	http.ServeContent(s.patient(w), r, "", info.ModTime(), file)
}

func (s *Server) openFilm(n *store.Session, language string) (*os.File, fs.FileInfo, error) {
	if language == "" {
		language = n.Language
	}
	folder, err := s.o.Library.Exports(n.ID)
	if err != nil {
		return nil, nil, err
	}
	dir, err := s.o.Library.Dir(n.ID)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.Open(filepath.Join(folder, FilmName(language)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errNoFilm
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil {
		var analysed fs.FileInfo
		if analysed, err = os.Stat(filepath.Join(dir, archive.SessionFile)); err == nil && analysed.ModTime().After(info.ModTime()) {
			err = errNoFilm
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// score tells how well cues come, by the marks of all sessions.
func (s *Server) score(w http.ResponseWriter, r *http.Request) {
	var tally score.Tally
	err := score.Library(r.Context(), s.o.Library, &tally)
	if err != nil && !errors.Is(err, score.ErrUnreadable) {
		s.fail(w, r, err)
		return
	}
	if err != nil {
		logOf(r.Context()).Warn("some sessions could not be graded", "cause", err)
	}
	writeJSON(w, http.StatusOK, tally.Report())
}

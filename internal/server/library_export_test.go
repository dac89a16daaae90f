package server

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/export"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/score"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/simulate"
	"github.com/rollwell/rollwell/internal/spine"
	"github.com/rollwell/rollwell/internal/store"
)

// roll puts a session on the shelf in which a simulated body rolls too low from the eighth second on.
func (s *shelf) roll(n store.Session) store.Session {
	s.t.Helper()
	n = s.add(n)
	dir, err := s.library.Dir(n.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	ex, err := exercise.Get("thoracic-roll")
	if err != nil {
		s.t.Fatal(err)
	}
	h := results.Header{Exercise: results.Exercise{ID: ex.ID, Version: ex.Version, Hash: ex.Hash}, Options: results.Options{Language: "de"}}
	w, err := archive.Create(dir, h)
	if err != nil {
		s.t.Fatal(err)
	}
	all := slices.Collect(simulate.Run(simulate.Script{Exercise: "thoracic-roll", Seed: 7, Noise: 1, Seconds: 20, Fault: "roller_too_low", FaultFrom: 8, FaultTo: 16}))
	r, err := session.Replay(s.t.Context(), session.ReplayConfig{
		Next: func() (*spine.Observation, error) {
			if len(all) == 0 {
				return nil, io.EOF
			}
			o := &all[0]
			all = all[1:]
			return o, nil
		},
		Scale: 2, Exercise: ex, Coach: coach.Options{Language: "de"}, Sinks: []session.Sink{w},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := w.Close(results.NewSession(r))
	if err != nil {
		s.t.Fatal(err)
	}
	n, err = s.library.Update(s.t.Context(), n.ID, func(n *store.Session) error { n.Apply(d); n.Language = "de"; return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// drawn stands for what needs a video library: it notes what it was asked for.
type drawn struct {
	at       *float64
	language string
	video    export.Video
	fault    error
}

func (d *drawn) drawing() Drawing {
	return Drawing{
		Still: func(_ context.Context, w io.Writer, _ *export.Session, v export.Video, at *float64, writing *export.Writing) error {
			d.at, d.language, d.video = at, writing.Language, v
			if d.fault != nil {
				return d.fault
			}
			_, err := w.Write([]byte("picture"))
			return err
		},
		Report: func(_ context.Context, w io.Writer, s *export.Session, _ export.Video, writing *export.Writing) error {
			d.language = writing.Language
			_, err := io.WriteString(w, "report on "+s.About.Title)
			return err
		},
	}
}

func newExportShelf(t *testing.T, d *drawn) *shelf {
	s := newShelf(t, "")
	s.server.o.Draw = d.drawing()
	return s
}

func TestExportsOverHTTP(t *testing.T) {
	d := &drawn{}
	s := newExportShelf(t, d)
	n := s.roll(store.Session{Title: "Montag: Rücken/滚 \"a\"\\b"})
	at := sessionsPath + "/" + n.ID + "/export/"
	for format, tt := range map[string]struct{ kind, begin string }{
		"csv": {"text/csv", "t_s,phase,"}, "json": {"application/json", `{"format":"rollwell-session"`}, "trc": {"text/plain", "PathFileType\t4"},
		"mot": {"text/plain", "Montag"}, "png": {"image/png", "picture"}, "pdf": {"application/pdf", "report on Montag"},
	} {
		a := s.call(http.MethodGet, at+format, "")
		if a.status != 200 || !strings.HasPrefix(string(a.body), tt.begin) || !strings.HasPrefix(a.header.Get("Content-Type"), tt.kind) {
			t.Errorf("%s: %d %s with %.40q", format, a.status, a.header.Get("Content-Type"), a.body)
		}
		kind, values, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if want := "Montag- Rücken-滚 -a--b " + n.Created.Format(time.DateOnly) + "." + format; err != nil || kind != "attachment" || values["filename"] != want {
			t.Errorf("%s: offered as %q (%v), want %q", format, a.header.Get("Content-Disposition"), err, want)
		}
	}
	s.call(http.MethodGet, at+"png?at=3.5&language=fr", "")
	if d.at == nil || *d.at != 3.5 || d.language != "fr" || filepath.Base(d.video.Path) != "video.mp4" {
		t.Errorf("asked to draw %+v", d)
	}
	if s.call(http.MethodGet, at+"pdf", ""); d.language != "de" {
		t.Errorf("the report is in %q, the session in German", d.language)
	}
	rows, err := csv.NewReader(bytes.NewReader(s.call(http.MethodGet, at+"csv", "").body)).ReadAll()
	if err != nil || int64(len(rows)) != n.Frames+1 {
		t.Errorf("%d rows of %d frames: %v", len(rows), n.Frames, err)
	}
}

func TestExportRefusals(t *testing.T) {
	d := &drawn{}
	s := newExportShelf(t, d)
	n, bare := s.roll(store.Session{Title: "a"}), s.add(store.Session{Title: "b"})
	dir, err := s.library.Dir(bare.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, archive.SessionFile)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path   string
		status int
		code   string
	}{
		{n.ID + "/export/xls", 404, "not_found"},
		{n.ID + "/export/mp4", 404, "no_film"},
		{n.ID + "/export/png?at=x", 400, "bad_request"},
		{n.ID + "/export/png?at=-1", 400, "bad_request"},
		{n.ID + "/export/png?at=NaN", 400, "bad_request"},
		{n.ID + "/export/png?at=1e300", 400, "bad_request"},
		{bare.ID + "/export/csv", 409, "not_analysed"},
		{strings.Repeat("A", 26) + "/export/csv", 404, "not_in_library"},
		{"..%2F..%2Fetc/export/csv", 404, "not_in_library"},
	} {
		if a := s.call(http.MethodGet, sessionsPath+"/"+tt.path, ""); a.status != tt.status || !strings.Contains(string(a.body), `"`+tt.code+`"`) || a.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %s", tt.path, a.status, a.body)
		}
	}
	d.fault = export.ErrNoFrames
	if a := s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/png", ""); a.status != 422 || !strings.Contains(string(a.body), "nothing_to_export") {
		t.Errorf("nothing to draw: %d %s", a.status, a.body)
	}
	d.fault = errors.New("the pen broke")
	if a := s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/png", ""); a.status != 500 || strings.Contains(string(a.body), "pen") {
		t.Errorf("a fault: %d %s", a.status, a.body)
	}
}

// What one library exports, another takes in; bad documents leave nothing.
func TestImportOverHTTP(t *testing.T) {
	s := newExportShelf(t, &drawn{})
	n := s.roll(store.Session{Title: "Monday", Tags: []string{"knee"}})
	if _, err := s.library.AddNote(t.Context(), n.ID, store.Note{T: 3, Text: "look"}); err != nil {
		t.Fatal(err)
	}
	dir, err := s.library.Dir(n.ID)
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	cue := slices.IndexFunc(a.Session.Cues, func(f coach.Finding) bool { return f.Code == "roller_too_low" })
	if _, err := s.library.AddMark(t.Context(), n.ID, store.Mark{Kind: store.MarkFalse, Code: "roller_too_low", Cue: &cue, StartS: 9, EndS: 15}); err != nil {
		t.Fatal(err)
	}
	document := s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/json", "").body
	got := fetch[store.Session](s, 201, http.MethodPost, "/api/library/import", string(document))
	if got.ID == n.ID || got.Kind != store.Import || got.State != store.Ready || got.Title != "Monday" || !slices.Equal(got.Tags, n.Tags) || got.Frames != n.Frames ||
		*got.Score != *n.Score || !got.Created.Equal(n.Created) || got.Bytes == 0 || got.Video != nil {
		t.Errorf("imported %+v of %+v", got, n)
	}
	notes, err := s.library.Notes(t.Context(), got.ID)
	wrote, err2 := s.library.Notes(t.Context(), n.ID)
	if err = errors.Join(err, err2); err != nil || len(notes) != 1 || notes[0].Text != "look" || !notes[0].Created.Equal(wrote[0].Created) || notes[0].ID == wrote[0].ID {
		t.Errorf("notes %+v: %v", notes, err)
	}
	one, two := s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/csv", "").body, s.call(http.MethodGet, sessionsPath+"/"+got.ID+"/export/csv", "").body
	if !bytes.Equal(one, two) {
		t.Error("the imported session has another table")
	}
	r := fetch[score.Report](s, 200, http.MethodGet, "/api/library/score", "")
	if r.Sessions != 2 || r.Unmarked != 0 || r.Headline.False != 2 {
		t.Errorf("score %+v", r)
	}

	before := s.library
	for name, tt := range map[string]struct {
		body, kind string
		status     int
	}{
		"no document": {`{"a":1}`, jsonType, 422}, "cut off": {string(document[:len(document)/2]), jsonType, 422}, "no JSON": {"hello", jsonType, 422},
		"another type": {string(document), "text/plain", 415}, "empty": {"", jsonType, 422},
	} {
		if a := s.call(http.MethodPost, "/api/library/import", tt.body, "Content-Type", tt.kind); a.status != tt.status {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	all, err := before.List(t.Context(), store.Query{Limit: 10})
	if err != nil || all.Total != 2 {
		t.Errorf("%d sessions are left: %v", all.Total, err)
	}
	if folders, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(folders) != 2 {
		t.Errorf("%d folders are left: %v", len(folders), err)
	}
}

// Documents become sessions one after the other: for who has waited long enough there is a refusal, and nothing is left.
func TestImportsWaitForTheirTurn(t *testing.T) {
	s := newExportShelf(t, &drawn{})
	s.server.o.Limits.Turn = time.Millisecond
	n := s.roll(store.Session{Title: "Monday"})
	document := string(s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/json", "").body)
	s.server.imports <- struct{}{}
	if a := s.call(http.MethodPost, "/api/library/import", document, "Content-Type", jsonType); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	dir, err := s.library.Dir(n.ID)
	if err != nil {
		t.Fatal(err)
	}
	if folders, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(folders) != 1 {
		t.Errorf("%d folders are left: %v", len(folders), err)
	}
	<-s.server.imports
	fetch[store.Session](s, 201, http.MethodPost, "/api/library/import", document)
	if len(s.server.imports) != 0 {
		t.Error("the place is still taken")
	}
}

// Whoever takes a file slowly keeps no place from others, and a fault in the middle of it is told as one.
func TestExportsAreWholeBeforeTheyAreSent(t *testing.T) {
	d := &drawn{}
	s := newExportShelf(t, d)
	n := s.roll(store.Session{Title: "Monday"})
	s.server.o.Draw.Report = func(_ context.Context, w io.Writer, _ *export.Session, _ export.Video, _ *export.Writing) error {
		_, err := w.Write(make([]byte, 32<<20)) // more than lies on the way to a client
		return errors.Join(err, d.fault)
	}
	at := s.url + sessionsPath + "/" + n.ID + "/export/pdf"
	for range 2 * mostExports {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = slow.Body.Close() })
		if slow.StatusCode != 200 || slow.ContentLength != 32<<20 || len(s.server.exports) != 0 {
			t.Fatalf("%d with %d bytes, and %d places are taken", slow.StatusCode, slow.ContentLength, len(s.server.exports))
		}
	}
	d.fault = errors.New("the pen broke")
	if a := s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/pdf", ""); a.status != 500 || a.header.Get("Content-Disposition") != "" {
		t.Errorf("a fault in the middle: %d", a.status)
	}
	folder, err := s.library.Exports(n.ID)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Dir(folder)); err != nil || len(left) != 0 {
		t.Errorf("%d files are left: %v", len(left), err)
	}
	s.server.o.Limits.Turn = time.Millisecond
	for range mostExports {
		s.server.exports <- struct{}{}
	}
	if a := s.call(http.MethodGet, sessionsPath+"/"+n.ID+"/export/csv", ""); a.status != 503 || a.header.Get("Retry-After") == "" {
		t.Errorf("no place: %d %s", a.status, a.body)
	}
}

// faulty is a library whose database breaks.
type faulty struct {
	*store.Store
	list, marks error
}

func (f *faulty) List(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := f.Store.List(ctx, q)
	return page, errors.Join(err, f.list)
}

func (f *faulty) Marks(ctx context.Context, id string) ([]store.Mark, error) {
	marks, err := f.Store.Marks(ctx, id)
	return marks, errors.Join(err, f.marks)
}

// A report without a session that cannot be read says so; one that is cut short is none.
func TestScoreIsWholeOrRefused(t *testing.T) {
	s := newExportShelf(t, &drawn{})
	for _, title := range []string{"a", "b"} {
		n := s.roll(store.Session{Title: title})
		if _, err := s.library.AddMark(t.Context(), n.ID, store.Mark{Kind: store.MarkMissed, Code: "jerky", StartS: 1, EndS: 2}); err != nil {
			t.Fatal(err)
		}
		if title == "b" {
			continue
		}
		dir, err := s.library.Dir(n.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, archive.SessionFile), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if r := fetch[score.Report](s, 200, http.MethodGet, "/api/library/score", ""); r.Sessions != 1 || r.Unreadable != 1 {
		t.Errorf("%+v", r)
	}
	for name, library := range map[string]*faulty{"list": {list: errors.New("broken")}, "marks": {marks: errors.New("broken")}} {
		library.Store = s.library
		s.server.o.Library = library
		if a := s.call(http.MethodGet, "/api/library/score", ""); a.status != 500 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestFilmsAreMadeOnceAndSentInParts(t *testing.T) {
	s := newExportShelf(t, &drawn{})
	n := s.roll(store.Session{Title: "Monday"})
	j := fetch[store.Job](s, 202, http.MethodPost, sessionsPath+"/"+n.ID+"/film", `{"language":"pt"}`)
	if j.Kind != store.JobFilm || j.Session != n.ID || !strings.Contains(string(j.Options), "pt-BR") {
		t.Errorf("job %+v", j)
	}
	folder, err := s.library.Exports(n.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	film := filepath.Join(folder, FilmName("pt-BR"))
	if err := os.WriteFile(film, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := sessionsPath + "/" + n.ID + "/export/mp4?language=pt-BR"
	if a := s.call(http.MethodGet, at, "", "Range", "bytes=2-4"); a.status != 206 || string(a.body) != "234" || a.header.Get("Content-Type") != "video/mp4" {
		t.Errorf("a part: %d %s", a.status, a.body)
	}
	if a := s.call(http.MethodGet, strings.Replace(at, "pt-BR", "en", 1), ""); a.status != 404 {
		t.Errorf("another language: %d %s", a.status, a.body)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(film, old, old); err != nil {
		t.Fatal(err)
	}
	if a := s.call(http.MethodGet, at, ""); a.status != 404 || !strings.Contains(string(a.body), "no_film") {
		t.Errorf("a film of an earlier analysis: %d %s", a.status, a.body)
	}
}

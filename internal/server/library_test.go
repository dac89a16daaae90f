package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/coach"
	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
)

// shelf is a server with a library, and a queue whose analyses wait until a test lets them go.
type shelf struct {
	*stand
	library *store.Store
	gate    chan error
}

const bookToken = "a-token-of-a-library"

func newShelf(t *testing.T, token string, more ...func(o *Options)) *shelf {
	t.Helper()
	library, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{library: library, gate: make(chan error)}
	q := queue.New(queue.Options{Store: library, Workers: 1, Handlers: map[store.JobKind]queue.Handler{
		store.JobAnalyse: func(ctx context.Context, _ store.Job, p *queue.Progress) (func(n *store.Session) error, error) {
			p.Set(0.5)
			select {
			case err := <-s.gate:
				return func(n *store.Session) error { n.State = store.Ready; return nil }, err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); q.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
		if err := library.Close(); err != nil {
			t.Error(err)
		}
	})
	s.stand = newStand(t, setUp{options: func(o *Options) {
		o.Library, o.Jobs, o.AccessToken = library, q, token
		for _, change := range more {
			change(o)
		}
	}})
	return s
}

// result is what the session of a test came to.
func result() results.Session {
	return results.Session{
		Schema: results.Schema, Exercise: results.Exercise{ID: "thoracic-roll", Version: 1}, Source: results.Source{Name: "a.mp4", Width: 640, Height: 360},
		Cues: []coach.Finding{{Code: "roller_too_low", Severity: exercise.Safety, StartS: 1, EndS: 2, Text: "Bring the roller up", Spoken: true}},
	}
}

// add puts a session with files on the shelf.
func (s *shelf) add(n store.Session) store.Session {
	s.t.Helper()
	n.Kind, n.Exercise = store.Upload, "thoracic-roll"
	if n.State == "" {
		n.State = store.Ready
	}
	n.Video, n.Thumb = &store.Video{File: "video.mp4", Type: "video/mp4", Width: 640, Height: 360}, true
	n, err := s.library.Create(s.t.Context(), n)
	if err != nil {
		s.t.Fatal(err)
	}
	dir, err := s.library.Dir(n.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := json.Marshal(result())
	if err != nil {
		s.t.Fatal(err)
	}
	for name, body := range map[string][]byte{
		"video.mp4": []byte("0123456789"), archive.ThumbFile: []byte("jpeg"), archive.TrackFile: []byte(strings.Repeat("track", 1000)), archive.SessionFile: text,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	return n
}

// fetch calls and reads JSON.
func fetch[T any](s *shelf, status int, method, path, sent string, headers ...string) (v T) {
	s.t.Helper()
	if sent != "" {
		headers = append(headers, "Content-Type", jsonType)
	}
	a := s.call(method, path, sent, headers...)
	if a.status != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, a.status, a.body, status)
	}
	if len(a.body) > 0 {
		if err := json.Unmarshal(a.body, &v); err != nil {
			s.t.Fatal(err)
		}
	}
	return v
}

const sessionsPath = "/api/library/sessions"

func TestLibraryLists(t *testing.T) {
	s := newShelf(t, "")
	one := s.add(store.Session{Title: "Anna, first week", Tags: []string{"Anna"}})
	two := s.add(store.Session{Title: "Bernd", Created: time.Now().Add(-time.Hour)})
	a := fetch[listAnswer](s, 200, "GET", sessionsPath, "", "Accept-Language", "de")
	if a.Total != 2 || a.Sessions[0].ID != one.ID || a.UndoDays != 7 || a.Usage.Budget != store.DefaultBudget {
		t.Errorf("%+v", a)
	}
	if !slices.Equal(a.Tags, []tagCount{{"Anna", 1}}) || len(a.Exercises) != 1 || a.Exercises[0].ID != "thoracic-roll" || a.Exercises[0].Title == "thoracic-roll" || a.Exercises[0].Count != 2 {
		t.Errorf("%+v", a)
	}
	if a := fetch[listAnswer](s, 200, "GET", sessionsPath+"?q=bern&sort=title&order=asc&limit=1", ""); a.Total != 1 || a.Sessions[0].ID != two.ID {
		t.Errorf("%+v", a)
	}
	if a := fetch[listAnswer](s, 200, "GET", sessionsPath+"?trash=1", ""); a.Total != 0 || a.Sessions == nil {
		t.Errorf("%+v", a)
	}
	for _, q := range []string{"sort=colour", "order=up", "limit=0", "limit=501", "limit=x", "offset=-1", "trash=2", "q=" + strings.Repeat("x", 201)} {
		if a := s.call("GET", sessionsPath+"?"+q, ""); a.status != 400 || a.code() != "bad_request" {
			t.Errorf("%s: %d %s", q, a.status, a.body)
		}
	}
}

func TestLibraryShowsASession(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	a := fetch[sessionAnswer](s, 200, "GET", sessionsPath+"/"+n.ID+"?language=de", "")
	if a.Session.ID != n.ID || a.Result == nil || len(a.Result.Cues) != 1 || a.Rules == nil || a.Rules.ID != "thoracic-roll" || len(a.Events) == 0 {
		t.Errorf("%+v", a)
	}
	if text := a.CueTexts["roller_too_low"]; text == "" || text == "Bring the roller up" {
		t.Errorf("the cue in German: %q", text)
	}
	bare, err := s.library.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Queued})
	if err != nil {
		t.Fatal(err)
	}
	raw := s.call("GET", sessionsPath+"/"+bare.ID, "")
	for _, member := range []string{`"result":null`, `"rules":null`, `"events":[]`, `"notes":[]`, `"marks":[]`, `"cue_texts":{}`, `"tags":[]`} {
		if !bytes.Contains(raw.body, []byte(member)) {
			t.Errorf("no %s in %s", member, raw.body)
		}
	}
}

func TestLibraryChangesASession(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	at := sessionsPath + "/" + n.ID
	got := fetch[store.Session](s, 200, "PATCH", at, `{"title":" New \u0000 title ","tags":["b","a"],"keep_until":"2031-01-02T03:04:05Z"}`)
	if got.Title != "New title" || !slices.Equal(got.Tags, []string{"b", "a"}) || got.KeepUntil == nil || got.KeepUntil.Year() != 2031 {
		t.Errorf("%+v", got)
	}
	if got := fetch[store.Session](s, 200, "PATCH", at, `{"keep_until":null}`); got.KeepUntil != nil || got.Title != "New title" {
		t.Errorf("%+v", got)
	}
	for _, body := range []string{`{"state":"failed"}`, `{"title":7}`, `{"keep":"nothing"}`, `{"keep":"all"}`, `{"keep_until":"tomorrow"}`, `[]`, `{"title":"` + strings.Repeat("x", 300) + `"}`, `{}{}`} {
		if a := s.call("PATCH", at, body, "Content-Type", jsonType); a.status != 400 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	got = fetch[store.Session](s, 200, "PATCH", at, `{"keep":"observations"}`)
	if dir, _ := s.library.Dir(n.ID); got.Video != nil || got.Thumb || fileThere(dir, "video.mp4") || !fileThere(dir, archive.SessionFile) {
		t.Errorf("%+v", got)
	}
	if a := s.call("GET", at+"/video", ""); a.status != http.StatusGone || a.code() != "no_video_kept" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.call("PATCH", at, `{"keep":"video"}`, "Content-Type", jsonType); a.status != 400 {
		t.Errorf("a video comes back: %d %s", a.status, a.body)
	}
}

func fileThere(parts ...string) bool { _, err := os.Stat(filepath.Join(parts...)); return err == nil }

func TestLibraryDeletes(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	at := sessionsPath + "/" + n.ID
	until := fetch[map[string]string](s, 200, "DELETE", at, "")["undo_until"]
	if day, err := time.Parse(time.RFC3339, until); err != nil || time.Until(day) < 6*24*time.Hour {
		t.Errorf("until %q", until)
	}
	if a := fetch[listAnswer](s, 200, "GET", sessionsPath+"?trash=1", ""); a.Total != 1 {
		t.Errorf("%+v", a)
	}
	if got := fetch[store.Session](s, 200, "POST", at+"/undelete", ""); got.Deleted != nil {
		t.Errorf("%+v", got)
	}
	fetch[map[string]string](s, 200, "DELETE", at+"?now=1", "")
	if dir, _ := s.library.Dir(n.ID); fileThere(dir) {
		t.Error("the folder is there")
	}
	if a := s.call("POST", at+"/undelete", ""); a.status != 404 || a.code() != "not_in_library" {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestLibrarySendsFiles(t *testing.T) {
	s := newShelf(t, "")
	at := sessionsPath + "/" + s.add(store.Session{}).ID
	a := s.call("GET", at+"/video", "", "Range", "bytes=2-4")
	if a.status != http.StatusPartialContent || string(a.body) != "234" || a.header.Get("Content-Type") != "video/mp4" || a.header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := s.call("GET", at+"/video", "", "Range", "bytes=20-"); a.status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("%d", a.status)
	}
	if a := s.call("HEAD", at+"/video", ""); a.status != 200 || a.header.Get("Content-Length") != "10" || a.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%d %v", a.status, a.header)
	}
	a = s.call("GET", at+"/thumb", "")
	if a.status != 200 || string(a.body) != "jpeg" || a.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if again := s.call("GET", at+"/thumb", "", "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("%d", again.status)
	}
	plain := s.call("GET", at+"/track", "", "Accept-Encoding", "identity")
	if plain.header.Get("Content-Encoding") != "" || len(plain.body) != 5000 {
		t.Errorf("%v, %d bytes", plain.header, len(plain.body))
	}
	packed := s.call("GET", at+"/track", "", "Accept-Encoding", "br;q=1, gzip;q=0.8")
	z, err := gzip.NewReader(bytes.NewReader(packed.body))
	if err != nil || packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%v %v", err, packed.header)
	}
	if text, err := io.ReadAll(z); err != nil || !bytes.Equal(text, plain.body) {
		t.Errorf("%v, %d bytes", err, len(text))
	}
	if again := s.call("GET", at+"/track", "", "Accept-Encoding", "gzip", "If-None-Match", packed.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("%d", again.status)
	}
	for _, none := range []string{"identity", "", "gzip;q=0", "br"} {
		if takesGzip(&http.Request{Header: http.Header{"Accept-Encoding": {none}}}) {
			t.Errorf("%q takes gzip", none)
		}
	}
}

// Whoever takes a long video slowly gets all of it, however long the answer takes as a whole.
func TestSlowDownloadIsNotCutOff(t *testing.T) {
	s := newShelf(t, "", func(o *Options) { o.Limits.Answer = 2 * time.Second })
	n := s.add(store.Session{})
	dir, err := s.library.Dir(n.ID)
	if err != nil {
		t.Fatal(err)
	}
	const size = 48 << 20 // more than the sockets hold
	if err := os.Truncate(filepath.Join(dir, "video.mp4"), size); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+sessionsPath+"/"+n.ID+"/video", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	began, got := time.Now(), int64(0)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		m, err := io.CopyN(io.Discard, resp.Body, size/30)
		if got += m; err != nil {
			break
		}
		<-tick.C
	}
	if got != size || time.Since(began) < 2*time.Second {
		t.Errorf("%d of %d bytes in %v", got, size, time.Since(began))
	}
}

func TestNotesAndMarksOverHTTP(t *testing.T) {
	s := newShelf(t, "")
	at := sessionsPath + "/" + s.add(store.Session{}).ID
	n := fetch[store.Note](s, 201, "POST", at+"/notes", `{"t":1.5,"end_t":2,"text":"look","shapes":[{"type":"line","points":[[1,2],[3,4]]}]}`)
	got := fetch[store.Note](s, 200, "PATCH", at+"/notes/"+n.ID, `{"text":"here","end_t":null}`)
	if got.T != 1.5 || got.EndT != nil || got.Text != "here" || string(got.Shapes) != `[{"type":"line","points":[[1,2],[3,4]]}]` {
		t.Errorf("%+v", got)
	}
	m := fetch[store.Mark](s, 201, "POST", at+"/marks", `{"kind":"false","code":"roller_too_low","cue":0,"start_s":1,"end_s":2,"note":""}`)
	if a := fetch[sessionAnswer](s, 200, "GET", at, ""); len(a.Notes) != 1 || len(a.Marks) != 1 || *a.Marks[0].Cue != 0 {
		t.Errorf("%+v", a)
	}
	for path, body := range map[string]string{
		"/notes": `{"text":"when?"}`, "/notes/" + n.ID: `{"t":1e99}`, "/marks": `{"kind":"wrong","code":"x","start_s":0,"end_s":0}`,
	} {
		method := "POST"
		if strings.HasSuffix(path, n.ID) {
			method = "PATCH"
		}
		if a := s.call(method, at+path, body, "Content-Type", jsonType); a.status != 400 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := s.call("POST", at+"/notes", `{"t":1,"text":"`+strings.Repeat("x", maxNoteBody)+`"}`, "Content-Type", jsonType); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", a.status)
	}
	for _, path := range []string{"/notes/" + n.ID, "/marks/" + m.ID} {
		if a := s.call("DELETE", at+path, ""); a.status != 204 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := s.call("DELETE", at+path, ""); a.status != 404 {
			t.Errorf("again: %d %s", a.status, a.body)
		}
	}
}

type jobsAnswer struct{ Jobs []store.Job }

func TestJobsOverHTTP(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	at := sessionsPath + "/" + n.ID
	for _, body := range []string{`{"exercise":"none"}`, `{"height_cm":20}`, `{"roller":"everywhere"}`, `{"roller":"1,2,3@-4"}`} {
		if a := s.call("POST", at+"/analyse", body, "Content-Type", jsonType); a.status != 400 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	job := fetch[store.Job](s, 202, "POST", at+"/analyse", `{"exercise":"thoracic-roll","roller":"312,241.5,18@0","height_cm":180}`)
	if a := s.call("POST", at+"/analyse", `{}`, "Content-Type", jsonType); a.status != http.StatusConflict || a.code() != "session_busy" {
		t.Errorf("twice: %d %s", a.status, a.body)
	}
	waitFor(t, "the job to run", func() bool {
		j := fetch[jobsAnswer](s, 200, "GET", "/api/library/jobs", "").Jobs[0]
		return j.State == store.JobRunning && j.Progress == 0.5 && j.LeftS != nil
	})
	if a := s.call("DELETE", "/api/library/jobs/"+job.ID, ""); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if j := fetch[jobsAnswer](s, 200, "GET", "/api/library/jobs", "").Jobs[0]; j.State != store.JobCancelled {
		t.Errorf("%+v", j)
	}
	// What it came to before counts on.
	if got, err := s.library.Get(t.Context(), n.ID); err != nil || got.State != store.Ready {
		t.Errorf("%v: %+v", err, got)
	}
	fetch[store.Job](s, 202, "POST", at+"/analyse", `{}`)
	s.gate <- errors.New("the clip has broken off")
	waitFor(t, "the failure", func() bool {
		got, err := s.library.Get(t.Context(), n.ID)
		return err == nil && got.State == store.Ready && got.Error == "The clip has broken off."
	})
	// One that is deleted does not go on, until that is undone.
	fetch[store.Job](s, 202, "POST", at+"/analyse", `{}`)
	fetch[map[string]string](s, 200, "DELETE", at, "")
	if got, _ := s.library.Get(t.Context(), n.ID); got.State != store.Queued {
		t.Errorf("%+v", got)
	}
	fetch[store.Session](s, 200, "POST", at+"/undelete", "")
	s.gate <- nil
	waitFor(t, "the end", func() bool {
		got, err := s.library.Get(t.Context(), n.ID)
		return err == nil && got.State == store.Ready && got.Error == ""
	})
}

func TestTrendOverHTTP(t *testing.T) {
	s := newShelf(t, "")
	n := s.add(store.Session{})
	got := fetch[struct{ Points []store.Point }](s, 200, "GET", "/api/library/trend?exercise=thoracic-roll", "")
	if len(got.Points) != 1 || got.Points[0].ID != n.ID {
		t.Errorf("%+v", got)
	}
	if a := s.call("GET", "/api/library/trend?exercise=none", ""); string(bytes.TrimSpace(a.body)) != `{"points":[]}` {
		t.Errorf("%s", a.body)
	}
}

func TestLibraryAccess(t *testing.T) {
	s := newShelf(t, bookToken)
	n := s.add(store.Session{})
	bearing := []string{"Authorization", "Bearer " + bookToken}
	for _, r := range s.server.libraryRoutes() {
		path := strings.NewReplacer("{id}", n.ID, "{note}", n.ID, "{mark}", n.ID, "{job}", n.ID).Replace(r.path)
		for _, headers := range [][]string{nil, {"Authorization", "Bearer wrong-token-of-mine"}, {"Cookie", libraryCookie + "=" + bookToken}} {
			if a := s.call(r.method, path, `{}`, append(headers, "Content-Type", jsonType)...); a.status != 401 || a.code() != "access_token" {
				t.Errorf("%s %s: %d %s", r.method, path, a.status, a.body)
			}
		}
	}
	if a := s.call("POST", "/api/library/login", "", "Authorization", "Bearer wrong"); a.status != 401 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%d", a.status)
	}
	a := s.call("POST", "/api/library/login", "", bearing...)
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/api/library"} {
		if a.status != 204 || !strings.Contains(cookie, part) || strings.Contains(cookie, bookToken) {
			t.Errorf("%d %q", a.status, cookie)
		}
	}
	pass, _, _ := strings.Cut(cookie, ";")
	for _, headers := range [][]string{bearing, {"Cookie", pass}} {
		if a := s.call("GET", sessionsPath+"/"+n.ID+"/video", "", headers...); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	// The cookie does not start checks, and another site's page does nothing with it.
	if a := s.call("POST", "/api/sessions", goodWish, "Content-Type", jsonType, "Cookie", pass); a.status != 401 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := s.call("DELETE", sessionsPath+"/"+n.ID, "", "Cookie", pass, "Origin", "https://example.org"); a.status != 403 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// A page full of pictures is not too many requests for whoever may see them.
func TestLibraryIsNotThrottled(t *testing.T) {
	s := newShelf(t, bookToken, func(o *Options) { o.Limits.Rate, o.Limits.Burst = 1, 2 })
	at := sessionsPath + "/" + s.add(store.Session{}).ID + "/thumb"
	for range 30 {
		if a := s.call("GET", at, "", "Authorization", "Bearer "+bookToken); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	refused := 0
	for range 30 {
		if s.call("GET", at, "").status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("nobody counts who guesses")
	}
}

func TestLibraryTakesNoOddAddresses(t *testing.T) {
	s := newShelf(t, "")
	for _, id := range []string{"x", "..%2f..%2fetc%2fpasswd", strings.Repeat("a", 26), strings.Repeat("A", 27), store.NewID(), "%00"} {
		for _, tail := range []string{"", "/video", "/thumb", "/track"} {
			if a := s.call("GET", sessionsPath+"/"+id+tail, ""); a.status != 404 && a.status != 400 {
				t.Errorf("%s: %d %s", id+tail, a.status, a.body)
			}
		}
		for method, tail := range map[string]string{"DELETE": "", "POST": "/undelete", "PATCH": ""} {
			if a := s.call(method, sessionsPath+"/"+id+tail, `{}`, "Content-Type", jsonType); a.status != 404 && a.status != 400 {
				t.Errorf("%s %s: %d %s", method, id, a.status, a.body)
			}
		}
	}
	a := s.call("PUT", sessionsPath+"/"+store.NewID(), "")
	if a.status != 405 || a.header.Get("Allow") == "" || !strings.Contains(a.header.Get("Allow"), "PATCH") {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func FuzzLibraryQuery(f *testing.F) {
	for _, seed := range []string{"", "q=a b&sort=score", "limit=1&offset=9", "tag=%00&order=asc", "sort=created;DROP TABLE sessions"} {
		f.Add(seed)
	}
	library, err := store.Open(context.Background(), store.Options{Dir: f.TempDir(), MinFree: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = library.Close() })
	f.Fuzz(func(t *testing.T, query string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.RawQuery = query
		q, err := queryOf(r.URL.Query())
		if err != nil {
			return
		}
		if _, err := library.List(t.Context(), q); err != nil {
			t.Error(fmt.Errorf("%q: %w", query, err))
		}
	})
}

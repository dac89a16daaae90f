package upload

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/video"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const mount = "/api/library/uploads/"

// stand is a handler with the real library and the real look at videos.
type stand struct {
	t       *testing.T
	store   *store.Store
	uploads *Uploads
	now     time.Time
	site    *httptest.Server
}

func probe(ctx context.Context, path string) (string, error) {
	r, err := video.Open(ctx, path, video.Options{})
	if err != nil {
		return "", err
	}
	return "video.mp4", r.Close()
}

func newStand(t *testing.T, budget int64) *stand {
	t.Helper()
	s := &stand{t: t, now: time.Now()}
	var err error
	s.store, err = store.Open(t.Context(), store.Options{Dir: t.TempDir(), Budget: budget, MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.restart()
	t.Cleanup(func() {
		s.site.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// restart makes a new handler on the same folders, as a new process would.
func (s *stand) restart() {
	s.t.Helper()
	var err error
	s.uploads, err = New(Options{
		Dir: s.store.Uploads(), Path: mount, Library: s.store, Probe: probe, KeepDays: 30, Settle: time.Millisecond, Now: func() time.Time { return s.now },
		Exercise: func(id string) bool { return id == "thoracic-roll" },
		Enqueue: func(ctx context.Context, session string, o store.AnalyseOptions) error {
			_, err := s.store.Enqueue(ctx, session, store.JobAnalyse, o)
			return err
		},
	})
	if err == nil {
		err = s.uploads.Recover(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if s.site != nil {
		s.site.Close()
	}
	s.site = httptest.NewServer(s.uploads)
}

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   string
}

func (a answered) code() string {
	var e struct {
		Error struct{ Code, Message string }
	}
	_ = json.Unmarshal([]byte(a.body), &e)
	if e.Error.Message == "" {
		return "no message: " + a.body
	}
	return e.Error.Code
}

// call sends a request; headers come in pairs.
func (s *stand) call(method, to string, body io.Reader, headers ...string) answered {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.site.URL+to, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body) // a refusal may end the connection
	return answered{resp.StatusCode, resp.Header, string(text)}
}

// metadata is the header; keys and values come in pairs.
func metadata(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(parts, ",")
}

// create begins an upload and returns its id.
func (s *stand) create(size int, told string) string {
	s.t.Helper()
	a := s.call("POST", mount, nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", told)
	if a.status != http.StatusCreated {
		s.t.Fatalf("not created: %d %s", a.status, a.body)
	}
	id := a.header.Get("Location")[strings.LastIndex(a.header.Get("Location"), "/")+1:]
	if !store.ValidID(id) {
		s.t.Fatalf("id %q", id)
	}
	return id
}

// send sends a piece.
func (s *stand) send(id string, offset int, piece []byte) answered {
	s.t.Helper()
	return s.call("PATCH", mount+id, bytes.NewReader(piece), "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
}

func (s *stand) session(id string) store.Session {
	s.t.Helper()
	n, err := s.store.Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// partial is how many files there are of uploads.
func (s *stand) partial() int {
	s.t.Helper()
	list, err := os.ReadDir(s.store.Uploads())
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}

// clip is a real one.
func clip(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../testdata/clips/correct.mp4")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func TestClipArrivesInPieces(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), metadata("filename", "IMG_1.MOV", "filetype", "video/quicktime", "exercise", "thoracic-roll", "language", "de-AT",
		"height_cm", "180.5", "roller", "312,241,18@0", "sha256", sum(c), "title", "Tuesday"))
	n := s.session(id)
	if n.State != store.Uploading || n.Title != "Tuesday" || n.SourceName != "IMG_1.MOV" || n.Language != "de" || n.Reserved != int64(len(c)) || n.Kind != store.Upload {
		t.Errorf("%+v", n)
	}
	if n.KeepUntil == nil || n.KeepUntil.Sub(s.now).Hours() < 29*24 {
		t.Errorf("kept until %v", n.KeepUntil)
	}
	half := len(c) / 2
	if a := s.send(id, 0, c[:half]); a.status != http.StatusNoContent || a.header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if n := s.session(id); n.Bytes != int64(half) {
		t.Errorf("%d bytes", n.Bytes)
	}
	s.restart() // and it goes on
	if a := s.call("HEAD", mount+id, nil); a.header.Get("Upload-Offset") != strconv.Itoa(half) || a.header.Get("Upload-Length") != strconv.Itoa(len(c)) {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := s.send(id, half, c[half:]); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.body)
	}
	s.isTaken(id, c)
	jobs, err := s.store.Jobs(t.Context())
	if err != nil || len(jobs) != 1 || jobs[0].Session != id || string(jobs[0].Options) != `{"roller":"312,241,18@0","height_cm":180.5}` {
		t.Errorf("%v: %+v", err, jobs)
	}
	// Whoever has not heard the last answer asks, and need not send it again: also while it is analysed, and later.
	length := strconv.Itoa(len(c))
	for range 2 {
		a := s.call("HEAD", mount+id, nil)
		if a.status != http.StatusOK || a.header.Get("Upload-Offset") != length || a.header.Get("Upload-Length") != length ||
			a.header.Get("Tus-Resumable") != "1.0.0" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", a.status, a.header)
		}
		s.restart()
	}
	for _, method := range []string{"PATCH", "DELETE"} { // but there is nothing to add to or to take back any more
		if a := s.call(method, mount+id, nil, "Upload-Offset", length, "Content-Type", "application/offset+octet-stream"); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", method, a.status)
		}
	}
	if _, err := s.store.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if a := s.call("HEAD", mount+id, nil); a.status != http.StatusNotFound {
		t.Errorf("one that was deleted: %d", a.status)
	}
}

// isTaken checks that a clip is in its session's folder and nothing of the upload is left.
func (s *stand) isTaken(id string, c []byte) {
	s.t.Helper()
	n := s.session(id)
	dir, err := s.store.Dir(id)
	if err != nil {
		s.t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "video.mp4"))
	if err != nil || !bytes.Equal(got, c) {
		s.t.Errorf("the clip: %v, %d bytes", err, len(got))
	}
	if n.State != store.Queued || n.Bytes != int64(len(c)) || n.Reserved != 0 || s.partial() != 0 {
		s.t.Errorf("%+v, %d files left", n, s.partial())
	}
}

func TestTwoOfTheSameName(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	told := metadata("filename", "clip.mp4")
	one, two := s.create(len(c), told), s.create(len(c), told)
	third := len(c) / 3
	for _, id := range []string{one, two} {
		if a := s.send(id, 0, c[:third]); a.status != http.StatusNoContent {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	for _, id := range []string{two, one} {
		if a := s.send(id, third, c[third:]); a.status != http.StatusNoContent {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	s.isTaken(one, c)
	s.isTaken(two, c)
}

func TestCancel(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), "")
	s.send(id, 0, c[:100])
	if a := s.call("DELETE", mount+id, nil); a.status != http.StatusNoContent {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if _, err := s.store.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) || s.partial() != 0 {
		t.Errorf("%v, %d files", err, s.partial())
	}
	if a := s.send(id, 100, c[100:]); a.status != http.StatusNotFound || a.code() != "unknown_upload" {
		t.Errorf("it goes on: %d %s", a.status, a.body)
	}
	if dir, _ := s.store.Dir(id); exists(dir) {
		t.Error("the folder is there")
	}
}

// What others take meanwhile ends an upload, and it goes on when there is room again.
func TestRoomRunsOutMeanwhile(t *testing.T) {
	s, c := newStand(t, 1<<20), clip(t)
	id := s.create(len(c), "")
	other, err := s.store.Create(t.Context(), store.Session{Kind: store.Live, State: store.Ready, Bytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if a := s.send(id, 0, c); a.status != http.StatusInsufficientStorage || a.code() != "library_full" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if err := s.store.Purge(t.Context(), other.ID); err != nil {
		t.Fatal(err)
	}
	a := s.call("HEAD", mount+id, nil)
	offset, err := strconv.Atoi(a.header.Get("Upload-Offset"))
	if err != nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := s.send(id, offset, c[offset:]); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.isTaken(id, c)
}

// However many begin at once, they do not take more room than there is.
func TestRoomIsNotPromisedTwice(t *testing.T) {
	s := newStand(t, 1<<20)
	var all sync.WaitGroup
	var taken atomic.Int32
	for range 8 {
		all.Go(func() {
			if a := s.call("POST", mount, nil, "Upload-Length", "300000"); a.status == http.StatusCreated {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 3 {
		t.Errorf("%d uploads of 300 kB were taken into 1 MiB", taken.Load())
	}
}

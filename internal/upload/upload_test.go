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
	if a := s.call("HEAD", mount+id, nil); a.status != http.StatusNotFound {
		t.Errorf("an upload that has become a session is still one: %d", a.status)
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

func TestBadClips(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	text := []byte(strings.Repeat("this is no video\n", 500))
	for name, tt := range map[string]struct {
		sent       []byte
		told       string
		code, says string
	}{
		"text that is called mp4": {text, metadata("filename", "holiday.mp4", "filetype", "video/mp4"), "no_video", "holiday.mp4: not a video that can be read here"},
		"text without a name":     {text, "", "no_video", "The clip: not a video"},
		"cut off":                 {c[:200], metadata("filename", "cut.mp4"), "no_video", "cut.mp4: the video was never finished"},
		"another checksum":        {c, metadata("filename", "a.mp4", "sha256", sum(text)), "wrong_checksum", "send it again"},
	} {
		t.Run(name, func(t *testing.T) {
			id := s.create(len(tt.sent), tt.told)
			a := s.send(id, 0, tt.sent)
			if a.status != http.StatusUnprocessableEntity || a.code() != tt.code {
				t.Errorf("%d %s", a.status, a.body)
			}
			n := s.session(id)
			if n.State != store.Failed || !strings.Contains(n.Error, tt.says) || strings.Contains(n.Error, s.store.Uploads()) || n.Reserved != 0 {
				t.Errorf("%s: %q", n.State, n.Error)
			}
			if s.partial() != 0 {
				t.Error("the file is still there")
			}
		})
	}
}

func TestRefusedUploads(t *testing.T) {
	s := newStand(t, 1<<20)
	for name, tt := range map[string]struct {
		length, told string
		status       int
		code         string
	}{
		"more than there is room for": {"2000000", "", http.StatusInsufficientStorage, "library_full"},
		"more than anybody may send":  {strconv.Itoa(4<<30 + 1), "", http.StatusRequestEntityTooLarge, "too_large"},
		"more than a number holds":    {"99999999999999999999999", "", http.StatusBadRequest, "bad_request"},
		"less than nothing":           {"-1", "", http.StatusBadRequest, "bad_request"},
		"nothing":                     {"0", "", http.StatusBadRequest, "bad_request"},
		"no length":                   {"", "", http.StatusBadRequest, "bad_request"},
		"an unknown exercise":         {"10", metadata("exercise", "../../etc/passwd"), http.StatusBadRequest, "bad_request"},
		"an unknown key":              {"10", metadata("path", "/etc/passwd"), http.StatusBadRequest, "bad_request"},
		"a key twice":                 {"10", metadata("title", "a", "title", "b"), http.StatusBadRequest, "bad_request"},
		"no base64":                   {"10", "filename ***", http.StatusBadRequest, "bad_request"},
		"no text":                     {"10", metadata("title", "\xff\xfe"), http.StatusBadRequest, "bad_request"},
		"a giant":                     {"10", metadata("height_cm", "300"), http.StatusBadRequest, "bad_request"},
		"no height":                   {"10", metadata("height_cm", "NaN"), http.StatusBadRequest, "bad_request"},
		"no place":                    {"10", metadata("roller", "here"), http.StatusBadRequest, "bad_request"},
		"no checksum":                 {"10", metadata("sha256", "abc"), http.StatusBadRequest, "bad_request"},
		"nothing to keep":             {"10", metadata("keep", "nothing"), http.StatusBadRequest, "bad_request"},
		"a long value":                {"10", metadata("title", strings.Repeat("x", maxValue+1)), http.StatusBadRequest, "bad_request"},
		"64 KB of metadata":           {"10", metadata("title", strings.Repeat("x", 48<<10)), http.StatusBadRequest, "bad_request"},
	} {
		t.Run(name, func(t *testing.T) {
			headers := []string{"Upload-Metadata", tt.told}
			if tt.length != "" {
				headers = append(headers, "Upload-Length", tt.length)
			}
			a := s.call("POST", mount, nil, headers...)
			if a.status != tt.status || a.code() != tt.code {
				t.Errorf("%d %s, want %d %s", a.status, a.body, tt.status, tt.code)
			}
		})
	}
	page, err := s.store.List(t.Context(), store.Query{})
	if err != nil || page.Total != 0 || s.partial() != 0 {
		t.Errorf("%v: %d sessions and %d files of what was refused", err, page.Total, s.partial())
	}
	for name, a := range map[string]answered{
		"length told later":  s.call("POST", mount, nil, "Upload-Defer-Length", "1"),
		"another protocol":   s.call("POST", mount, nil, "Tus-Resumable", "0.2.2", "Upload-Length", "1"),
		"another method":     s.call("POST", mount, nil, "X-HTTP-Method-Override", "DELETE"),
		"a download":         s.call("GET", mount+store.NewID(), nil),
		"no such upload":     s.call("PATCH", mount+store.NewID(), nil, "Upload-Offset", "0"),
		"a way out":          s.call("PATCH", mount+"..%2f..%2frollwell.db", nil, "Upload-Offset", "0"),
		"a way out, deleted": s.call("DELETE", mount+"..%2frollwell.db", nil),
	} {
		if a.status < 400 || a.status == http.StatusInternalServerError {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestHostileNamesAreOnlyShown(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	for name, want := range map[string]string{
		"../../../etc/passwd":             "passwd",
		`C:\Users\x\clip.mp4`:             "clip.mp4",
		"a\x00b\r\nSet-Cookie: x.mp4":     "a b Set-Cookie: x.mp4",
		"\u202egpj.mp4":                   "gpj.mp4",
		"<script>alert(1)</script>.mp4":   "script>.mp4",
		strings.Repeat("長", 300) + ".mp4": strings.Repeat("長", 200),
		"'; DROP TABLE sessions; --.mp4":  "'; DROP TABLE sessions; --.mp4",
		"/":                               "",
	} {
		id := s.create(len(c), metadata("filename", name))
		if a := s.send(id, 0, c); a.status != http.StatusNoContent {
			t.Fatalf("%q: %d %s", name, a.status, a.body)
		}
		if got := s.session(id).SourceName; got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
		s.isTaken(id, c)
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

func TestPiecesThatDoNotFit(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), "")
	if a := s.send(id, 0, append(bytes.Clone(c), 1)); a.status != http.StatusRequestEntityTooLarge || a.code() != "too_long" {
		t.Errorf("beyond the length: %d %s", a.status, a.body)
	}
	// The same without telling the length beforehand.
	body := io.MultiReader(bytes.NewReader(c), strings.NewReader("more"))
	a := s.call("PATCH", mount+id, io.NopCloser(body), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	if n := s.session(id); a.status < 400 && n.State != store.Queued {
		t.Errorf("beyond the length, unannounced: %d %s, %s", a.status, a.body, n.State)
	}
	id = s.create(len(c), "")
	if a := s.send(id, 5, c[5:]); a.status != http.StatusConflict {
		t.Errorf("from the wrong place: %d %s", a.status, a.body)
	}
	if a := s.call("PATCH", mount+id, bytes.NewReader(c), "Upload-Offset", "0", "Content-Type", "video/mp4"); a.status != http.StatusUnsupportedMediaType && a.status != http.StatusBadRequest {
		t.Errorf("as something else: %d %s", a.status, a.body)
	}
	if a := s.send(id, 0, c); a.status != http.StatusNoContent {
		t.Errorf("after all that: %d %s", a.status, a.body)
	}
	s.isTaken(id, c)
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

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

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

func TestForgottenUploads(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), "")
	s.send(id, 0, c[:100])
	if err := s.uploads.Sweep(t.Context()); err != nil || s.partial() != 2 {
		t.Fatalf("too early: %v", err)
	}
	s.now = s.now.Add(25 * time.Hour)
	if err := s.uploads.Sweep(t.Context()); err != nil || s.partial() != 0 {
		t.Errorf("%v, %d files", err, s.partial())
	}
	if _, err := s.store.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("its session: %v", err)
	}
}

// A clip that arrived whole when the library did not answer becomes a session a little later.
func TestWholeUploadsAreEndedLater(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	id := s.create(len(c), "")
	if err := os.WriteFile(filepath.Join(s.store.Uploads(), id), c, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.uploads.Sweep(t.Context()); err != nil || s.session(id).State != store.Uploading {
		t.Fatalf("at once: %v, %s", err, s.session(id).State)
	}
	s.now = s.now.Add(2 * time.Minute)
	if err := s.uploads.Sweep(t.Context()); err != nil {
		t.Fatal(err)
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

// However far the last step had come when the process was killed, the next one ends it.
func TestRecoverAtEveryStep(t *testing.T) {
	s, c := newStand(t, 0), clip(t)
	at := func(id, name string) string { return filepath.Join(s.store.Uploads(), id+name) }
	write := func(path string, text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	whole := s.create(len(c), metadata("height_cm", "170")) // the last byte was written, and nobody told
	write(at(whole, ""), c)
	moved := s.create(len(c), metadata("height_cm", "170"))
	dir, _ := s.store.Dir(moved)
	write(filepath.Join(dir, "video.mp4"), c)
	if err := os.Remove(at(moved, "")); err != nil {
		t.Fatal(err)
	}
	queued := s.create(len(c), "")
	dir, _ = s.store.Dir(queued)
	write(filepath.Join(dir, "video.mp4"), c)
	if _, err := s.store.Enqueue(t.Context(), queued, store.JobAnalyse, store.AnalyseOptions{}); err != nil {
		t.Fatal(err)
	}
	half := s.create(len(c), "")
	write(at(half, ""), c[:1000])
	torn := s.create(len(c), "")
	write(at(torn, ".info"), []byte(`{"ID":"`))
	bad := s.create(9, "")
	write(at(bad, ""), []byte("no video!"))
	unborn, err := s.store.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Uploading, Reserved: 5})
	if err != nil {
		t.Fatal(err)
	}
	stranger := store.NewID()
	write(at(stranger, ""), c)

	s.restart()
	for id, want := range map[string]store.State{whole: store.Queued, moved: store.Queued, queued: store.Queued, half: store.Uploading, bad: store.Failed} {
		if n := s.session(id); n.State != want {
			t.Errorf("%s, want %s: %s", n.State, want, n.Error)
		}
	}
	for _, id := range []string{torn, unborn.ID} {
		if _, err := s.store.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
	if s.partial() != 2 { // of the half one
		t.Errorf("%d files", s.partial())
	}
	jobs, err := s.store.Jobs(t.Context())
	if err != nil || len(jobs) != 3 || string(jobs[0].Options) == "{}" && string(jobs[1].Options) == "{}" {
		t.Errorf("%v: %+v", err, jobs)
	}
	if a := s.send(half, 1000, c[1000:]); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func FuzzMetadata(f *testing.F) {
	for _, seed := range []string{"", metadata("filename", "a.mp4"), "filename", "a b,c d", ",,,", metadata("height_cm", "1e3"), "filename \x00"} {
		f.Add(seed)
	}
	u := &Uploads{o: Options{Exercise: func(string) bool { return false }}}
	f.Fuzz(func(t *testing.T, header string) {
		w, err := u.read(header)
		if err != nil {
			return
		}
		if strings.ContainsAny(w.filename, "/\\\x00\r\n") || strings.ContainsAny(w.title, "\x00\r\n") || len([]rune(w.filename)) > maxShown {
			t.Errorf("%+v", w)
		}
	})
}

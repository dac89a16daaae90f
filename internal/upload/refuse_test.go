package upload

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/rollwell/rollwell/internal/store"
)

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
			if a := s.call("HEAD", mount+id, nil); a.status != http.StatusNotFound { // whoever has not heard the refusal is to hear it
				t.Errorf("a refused upload is called whole: %d", a.status)
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

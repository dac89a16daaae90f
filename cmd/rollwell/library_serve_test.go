package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/results"
	"github.com/rollwell/rollwell/internal/store"
)

// Without its video a session is judged again by what was observed, and comes to the same.
func TestAnalysedAgainWithoutItsVideo(t *testing.T) {
	data := t.TempDir()
	n := addClips(t, data, piece(t, "lumbar", "piece.mp4"))[0]
	dir := filepath.Join(data, "sessions", n.ID)
	before, err := sums(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := outcomeIn(t, dir)
	s := serve(t, "--data", data)
	session := strings.TrimSuffix(s.url, "/") + "/api/library/sessions/" + n.ID
	if status, body := request(t, http.MethodPatch, session, "", `{"keep":"observations"}`); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := request(t, http.MethodPost, session+"/analyse", "", `{}`); status != http.StatusAccepted {
		t.Fatalf("%d %s", status, body)
	}
	waitFor(t, "the analysis", func() bool {
		_, body := request(t, http.MethodGet, session, "", "")
		return bytes.Contains(body, []byte(`"state":"ready"`))
	})
	if diff := cmp.Diff(want, outcomeIn(t, dir)); diff != "" {
		t.Error(diff)
	}
	after, err := sums(dir)
	if err != nil {
		t.Fatal(err)
	}
	if after[archive.TrackFile] != before[archive.TrackFile] || after["video.mp4"] != [32]byte{} {
		t.Error("the track differs, or there is a video")
	}
	if status, body := request(t, http.MethodPost, session+"/analyse", "", `{"exercise":"lats"}`); status != http.StatusAccepted {
		t.Fatalf("%d %s", status, body)
	}
	waitFor(t, "the analysis by other rules", func() bool {
		_, body := request(t, http.MethodGet, session, "", "")
		return bytes.Contains(body, []byte(`"exercise":"lats"`)) && bytes.Contains(body, []byte(`"state":"ready"`))
	})
}

// tus sends a request of the upload protocol.
func tus(t *testing.T, method, url string, body io.Reader, headers ...string) http.Header {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, url, resp.StatusCode, text, err)
	}
	return resp.Header
}

// The whole way: a clip is sent to the server in pieces, analysed, and its video, track and picture are there.
func TestServeTakesClips(t *testing.T) {
	data := t.TempDir()
	s := serve(t, "--data", data)
	base := strings.TrimSuffix(s.url, "/")
	text, err := os.ReadFile(piece(t, "lumbar", "piece.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	told := "filename " + base64.StdEncoding.EncodeToString([]byte("Übung.mp4"))
	made := tus(t, "POST", base+"/api/library/uploads/", nil, "Upload-Length", fmt.Sprint(len(text)), "Upload-Metadata", told)
	at := made.Get("Location")
	if !strings.HasPrefix(at, "/api/library/uploads/") {
		t.Fatalf("the upload is at %q", at)
	}
	for from := 0; from < len(text); from += len(text)/3 + 1 {
		part := text[from:min(from+len(text)/3+1, len(text))]
		tus(t, "PATCH", base+at, bytes.NewReader(part), "Upload-Offset", fmt.Sprint(from), "Content-Type", "application/offset+octet-stream")
	}
	session := base + "/api/library/sessions/" + filepath.Base(at)
	var n struct {
		Session store.Session
		Result  *results.Session
		Events  []archive.Event
	}
	waitFor(t, "the analysis", func() bool {
		status, body := request(t, http.MethodGet, session, "", "")
		if status != http.StatusOK || json.Unmarshal(body, &n) != nil || n.Session.State == store.Failed {
			t.Fatalf("%d %s", status, body)
		}
		return n.Session.State == store.Ready
	})
	if n.Result == nil || n.Result.Frames.Analysed == 0 || n.Session.Title != "Übung" || n.Result.Source.Name != "Übung.mp4" {
		t.Errorf("%+v", n)
	}
	if status, body := request(t, http.MethodGet, session+"/video", "", ""); status != http.StatusOK || !bytes.Equal(body, text) {
		t.Errorf("the video: %d, %d bytes", status, len(body))
	}
	if status, body := request(t, http.MethodGet, session+"/track", "", ""); status != http.StatusOK || !bytes.HasPrefix(body, []byte("RWTRACK1")) {
		t.Errorf("the track: %d, %d bytes", status, len(body))
	}
	if status, body := request(t, http.MethodGet, session+"/thumb", "", ""); status != http.StatusOK || !bytes.HasPrefix(body, []byte("\xff\xd8")) {
		t.Errorf("the picture: %d, %d bytes", status, len(body))
	}
	// A backup is made beside the server.
	file, other := filepath.Join(t.TempDir(), "b.tar.zst"), t.TempDir()
	for _, args := range [][]string{{"backup", "--data", data, file}, {"restore", "--data", other, file}} {
		if code, _, errs := rollwell(t.Context(), args...); code != exitOK {
			t.Fatalf("%v: exit code %d: %s", args, code, errs)
		}
	}
	if all := listed(t, other); len(all) != 1 || all[0].ID != n.Session.ID || all[0].State != store.Ready {
		t.Errorf("in the backup: %+v", all)
	}
	if status, body := request(t, http.MethodGet, base+"/api/library/jobs", "", ""); status != http.StatusOK || !bytes.Contains(body, []byte(`"state":"done"`)) {
		t.Errorf("%d %s", status, body)
	}
}

// Where the database is lost, the sessions are taken in anew from their files.
func TestLostDatabase(t *testing.T) {
	data := t.TempDir()
	want := addClips(t, data, piece(t, "lumbar", "piece.mp4"))[0]
	for _, name := range []string{"rollwell.db", "rollwell.db-wal", "rollwell.db-shm"} {
		if err := os.Remove(filepath.Join(data, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	serve(t, "--data", data)
	all := listed(t, data)
	if len(all) != 1 {
		t.Fatalf("%+v", all)
	}
	got := all[0]
	got.Kind, got.Title, got.Created, got.Language, got.Outcome = want.Kind, want.Title, want.Created, want.Language, want.Outcome
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

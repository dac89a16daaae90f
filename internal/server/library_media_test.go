package server

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rollwell/rollwell/internal/store"
)

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

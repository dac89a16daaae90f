package ingest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rollwell/rollwell/internal/media"
)

// browse opens the camera page in a headless Chromium, which publishes to r. Every answer passes through edit.
func browse(t *testing.T, r *Receiver, query string, edit func(string) string, sink Sink) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, request *http.Request) {
		http.ServeFile(w, request, filepath.Join("testdata", "camera.html"))
	})
	mux.HandleFunc("POST /whip", func(w http.ResponseWriter, request *http.Request) {
		offer, err := io.ReadAll(request.Body)
		if err != nil {
			t.Errorf("read the offer: %v", err)
			return
		}
		p, err := r.Publish(request.Context(), string(offer), 1, sink)
		if err != nil {
			t.Errorf("publish: %v\n%s", err, offer)
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if _, err := io.WriteString(w, edit(p.Answer())); err != nil {
			t.Errorf("answer: %v", err)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	command := exec.CommandContext(t.Context(), "chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
		"--disable-dev-shm-usage", "--no-first-run", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
		"--disable-backgrounding-occluded-windows", "--remote-debugging-port=0", "--user-data-dir="+t.TempDir(), server.URL+"/?"+query)
	var said strings.Builder
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	var once sync.Once
	stop := func() {
		_ = command.Process.Kill() // it has nothing to save
		_ = command.Wait()         // it was killed, and so complains
	}
	t.Cleanup(func() {
		once.Do(stop)
		if t.Failed() {
			r.mu.Lock()
			defer r.mu.Unlock()
			for p := range r.open {
				t.Logf("%+v", p.Stats())
			}
			t.Logf("Chromium: %s", said.String())
		}
	})
}

func TestChromiumPublishesOverTCP(t *testing.T) {
	r := receive(t, Options{Address: "127.0.0.1"})
	sink := newRecorder()
	browse(t, r, "", func(answer string) string {
		var kept []string
		for _, line := range strings.Split(answer, "\r\n") {
			if !strings.HasPrefix(line, "a=candidate") || strings.Contains(line, "tcptype passive") {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "\r\n")
	}, sink)
	sink.awaitUnits(t, 60)
	checkOrder(t, sink.received())
}

func TestChromiumPublishes(t *testing.T) {
	for query, codec := range map[string]media.Codec{
		"": media.H264, "codec=video/VP8": media.VP8, "codec=video/VP9": media.VP9, "codec=video/AV1": media.AV1,
	} {
		t.Run(codec.String(), func(t *testing.T) {
			r := receive(t, Options{Address: "127.0.0.1", StartBitrateKbps: 1500})
			sink := newRecorder()
			browse(t, r, query, func(answer string) string { return answer }, sink)
			sink.awaitUnits(t, 30)
			units := sink.received()
			checkOrder(t, units)
			for i, u := range units {
				if u.Codec != codec || u.Captured.IsZero() || u.Received.Before(u.Captured) {
					t.Fatalf("unit %d: %v, taken %v, received %v", i, u.Codec, u.Captured, u.Received)
				}
			}
			if last := units[len(units)-1]; last.Range != media.Full {
				t.Errorf("range %v, a canvas has the full one", last.Range)
			}
		})
	}
}

package publisher_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var clip = filepath.Join("..", "..", "..", "testdata", "clips", "correct.mp4")

// server is the least of a WHIP endpoint.
type server struct {
	receiver *ingest.Receiver
	sink     ingest.Sink
	current  atomic.Pointer[ingest.Publication]
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer secret" {
		http.Error(w, "who is there?", http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodDelete {
		if p := s.current.Load(); p != nil && r.URL.Path == "/whip/1" {
			_ = p.Close() // the sink of the test sees what came of it
		}
		return
	}
	offer, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p, err := s.receiver.Publish(r.Context(), string(offer), 1, s.sink)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.current.Store(p)
	w.Header().Set("Location", "whip/1")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, p.Answer()) // the publisher sees what is missing
}

// counter is a sink that counts.
type counter struct {
	units, keys atomic.Int64
	came        chan struct{}
	closed      chan struct{}
}

func (c *counter) Unit(u media.AccessUnit) {
	c.units.Add(1)
	if u.Key {
		c.keys.Add(1)
	}
	select {
	case c.came <- struct{}{}:
	default:
	}
}

func (c *counter) Lost(l ingest.Loss) {
	if l.State == ingest.Closed {
		close(c.closed)
	}
}

func serve(t *testing.T) (*server, *counter, string) {
	t.Helper()
	receiver, err := ingest.New(ingest.Options{Address: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := receiver.Close(); err != nil {
			t.Errorf("close the receiver: %v", err)
		}
	})
	sink := &counter{came: make(chan struct{}, 1), closed: make(chan struct{})}
	s := &server{receiver: receiver, sink: sink}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return s, sink, web.URL + "/whip"
}

func TestAClipIsPublishedOverWHIP(t *testing.T) {
	units, err := publisher.Load(t.Context(), clip, publisher.Encoding{Width: 320, FPS: 30, KeyEvery: 15, Seconds: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, sink, url := serve(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	p, err := publisher.Start(t.Context(), publisher.Options{URL: url, Token: "secret", Client: client, Units: units})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	<-p.Done()
	if took := time.Since(begun); took < time.Second {
		t.Errorf("2 s were sent in %v, want real time", took)
	}
	if err := p.Err(); err != nil {
		t.Error(err)
	}
	for late := time.After(time.Minute); sink.units.Load() < int64(len(units))-1; {
		select {
		case <-sink.came:
		case <-late:
			t.Fatalf("%d units came of %d", sink.units.Load(), len(units))
		}
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-sink.closed // by the DELETE, for a lost connection would take seconds to be noticed
	if sink.keys.Load() < 3 {
		t.Errorf("%d key pictures came", sink.keys.Load())
	}
	if s := p.Stats(); s.Units != int64(len(units)) || s.Packets < s.Units {
		t.Errorf("%+v, want %d units", s, len(units))
	}
}

func TestARequestedKeyPictureIsSent(t *testing.T) {
	units, err := publisher.Load(t.Context(), clip, publisher.Encoding{Width: 320, KeyEvery: 1000, Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	s, sink, url := serve(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	p, err := publisher.Start(t.Context(), publisher.Options{URL: url, Token: "secret", Client: client, Units: units, Loop: true})
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for p.Stats().KeyRequests == 0 || sink.keys.Load() < 2 {
		if sink.units.Load() > 0 {
			s.current.Load().RequestKeyFrame()
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v, %d key pictures", p.Stats(), sink.keys.Load())
		}
		<-sink.came
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestRefusalsAreTold(t *testing.T) {
	units := []media.AccessUnit{{Codec: media.VP8, Data: []byte{0, 0, 0}, Key: true}}
	_, _, url := serve(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	if _, err := publisher.Start(t.Context(), publisher.Options{URL: url, Token: "wrong", Client: client, Units: units}); !errors.Is(err, publisher.ErrRefused) {
		t.Errorf("got %v, want %v", err, publisher.ErrRefused)
	}
	if _, err := publisher.Start(t.Context(), publisher.Options{URL: url, Client: client}); !errors.Is(err, publisher.ErrClip) {
		t.Errorf("without a clip: got %v, want %v", err, publisher.ErrClip)
	}
	if _, err := publisher.Start(t.Context(), publisher.Options{Units: []media.AccessUnit{{}}}); !errors.Is(err, publisher.ErrClip) {
		t.Errorf("without a coding: got %v, want %v", err, publisher.ErrClip)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	silent := publisher.Options{Units: units, Exchange: func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}}
	if _, err := publisher.Start(ctx, silent); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a server that does not answer: got %v", err)
	}
}

func TestClipsThatAreNone(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.mp4")
	if err := os.WriteFile(bad, []byte("no clip"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{bad, bad + ".missing"} {
		if _, err := publisher.Load(t.Context(), path, publisher.Encoding{}); !errors.Is(err, publisher.ErrClip) {
			t.Errorf("%s: got %v, want %v", path, err, publisher.ErrClip)
		}
	}
	if _, err := publisher.Load(t.Context(), clip, publisher.Encoding{Codec: 99}); !errors.Is(err, publisher.ErrClip) {
		t.Errorf("an unknown coding: got %v, want %v", err, publisher.ErrClip)
	}
}

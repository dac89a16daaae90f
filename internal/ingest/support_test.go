package ingest

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/ingest/publisher"
	"github.com/rollwell/rollwell/internal/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come. It is generous: nothing is measured by it.
const patience = 60 * time.Second

// recorder is a sink that keeps everything.
type recorder struct {
	mu      sync.Mutex
	units   []media.AccessUnit
	news    []Loss
	changed chan struct{}
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{}, 1)} }

func (r *recorder) Unit(u media.AccessUnit) { r.keep(func() { r.units = append(r.units, u) }) }

func (r *recorder) Lost(l Loss) { r.keep(func() { r.news = append(r.news, l) }) }

func (r *recorder) keep(add func()) {
	r.mu.Lock()
	add()
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *recorder) received() []media.AccessUnit {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]media.AccessUnit(nil), r.units...)
}

func (r *recorder) heard() []Loss {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Loss(nil), r.news...)
}

// await waits until enough is there, and says what was missing if it never is.
func (r *recorder) await(t *testing.T, what string, enough func(units []media.AccessUnit, news []Loss) bool) {
	t.Helper()
	deadline := time.After(patience)
	for !enough(r.received(), r.heard()) {
		select {
		case <-r.changed:
		case <-deadline:
			t.Fatalf("waited %v for %s: %d units and %v came", patience, what, len(r.received()), r.heard())
		}
	}
}

func (r *recorder) awaitState(t *testing.T, state State) {
	t.Helper()
	r.await(t, string(state), func(_ []media.AccessUnit, news []Loss) bool {
		return len(news) > 0 && news[len(news)-1].State == state
	})
}

func (r *recorder) awaitUnits(t *testing.T, n int) {
	t.Helper()
	r.await(t, fmt.Sprintf("%d units", n), func(units []media.AccessUnit, _ []Loss) bool { return len(units) >= n })
}

// clips are encoded once for all tests.
var clips sync.Map

// clip is a few seconds of a proving-ground clip.
func clip(t *testing.T, e publisher.Encoding) []media.AccessUnit {
	t.Helper()
	load := sync.OnceValues(func() ([]media.AccessUnit, error) {
		path := filepath.Join("..", "..", "testdata", "clips", "correct.mp4")
		return publisher.Load(context.WithoutCancel(t.Context()), path, e)
	})
	once, _ := clips.LoadOrStore(e, load)
	units, err := once.(func() ([]media.AccessUnit, error))()
	if err != nil {
		t.Fatal(err)
	}
	return units
}

func receive(t *testing.T, o Options) *Receiver {
	t.Helper()
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close the receiver: %v", err)
		}
	})
	return r
}

// publish connects a publisher to a receiver without HTTP in between.
func publish(t *testing.T, r *Receiver, o publisher.Options, sink Sink) (*publisher.Publisher, *Publication) {
	t.Helper()
	var publication *Publication
	o.Exchange = func(ctx context.Context, offer string) (string, error) {
		var err error
		if publication, err = r.Publish(ctx, offer, 1, sink); err != nil {
			return "", err
		}
		return publication.Answer(), nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, err := publisher.Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close the publisher: %v", err)
		}
	})
	return p, publication
}

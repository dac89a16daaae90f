package queue

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// stand is a queue on a real library.
type stand struct {
	t     *testing.T
	store *store.Store
	queue *Queue
	stop  func()
}

func newStand(t *testing.T, workers int, handler Handler) *stand {
	t.Helper()
	s := &stand{t: t}
	var err error
	if s.store, err = store.Open(t.Context(), store.Options{Dir: t.TempDir(), MinFree: 1}); err != nil {
		t.Fatal(err)
	}
	s.run(workers, handler)
	t.Cleanup(func() {
		s.stop()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// run starts a queue, as a new process would.
func (s *stand) run(workers int, handler Handler) {
	s.queue = New(Options{Store: s.store, Workers: workers, Handlers: map[store.JobKind]Handler{store.JobAnalyse: handler}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.queue.Run(ctx) }()
	s.stop = func() { cancel(); <-done }
}

func (s *stand) add() store.Job {
	s.t.Helper()
	n, err := s.store.Create(s.t.Context(), store.Session{Kind: store.Upload, State: store.Uploading})
	if err != nil {
		s.t.Fatal(err)
	}
	j, err := s.queue.Add(s.t.Context(), n.ID, store.JobAnalyse, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return j
}

// until waits until a job is in a state.
func (s *stand) until(j store.Job, state string) store.Job {
	s.t.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := s.store.Job(s.t.Context(), j.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		if now.State == state {
			return now
		}
		select {
		case <-tick.C:
		case <-limit:
			s.t.Fatalf("the job is %s, still not %s", now.State, state)
		}
	}
}

func (s *stand) session(j store.Job) store.Session {
	s.t.Helper()
	n, err := s.store.Get(s.t.Context(), j.Session)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func ready(n *store.Session) error { n.State = store.Ready; return nil }

func TestSeveralAtOnceAndFailuresAlone(t *testing.T) {
	var once sync.WaitGroup
	once.Add(3) // all three have to run at the same time
	var bad, worse string
	var names sync.Mutex
	s := newStand(t, 3, func(_ context.Context, j store.Job, _ *Progress) (func(n *store.Session) error, error) {
		once.Done()
		once.Wait()
		names.Lock()
		defer names.Unlock()
		switch j.ID {
		case bad:
			return nil, errors.New("a.mp4: the video is cut off; copy it again")
		case worse:
			panic("a fault")
		}
		return ready, nil
	})
	names.Lock()
	good, b, w := s.add(), s.add(), s.add()
	bad, worse = b.ID, w.ID
	names.Unlock()
	s.until(good, store.JobDone)
	if j := s.until(b, store.JobFailed); j.Error != "a.mp4: the video is cut off; copy it again." {
		t.Errorf("%q", j.Error)
	}
	if n := s.session(b); n.State != store.Failed || n.Error != "a.mp4: the video is cut off; copy it again." {
		t.Errorf("%+v", n)
	}
	if j := s.until(w, store.JobFailed); !strings.Contains(j.Error, "report it") || strings.Contains(j.Error, "goroutine") {
		t.Errorf("%q", j.Error)
	}
	if n := s.session(good); n.State != store.Ready {
		t.Errorf("%+v", n)
	}
}

// waits is a handler that goes on until it is told to end.
func waits(begun chan<- store.Job) Handler {
	return func(ctx context.Context, j store.Job, p *Progress) (func(n *store.Session) error, error) {
		p.Set(0.25)
		begun <- j
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

func TestCancel(t *testing.T) {
	begun := make(chan store.Job, 3)
	s := newStand(t, 1, waits(begun))
	running, queued := s.add(), s.add()
	<-begun
	if list, err := s.queue.List(t.Context()); err != nil || list[0].ID != running.ID || list[0].Progress != 0.25 || list[0].LeftS == nil || list[1].LeftS != nil {
		t.Errorf("%v: %+v", err, list)
	}
	// What waits is taken out; what runs has ended when Cancel returns.
	for _, j := range []store.Job{queued, running} {
		if err := s.queue.Cancel(t.Context(), j.ID); err != nil {
			t.Fatal(err)
		}
		if now, _ := s.store.Job(t.Context(), j.ID); now.State != store.JobCancelled {
			t.Errorf("%+v", now)
		}
		if n := s.session(j); n.State != store.Failed || !strings.Contains(n.Error, "Start it again") {
			t.Errorf("%+v", n)
		}
	}
	if err := s.queue.Cancel(t.Context(), running.ID); err != nil {
		t.Errorf("again: %v", err)
	}
	if err := s.queue.Cancel(t.Context(), store.NewID()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody's: %v", err)
	}
}

// A cancelled second analysis leaves what the first came to.
func TestCancelledAnalysisLeavesTheOneBefore(t *testing.T) {
	begun := make(chan store.Job, 1)
	s := newStand(t, 1, waits(begun))
	j := s.add()
	<-begun
	dir, _ := s.store.Dir(j.Session)
	if err := os.WriteFile(filepath.Join(dir, archive.SessionFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.queue.Cancel(t.Context(), j.ID); err != nil {
		t.Fatal(err)
	}
	if n := s.session(j); n.State != store.Ready {
		t.Errorf("%+v", n)
	}
}

func TestRestartGoesOn(t *testing.T) {
	begun := make(chan store.Job, 2)
	s := newStand(t, 1, waits(begun))
	j := s.add()
	<-begun
	s.stop()
	if n := s.session(j); n.State != store.Queued {
		t.Errorf("%+v", n)
	}
	s.run(1, func(context.Context, store.Job, *Progress) (func(n *store.Session) error, error) { return ready, nil })
	s.until(j, store.JobDone)
	if n := s.session(j); n.State != store.Ready {
		t.Errorf("%+v", n)
	}
}

// A job that ran when the program was cut off runs alone: nobody else is to be cut off with it.
func TestWhatWasCutOffRunsAlone(t *testing.T) {
	begun, gate := make(chan store.Job, 3), make(chan struct{})
	s := newStand(t, 3, func(_ context.Context, j store.Job, _ *Progress) (func(n *store.Session) error, error) {
		begun <- j
		<-gate
		return ready, nil
	})
	t.Cleanup(func() { close(gate) })
	s.stop()
	cut := s.add()
	if _, ok, err := s.store.Take(t.Context()); err != nil || !ok {
		t.Fatal(err)
	}
	if _, err := s.store.Recover(t.Context(), archive.Recover); err != nil {
		t.Fatal(err)
	}
	s.run(3, s.queue.o.Handlers[store.JobAnalyse])
	if first := <-begun; first.ID != cut.ID {
		t.Fatalf("another was taken: %+v", first)
	}
	others := []store.Job{s.add(), s.add()}
	for range others { // whoever looks first
		if w, _, err := s.queue.take(t.Context()); w != nil || err != nil {
			t.Fatalf("something runs beside it: %v", err)
		}
	}
	for _, j := range others {
		if now, err := s.store.Job(t.Context(), j.ID); err != nil || now.State != store.JobQueued {
			t.Fatalf("%v: it is %s beside it", err, now.State)
		}
	}
	gate <- struct{}{}
	<-begun // the others run together again
	<-begun
}

func TestUnknownKindFails(t *testing.T) {
	s := newStand(t, 1, nil)
	n, err := s.store.Create(t.Context(), store.Session{Kind: store.Upload, State: store.Ready})
	if err != nil {
		t.Fatal(err)
	}
	j, err := s.queue.Add(t.Context(), n.ID, store.JobFilm, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.until(j, store.JobFailed)
	if n := s.session(j); n.State != store.Ready {
		t.Errorf("a film's failure fails the session: %+v", n)
	}
}

// pool is how live checks stand.
type pool struct {
	mu sync.Mutex
	s  session.PoolStats
}

func (p *pool) Stats() session.PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.s
}

func (p *pool) set(sessions, busy int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.s.Sessions, p.s.Busy = sessions, busy
}

func TestGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pool{}
		give := GiveWay(p)
		took := func() time.Duration {
			began := time.Now()
			if err := give(t.Context()); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		}
		if d := took(); d != 0 {
			t.Errorf("nobody checks, and it waits %v", d)
		}
		p.set(1, 0)
		if d := took(); d < pause || d > 2*pause {
			t.Errorf("in a gap it waits %v", d)
		}
		p.set(1, 1)
		if d := took(); d < longestPause {
			t.Errorf("a busy check waits %v only", d)
		}
		time.AfterFunc(100*time.Millisecond, func() { p.set(1, 0) })
		if d := took(); d < 100*time.Millisecond || d > 110*time.Millisecond {
			t.Errorf("when the check rests it goes on after %v", d)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := give(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"a.mp4: it was never finished; copy it again (libav: Invalid data found (-1094995529))": "a.mp4: it was never finished; copy it again.",
		"iMG 1.mov: cut off": "IMG 1.mov: cut off.", "img.mov: cut off": "img.mov: cut off.", "no video": "No video.", "Stop!": "Stop!", "": "It failed.",
	} {
		if got := Sentence(errors.New(text)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

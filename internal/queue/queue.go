// Package queue works through the library's jobs: several at a time, each by a handler for its kind. Jobs outlive a
// restart. One that fails, or panics, fails alone.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/archive"
	"github.com/rollwell/rollwell/internal/store"
)

// Store is where jobs are kept.
type Store interface {
	Enqueue(ctx context.Context, session string, kind store.JobKind, options any) (store.Job, error)
	Take(ctx context.Context) (j store.Job, ok bool, err error)
	TakeFresh(ctx context.Context) (j store.Job, ok bool, err error)
	EndJob(ctx context.Context, id, state, why string, change func(n *store.Session) error) error
	Jobs(ctx context.Context) ([]store.Job, error)
	Job(ctx context.Context, id string) (store.Job, error)
	Dir(id string) (string, error)
	Measure(ctx context.Context, id string) error
}

// Handler does one kind of job. It ends early when ctx does, and leaves nothing half-written behind. change is what
// becomes of the session; it may be nil. The error's text is what people read.
type Handler func(ctx context.Context, j store.Job, p *Progress) (change func(n *store.Session) error, err error)

// Options are a queue's parts.
type Options struct {
	Store    Store
	Handlers map[store.JobKind]Handler
	// Workers is how many jobs are done at a time; 0: one less than there are cores, but at least one.
	Workers int
	// Give returns when it is a job's turn to go on. Jobs ask at every frame; nil: they need not.
	Give func(ctx context.Context) error
	Log  *slog.Logger
}

var (
	// errCancelled is the cause of a job's end when somebody cancelled it.
	errCancelled = errors.New("cancelled")
	// errSuspended is the cause when its session was deleted: the job waits until that is undone.
	errSuspended = errors.New("suspended")
	// errPanic marks a job that panicked.
	errPanic = errors.New("that is a fault of the program; please report it with the server's log")
)

// Queue does jobs. Make it with New and call Run once; the other methods are safe for concurrent use.
type Queue struct {
	o    Options
	wake chan struct{}

	mu      sync.Mutex // guards running, and that a job that was taken is in it
	running map[string]*work
}

// work is a job that runs.
type work struct {
	job      store.Job
	progress *Progress
	stop     context.CancelCauseFunc
	done     chan struct{}
}

// New makes a queue. Nothing runs before Run is called.
func New(o Options) *Queue {
	if o.Workers <= 0 {
		o.Workers = max(1, runtime.NumCPU()-1)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Queue{o: o, wake: make(chan struct{}, o.Workers), running: map[string]*work{}}
}

// Run works until ctx ends. It returns when nothing of it runs any more; the jobs that ran wait again then.
func (q *Queue) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for range q.o.Workers {
		workers.Go(func() { q.worker(ctx) })
	}
	workers.Wait()
}

// lookEvery is how often workers look for jobs that nobody told them of.
const lookEvery = 15 * time.Second

func (q *Queue) worker(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if q.one(ctx) {
			continue
		}
		select {
		case <-q.wake:
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// Wake makes the workers look for jobs.
func (q *Queue) Wake() {
	for range q.o.Workers {
		select {
		case q.wake <- struct{}{}:
		default:
			return
		}
	}
}

// one does a job, if there is one.
func (q *Queue) one(ctx context.Context) bool {
	w, inner, err := q.take(ctx)
	if err != nil {
		if ctx.Err() == nil {
			q.o.Log.Error("no job could be taken", "cause", err)
		}
		return false
	}
	if w == nil {
		return false
	}
	log := q.o.Log.With("job", w.job.ID[:8], "session", w.job.Session[:8])
	log.Info("job begins", "kind", string(w.job.Kind))
	began := time.Now()
	change, err := q.do(inner, w)
	q.conclude(context.WithoutCancel(ctx), inner, w, change, err)
	q.mu.Lock()
	delete(q.running, w.job.ID)
	q.mu.Unlock()
	w.stop(nil)
	close(w.done)
	if w.job.Attempts > 1 { // the others have waited
		q.Wake()
	}
	log.Info("job ends", "took", time.Since(began).Round(time.Millisecond), "error", err)
	return true
}

// take takes a job and enters it among those that run. ctx ends with the queue, the job's own with it or by Cancel. One
// that ran when the program was cut off runs alone: if it is what ends the program, the others are not to be blamed.
func (q *Queue) take(ctx context.Context) (*work, context.Context, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	take := q.o.Store.Take
	for _, w := range q.running {
		if w.job.Attempts > 1 {
			return nil, nil, nil
		}
		take = q.o.Store.TakeFresh
	}
	j, ok, err := take(ctx)
	if err != nil || !ok {
		return nil, nil, err
	}
	inner, stop := context.WithCancelCause(ctx)
	w := &work{job: j, stop: stop, done: make(chan struct{}), progress: &Progress{began: time.Now(), give: q.o.Give}}
	q.running[j.ID] = w
	return w, inner, nil
}

// do runs the handler and turns a panic into an error.
func (q *Queue) do(ctx context.Context, w *work) (change func(n *store.Session) error, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			q.o.Log.Error("a job panicked", "job", w.job.ID, "fault", fault, "stack", string(debug.Stack()))
			change, err = nil, errPanic
		}
	}()
	handler, ok := q.o.Handlers[w.job.Kind]
	if !ok {
		return nil, fmt.Errorf("this program cannot do jobs of the kind %q", w.job.Kind)
	}
	return handler(ctx, w.job, w.progress)
}

// conclude notes how a job ended.
func (q *Queue) conclude(ctx, inner context.Context, w *work, change func(n *store.Session) error, err error) {
	state, why := store.JobDone, ""
	cause := context.Cause(inner)
	switch {
	case err == nil:
	case cause != nil && errors.Is(cause, errCancelled):
		state, change = store.JobCancelled, q.unfinished(w.job, "The analysis was cancelled. Start it again, or delete the session.")
	case cause != nil: // the server ends, or the session was deleted
		state, change = store.JobQueued, again(w.job)
	default:
		state, why = store.JobFailed, Sentence(err)
		change = q.unfinished(w.job, why)
	}
	if err := q.o.Store.EndJob(ctx, w.job.ID, state, why, change); err != nil && !errors.Is(err, store.ErrNotFound) {
		q.o.Log.Error("the end of a job could not be noted", "job", w.job.ID, "cause", err)
	}
	if err := q.o.Store.Measure(ctx, w.job.Session); err != nil && !errors.Is(err, store.ErrNotFound) {
		q.o.Log.Error("a session could not be measured", "session", w.job.Session, "cause", err)
	}
}

// again lets the session wait.
func again(j store.Job) func(n *store.Session) error {
	if j.Kind != store.JobAnalyse {
		return nil
	}
	return func(n *store.Session) error { n.State = store.Queued; return nil }
}

// unfinished is what becomes of a session whose analysis did not come to its end: an earlier one counts on.
func (q *Queue) unfinished(j store.Job, why string) func(n *store.Session) error {
	if j.Kind != store.JobAnalyse {
		return nil
	}
	return func(n *store.Session) error {
		n.State, n.Error = store.Failed, why
		if q.whole(j.Session) {
			n.State = store.Ready
		}
		return nil
	}
}

// whole tells whether a session has results.
func (q *Queue) whole(session string) bool {
	dir, err := q.o.Store.Dir(session)
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, archive.SessionFile))
	return err == nil
}

// Add queues a job.
func (q *Queue) Add(ctx context.Context, session string, kind store.JobKind, options any) (store.Job, error) {
	j, err := q.o.Store.Enqueue(ctx, session, kind, options)
	if err != nil {
		return j, err
	}
	q.Wake()
	return j, nil
}

// List lists the jobs with how far they are.
func (q *Queue) List(ctx context.Context) ([]store.Job, error) {
	jobs, err := q.o.Store.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range jobs {
		if w, ok := q.running[jobs[i].ID]; ok {
			jobs[i].Progress, jobs[i].LeftS = w.progress.now()
		}
	}
	return jobs, nil
}

// Cancel ends a job, and returns when nothing of it runs any more. One that has ended already stays as it is.
func (q *Queue) Cancel(ctx context.Context, id string) error {
	q.mu.Lock()
	if w, ok := q.running[id]; ok {
		q.mu.Unlock()
		return w.end(ctx, errCancelled)
	}
	defer q.mu.Unlock() // so that nobody takes it meanwhile
	j, err := q.o.Store.Job(ctx, id)
	if err != nil || j.State != store.JobQueued {
		return err
	}
	return q.o.Store.EndJob(ctx, id, store.JobCancelled, "", q.unfinished(j, "The analysis was cancelled. Start it again, or delete the session."))
}

// CancelSession stops what is done for a session, and returns when nothing works on it any more. Its jobs wait again.
func (q *Queue) CancelSession(ctx context.Context, session string) error {
	q.mu.Lock()
	var all []*work
	for _, w := range q.running {
		if w.job.Session == session {
			all = append(all, w)
		}
	}
	q.mu.Unlock()
	var err error
	for _, w := range all {
		err = errors.Join(err, w.end(ctx, errSuspended))
	}
	return err
}

// end ends a job and waits for it.
func (w *work) end(ctx context.Context, cause error) error {
	w.stop(cause)
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/exercise"
	"github.com/rollwell/rollwell/internal/queue"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/store"
	"github.com/rollwell/rollwell/internal/vision"
)

// libraryFlags say what a server keeps, and how much of it.
type libraryFlags struct {
	dataFlag        `embed:""`
	DiskBudget      byteSize `help:"How much all sessions of the library may take together." default:"20GiB" placeholder:"SIZE"`
	DiskFree        byteSize `help:"How much of the disk stays free for others." default:"1GiB" placeholder:"SIZE"`
	KeepDays        int      `help:"For how many days videos are kept, unless something else is said of a session; what was observed stays. 0: for good." default:"0" placeholder:"DAYS"`
	UndoDays        int      `help:"For how many days a deleted session can be had back." default:"7" placeholder:"DAYS"`
	AnalysisWorkers int      `help:"Clips analysed at a time; 0: one less than there are cores, but at least one. Live checks go first." default:"0" placeholder:"N"`
}

// options are the library's.
func (f libraryFlags) options() store.Options {
	o := store.Options{Budget: int64(f.DiskBudget), MinFree: int64(f.DiskFree), UndoDays: f.UndoDays}
	if o.UndoDays == 0 {
		o.UndoDays = -1
	}
	return o
}

// keeping is a server's library with what works on it.
type keeping struct {
	store *store.Store
	queue *queue.Queue
	log   *slog.Logger
}

// keep makes the queue. Nothing runs before run.
func (f libraryFlags) keep(s *store.Store, exercises []*exercise.Exercise, rt *vision.Runtime, versions map[string]string, pool *session.Pool, log *slog.Logger) *keeping {
	clips := &clipJobs{library: s, exercises: exercises, runtime: rt, models: versions}
	return &keeping{store: s, log: log, queue: queue.New(queue.Options{
		Store: s, Workers: f.AnalysisWorkers, Give: queue.GiveWay(pool), Log: log,
		Handlers: map[store.JobKind]queue.Handler{store.JobAnalyse: clips.analyse},
	})}
}

// sweepEvery is how often is looked for what is to be removed.
const sweepEvery = 10 * time.Minute

// run works until ctx ends, and returns when nothing of it runs any more.
func (k *keeping) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { k.queue.Run(ctx) })
	all.Go(func() {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			if err := k.store.Sweep(ctx); err != nil && ctx.Err() == nil {
				k.log.Error("the library could not be swept", "cause", err)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	})
	all.Wait()
}
